//! Glob patterns for paths and names.

use globset::{GlobBuilder, GlobMatcher};

/// The maximum length of a pattern in bytes, and of its braces: larger ones cannot be compiled.
const MAX_LENGTH: usize = 1024;
const MAX_BRACES: usize = 32;

/// A pattern: `?` matches one character, `*` any, `[a-z]` one of these, `{a,b}` one or the other.
#[derive(Clone, Debug)]
pub struct Glob(GlobMatcher);

impl Glob {
    /// Compiles a pattern for paths: `*` stays within a segment of the path, `**` does not.
    pub fn of_paths(text: &str) -> Result<Self, String> {
        Self::build(text, true)
    }

    /// Compiles a pattern for names: a slash is a character like others.
    pub fn of_names(text: &str) -> Result<Self, String> {
        Self::build(text, false)
    }

    fn build(text: &str, paths: bool) -> Result<Self, String> {
        if text.is_empty() {
            return Err("an empty pattern matches nothing".into());
        }
        if text.len() > MAX_LENGTH || text.matches('{').count() > MAX_BRACES {
            return Err(format!(
                "a pattern has at most {MAX_LENGTH} bytes and {MAX_BRACES} braces"
            ));
        }
        let built = GlobBuilder::new(text)
            .literal_separator(paths)
            .backslash_escape(true)
            .build();
        match built {
            Ok(glob) => Ok(Self(glob.compile_matcher())),
            Err(error) => Err(format!("{text:?} is no pattern: {}", error.kind())),
        }
    }

    /// Returns true if a text matches the pattern.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_a_part_of_a_path() {
        let glob = Glob::of_paths("/v2/images/*/file").unwrap();
        assert!(glob.matches("/v2/images/x/file"));
        assert!(!glob.matches("/v2/images/x/y/file"));
        assert!(!glob.matches("/v2/images/x/file/"));
        assert!(Glob::of_paths("/v2/**").unwrap().matches("/v2/images/x"));
        assert!(
            Glob::of_paths("**/file")
                .unwrap()
                .matches("/v2/images/x/file")
        );
    }

    #[test]
    fn in_a_name_a_slash_is_a_letter() {
        assert!(Glob::of_names("a*z").unwrap().matches("a/z"));
        assert!(Glob::of_names("{one,other}").unwrap().matches("other"));
    }

    #[test]
    fn invalid_patterns_are_refused() {
        for text in ["", "[a", "{a,b", "a\\"] {
            assert!(Glob::of_names(text).is_err(), "{text}");
        }
    }

    #[test]
    fn patterns_too_large_to_compile_are_refused() {
        let (open, close) = ("{".repeat(300), "}".repeat(300));
        assert!(Glob::of_paths(&format!("{open}a{close}")).is_err());
        assert!(Glob::of_paths(&"[a-z]".repeat(1000)).is_err());
        let (open, close) = ("{".repeat(32), "}".repeat(32));
        assert!(Glob::of_paths(&format!("{open}a{close}")).is_ok());
    }
}
