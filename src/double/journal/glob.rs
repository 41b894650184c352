//! Patterns of paths.

/// A pattern: `*` stands for anything but a slash, `**` for anything, `?` for one character that is
/// no slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// Reads a pattern; every text is one, but it must begin as paths do.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.starts_with(['/', '*']) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!(
                "path is {text:?}, which no path can match: it must begin with / or *"
            ))
        }
    }

    /// Whether the path fits.
    pub fn fits(&self, path: &str) -> bool {
        fits(self.0.as_bytes(), path.as_bytes())
    }

    /// The pattern as it was given.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Tries each star with as little as possible first; what a later star can make good need not be
/// tried again with an earlier one of the same kind.
fn fits(mut pattern: &[u8], mut text: &[u8]) -> bool {
    // Where to go on if it does not fit: behind a star, with one byte more taken by it.
    let mut narrow: Option<(&[u8], &[u8])> = None;
    let mut wide: Option<(&[u8], &[u8])> = None;
    loop {
        if let Some(rest) = pattern.strip_prefix(b"**") {
            (pattern, wide, narrow) = (rest, Some((rest, text)), None);
            continue;
        }
        if let Some(rest) = pattern.strip_prefix(b"*") {
            (pattern, narrow) = (rest, Some((rest, text)));
            continue;
        }
        match (pattern.split_first(), text.split_first()) {
            (None, None) => return true,
            (Some((want, behind)), Some((byte, after)))
                if want == byte || (*want == b'?' && *byte != b'/') =>
            {
                (pattern, text) = (behind, after);
                continue;
            }
            _ => {}
        }
        if let Some((behind, [byte, after @ ..])) = narrow
            && *byte != b'/'
        {
            (pattern, text, narrow) = (behind, after, Some((behind, after)));
        } else if let Some((behind, [_, after @ ..])) = wide {
            (pattern, text, wide, narrow) = (behind, after, Some((behind, after)), None);
        } else {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(pattern: &str, path: &str) -> bool {
        Glob::read(pattern).unwrap().fits(path)
    }

    #[test]
    fn a_star_ends_at_a_slash_and_two_do_not() {
        assert!(fit("/v2/images", "/v2/images"));
        assert!(fit("/v2/images/*", "/v2/images/1"));
        assert!(!fit("/v2/images/*", "/v2/images/1/file"));
        assert!(!fit("/v2/images/*", "/v2/images"));
        assert!(fit("/v2/images/*/file", "/v2/images/1/file"));
        assert!(fit("/v2/**", "/v2/images/1/file"));
        assert!(fit("**/file", "/v2/images/1/file"));
        assert!(fit("/v2/**/1/*e", "/v2/1/images/1/1/file"));
        assert!(!fit("/v2/**/1/?", "/v2/images/1/file"));
        assert!(fit("/v?/images", "/v2/images"));
        assert!(!fit("*", "/a"));
        assert!(fit("**", "/a/b"));
    }

    #[test]
    fn many_stars_do_not_take_for_ever() {
        let pattern = format!("/{}b", "*a".repeat(40));
        assert!(!fit(&pattern, &format!("/{}", "a".repeat(2000))));
    }

    #[test]
    fn a_pattern_that_no_path_can_match_is_refused() {
        assert!(Glob::read("v2/images").is_err());
        assert!(Glob::read("").is_err());
    }
}
