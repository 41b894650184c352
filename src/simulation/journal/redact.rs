//! Taking secrets out of what the journal keeps: tokens, passwords, the values of signed URLs.

use std::borrow::Cow;

use serde_json::Value;

use crate::domain::scrub;
pub(super) use crate::domain::scrub::{STARS, path, query};
use crate::domain::scrub::{is_secret, is_secret_header, opens, text, url};

/// A header's value.
pub(super) fn header<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    match name {
        _ if is_secret_header(name) => STARS.into(),
        // One URL, or one that has no host.
        "location" | "content-location" | "referer" | "link" => url(value),
        // Proxies say in their own words where a request was to go.
        _ if value.contains("://") => text(value),
        _ if value.contains(['?', '#']) || value.starts_with('/') => url(value),
        _ => Cow::Borrowed(value),
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
                    // How to log in, and with what.
                    Value::Object(_) if name == "password" || name.ends_with("Credentials") => {
                        json(field);
                    }
                    Value::Array(_) | Value::Object(_) => hide_all(field),
                    Value::Null => {}
                    field if is_secret(name) => *field = STARS.into(),
                    field => json(field),
                }
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(json),
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => within(text),
        Value::String(text) if text.contains("://") => {
            if let Cow::Owned(open) = scrub::text(text) {
                *text = open;
            }
        }
        _ => {}
    }
}

/// A document that is the text of a field in another one, as the credentials of Keystone are.
fn within(text: &mut String) {
    match serde_json::from_str::<Value>(text) {
        Ok(document) => {
            let mut open = document.clone();
            json(&mut open);
            if open != document {
                *text = open.to_string();
            }
        }
        Err(_) if may_hold_secrets(text) => STARS.clone_into(text),
        Err(_) => {}
    }
}

/// An operation of a JSON patch that sets something secret.
fn hide_operation(fields: &mut serde_json::Map<String, Value>) {
    // The older form says in one what is done and where: {"replace": "/name", "value": …}.
    let mut places = ["path", "add", "replace"].iter();
    let secret = places.any(|place| {
        fields
            .get(*place)
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
        Value::Object(fields) => fields.iter_mut().for_each(|(_, field)| hide_all(field)),
        Value::Null => {}
        value => *value = STARS.into(),
    }
}

/// Returns whether text that is no document may hold secrets.
pub(super) fn may_hold_secrets(text: &str) -> bool {
    text.contains("://") || opens(text) || is_secret(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tokens_and_cookies_are_hidden_in_headers() {
        for name in [
            "x-auth-token",
            "x-subject-token",
            "x-service-token",
            "x-lookalike-token",
            "x-lookalike-console",
            "x-api-key",
            "x-admin-password",
            "openstack-auth-receipt",
            "authorization",
            "cookie",
            "set-cookie",
        ] {
            assert_eq!(header(name, "s3cret"), STARS);
        }
        assert_eq!(header("x-openstack-request-id", "req-1"), "req-1");
    }

    #[test]
    fn a_document_within_a_text_is_read_whatever_space_stands_before_it() {
        for space in ["", " ", "\n  "] {
            let mut value = json!({ "blob": format!(r#"{space}{{"secret": "pw", "a": 1}}"#) });
            super::json(&mut value);
            let blob = value["blob"].as_str().unwrap();
            assert!(!blob.contains("pw") && blob.contains(STARS), "{blob}");
        }
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
        assert_eq!(
            header("x-next", "/p#access_token=ab&a=b"),
            "/p#access_token=***&a=b"
        );
        assert_eq!(query("http://bob:pw@h/&a=b"), "***&a=b");
    }

    #[test]
    fn a_url_in_a_header_or_a_query_keeps_no_secret() {
        assert_eq!(
            header("x-original-uri", "/v2/images?token=abc&limit=1"),
            "/v2/images?token=***&limit=1"
        );
        assert_eq!(header("x-from", "http://bob:pw@h/"), "http://bob:***@h/");
        assert_eq!(
            query("limit=1&url=http%3A%2F%2Fbob%3Apw%40h%2F&to=http%3A%2F%2Fh%2F%3Fsignature%3D1"),
            "limit=1&url=***&to=***"
        );
        assert!(matches!(query("url=http%3A%2F%2Fh%2F"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_document_in_a_text_keeps_no_secret() {
        let blob = r#"{"access": "a", "secret": "s3cret"}"#;
        let mut credential = json!({ "credential": { "type": "ec2", "blob": blob } });
        json(&mut credential);
        let blob = credential["credential"]["blob"].as_str().unwrap();
        assert_eq!(blob, r#"{"access":"a","secret":"***"}"#);
        let mut broken = json!({ "blob": r#"{"secret": "s3cret"#, "list": "[1, 2]" });
        json(&mut broken);
        assert_eq!(broken, json!({ "blob": "***", "list": "[1, 2]" }));
    }

    #[test]
    fn whatever_is_below_a_secret_name_is_secret() {
        let mut odd = json!({ "secrets": { "a": ["b", { "c": 1 }] }, "totp": { "passcode": 7 } });
        json(&mut odd);
        assert_eq!(
            odd,
            json!({ "secrets": { "a": ["***", { "c": "***" }] }, "totp": { "passcode": "***" } })
        );
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
    fn a_login_by_an_api_key_keeps_who_and_hides_the_key() {
        let mut login = json!({ "auth": {
            "RAX-KSKEY:apiKeyCredentials": { "username": "bob", "apiKey": "abc" },
            "passwordCredentials": { "username": "bob", "password": "pw" },
        } });
        json(&mut login);
        let auth = &login["auth"];
        let kinds = [
            ("RAX-KSKEY:apiKeyCredentials", "apiKey"),
            ("passwordCredentials", "password"),
        ];
        for (kind, secret) in kinds {
            assert_eq!(auth[kind], json!({ "username": "bob", secret: STARS }));
        }
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
