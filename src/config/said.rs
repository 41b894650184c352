//! The messages about a setting that is wrong.

/// The reason that a setting stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// There is no such setting.
    #[error("{0}: it is no setting; {1}")]
    Unknown(String, String),
    /// The setting is read when the server starts, and cannot change.
    #[error("{0}: it counts from the start of the server, and cannot change while that runs")]
    Fixed(String),
    /// The setting cannot have this value.
    #[error("{0}: {1}")]
    Value(String, String),
    /// The setting cannot be read by its name in this build.
    #[error(
        "{0}: it cannot change while the server runs, for this build of lookalike was compiled without the feature `cli`"
    )]
    NotInThisBuild(String),
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
