//! One request to a webhook.

use std::fmt::Write;

use aws_lc_rs::hmac;
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;

use crate::config::{Config, WebhookUrl};

/// The header with the HMAC of the body.
const SIGNATURE: &str = "X-Lookalike-Signature";

/// The header with the path of the sandbox whose notification it is.
const SANDBOX: &str = "X-Lookalike-Sandbox";

/// Sends notifications to webhooks.
pub(super) struct Webhooks {
    client: Client,
    key: Option<hmac::Key>,
    sandbox: String,
}

impl Webhooks {
    pub(super) fn new(config: &Config) -> Result<Self, String> {
        let options = &config.webhooks;
        // A redirect could lead elsewhere with a signed body.
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("lookalike/", env!("CARGO_PKG_VERSION")))
            .timeout(options.notification_webhook_timeout)
            .build()
            .map_err(|error| error.to_string())?;
        let secret = options.notification_webhook_secret.as_ref();
        let key = secret.map(|key| hmac::Key::new(hmac::HMAC_SHA256, key.reveal().as_bytes()));
        Ok(Self {
            client,
            key,
            sandbox: config.below.clone(),
        })
    }

    /// Sends one; any status of success says that it was taken.
    pub(super) async fn post(&self, url: &WebhookUrl, body: &str) -> Result<(), String> {
        let mut request = self
            .client
            .post(url.reveal())
            .header(CONTENT_TYPE, "application/json");
        if !self.sandbox.is_empty() {
            request = request.header(SANDBOX, &self.sandbox);
        }
        if let Some(key) = &self.key {
            request = request.header(SIGNATURE, signature(key, body));
        }
        let answer = request.body(body.to_owned()).send().await;
        // The text of the error would have the URL, which may have a secret.
        let answer = answer.map_err(|error| error.without_url().to_string())?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        Err(format!("the answer is {status}"))
    }
}

fn signature(key: &hmac::Key, body: &str) -> String {
    let mut text = "sha256=".to_owned();
    for byte in hmac::sign(key, body.as_bytes()).as_ref() {
        // Writing to a text does not fail.
        write!(text, "{byte:02x}").ok();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_hmac_of_rfc_4231() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"Jefe");
        let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature(&key, "what do ya want for nothing?"), expected);
    }
}
