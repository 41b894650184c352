//! The messages of Python's `jsonschema` for violations of a schema: clients show, and some parse,
//! the first line.

use std::fmt::Write;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;

use crate::domain::text::{python_repr, python_str};

/// Returns the message for a violation: the error and the path in the schema.
pub(super) fn explain(error: &ValidationError<'_>) -> String {
    let instance = error.instance();
    let value = python_repr(instance);
    let (keyword, mut text) = message(error, &value);
    let path: String = error
        .schema_path()
        .as_str()
        .split('/')
        .filter(|part| !part.is_empty())
        .fold(String::new(), |mut path, part| {
            let _ = write!(path, "[{}]", python_str(part));
            path
        });
    let path = path
        .strip_suffix(&format!("[{}]", python_str(keyword)))
        .unwrap_or(&path);
    let _ = write!(
        text,
        "\n\nFailed validating {} in schema{path}",
        python_str(keyword)
    );
    text
}

/// Returns the violated keyword and Python's message about the value.
fn message(error: &ValidationError<'_>, value: &str) -> (&'static str, String) {
    match error.kind() {
        Kind::Enum { options } => (
            "enum",
            format!("{value} is not one of {}", python_repr(options)),
        ),
        Kind::Type { .. } => ("type", format!("{value} is not of type {}", types(error))),
        Kind::MaxLength { .. } => ("maxLength", format!("{value} is too long")),
        Kind::MinLength { limit: 1 } => ("minLength", format!("{value} should be non-empty")),
        Kind::MinLength { .. } => ("minLength", format!("{value} is too short")),
        Kind::Pattern { pattern } => {
            let pattern = python_str(pattern);
            ("pattern", format!("{value} does not match {pattern}"))
        }
        Kind::Required { property } => {
            let property = python_repr(property);
            ("required", format!("{property} is a required property"))
        }
        Kind::Minimum { limit } => {
            let limit = python_repr(limit);
            let text = format!("{value} is less than the minimum of {limit}");
            ("minimum", text)
        }
        Kind::UniqueItems => ("uniqueItems", format!("{value} has non-unique elements")),
        Kind::AdditionalProperties { unexpected } => {
            ("additionalProperties", additional_properties(unexpected))
        }
        kind => (
            "schema",
            custom_message(kind, value).unwrap_or_else(|| error.to_string()),
        ),
    }
}

/// Returns Python's message for a keyword that only schemas of custom properties use.
fn custom_message(kind: &Kind, value: &str) -> Option<String> {
    Some(match kind {
        Kind::Maximum { limit } => {
            format!(
                "{value} is greater than the maximum of {}",
                python_repr(limit)
            )
        }
        Kind::ExclusiveMinimum { limit } => {
            let limit = python_repr(limit);
            format!("{value} is less than or equal to the minimum of {limit}")
        }
        Kind::ExclusiveMaximum { limit } => {
            let limit = python_repr(limit);
            format!("{value} is greater than or equal to the maximum of {limit}")
        }
        Kind::MultipleOf { multiple_of } => format!("{value} is not a multiple of {multiple_of}"),
        Kind::Constant { expected_value } => {
            format!("{} was expected", python_repr(expected_value))
        }
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            format!("{value} is not valid under any of the given schemas")
        }
        Kind::Not { schema } => {
            format!("{value} should not be valid under {}", python_repr(schema))
        }
        _ => return None,
    })
}

/// Returns Python's message for additional properties.
fn additional_properties(names: &[String]) -> String {
    let were = if names.len() == 1 { "was" } else { "were" };
    let names: Vec<_> = names.iter().map(|name| python_str(name)).collect();
    let names = names.join(", ");
    format!("Additional properties are not allowed ({names} {were} unexpected)")
}

/// Returns the allowed types, quoted: `'null', 'string'`.
fn types(error: &ValidationError<'_>) -> String {
    use jsonschema::error::TypeKind;
    match error.kind() {
        Kind::Type {
            kind: TypeKind::Single(kind),
        } => python_str(&kind.to_string()),
        Kind::Type {
            kind: TypeKind::Multiple(several),
        } => {
            let names: Vec<_> = several
                .iter()
                .map(|kind| python_str(&kind.to_string()))
                .collect();
            names.join(", ")
        }
        _ => String::new(),
    }
}
