//! Asks other servers what policy rules ask them (`http:…`, `https:…`), as oslo.policy does.

use std::path::Path;
use std::sync::OnceLock;

use futures_util::{StreamExt, TryStreamExt, stream};
use http::header::CONTENT_TYPE;
use reqwest::{Certificate, Client, Identity, Response};

use super::answers::PolicyAnswers;
use crate::config::{RemoteContentType, RuleOptions};
use crate::domain::policy::RemoteQuestion;

/// The number of questions that one request asks at a time.
const AT_ONCE: usize = 8;

/// The length of the longest answer that is read: more is no `True`.
const LONGEST: usize = 64 << 10;

/// The text of an answer that lets pass, in quotes or without.
const YES: &str = "True";

/// A question that could not be asked, or was not answered.
#[derive(Debug, thiserror::Error)]
#[error("the rule {rule} could not ask {url}: {reason}")]
pub struct RemotePolicyError {
    rule: String,
    url: String,
    reason: String,
}

/// The way to servers that policy rules ask.
#[derive(Debug)]
pub(super) struct RemotePolicy {
    options: RuleOptions,
    /// Made for the first question: to read the certificates of the machine takes its time.
    client: OnceLock<Client>,
}

impl RemotePolicy {
    pub(super) fn of(options: &RuleOptions) -> Self {
        Self {
            options: options.clone(),
            client: OnceLock::new(),
        }
    }

    /// Finds out the answers to questions.
    pub(super) async fn answer(
        &self,
        answers: &PolicyAnswers,
        questions: Vec<RemoteQuestion>,
    ) -> Result<(), RemotePolicyError> {
        let asked = questions.into_iter().map(|question| async {
            let answer = self.ask(&question).await.map_err(|reason| {
                let url = question.url.clone();
                RemotePolicyError {
                    rule: question.rule.clone(),
                    url: url.unwrap_or_else(|| "a server".to_owned()),
                    reason,
                }
            })?;
            answers.learn(question, answer);
            Ok(())
        });
        stream::iter(asked)
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }

    async fn ask(&self, question: &RemoteQuestion) -> Result<bool, String> {
        let url = question.url.as_ref();
        let url = url.ok_or("the URL has a field that the target lacks")?;
        let request = self.client().await?.post(url);
        let RemoteQuestion {
            rule,
            target,
            credentials,
            ..
        } = question;
        let rule = serde_json::Value::from(rule.as_str()).to_string();
        let kind = self.options.remote_content_type;
        let body = match kind {
            RemoteContentType::Form => form_urlencoded::Serializer::new(String::new())
                .append_pair("rule", &rule)
                .append_pair("target", target)
                .append_pair("credentials", credentials)
                .finish(),
            RemoteContentType::Json => {
                format!(r#"{{"rule": {rule}, "target": {target}, "credentials": {credentials}}}"#)
            }
        };
        let request = request.header(CONTENT_TYPE, kind.as_str()).body(body);
        let answer = async {
            let answer = request.send().await?;
            read(answer).await
        };
        let answer = tokio::time::timeout(self.options.remote_timeout, answer).await;
        let answer = answer.map_err(|_| "it did not answer in time".to_owned())?;
        // The status says nothing to oslo.policy.
        answer.map_err(|error| crate::with_causes(&error.without_url()))
    }

    async fn client(&self) -> Result<&Client, String> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let options = self.options.clone();
        let made = tokio::task::spawn_blocking(move || client(&options)).await;
        let made = made.map_err(|error| error.to_string())??;
        Ok(self.client.get_or_init(|| made))
    }
}

/// Returns whether an answer lets pass.
async fn read(mut answer: Response) -> reqwest::Result<bool> {
    let mut text = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        text.extend_from_slice(&chunk);
        if text.len() > LONGEST {
            return Ok(false);
        }
    }
    let text = String::from_utf8_lossy(&text);
    Ok(text.trim_matches('"') == YES)
}

/// Makes a client; blocks.
fn client(options: &RuleOptions) -> Result<Client, String> {
    let mut client =
        Client::builder().tls_danger_accept_invalid_certs(!options.remote_ssl_verify_server_crt);
    if let Some(file) = &options.remote_ssl_ca_crt_file
        && options.remote_ssl_verify_server_crt
    {
        let all = Certificate::from_pem_bundle(&pem(file)?);
        for one in all.map_err(|error| wrong(file, &error))? {
            client = client.add_root_certificate(one);
        }
    }
    if let Some(file) = &options.remote_ssl_client_crt_file {
        let mut both = pem(file)?;
        if let Some(key) = &options.remote_ssl_client_key_file {
            both.extend(pem(key)?);
        }
        let identity = Identity::from_pem(&both).map_err(|error| wrong(file, &error))?;
        client = client.identity(identity);
    }
    client.build().map_err(|error| crate::with_causes(&error))
}

fn pem(file: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(file).map_err(|error| wrong(file, &error))
}

fn wrong(file: &Path, error: &dyn std::fmt::Display) -> String {
    format!("{}: {error}", file.display())
}
