//! Secrets within texts, for the log, the journal and the messages of tasks: by the names of fields, and by
//! those of parameters of URLs. The two differ: a field `credential` is a document, a parameter is a secret.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::secret::split_at_password;

/// The text in the place of a secret.
pub(crate) const STARS: &str = "***";

/// Returns a text without the secrets of the URLs in it.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return Cow::Borrowed(text);
    }
    let ends =
        |letter: char| letter.is_whitespace() || ['"', '\'', '<', '>', '`'].contains(&letter);
    let words = text.split_inclusive(ends).map(|word| {
        let end = word.trim_end_matches(ends).len();
        let (place, rest) = word.split_at_checked(end).unwrap_or((word, ""));
        format!("{}{rest}", url(place))
    });
    Cow::Owned(words.collect())
}

/// A query, without its question mark.
pub(crate) fn query(text: &str) -> Cow<'_, str> {
    let secret = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, pair));
        let [name, value] =
            [name, value].map(|value| percent_decode_str(value).decode_utf8_lossy());
        opens(&name) || is_open_url(&value)
    };
    if !text.split('&').any(secret) {
        return Cow::Borrowed(text);
    }
    let hide = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if secret(pair) => format!("{name}={STARS}"),
        None if secret(pair) => STARS.to_owned(),
        _ => pair.to_owned(),
    };
    Cow::Owned(text.split('&').map(hide).collect::<Vec<_>>().join("&"))
}

/// Returns whether a value is a URL with a secret in it; what stands in its own query is not looked into.
fn is_open_url(text: &str) -> bool {
    let (place, asked) = text.split_once('?').unwrap_or((text, ""));
    let mut names = asked.split(['&', '=']);
    split_at_password(place).is_some() || (place.contains("://") && names.any(opens))
}

/// A URL, or a text that begins with one.
pub(crate) fn url(text: &str) -> Cow<'_, str> {
    let (whole, fragment) = match text.find('#') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let open_fragment = fragment.strip_prefix('#').map(query);
    let (place, asked) = match whole.split_once('?') {
        Some((place, asked)) => (place, Some(asked)),
        None => (whole, None),
    };
    let open_place = match split_at_password(place) {
        Some((before, after)) => Cow::Owned(format!("{before}{STARS}{after}")),
        None => Cow::Borrowed(place),
    };
    let open_query = asked.map(query);
    let owned = |value: &Option<Cow<str>>| matches!(value, Some(Cow::Owned(_)));
    if matches!(open_place, Cow::Borrowed(_)) && !owned(&open_query) && !owned(&open_fragment) {
        return Cow::Borrowed(text);
    }
    let behind = |mark: &str, value: Option<Cow<str>>| value.map(|value| format!("{mark}{value}"));
    let query = behind("?", open_query).unwrap_or_default();
    let fragment = behind("#", open_fragment).unwrap_or_default();
    Cow::Owned(format!("{open_place}{query}{fragment}"))
}

/// Returns whether the field of a document is secret, by its name.
pub(crate) fn is_secret(name: &str) -> bool {
    const WORDS: [&str; 11] = [
        "password",
        "passwd",
        "passcode",
        "passphrase",
        "admin_pass",
        "adminpass",
        "secret",
        "private_key",
        "access_key",
        "api_key",
        "token",
    ];
    holds(name, &WORDS)
}

/// Returns whether a parameter of a query lets its holder in, by its name.
pub(crate) fn opens(name: &str) -> bool {
    const WORDS: [&str; 10] = [
        "signature",
        "credential",
        "token",
        "secret",
        "password",
        "passwd",
        "accesskey",
        "access_key",
        "api_key",
        "temp_url_sig",
    ];
    name.eq_ignore_ascii_case("sig") || holds(name, &WORDS)
}

/// Returns whether a name holds one of these words, in whatever case.
fn holds(name: &str, words: &[&str]) -> bool {
    let holds = |word: &&str| {
        let mut windows = name.as_bytes().windows(word.len());
        windows.any(|value| value.eq_ignore_ascii_case(word.as_bytes()))
    };
    words.iter().any(holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_within_a_sentence_keeps_no_secret() {
        let said = "http://me:PASS@h/i?X-Amz-Signature=SIGN: the server answers 404, not \"https://a:PASS@b/c\"";
        let open = text(said);
        assert!(!open.contains("PASS") && !open.contains("SIGN"), "{open}");
        assert!(
            open.ends_with("the server answers 404, not \"https://a:***@b/c\""),
            "{open}"
        );
    }
}
