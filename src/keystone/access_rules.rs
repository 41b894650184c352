//! The paths of access rules: `{name}` and `*` stand for one part of a path, `**` for any parts.

/// A piece of a pattern.
enum Piece {
    /// This byte.
    Byte(u8),
    /// One or more bytes, none of them a slash.
    Part,
    /// Whatever there is.
    Rest,
}

/// Returns whether a path is one that the pattern describes.
///
/// Patterns come from users: so this takes time in proportion to both lengths, whatever they are.
pub(crate) fn fits(pattern: &str, path: &str) -> bool {
    let path = path.as_bytes();
    // Whether the pieces so far can end before each byte of the path, and after the last.
    let mut ends = vec![false; path.len() + 1];
    if let Some(first) = ends.first_mut() {
        *first = true;
    }
    for piece in pieces(pattern.as_bytes()) {
        ends = after(&piece, path, &ends);
    }
    ends.last() == Some(&true)
}

fn after(piece: &Piece, path: &[u8], before: &[bool]) -> Vec<bool> {
    let mut ends = vec![matches!(piece, Piece::Rest) && before.first() == Some(&true)];
    for (place, byte) in path.iter().enumerate() {
        let begun = before.get(place) == Some(&true);
        let going = ends.last() == Some(&true);
        ends.push(match piece {
            Piece::Byte(it) => begun && it == byte,
            Piece::Part => *byte != b'/' && (begun || going),
            Piece::Rest => going || before.get(place + 1) == Some(&true),
        });
    }
    ends
}

fn pieces(pattern: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some((first, after)) = rest.split_first() {
        let closed = after.iter().position(|after| *after == b'}');
        let (piece, left) = match (first, closed) {
            (b'*', _) if after.first() == Some(&b'*') => (Piece::Rest, after.get(1..)),
            (b'*', _) => (Piece::Part, Some(after)),
            (b'{', Some(end)) => (Piece::Part, after.get(end + 1..)),
            _ => (Piece::Byte(*first), Some(after)),
        };
        pieces.push(piece);
        rest = left.unwrap_or_default();
    }
    pieces
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
}
