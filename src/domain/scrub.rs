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
    let user = split_at_password(place).or_else(|| split_at_user(place));
    user.is_some() || (place.contains("://") && names.any(opens))
}

/// Returns the parts of a URL before and after its user, who may be a token, if it has one and no password.
fn split_at_user(url: &str) -> Option<(&str, &str)> {
    let start = url.find("://")? + 3;
    let rest = url.get(start..)?;
    let authority = rest.split('/').next()?;
    let at = authority.rfind('@')?;
    Some((url.get(..start)?, url.get(start + at..)?))
}

/// Returns a path without the token in it: Identity v2.0 names tokens in paths, behind `v2.0/tokens`.
pub(crate) fn path(path: &str) -> Cow<'_, str> {
    if !path.contains("tokens") {
        return Cow::Borrowed(path);
    }
    let mut before = ["", ""];
    let mut hidden = false;
    let parts = path.split('/').map(|part| {
        if part.is_empty() {
            return part;
        }
        let is_token = before == ["v2.0", "tokens"];
        let [_, last] = before;
        before = [last, part];
        hidden |= is_token;
        if is_token { STARS } else { part }
    });
    let open = parts.collect::<Vec<_>>().join("/");
    if hidden {
        Cow::Owned(open)
    } else {
        Cow::Borrowed(path)
    }
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
    let open_place = match split_at_password(place).or_else(|| split_at_user(place)) {
        Some((before, after)) => Cow::Owned(format!("{before}{STARS}{}", path(after))),
        None => path(place),
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

/// The words in the names of secrets. In a name they may be in any case, and divided by `_`, `-` or a dot.
const WORDS: [&str; 12] = [
    "password",
    "passwd",
    "passcode",
    "passphrase",
    "adminpass",
    "secret",
    "privatekey",
    "accesskey",
    "apikey",
    "token",
    "authreceipt",
    "tempurlkey",
];

/// Returns whether the field of a document or of a form is secret, by its name.
pub(crate) fn is_secret(name: &str) -> bool {
    holds(name, &WORDS)
}

/// Returns whether a parameter of a query lets its holder in, by its name.
pub(crate) fn opens(name: &str) -> bool {
    const SIGNED: [&str; 3] = ["signature", "credential", "tempurlsig"];
    name.eq_ignore_ascii_case("sig") || is_secret(name) || holds(name, &SIGNED)
}

/// Returns whether a header is secret, by its name.
pub(crate) fn is_secret_header(name: &str) -> bool {
    const HEADERS: [&str; 4] = ["authorization", "cookie", "signature", "lookalikeconsole"];
    // Nearly every request and response has these; the words below need not be looked for in them.
    const USUAL: [&str; 8] = [
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
        "connection",
        "content-type",
        "content-length",
        "x-openstack-request-id",
    ];
    if USUAL.contains(&name) {
        return false;
    }
    let key = name.len().checked_sub(4).and_then(|at| name.get(at..));
    key.is_some_and(|end| end.eq_ignore_ascii_case("-key"))
        || is_secret(name)
        || holds(name, &HEADERS)
}

/// Returns whether a name holds one of these words, which are of more than one letter.
fn holds(name: &str, words: &[&str]) -> bool {
    let divides = |letter: &u8| matches!(letter, b'_' | b'-' | b'.' | b' ');
    let begins = |rest: &[u8], word: &[u8]| {
        let mut letters = rest.iter().filter(|letter| !divides(letter));
        word.iter().all(|letter| {
            let next = letters.next();
            next.is_some_and(|next| next.eq_ignore_ascii_case(letter))
        })
    };
    let name = name.as_bytes();
    (0..name.len()).any(|at| {
        let rest = name.get(at..).unwrap_or_default();
        let first = rest.first().map(u8::to_ascii_lowercase);
        // Nearly all places are ruled out by their first letter.
        let mut words = words.iter().map(|word| word.as_bytes());
        words.any(|word| word.first() == first.as_ref() && begins(rest, word))
    })
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

    #[test]
    fn names_of_secrets_are_known_in_every_spelling() {
        for name in [
            "password",
            "adminPass",
            "admin_pass",
            "ADMIN-PASS",
            "os.private.key",
            "secretAccessKey",
            "AWSAccessKeyId",
            "api_key",
            "X-Api-Key",
            "X-Auth-Token",
            "x-subject-token",
            "auth_receipt",
        ] {
            assert!(is_secret(name) && opens(name), "{name}");
        }
        for name in ["X-Amz-Signature", "X-Amz-Credential", "temp_url_sig", "SIG"] {
            assert!(!is_secret(name) && opens(name), "{name}");
        }
        for name in [
            "Authorization",
            "Set-Cookie",
            "X-Account-Meta-Temp-URL-Key",
            "openstack-auth-receipt",
        ] {
            assert!(is_secret_header(name), "{name}");
        }
        for name in [
            "name",
            "img_signature_uuid",
            "design",
            "key",
            "pass_through",
            "compass",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn a_token_in_a_path_is_hidden_whatever_slashes_stand_before_it() {
        assert_eq!(path("/v2.0/tokens/abc"), "/v2.0/tokens/***");
        assert_eq!(
            path("//identity//v2.0/tokens//abc/endpoints"),
            "//identity//v2.0/tokens//***/endpoints"
        );
        for open in ["/v2.0/tokens", "/v3/auth/tokens/", "/v2/images/tokens/x"] {
            assert!(matches!(path(open), Cow::Borrowed(_)), "{open}");
        }
        assert_eq!(
            url("http://h/v2.0/tokens/abc?a=b"),
            "http://h/v2.0/tokens/***?a=b"
        );
    }

    #[test]
    fn a_user_without_a_password_may_be_a_token() {
        assert_eq!(url("https://TOKEN@h/i@j?a=b"), "https://***@h/i@j?a=b");
        assert_eq!(url("https://h/i@j"), "https://h/i@j");
    }
}
