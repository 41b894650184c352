//! Taking secrets out of what the journal keeps: tokens, passwords, the values of signed URLs.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::domain::secret::around_password;

/// What stands in the place of a secret.
pub(super) const STARS: &str = "***";

/// A header's value.
pub(super) fn header<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    match name {
        "authorization" | "proxy-authorization" | "cookie" | "set-cookie" => STARS.into(),
        "location" | "content-location" | "referer" | "link" => url(value),
        _ if name.ends_with("-token") || name.ends_with("-key") || name.contains("secret") => {
            STARS.into()
        }
        _ => Cow::Borrowed(value),
    }
}

/// A query, without its question mark.
pub(super) fn query(text: &str) -> Cow<'_, str> {
    let secret = |pair: &str| {
        let (name, _) = pair.split_once('=').unwrap_or((pair, ""));
        opens(&percent_decode_str(name).decode_utf8_lossy())
    };
    if !text.split('&').any(secret) {
        return Cow::Borrowed(text);
    }
    let hide = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if secret(pair) => format!("{name}={STARS}"),
        _ => pair.to_owned(),
    };
    Cow::Owned(text.split('&').map(hide).collect::<Vec<_>>().join("&"))
}

/// A URL, or a text that begins with one.
pub(super) fn url(text: &str) -> Cow<'_, str> {
    let (whole, fragment) = match text.find('#') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let (place, asked) = match whole.split_once('?') {
        Some((place, asked)) => (place, Some(asked)),
        None => (whole, None),
    };
    let open_place = match around_password(place) {
        Some((before, after)) => Cow::Owned(format!("{before}{STARS}{after}")),
        None => Cow::Borrowed(place),
    };
    let open_query = asked.map(query);
    match (&open_place, &open_query) {
        (Cow::Borrowed(_), None | Some(Cow::Borrowed(_))) => Cow::Borrowed(text),
        (_, None) => Cow::Owned(format!("{open_place}{fragment}")),
        (_, Some(query)) => Cow::Owned(format!("{open_place}?{query}{fragment}")),
    }
}

/// Whatever in a document is secret by the name it has, or is a URL with a secret in it.
pub(super) fn json(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            hide_operation(fields);
            for (name, field) in fields {
                match field {
                    Value::Object(token) if name == "token" => {
                        if let Some(id) = token.get_mut("id") {
                            *id = STARS.into();
                        }
                        json(field);
                    }
                    Value::Object(_) | Value::Array(_) if !is_secret(name) => json(field),
                    // The parts of what is secret: texts in a list, or what has names of its own.
                    Value::Array(_) => hide_all(field),
                    Value::Object(_) => json(field),
                    Value::Null => {}
                    field if is_secret(name) => *field = STARS.into(),
                    field => json(field),
                }
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(json),
        Value::String(text) if text.contains("://") => {
            if let Cow::Owned(open) = url(text) {
                *text = open;
            }
        }
        _ => {}
    }
}

/// An operation of a JSON patch that sets something secret.
fn hide_operation(fields: &mut serde_json::Map<String, Value>) {
    // The older form says in one what is done and where: {"replace": "/name", "value": …}.
    let mut places = ["path", "add", "replace"].iter();
    let secret = places.any(|it| {
        fields
            .get(*it)
            .and_then(Value::as_str)
            .is_some_and(is_secret)
    });
    if secret && let Some(value) = fields.get_mut("value") {
        hide_all(value);
    }
}

fn hide_all(value: &mut Value) {
    match value {
        Value::Array(parts) => parts.iter_mut().for_each(hide_all),
        Value::Null => {}
        value => *value = STARS.into(),
    }
}

/// Whether text that is no document may hold secrets.
pub(super) fn may_hold_secrets(text: &str) -> bool {
    text.contains("://") || opens(text) || is_secret(text)
}

/// Whether the field of a document is secret, by its name.
fn is_secret(name: &str) -> bool {
    const WORDS: [&str; 7] = [
        "password",
        "passwd",
        "secret",
        "private_key",
        "access_key",
        "api_key",
        "token",
    ];
    holds(name, &WORDS)
}

/// Whether a parameter of a query lets its holder in, by its name.
fn opens(name: &str) -> bool {
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

/// Whether a name holds one of these words, in whatever case.
fn holds(name: &str, words: &[&str]) -> bool {
    let holds = |word: &&str| {
        let mut windows = name.as_bytes().windows(word.len());
        windows.any(|it| it.eq_ignore_ascii_case(word.as_bytes()))
    };
    words.iter().any(holds)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tokens_and_cookies_are_hidden_in_headers() {
        for name in ["x-auth-token", "x-subject-token", "authorization", "cookie"] {
            assert_eq!(header(name, "s3cret"), STARS);
        }
        assert_eq!(header("x-openstack-request-id", "req-1"), "req-1");
    }

    #[test]
    fn a_signed_url_keeps_all_but_what_signs_it() {
        assert_eq!(
            url("https://s3/b/k?X-Amz-Date=1&X-Amz-Signature=ab&X%2DAmz%2DCredential=c#x"),
            "https://s3/b/k?X-Amz-Date=1&X-Amz-Signature=***&X%2DAmz%2DCredential=***#x"
        );
        assert_eq!(
            url("http://bob:pw@h/p?sig=1&design=2"),
            "http://bob:***@h/p?sig=***&design=2"
        );
        assert!(matches!(url("http://h/p?a=b"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_key_with_a_slash_is_hidden_whole() {
        assert_eq!(
            url("s3://AKIA:ab/cd@s3.host/b/o"),
            "s3://AKIA:***@s3.host/b/o"
        );
    }

    #[test]
    fn a_patch_in_the_older_form_hides_it_too() {
        let mut patch = json!([{ "replace": "/os_password", "value": "pw" }]);
        json(&mut patch);
        assert_eq!(patch[0]["value"], STARS);
    }

    #[test]
    fn broken_text_with_a_key_in_it_is_taken_for_secret() {
        assert!(may_hold_secrets("{\"os_private_key\": \"-----BEGIN"));
    }

    #[test]
    fn a_login_keeps_who_and_hides_by_what() {
        let mut login = json!({ "auth": { "identity": {
            "methods": ["password", "token"],
            "password": { "user": { "name": "bob", "password": "pw" } },
            "token": { "id": "abc" },
            "application_credential": { "id": "1", "secret": "s" },
        } } });
        json(&mut login);
        let identity = &login["auth"]["identity"];
        assert_eq!(identity["methods"], json!(["password", "token"]));
        assert_eq!(
            identity["password"],
            json!({ "user": { "name": "bob", "password": "***" } })
        );
        assert_eq!(identity["token"], json!({ "id": "***" }));
        assert_eq!(identity["application_credential"]["secret"], "***");
    }

    #[test]
    fn a_patch_that_sets_a_password_hides_it() {
        let mut patch = json!([
            { "op": "add", "path": "/os_password", "value": "pw" },
            { "op": "add", "path": "/name", "value": "cirros" },
        ]);
        json(&mut patch);
        assert_eq!(patch[0]["value"], "***");
        assert_eq!(patch[1]["value"], "cirros");
    }

    #[test]
    fn urls_are_found_wherever_they_stand() {
        let mut import = json!({ "method": { "uri": "http://h/x?Signature=1" } });
        json(&mut import);
        assert_eq!(import["method"]["uri"], "http://h/x?Signature=***");
    }
}
