//! Links from a page of a list to the first page and to the next.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters that a link leaves as they are; a blank becomes a plus.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'_')
    .remove(b'.')
    .remove(b'-')
    .remove(b'~')
    .remove(b' ');

/// The list at this path again, with all that was asked but the marker, from another item on.
pub(super) fn link(path: &str, parameters: &[(String, String)], marker: Option<&str>) -> String {
    let encode = |text: &str| {
        utf8_percent_encode(text, KEPT)
            .to_string()
            .replace(' ', "+")
    };
    let asked = parameters.iter().filter(|(name, _)| name != "marker");
    let asked = asked.map(|(name, value)| (name.as_str(), value.as_str()));
    let pairs: Vec<_> = asked
        .chain(marker.map(|id| ("marker", id)))
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    if pairs.is_empty() {
        return path.into();
    }
    format!("{path}?{}", pairs.join("&"))
}
