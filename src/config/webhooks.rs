//! The settings of webhooks, which get Glance's notifications.

use std::time::Duration;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

#[cfg(feature = "cli")]
use super::arguments::{Args, seconds, secret};
use super::shown;
use crate::domain::secret::Secret;
use crate::domain::text::hex;

/// Who gets notifications, and how.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Notifications")
)]
pub struct WebhookOptions {
    /// URL that gets each notification by POST, in order and at least once; several, separated by commas, get all of them
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_NOTIFICATION_WEBHOOK", value_delimiter = ',', value_parser = WebhookUrl::read, hide_env_values = true, value_name = "URL"))]
    pub notification_webhook: Vec<WebhookUrl>,

    /// Key of the HMAC-SHA256 in the header X-Lookalike-Signature: `sha256=` and the HMAC of the body in hex
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_NOTIFICATION_WEBHOOK_SECRET", value_parser = secret, hide_env_values = true, value_name = "KEY"))]
    pub notification_webhook_secret: Option<Secret>,

    /// How many notifications wait for a webhook or a message broker that takes none; then the oldest are dropped
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_NOTIFICATION_WEBHOOK_QUEUE", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..), value_name = "N"))]
    pub notification_webhook_queue: u32,

    /// How long a webhook or a message broker may take for one notification: seconds, or such as 500ms or 1m30s
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_NOTIFICATION_WEBHOOK_TIMEOUT", value_parser = seconds, default_value = "10", value_name = "DURATION"))]
    #[serde(serialize_with = "shown::seconds")]
    pub notification_webhook_timeout: Duration,
}

impl WebhookOptions {
    /// Returns the webhooks, each once.
    #[must_use]
    pub fn urls(&self) -> Vec<WebhookUrl> {
        let mut urls: Vec<WebhookUrl> = Vec::new();
        for url in &self.notification_webhook {
            if !urls.contains(url) {
                urls.push(url.clone());
            }
        }
        urls
    }
}

impl Default for WebhookOptions {
    fn default() -> Self {
        Self {
            notification_webhook: Vec::new(),
            notification_webhook_secret: None,
            notification_webhook_queue: 10_000,
            notification_webhook_timeout: Duration::from_secs(10),
        }
    }
}

/// The URL of a webhook, whose user and query may be secrets: it is shown without them.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl(String);

impl WebhookUrl {
    /// Reads a URL.
    ///
    /// # Errors
    ///
    /// Says which URLs are allowed.
    pub fn read(text: &str) -> Result<Self, String> {
        let allowed = "a URL that begins with http:// or https:// is allowed";
        let uri: http::Uri = text
            .parse()
            .map_err(|error| format!("{error}; {allowed}"))?;
        match uri.scheme_str() {
            Some("http" | "https") if uri.authority().is_some() => Ok(Self(text.to_owned())),
            _ => Err(allowed.into()),
        }
    }

    /// Returns the whole URL.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns the name of the queue of this webhook: a hash, for no secret shall be in the database.
    #[must_use]
    pub fn target(&self) -> String {
        hex(&Sha256::digest(self.0.as_bytes()))
    }

    /// Returns the URL without its user and its query.
    #[must_use]
    pub fn shown(&self) -> String {
        let plain = self.0.split(['?', '#']).next().unwrap_or_default();
        let (scheme, rest) = plain.split_once("://").unwrap_or(("http", plain));
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let host = authority.rsplit('@').next().unwrap_or_default();
        format!("{scheme}://{host}{path}")
    }
}

impl std::fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Serialize for WebhookUrl {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_secrets() {
        let shown = |text: &str| WebhookUrl::read(text).unwrap().shown();
        assert_eq!(
            shown("https://u:p@host:1/path?token=x"),
            "https://host:1/path"
        );
        assert_eq!(shown("http://host?token=x"), "http://host");
        assert_eq!(shown("http://host/a@b"), "http://host/a@b");
        for wrong in ["", "host", "ftp://host/", "http:///path"] {
            assert!(WebhookUrl::read(wrong).is_err(), "{wrong}");
        }
    }
}
