//! The messages about a setting that is wrong.

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

/// Names that people try for a setting that has another, and what that one takes.
const OTHER_NAMES: [(&str, &str, &str); 4] = [
    ("port", "listen", "HOST:PORT"),
    ("host", "listen", "HOST:PORT"),
    ("bind_host", "listen", "HOST:PORT"),
    ("bind_port", "listen", "HOST:PORT"),
];

/// Returns a suggestion for a name that does not exist: the known name that is meant or nearest, else all of them.
#[must_use]
pub fn instead_of(wrong: &str, known: &[&str]) -> String {
    for (other, name, takes) in OTHER_NAMES {
        let ends = |text: &str, end: &str| {
            text.to_ascii_lowercase().trim_start_matches("lookalike_") == end
        };
        let meant = known.iter().find(|known| ends(known, name));
        if let Some(meant) = meant.filter(|_| ends(wrong, other)) {
            return format!("did you mean {meant} ({takes})?");
        }
    }
    match nearest(wrong, known) {
        Some(name) => format!("did you mean {name}?"),
        None => format!("allowed are: {}", known.join(", ")),
    }
}

/// Returns the known name that differs from a wrong one by the fewest letters, three at the most.
#[must_use]
pub fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    let distances = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), *name));
    let (distance, name) = distances.min()?;
    (distance <= 3).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_that_is_meant_is_named() {
        let variables = ["LOOKALIKE_STORE", "LOOKALIKE_LISTEN"];
        let listen = "did you mean LOOKALIKE_LISTEN (HOST:PORT)?";
        assert_eq!(instead_of("LOOKALIKE_PORT", &variables), listen);
        assert_eq!(instead_of("LOOKALIKE_HOST", &variables), listen);
        let keys = ["store", "listen"];
        assert_eq!(
            instead_of("bind_port", &keys),
            "did you mean listen (HOST:PORT)?"
        );
        assert_eq!(instead_of("stroe", &keys), "did you mean store?");
        assert_eq!(instead_of("kangaroo", &keys), "allowed are: store, listen");
        assert_eq!(instead_of("port", &["get_image"]), "allowed are: get_image");
    }
}
