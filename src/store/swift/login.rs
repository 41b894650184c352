//! Logs in to the object store: by Keystone, or by the log-in of Swift itself.

use std::io;
use std::time::Duration;

use http::HeaderValue;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

use super::error::{failed, unreadable};
use crate::config::swift::SwiftService;
use crate::config::swift_login::{SwiftCredential, SwiftLogin};
use crate::domain::secret::Secret;

/// The longest time that a log-in may take.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A token, and where it is good for.
#[derive(Clone, Debug)]
pub(super) struct SwiftSession {
    /// The URL of the account, without a slash at its end.
    pub(super) endpoint: String,
    pub(super) token: HeaderValue,
}

impl SwiftSession {
    fn new(token: Option<&HeaderValue>, endpoint: Option<&str>) -> io::Result<Self> {
        let mut token = token
            .cloned()
            .ok_or_else(|| failed(&"the log-in gives no token"))?;
        token.set_sensitive(true);
        let endpoint = endpoint.ok_or_else(|| failed(&"the log-in tells no object store"))?;
        Ok(Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            token,
        })
    }
}

/// Logs in.
pub(super) async fn log_in(
    http: &Client,
    login: &SwiftLogin,
    service: &SwiftService,
) -> io::Result<SwiftSession> {
    let address = &login.auth_address;
    let auth = match &login.credential {
        SwiftCredential::V1 { user, key } => {
            let request = http.get(address).header("x-auth-user", user);
            return log_in_by_v1(request.header("x-auth-key", sensitive(key)?), service).await;
        }
        SwiftCredential::Password {
            user,
            domain,
            key,
            project,
        } => json!({
            "identity": { "methods": ["password"], "password": { "user": {
                "name": user, "password": key.reveal(), "domain": domain,
            } } },
            "scope": { "project": project },
        }),
        SwiftCredential::Application { id, secret } => json!({
            "identity": { "methods": ["application_credential"], "application_credential": {
                "id": id, "secret": secret.reveal(),
            } },
        }),
    };
    let version = if address.ends_with("/v3") { "" } else { "/v3" };
    let request = http.post(format!("{address}{version}/auth/tokens"));
    log_in_by_keystone(request.json(&json!({ "auth": auth })), service).await
}

async fn log_in_by_v1(request: RequestBuilder, service: &SwiftService) -> io::Result<SwiftSession> {
    let response = answer(request).await?;
    let headers = response.headers();
    let told = headers.get("x-storage-url");
    let told = told.and_then(|url| url.to_str().ok());
    let endpoint = service.endpoint.as_deref().or(told);
    SwiftSession::new(headers.get("x-auth-token"), endpoint)
}

async fn log_in_by_keystone(
    request: RequestBuilder,
    service: &SwiftService,
) -> io::Result<SwiftSession> {
    let response = answer(request).await?;
    let token = response.headers().get("x-subject-token").cloned();
    let body: Value = response.json().await.map_err(unreadable)?;
    let endpoint = service.endpoint.as_deref();
    let endpoint = endpoint.or_else(|| endpoint_in(&body, service));
    SwiftSession::new(token.as_ref(), endpoint)
}

async fn answer(request: RequestBuilder) -> io::Result<Response> {
    let response = request.timeout(TIMEOUT).send().await.map_err(unreadable)?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    Err(failed(&format_args!("the log-in is answered {status}")))
}

/// Returns the URL of the object store in the catalogue of a token.
fn endpoint_in<'a>(body: &'a Value, wanted: &SwiftService) -> Option<&'a str> {
    let services = body.pointer("/token/catalog")?.as_array()?.iter();
    let mut services = services.filter(|service| service["type"] == wanted.kind);
    services.find_map(|service| {
        let mut endpoints = service["endpoints"].as_array()?.iter();
        let fits = |endpoint: &&Value| {
            let region = wanted.region.as_ref();
            endpoint["interface"] == wanted.interface
                && region.is_none_or(|region| endpoint["region"] == *region)
        };
        endpoints.find(fits)?["url"].as_str()
    })
}

/// Returns the value of a header that is not to be logged.
fn sensitive(secret: &Secret) -> io::Result<HeaderValue> {
    let value = HeaderValue::from_str(secret.reveal());
    let mut value = value.map_err(|_| failed(&"the key does not fit a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
