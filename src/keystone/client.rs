//! Asking a Keystone elsewhere: in the name of this service, whose own token is renewed when it ends.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderName, HeaderValue, StatusCode};
use reqwest::{Certificate, Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::{Instant, sleep};

use super::token::moment;
use crate::config::keystone::KeystoneOptions;

const AUTH_TOKEN: &str = "x-auth-token";
const SUBJECT_TOKEN: HeaderName = HeaderName::from_static("x-subject-token");

/// Questions that Keystone is asked at a time; the rest wait.
const LANES: usize = 32;

/// The time before its end at which our own token is renewed.
const MARGIN: TimeDelta = TimeDelta::seconds(30);

/// How long Keystone is left alone after it could not be reached, or would not sign us in: whoever
/// waited for the attempt that failed must not make one of his own, one after the other.
const RESPITE: Duration = Duration::from_secs(1);

/// The first pause before another attempt to connect; each following one is twice as long.
const PAUSE: Duration = Duration::from_millis(500);

/// Why a Keystone could not be used at all.
#[derive(Debug, thiserror::Error)]
#[error("the Keystone elsewhere cannot be used: {0}")]
pub struct KeystoneSetupError(String);

/// Why a Keystone did not answer as it should.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct KeystoneAnswerError(Arc<str>);

impl KeystoneAnswerError {
    fn new(words: impl fmt::Display) -> Self {
        Self(words.to_string().into())
    }

    /// Another status than was to be expected.
    pub(crate) fn answer(asked: &str, status: StatusCode) -> Self {
        Self::new(format_args!(
            "asked for {asked}, Keystone answered {status}"
        ))
    }

    fn request(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let why = crate::with_causes(&error);
        Self::new(format_args!("Keystone is not reached: {why}"))
    }
}

/// The response of Keystone.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
    token: Option<HeaderValue>,
}

/// The way to a Keystone.
pub(crate) struct KeystoneRequest {
    http: Client,
    url: String,
    login: Value,
    retries: u32,
    own: Mutex<Option<SignedIn>>,
    failed: parking_lot::Mutex<Option<(Instant, KeystoneAnswerError)>>,
    lanes: Semaphore,
}

impl fmt::Debug for KeystoneRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// A token of our own.
#[derive(Clone)]
pub(crate) struct SignedIn {
    token: HeaderValue,
    ends: DateTime<Utc>,
    /// The catalog of the token.
    pub(crate) catalog: Arc<Value>,
}

impl KeystoneRequest {
    pub(crate) fn new(url: &str, options: &KeystoneOptions) -> Result<Self, KeystoneSetupError> {
        let Some(password) = &options.keystone_password else {
            return Err(KeystoneSetupError("--keystone-password is missing".into()));
        };
        let broken = |error: &dyn fmt::Display| KeystoneSetupError(error.to_string());
        // A redirect could lead elsewhere with our tokens.
        let mut http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(options.http_connect_timeout.into()));
        if let Some(path) = &options.keystone_cafile {
            let wrong = |value: &dyn fmt::Display| {
                KeystoneSetupError(format!("{}: {value}", path.display()))
            };
            let pem = std::fs::read(path).map_err(|error| wrong(&error))?;
            for certificate in Certificate::from_pem_bundle(&pem).map_err(|error| wrong(&error))? {
                http = http.add_root_certificate(certificate);
            }
        }
        let url = url.trim_end_matches('/');
        let versioned = url.ends_with("/v3");
        Ok(Self {
            http: http.build().map_err(|error| broken(&error))?,
            url: format!("{url}{}", if versioned { "" } else { "/v3" }),
            login: login(options, password.reveal()),
            retries: options.http_request_max_retries,
            own: Mutex::default(),
            failed: parking_lot::Mutex::default(),
            lanes: Semaphore::new(LANES),
        })
    }

    /// What is at a path below `/v3`; about a token, if one is given. Where our own token is
    /// refused, another is fetched, once.
    pub(crate) async fn get(
        &self,
        path: &str,
        subject: Option<&HeaderValue>,
        now: DateTime<Utc>,
    ) -> Result<Answer, KeystoneAnswerError> {
        let _lane = self
            .lanes
            .acquire()
            .await
            .map_err(KeystoneAnswerError::new)?;
        self.may_be_asked()?;
        let mut own = self.own(None, now).await?;
        for may_be_renewed in [true, false] {
            let mut request = self.http.get(format!("{}{path}", self.url));
            request = request.header(AUTH_TOKEN, &own.token);
            if let Some(subject) = subject {
                request = request
                    .header(SUBJECT_TOKEN, subject)
                    // Else Keystone hides tokens that have access rules.
                    .header("openstack-identity-access-rules", "1");
            }
            let answer = self.send(request).await?;
            if answer.status != StatusCode::UNAUTHORIZED {
                return Ok(answer);
            }
            if may_be_renewed {
                own = self.own(Some(&own.token), now).await?;
            }
        }
        Err(KeystoneAnswerError::new(
            "Keystone refuses the token that it gave this service",
        ))
    }

    /// Our own token, and not this one, which was refused.
    pub(crate) async fn own(
        &self,
        refused: Option<&HeaderValue>,
        now: DateTime<Utc>,
    ) -> Result<SignedIn, KeystoneAnswerError> {
        let mut own = self.own.lock().await;
        if let Some(it) = &*own
            && it.ends > now + MARGIN
            && refused != Some(&it.token)
        {
            return Ok(it.clone());
        }
        self.may_be_asked()?;
        let signed_in = self.sign_in().await;
        let signed_in = signed_in.inspect_err(|error| self.leave_alone(error))?;
        Ok(own.insert(signed_in).clone())
    }

    /// Fails as the last attempt did, if that was just now.
    fn may_be_asked(&self) -> Result<(), KeystoneAnswerError> {
        let failed = self.failed.lock();
        match &*failed {
            Some((when, trouble)) if when.elapsed() < RESPITE => Err(trouble.clone()),
            _ => Ok(()),
        }
    }

    fn leave_alone(&self, trouble: &KeystoneAnswerError) {
        let mut failed = self.failed.lock();
        *failed = Some((Instant::now(), trouble.clone()));
    }

    async fn sign_in(&self) -> Result<SignedIn, KeystoneAnswerError> {
        let url = format!("{}/auth/tokens", self.url);
        let mut answer = self.send(self.http.post(url).json(&self.login)).await?;
        let ends = answer.body.pointer("/token/expires_at").and_then(moment);
        match (answer.status, answer.token, ends) {
            (StatusCode::CREATED, Some(token), Some(ends)) => {
                let catalog = answer.body.pointer_mut("/token/catalog");
                Ok(SignedIn {
                    token,
                    ends,
                    catalog: Arc::new(catalog.map(Value::take).unwrap_or_default()),
                })
            }
            (StatusCode::UNAUTHORIZED, ..) => Err(KeystoneAnswerError::new(
                "Keystone refuses the user and password that this service signs in with",
            )),
            (status, ..) => Err(KeystoneAnswerError::answer("a token of our own", status)),
        }
    }

    /// Sends a request; once more, after a pause, where there was no connection.
    async fn send(&self, request: RequestBuilder) -> Result<Answer, KeystoneAnswerError> {
        let mut pause = PAUSE;
        for left in (0..=self.retries).rev() {
            let attempt = request.try_clone();
            let attempt =
                attempt.ok_or_else(|| KeystoneAnswerError::new("a request with a stream"))?;
            match attempt.send().await {
                Ok(response) => return read(response).await,
                Err(error) if left == 0 || error.is_timeout() || !error.is_request() => {
                    let trouble = KeystoneAnswerError::request(error);
                    self.leave_alone(&trouble);
                    return Err(trouble);
                }
                Err(_) => sleep(pause).await,
            }
            pause *= 2;
        }
        Err(KeystoneAnswerError::new("Keystone was not asked"))
    }
}

async fn read(response: reqwest::Response) -> Result<Answer, KeystoneAnswerError> {
    let status = response.status();
    let mut token = response.headers().get(SUBJECT_TOKEN).cloned();
    if let Some(token) = &mut token {
        token.set_sensitive(true);
    }
    let body = response
        .bytes()
        .await
        .map_err(KeystoneAnswerError::request)?;
    Ok(Answer {
        status,
        body: serde_json::from_slice(&body).unwrap_or_default(),
        token,
    })
}

fn login(options: &KeystoneOptions, password: &str) -> Value {
    let domain = |name: &str| json!({ "name": name });
    let user = json!({
        "name": options.keystone_username,
        "domain": domain(&options.keystone_user_domain_name),
        "password": password,
    });
    let project = json!({
        "name": options.keystone_project_name,
        "domain": domain(&options.keystone_project_domain_name),
    });
    json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": user } },
        "scope": { "project": project },
    }})
}
