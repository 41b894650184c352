//! JSON pointers as Glance reads them: RFC 6901, with checks of its own and without blanks.

use crate::{Error, Result};

/// Returns the tokens of a pointer, decoded, without blanks around them.
pub(super) fn parts(pointer: &str) -> Result<Vec<String>> {
    let bad = |what: &str| Err(Error::Invalid(format!("Pointer `{pointer}` {what}.")));
    if !pointer.starts_with('/') {
        return bad("does not start with \"/\"");
    }
    if has_adjacent_slashes(pointer) {
        return bad("contains adjacent \"/\"");
    }
    if pointer.len() > 1 && pointer.ends_with('/') {
        return bad("end with \"/\"");
    }
    if pointer.get(1..).is_some_and(|rest| rest.trim() == "/") {
        return bad("does not contains valid token");
    }
    let escapes = pointer.split('~').skip(1);
    if escapes
        .into_iter()
        .any(|escape| !escape.starts_with(['0', '1']))
    {
        return bad("contains \"~\" not part of a recognized escape sequence");
    }
    let decode = |part: &str| part.replace("~1", "/").replace("~0", "~").trim().to_owned();
    let path = pointer.trim_start_matches('/');
    Ok(path.split('/').map(decode).collect())
}

/// Returns true if there are two slashes after the first character with nothing or only blanks
/// between them.
fn has_adjacent_slashes(pointer: &str) -> bool {
    let within: Vec<&str> = pointer.get(1..).unwrap_or_default().split('/').collect();
    let between = within
        .get(1..within.len().saturating_sub(1))
        .unwrap_or_default();
    between.iter().any(|part| part.trim().is_empty())
}
