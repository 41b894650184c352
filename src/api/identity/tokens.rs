//! Tokens over HTTP: asked for, validated, revoked; and what one is good for.

use axum::extract::{Extension, OriginalUri};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, StatusCode, Uri};
use serde_json::{Map, Value, json};

use super::access_rules;
use super::resource::View;
use super::response;
use super::token_holder::{Authenticated, hash_in};
use crate::api::audit::AuditedRequest;
use crate::app::App;
use crate::db::identity::{CatalogRow, Token};
use crate::identity::auth_request::AuthRequest;
use crate::identity::catalog::{self, filled};
use crate::identity::credentials::list;
use crate::identity::document::Document;
use crate::identity::error::{KeystoneError, Result};
use crate::identity::login::log_in;
use crate::identity::token::roles_in;
use crate::identity::urls::Base;
use crate::identity::validation::is_true;
use crate::runtime::metrics::LoginApi;
use crate::simulation::journal::RequestNotes;

/// The header by which a service says that it holds tokens to their access rules.
const ACCESS_RULES: HeaderName = HeaderName::from_static("openstack-identity-access-rules");

const SUBJECT_TOKEN: HeaderName = HeaderName::from_static("x-subject-token");

/// Gives out a token.
pub(crate) async fn issue(
    app: App,
    base: Base,
    OriginalUri(uri): OriginalUri,
    notes: Option<Extension<RequestNotes>>,
    audited: AuditedRequest,
    document: Document,
) -> Result<Response> {
    let request = AuthRequest::read(document.take("auth"))?;
    let claimed = request.claimed_user();
    let issued = log_in(&app, request).await.inspect_err(|error| {
        if error.status() == StatusCode::UNAUTHORIZED {
            audited.login_refused(&app, LoginApi::V3, &claimed);
        }
    })?;
    if let Some(Extension(notes)) = notes {
        let token = &issued.token;
        notes.who(Some(&token.user_id), token.project_id.as_deref());
    }
    let document = view(&app, &base, &issued.token, &uri).await?;
    let answer = response::created("token", document);
    Ok(([(SUBJECT_TOKEN, issued.secret)], answer).into_response())
}

/// Shows a token to its own user, to whoever may see all, and to services.
pub(crate) async fn validate(
    request: Authenticated,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response> {
    let expired = asks(&uri, "allow_expired").is_some_and(|value| is_true(&value));
    let subject = hash_in(&headers, &SUBJECT_TOKEN);
    let knows = headers
        .get(ACCESS_RULES)
        .is_some_and(|version| version == "1.0");
    let service = request.service();
    let token = service.validate_token(subject, expired, knows).await?;
    let document = view(&request.app, &request.base, &token, &uri).await?;
    let answer = response::one("token", document);
    let echo = headers.get(&SUBJECT_TOKEN).cloned();
    let echo = echo.map(|token| [(SUBJECT_TOKEN, token)]);
    Ok(match echo {
        Some(echo) => (echo, answer).into_response(),
        None => answer,
    })
}

/// Revokes a token.
pub(crate) async fn revoke(request: Authenticated, headers: HeaderMap) -> Result<Response> {
    let subject = hash_in(&headers, &SUBJECT_TOKEN);
    request.service().revoke_token(subject).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Lists the domains that the caller has a role on.
pub(crate) async fn domains(
    request: Authenticated,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let domains = request.service().own_domains().await?;
    let views = domains
        .iter()
        .map(|domain| domain.view(&request.base))
        .collect();
    Ok(response::list("domains", views, &request.base.itself(&uri)))
}

/// Tells whether the caller has a role on the system.
pub(crate) async fn system(
    request: Authenticated,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let all = if request.service().has_role_on_system().await? {
        vec![json!({ "all": true })]
    } else {
        vec![]
    };
    let document = json!({ "system": all, "links": { "self": request.base.itself(&uri) } });
    Ok(response::json(StatusCode::OK, &document))
}

/// Shows the catalog: each service with its endpoints.
pub(crate) async fn catalog(
    request: Authenticated,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    if request.caller.token.scope().is_none() {
        return Err(KeystoneError::NotAllowed);
    }
    let rows = catalog::rows(&request.app).await?;
    let document = json!({
        "catalog": services(&rows, &request.base, &request.caller.token),
        "links": { "self": request.base.itself(&uri) },
    });
    Ok(response::json(StatusCode::OK, &document))
}

async fn view(app: &App, base: &Base, token: &Token, uri: &Uri) -> Result<Value> {
    let plain = asks(uri, "nocatalog").is_some();
    let mut view = Map::new();
    describe(token, &mut view);
    if token.scope().is_some() && !plain {
        let rows = catalog::rows(app).await?;
        view.insert("catalog".into(), services(&rows, base, token));
    }
    if let Some(id) = &token.credential_id {
        let mut credential = json!({
            "id": id,
            "name": token.credential_name,
            "restricted": token.credential_unrestricted != Some(true),
        });
        let rules = app.db.read().await?.rules_of_credential(id).await?;
        if let Some(credential) = credential.as_object_mut().filter(|_| !rules.is_empty()) {
            let rules = rules.iter().map(access_rules::fields).collect();
            credential.insert("access_rules".into(), rules);
        }
        view.insert("application_credential".into(), credential);
    }
    Ok(Value::Object(view))
}

/// Returns the parameter's value in a query, if it is there.
fn asks(uri: &Uri, name: &str) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let found = pairs.find(|(pair, _)| pair == name);
    found.map(|(_, value)| value.into_owned())
}

fn describe(token: &Token, view: &mut Map<String, Value>) {
    let user = json!({
        "domain": { "id": token.user_domain_id, "name": token.user_domain_name },
        "id": token.user_id,
        "name": token.user_name,
        "password_expires_at": null,
    });
    view.insert("methods".into(), json!(list(&token.methods)));
    view.insert("user".into(), user);
    view.insert("audit_ids".into(), json!(list(&token.audit_ids)));
    view.insert(
        "expires_at".into(),
        format_timestamp(token.expires_at).into(),
    );
    view.insert("issued_at".into(), format_timestamp(token.issued_at).into());
    let roles = json!(roles_in(&token.roles));
    if token.project_id.is_some() {
        let domain = json!({ "id": token.project_domain_id, "name": token.project_domain_name });
        let project =
            json!({ "domain": domain, "id": token.project_id, "name": token.project_name });
        view.insert("project".into(), project);
        view.insert("is_domain".into(), false.into());
        view.insert("roles".into(), roles);
    } else if token.domain_id.is_some() {
        let domain = json!({ "id": token.domain_id, "name": token.domain_name });
        view.insert("domain".into(), domain);
        view.insert("roles".into(), roles);
    } else if token.system_scope {
        view.insert("roles".into(), roles);
        view.insert("system".into(), json!({ "all": true }));
    }
}

/// A moment as Keystone writes it: the one form that every client reads.
pub(crate) fn format_timestamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

fn services(rows: &[CatalogRow], base: &Base, token: &Token) -> Value {
    let service = |rows: &[CatalogRow]| {
        let first = rows.first()?;
        let endpoints: Vec<_> = rows
            .iter()
            .filter_map(|row| endpoint(row, base, token))
            .collect();
        Some(json!({
            "endpoints": endpoints,
            "id": first.service_id,
            "type": first.service_type,
            "name": first.service_name,
        }))
    };
    rows.chunk_by(|one, next| one.service_id == next.service_id)
        .filter_map(service)
        .collect()
}

fn endpoint(row: &CatalogRow, base: &Base, token: &Token) -> Option<Value> {
    let url = base.endpoint(row.url.as_deref()?);
    Some(json!({
        "id": row.endpoint_id.as_ref()?,
        "interface": row.interface,
        "region_id": row.region_id,
        "url": filled(&url, token)?,
        "region": row.region_id,
    }))
}
