//! Asks a cloud with bounds: of time, of length, and of how often it may lead elsewhere.

use http::{HeaderMap, Method, StatusCode};
use lookalike::with_causes;
use reqwest::Client;
use serde_json::Value;

use crate::cli::capture::{GlanceEndpoint, bounded};

/// The longest answer that is read, in bytes.
const LONGEST: usize = 16 * 1024 * 1024;

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// The document; null if the body is none.
    pub(super) body: Value,
    /// The text of the body.
    pub(super) text: String,
}

/// The body of a request.
#[derive(Clone, Debug)]
pub(super) enum Sent {
    Nothing,
    Json(Value),
    Patch(Value),
    Data(Vec<u8>),
}

/// A cloud, and a token for it.
#[derive(Debug)]
pub(super) struct CloudSession {
    http: Client,
    url: String,
    token: Option<String>,
    /// The names of the roles that the token has, if it is known which.
    pub(super) roles: Option<Vec<String>>,
    /// The id of the project of the token.
    pub(super) project: Option<String>,
    /// The URL of the Keystone, with `/v3`, if it is known.
    identity: Option<String>,
    /// The id of the image service in the catalogue.
    pub(super) service: Option<String>,
    /// The region of the image service.
    pub(super) region: Option<String>,
}

impl CloudSession {
    /// Makes one with the token of a log-in.
    pub(super) fn new(http: Client, endpoint: &GlanceEndpoint) -> Self {
        let about = &endpoint.about;
        let roles = about.get("roles").and_then(Value::as_array);
        let roles = roles.map(|roles| {
            let names = roles.iter().filter_map(|role| role.get("name")?.as_str());
            names.map(str::to_owned).collect()
        });
        let project = about.pointer("/project/id").and_then(Value::as_str);
        let fake = endpoint.token.as_deref().and_then(fake_token);
        let (fake_project, fake_roles) = fake.unzip();
        Self {
            http,
            url: endpoint.url.clone(),
            token: endpoint.token.clone(),
            roles: roles.or(fake_roles),
            project: project.map(str::to_owned).or(fake_project),
            identity: endpoint.identity.clone(),
            service: service(about),
            region: region(about, &endpoint.url),
        }
    }

    /// Makes one for another server, with another token.
    pub(super) fn other(&self, url: String, token: String) -> Self {
        Self {
            http: self.http.clone(),
            url,
            token: Some(token),
            roles: self.roles.clone(),
            project: self.project.clone(),
            identity: None,
            service: None,
            region: None,
        }
    }

    /// Returns one for the Keystone of the cloud, with the same token.
    pub(super) fn keystone(&self) -> Option<Self> {
        Some(self.other(self.identity.clone()?, self.token.clone()?))
    }

    /// Returns whether the token has the role admin, as far as that is known.
    pub(super) fn is_admin(&self) -> bool {
        let mut roles = self.roles.iter().flatten();
        roles.any(|role| role == "admin")
    }

    /// Asks for a path.
    pub(super) async fn get(&self, path: &str) -> Result<Reply, String> {
        self.send(Method::GET, path, Sent::Nothing).await
    }

    /// Asks for a document; one that is answered with 200 and is none is an error.
    pub(super) async fn document(&self, path: &str) -> Result<Reply, String> {
        let reply = self.get(path).await?;
        if reply.status.is_success() && !reply.body.is_object() {
            let start: String = reply.text.chars().take(200).collect();
            return Err(format!(
                "{}{path} answers {} with what is not a JSON object: {start}",
                self.url, reply.status
            ));
        }
        if reply.status.is_server_error() {
            return Err(format!("{}{path} answers {}", self.url, reply.status));
        }
        Ok(reply)
    }

    /// Sends a request.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Sent,
    ) -> Result<Reply, String> {
        let url = format!("{}{path}", self.url);
        let mut request = self.http.request(method, &url);
        request = request.header("Accept", "application/json");
        if let Some(token) = &self.token {
            request = request.header("X-Auth-Token", token);
        }
        request = match body {
            Sent::Nothing => request,
            Sent::Json(document) => request.json(&document),
            Sent::Patch(changes) => {
                let kind = "application/openstack-images-v2.1-json-patch";
                request
                    .header("Content-Type", kind)
                    .body(changes.to_string())
            }
            Sent::Data(bytes) => {
                let kind = "application/octet-stream";
                request.header("Content-Type", kind).body(bytes)
            }
        };
        let response = request.send().await;
        let response = response.map_err(|error| {
            let error = with_causes(&error.without_url());
            format!("{url} does not answer: {error}")
        })?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = bounded(response, LONGEST)
            .await
            .map_err(|why| format!("{url} {why}"))?;
        Ok(Reply {
            status,
            headers,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        })
    }
}

/// Returns project and roles of a token that says them itself, as servers take it in tests: `user:project:role,role`.
fn fake_token(token: &str) -> Option<(String, Vec<String>)> {
    let mut parts = token.split(':');
    let (_, project, roles) = (parts.next()?, parts.next()?, parts.next()?);
    let roles = roles.split(',').map(str::to_owned).collect();
    parts.next().is_none().then(|| (project.to_owned(), roles))
}

/// Returns the id of the image service.
fn service(about: &Value) -> Option<String> {
    let services = about.get("catalog").and_then(Value::as_array)?;
    let image = |service: &&Value| service.get("type").and_then(Value::as_str) == Some("image");
    let found = services.iter().find(image)?.get("id")?;
    found.as_str().map(str::to_owned)
}

/// Returns the region of the endpoint with this URL.
fn region(about: &Value, url: &str) -> Option<String> {
    let services = about.get("catalog").and_then(Value::as_array)?;
    let endpoints = services
        .iter()
        .filter_map(|service| service.get("endpoints")?.as_array());
    let found = endpoints.flatten().find(|endpoint| {
        let known = endpoint.get("url").and_then(Value::as_str);
        known.is_some_and(|known| known.starts_with(url))
    });
    found?.get("region")?.as_str().map(str::to_owned)
}
