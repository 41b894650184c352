//! Secrets with numbers: whoever reads a recording sees which secrets are the same one, and none of them.

use std::collections::HashMap;

use parking_lot::Mutex;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::redact;
use crate::domain::scrub::is_secret_header;

/// The secrets that were met so far, each with a number. Only hashes of them are kept.
#[derive(Debug, Default)]
pub struct NumberedSecrets(Mutex<HashMap<[u8; 32], usize>>);

impl NumberedSecrets {
    /// Returns what stands for a secret: `***` and a number, the same for the same secret.
    pub fn number(&self, secret: &str) -> String {
        let mut known = self.0.lock();
        let next = known.len() + 1;
        let number = *known.entry(Sha256::digest(secret).into()).or_insert(next);
        format!("{}{number}", redact::STARS)
    }

    /// Returns the value of a header without secrets.
    pub fn header(&self, name: &str, value: &str) -> String {
        if value.is_empty() {
            return String::new();
        }
        if is_secret_header(name) {
            return self.number(value);
        }
        redact::header(name, value).into_owned()
    }

    /// Replaces the secrets in a document.
    pub fn json(&self, document: &mut Value) {
        let original = document.clone();
        redact::json(document);
        self.name(&original, document);
    }

    /// Returns a path without secrets.
    #[must_use]
    pub fn path(path: &str) -> String {
        redact::path(path).into_owned()
    }

    /// Returns a query without secrets.
    #[must_use]
    pub fn query(query: &str) -> String {
        redact::query(query).into_owned()
    }

    /// Returns whether text that is no document may hold secrets.
    #[must_use]
    pub fn suspects(text: &str) -> bool {
        redact::may_hold_secrets(text)
    }

    /// Puts numbers where the stars are that the original has not.
    fn name(&self, original: &Value, scrubbed: &mut Value) {
        match (original, scrubbed) {
            (Value::Object(before), Value::Object(after)) => {
                for (name, value) in after {
                    if let Some(original) = before.get(name) {
                        self.name(original, value);
                    }
                }
            }
            (Value::Array(before), Value::Array(after)) => {
                for (original, value) in before.iter().zip(after) {
                    self.name(original, value);
                }
            }
            (original, after) if *after == redact::STARS && original != after => {
                let secret = original.as_str().map(str::to_owned);
                let secret = secret.unwrap_or_else(|| original.to_string());
                *after = self.number(&secret).into();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_secret_has_the_same_number_wherever_it_stands() {
        let secrets = NumberedSecrets::default();
        assert_eq!(secrets.header("x-auth-token", "abc"), "***1");
        let mut login = json!({ "auth": { "identity": { "token": { "id": "abc" }, "password": { "user": { "password": "pw" } } } } });
        secrets.json(&mut login);
        let identity = &login["auth"]["identity"];
        assert_eq!(identity["token"]["id"], "***1");
        assert_eq!(identity["password"]["user"]["password"], "***2");
        assert_eq!(secrets.header("accept", "*/*"), "*/*");
    }
}
