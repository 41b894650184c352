//! Logs in to a Keystone (v3), and finds the Glance in its catalog.

use lookalike::with_causes;
use reqwest::{Client, Response};
use serde_json::{Map, Value, json};

use super::clouds::CloudEntry;

/// The longest document that is read, in bytes.
const LONGEST: usize = 64 * 1024 * 1024;

/// The endpoint of a Glance, and a token for it.
#[derive(Debug)]
pub(in crate::cli) struct GlanceEndpoint {
    /// The URL, without `/v2` and without a slash at the end.
    pub(in crate::cli) url: String,
    /// The token, where one is needed.
    pub(in crate::cli) token: Option<String>,
    /// The URL of the Keystone, with `/v3`; `None` where there is none.
    pub(in crate::cli) identity: Option<String>,
    /// The token as Keystone describes it; null where there is no Keystone.
    pub(in crate::cli) about: Value,
}

/// Logs in with the settings of the cloud.
///
/// # Errors
///
/// Settings that are missing, a Keystone that refuses, and a catalog without a Glance.
pub(in crate::cli) async fn log_in(
    cloud: &CloudEntry,
    http: &Client,
) -> Result<GlanceEndpoint, String> {
    let kind = cloud.setting("auth_type").unwrap_or_default();
    let given = cloud.setting("image_endpoint_override");
    if matches!(kind.as_str(), "none" | "admin_token" | "token_endpoint") {
        let glance = given.or_else(|| cloud.auth("endpoint"));
        let glance = glance.ok_or_else(|| format!("{kind}: auth needs an endpoint"))?;
        return Ok(GlanceEndpoint {
            url: base_url(&glance),
            token: cloud.auth("token"),
            identity: None,
            about: Value::Null,
        });
    }
    let url = cloud.auth("auth_url").ok_or("auth: there is no auth_url")?;
    let url = url.trim_end_matches('/');
    let url = url.strip_suffix("/v2.0").unwrap_or(url);
    let slash = if url.ends_with("/v3") { "" } else { "/v3" };
    let identity = format!("{url}{slash}");
    let url = format!("{identity}/auth/tokens");
    let body = json!({ "auth": request(cloud)? });
    let response = http.post(&url).json(&body).send().await;
    let response = response.map_err(|error| format!("{url}: {}", with_causes(&error)))?;
    if !response.status().is_success() {
        return Err(format!("{url} answers {}", describe(response).await));
    }
    let token = response.headers().get("x-subject-token");
    let token = token
        .and_then(|token| token.to_str().ok())
        .map(str::to_owned);
    let mut body = json_of(response)
        .await
        .map_err(|error| format!("{url} {error}"))?;
    let glance = match given {
        Some(given) => given,
        None => endpoint(&body, cloud)?,
    };
    Ok(GlanceEndpoint {
        url: base_url(&glance),
        token,
        identity: Some(identity),
        about: body.get_mut("token").map(Value::take).unwrap_or_default(),
    })
}

/// Returns the document that a response is.
///
/// # Errors
///
/// A body that is none, is too long, or breaks off; the error goes on behind the URL.
pub(in crate::cli) async fn json_of(response: Response) -> Result<Value, String> {
    let status = response.status();
    let bytes = bounded(response, LONGEST).await?;
    serde_json::from_slice(&bytes).map_err(|_| {
        let text = beginning(&bytes);
        format!("answers {status} with what is not JSON: {text}")
    })
}

/// Returns the bytes of a response up to a bound; what is longer is an error.
pub(in crate::cli) async fn bounded(
    mut response: Response,
    bound: usize,
) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    loop {
        let part = response.chunk().await;
        let part =
            part.map_err(|error| format!("breaks off: {}", with_causes(&error.without_url())))?;
        let Some(part) = part else {
            return Ok(bytes);
        };
        if bytes.len() + part.len() > bound {
            return Err(format!("answers with more than {bound} bytes"));
        }
        bytes.extend_from_slice(&part);
    }
}

/// Returns the first words of a body.
fn beginning(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let words: Vec<_> = text.split_whitespace().take(100).collect();
    words.join(" ").chars().take(300).collect()
}

/// Returns the status of a response and the beginning of its body, for an error.
pub(in crate::cli) async fn describe(response: Response) -> String {
    let status = response.status();
    let bytes = bounded(response, LONGEST).await.unwrap_or_default();
    format!("{status}: {}", beginning(&bytes))
}

/// Removes `/v2` and slashes from the end of a URL.
fn base_url(glance: &str) -> String {
    let glance = glance.trim_end_matches('/');
    glance.strip_suffix("/v2").unwrap_or(glance).to_owned()
}

/// Returns the value of `auth` in the request for a token.
fn request(cloud: &CloudEntry) -> Result<Value, String> {
    let kind = cloud.setting("auth_type").unwrap_or_default();
    let credential = cloud.auth("application_credential_secret");
    if let Some(secret) = credential {
        // It belongs to one project, so there is no scope.
        return Ok(json!({ "identity": {
            "methods": ["application_credential"],
            "application_credential": application_credential(cloud, secret),
        }}));
    }
    let mut identity = Map::new();
    if let Some(token) = cloud.auth("token").filter(|_| !kind.contains("password")) {
        identity.insert("methods".into(), json!(["token"]));
        identity.insert("token".into(), json!({ "id": token }));
    } else {
        let password = cloud.auth("password").ok_or("auth: there is no password")?;
        let mut user = user(cloud).ok_or("auth: there is neither username nor user_id")?;
        user.insert("password".into(), password.into());
        identity.insert("methods".into(), json!(["password"]));
        identity.insert("password".into(), json!({ "user": user }));
    }
    let mut request = Map::new();
    request.insert("identity".into(), identity.into());
    if let Some(scope) = scope(cloud) {
        request.insert("scope".into(), scope);
    }
    Ok(request.into())
}

fn application_credential(cloud: &CloudEntry, secret: String) -> Value {
    let mut credential = Map::new();
    credential.insert("secret".into(), secret.into());
    if let Some(id) = cloud.auth("application_credential_id") {
        credential.insert("id".into(), id.into());
    } else {
        let name = cloud.auth("application_credential_name");
        credential.insert("name".into(), json!(name));
        credential.insert("user".into(), json!(user(cloud)));
    }
    credential.into()
}

fn user(cloud: &CloudEntry) -> Option<Map<String, Value>> {
    if let Some(id) = cloud.auth("user_id") {
        return Some(Map::from_iter([("id".to_owned(), id.into())]));
    }
    let name = cloud.auth("username")?;
    let domain = domain(cloud, "user_domain");
    Some(Map::from_iter([
        ("name".to_owned(), name.into()),
        ("domain".to_owned(), domain),
    ]))
}

/// Returns the domain that the settings name by id or by name, or the default one.
fn domain(cloud: &CloudEntry, which: &str) -> Value {
    if let Some(id) = cloud.auth(&format!("{which}_id")) {
        return json!({ "id": id });
    }
    match cloud.auth(&format!("{which}_name")) {
        Some(name) => json!({ "name": name }),
        None => json!({ "id": cloud.auth("default_domain").unwrap_or_else(|| "default".into()) }),
    }
}

fn scope(cloud: &CloudEntry) -> Option<Value> {
    let either = |one: &str, other: &str| cloud.auth(one).or_else(|| cloud.auth(other));
    if let Some(id) = either("project_id", "tenant_id") {
        return Some(json!({ "project": { "id": id } }));
    }
    if let Some(name) = either("project_name", "tenant_name") {
        let domain = domain(cloud, "project_domain");
        return Some(json!({ "project": { "name": name, "domain": domain } }));
    }
    if cloud.auth("system_scope").is_some() {
        return Some(json!({ "system": { "all": true } }));
    }
    let domain_given = cloud
        .auth("domain_id")
        .or_else(|| cloud.auth("domain_name"));
    domain_given.map(|_| json!({ "domain": domain(cloud, "domain") }))
}

/// Returns the URL of the Glance in the catalog, in the region and for the interface of the settings.
fn endpoint(body: &Value, cloud: &CloudEntry) -> Result<String, String> {
    let interface = cloud
        .setting("interface")
        .unwrap_or_else(|| "public".into());
    let interface = interface.trim_end_matches("URL");
    let region = cloud.setting("region_name");
    let services = body.pointer("/token/catalog").and_then(Value::as_array);
    let services = services.map(Vec::as_slice).unwrap_or_default();
    let images = services
        .iter()
        .filter(|service| text(service, "type") == Some("image"));
    let endpoints = images.filter_map(|service| service.get("endpoints")?.as_array());
    let matches = |endpoint: &&Value| {
        let here = region
            .as_deref()
            .is_none_or(|region| text(endpoint, "region") == Some(region));
        here && text(endpoint, "interface") == Some(interface)
    };
    let found = endpoints.flatten().find(matches);
    let url = found
        .and_then(|endpoint| text(endpoint, "url"))
        .map(str::to_owned);
    url.ok_or_else(|| {
        let region = region.map_or_else(String::new, |region| format!(" in {region}"));
        format!("the catalog has no {interface} endpoint of the image service{region}")
    })
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}
