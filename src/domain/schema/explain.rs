//! Violations of schemas in the words of Python's validator: clients see, and some read, the first
//! line.

use std::fmt::Write;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;

use crate::domain::text::{python, quoted};

/// What is wrong, and where.
pub(super) fn explain(error: &ValidationError<'_>) -> String {
    let instance = error.instance();
    let value = python(instance);
    let (keyword, mut said) = said(error, &value);
    let path: String = error
        .schema_path()
        .as_str()
        .split('/')
        .filter(|it| !it.is_empty())
        .fold(String::new(), |mut path, part| {
            let _ = write!(path, "[{}]", quoted(part));
            path
        });
    let path = path
        .strip_suffix(&format!("[{}]", quoted(keyword)))
        .unwrap_or(&path);
    let _ = write!(
        said,
        "\n\nFailed validating {} in schema{path}",
        quoted(keyword)
    );
    said
}

/// The keyword that is violated, and what Python says of the value.
fn said(error: &ValidationError<'_>, value: &str) -> (&'static str, String) {
    match error.kind() {
        Kind::Enum { options } => ("enum", format!("{value} is not one of {}", python(options))),
        Kind::Type { .. } => ("type", format!("{value} is not of type {}", types(error))),
        Kind::MaxLength { .. } => ("maxLength", format!("{value} is too long")),
        Kind::MinLength { limit: 1 } => ("minLength", format!("{value} should be non-empty")),
        Kind::MinLength { .. } => ("minLength", format!("{value} is too short")),
        Kind::Pattern { pattern } => {
            let pattern = quoted(pattern);
            ("pattern", format!("{value} does not match {pattern}"))
        }
        Kind::Required { property } => {
            let property = python(property);
            ("required", format!("{property} is a required property"))
        }
        Kind::Minimum { limit } => {
            let limit = python(limit);
            let text = format!("{value} is less than the minimum of {limit}");
            ("minimum", text)
        }
        Kind::UniqueItems => ("uniqueItems", format!("{value} has non-unique elements")),
        Kind::AdditionalProperties { unexpected } => ("additionalProperties", extra(unexpected)),
        kind => (
            "schema",
            of_custom(kind, value).unwrap_or_else(|| error.to_string()),
        ),
    }
}

/// The same for what only the schemas of custom properties ask.
fn of_custom(kind: &Kind, value: &str) -> Option<String> {
    Some(match kind {
        Kind::Maximum { limit } => {
            format!("{value} is greater than the maximum of {}", python(limit))
        }
        Kind::ExclusiveMinimum { limit } => {
            let limit = python(limit);
            format!("{value} is less than or equal to the minimum of {limit}")
        }
        Kind::ExclusiveMaximum { limit } => {
            let limit = python(limit);
            format!("{value} is greater than or equal to the maximum of {limit}")
        }
        Kind::MultipleOf { multiple_of } => format!("{value} is not a multiple of {multiple_of}"),
        Kind::Constant { expected_value } => format!("{} was expected", python(expected_value)),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            format!("{value} is not valid under any of the given schemas")
        }
        Kind::Not { schema } => format!("{value} should not be valid under {}", python(schema)),
        _ => return None,
    })
}

/// What is said of properties that an object may not have.
fn extra(names: &[String]) -> String {
    let were = if names.len() == 1 { "was" } else { "were" };
    let names: Vec<_> = names.iter().map(|it| quoted(it)).collect();
    let names = names.join(", ");
    format!("Additional properties are not allowed ({names} {were} unexpected)")
}

/// The types that were allowed, quoted: `'null', 'string'`.
fn types(error: &ValidationError<'_>) -> String {
    use jsonschema::error::TypeKind;
    match error.kind() {
        Kind::Type {
            kind: TypeKind::Single(it),
        } => quoted(&it.to_string()),
        Kind::Type {
            kind: TypeKind::Multiple(several),
        } => {
            let names: Vec<_> = several.iter().map(|it| quoted(&it.to_string())).collect();
            names.join(", ")
        }
        _ => String::new(),
    }
}
