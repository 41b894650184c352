//! Errors of clap about the value of a setting.

use std::error::Error;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Returns what a clap error says about a value, without the option's name; none if it is about something
/// else.
#[must_use]
pub fn value_trouble(error: &clap::Error) -> Option<String> {
    if !matches!(
        error.kind(),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation
    ) {
        return None;
    }
    let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue) else {
        return None;
    };
    let why = match (error.source(), error.get(ContextKind::ValidValue)) {
        (_, Some(ContextValue::Strings(allowed))) if !allowed.is_empty() => {
            format!("{} is allowed", allowed.join(", "))
        }
        (Some(source), _) => source.to_string(),
        (None, _) => return Some("it needs a value".into()),
    };
    Some(format!("{value:?} is wrong: {why}"))
}
