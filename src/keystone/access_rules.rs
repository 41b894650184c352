//! The paths of access rules, as keystonemiddleware matches them: `{name}` and `*` stand for one segment of a path, `**` for any.
//!
//! Not globset: there a `*` matches nothing, too, and braces are alternatives.

use fancy_regex::Regex;

/// Returns true if a path is one that the pattern describes. A pattern that is no regular expression describes none.
///
/// Source: `_path_matches` in `keystonemiddleware/auth_token/__init__.py`.
pub(crate) fn fits(pattern: &str, path: &str) -> bool {
    let regex = Regex::new(&regex_of(pattern));
    regex.is_ok_and(|regex| regex.is_match(path).unwrap_or(false))
}

/// Returns the regular expression of a pattern. All characters but stars and braces stay as they are: keystonemiddleware does
/// not escape them, so a dot matches any character. A brace without its partner is dropped.
fn regex_of(pattern: &str) -> String {
    let mut regex = String::from("^");
    let mut rest = pattern.chars();
    while let Some(first) = rest.next() {
        let text = rest.as_str();
        match first {
            '*' if text.starts_with('*') => {
                rest.next();
                regex.push_str(".*");
            }
            '*' => regex.push_str("[^/]+"),
            '{' => {
                if let Some((_, behind)) = text.split_once('}') {
                    rest = behind.chars();
                    regex.push_str("[^/]+");
                }
            }
            '}' => {}
            literal => regex.push(literal),
        }
    }
    regex.push('$');
    regex
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_pattern_without_signs_is_the_path() {
        assert!(fits("/v2/images", "/v2/images"));
        assert!(!fits("/v2/images", "/v2/images/x"));
        assert!(!fits("/v2/images", "/v2/image"));
    }

    #[test]
    fn a_star_or_a_name_in_braces_is_one_part() {
        for pattern in ["/v2/images/*", "/v2/images/{image_id}"] {
            assert!(fits(pattern, "/v2/images/x"));
            assert!(!fits(pattern, "/v2/images/"));
            assert!(!fits(pattern, "/v2/images/x/file"));
        }
        assert!(fits("/v2/images/{id}/file", "/v2/images/x/file"));
    }

    #[test]
    fn two_stars_are_any_parts() {
        assert!(fits("/v2/**", "/v2/images/x/file"));
        assert!(fits("/v2/**", "/v2/"));
        assert!(fits("/**/file", "/v2/images/x/file"));
        assert!(!fits("/v2/**", "/v3/images"));
    }

    /// Each line was compared with `_path_matches` of keystonemiddleware 13.0.1.
    #[test]
    fn other_characters_are_those_of_a_regular_expression_as_in_keystonemiddleware() {
        for (pattern, path, matches) in [
            ("/v2.0/images", "/v2.0/images", true),
            ("/v2.0/images", "/v2x0/images", true),
            ("/v2/(images|tasks)", "/v2/tasks", true),
            ("/v2/(images|tasks)", "/v2/schemas", false),
            ("/v2/images{", "/v2/images", true),
            ("/v2/images}", "/v2/images", true),
            ("/v2/{a{b}/file", "/v2/x/file", true),
            ("/v2/***", "/v2/", false),
            ("/v2/***", "/v2/x", true),
            ("/v2/images?", "/v2/image", true),
            ("", "/", false),
        ] {
            assert_eq!(fits(pattern, path), matches, "{pattern} {path}");
        }
    }

    #[test]
    fn a_pattern_that_is_no_regular_expression_matches_nothing() {
        assert!(!fits("/v2/(images", "/v2/(images"));
        assert!(!fits("/v2/[", "/v2/["));
    }
}
