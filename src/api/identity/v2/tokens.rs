//! Tokens of Identity v2.0: given out, shown, revoked.

use axum::extract::{Extension, OriginalUri, Path};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use super::access;
use super::extract::{Holder, V2Document};
use super::listed;
use crate::api::audit::AuditedRequest;
use crate::api::identity::resource::query;
use crate::api::identity::response;
use crate::api::identity::token_holder::Authenticated;
use crate::api::over_limit;
use crate::app::App;
use crate::db::identity::Token;
use crate::domain::digest::digest;
use crate::identity::catalog;
use crate::identity::error::KeystoneError;
use crate::identity::urls::Base;
use crate::identity::v2::catalog::{narrow, services};
use crate::identity::v2::error::{IdentityV2Error, Result};
use crate::identity::v2::login::log_in;
use crate::identity::v2::request::TokenRequest;
use crate::identity::v2::tenant::TenantForm;
use crate::runtime::metrics::LoginApi;
use crate::simulation::journal::RequestNotes;
use crate::simulation::request_counts::CountedApi;

const TENANT: HeaderName = HeaderName::from_static("x-tenant-id");

/// Gives out a token, with the catalogue of the account. Of a tenant that is not the account itself only what belongs
/// to it is there.
pub(super) async fn issue(
    app: App,
    base: Base,
    notes: Option<Extension<RequestNotes>>,
    audited: AuditedRequest,
    body: V2Document,
) -> Result<Response> {
    let request = TokenRequest::read(body.take("auth").as_ref())?;
    over_limit::count(&app, CountedApi::LogIn, &request.credentials.who())?;
    let rows = catalog::rows(&app).await?;
    let claimed = request.claimed_user();
    let login = log_in(&app, request, &rows).await.inspect_err(|error| {
        if error.status() == StatusCode::UNAUTHORIZED {
            audited.login_refused(&app, LoginApi::V2, &claimed);
        }
    })?;
    let token = &login.issued.token;
    if let Some(Extension(notes)) = notes {
        notes.who(Some(&token.user_id), token.project_id.as_deref());
    }
    let mut catalogue = services(&rows, &base, token);
    let named = login.named.as_ref();
    if let Some(tenant) = named.filter(|tenant| !tenant.is_account()) {
        narrow(&mut catalogue, &tenant.id);
    }
    let document = json!({ "access": {
        "token": access::token(&login.issued.secret, token, named),
        "serviceCatalog": catalogue,
        "user": access::user(&app, token).await?,
    }});
    let answer = response::json(StatusCode::OK, &document);
    let tenant = named.map(|tenant| &tenant.id).or(token.project_id.as_ref());
    Ok(match tenant {
        Some(tenant) => ([(TENANT, tenant.as_str())], answer).into_response(),
        None => answer,
    })
}

/// Shows a token and its user; `belongsTo` names a tenant that it must be good for.
pub(super) async fn validate(
    Holder(request): Holder,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<String>,
) -> Result<Response> {
    let token = subject(&request, &id).await?;
    let asked = query(&uri)
        .into_iter()
        .find(|(name, _)| name == "belongsTo");
    if let Some((_, tenant)) = asked {
        let rows = catalog::rows(&request.app).await?;
        let project = token.project_id.as_deref();
        let mut forms = TenantForm::all(&rows).into_iter();
        if !forms.any(|form| project.is_some() && form.project_of(&tenant) == project) {
            return Err(IdentityV2Error::NotFound(format!(
                "Token doesn't belong to Tenant with Id/Name: '{tenant}'"
            )));
        }
    }
    let document = json!({ "access": {
        "token": access::token(&id, &token, None),
        "user": access::user(&request.app, &token).await?,
    }});
    Ok(response::json(StatusCode::OK, &document))
}

/// Lists the endpoints that a token is good for.
pub(super) async fn endpoints(Holder(request): Holder, Path(id): Path<String>) -> Result<Response> {
    let token = subject(&request, &id).await?;
    let rows = catalog::rows(&request.app).await?;
    let mut items = Vec::new();
    for service in services(&rows, &request.base, &token) {
        for entry in &service.endpoints {
            let mut item = json!({ "id": entry.id, "name": service.name, "type": service.kind });
            if let (Some(item), Ok(Value::Object(entry))) =
                (item.as_object_mut(), serde_json::to_value(entry))
            {
                item.extend(entry);
            }
            items.push(item);
        }
    }
    Ok(listed("endpoints", &items.into()))
}

/// Revokes the token that the request came with.
pub(super) async fn revoke_own(Holder(request): Holder) -> Result<Response> {
    let hash = request.caller.token.hash.clone();
    request.service().revoke_token(Some(hash)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Revokes a token.
pub(super) async fn revoke(Holder(request): Holder, Path(id): Path<String>) -> Result<Response> {
    let hash = digest(id.as_bytes());
    let revoked = request.service().revoke_token(Some(hash)).await;
    revoked.map_err(unknown)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn subject(request: &Authenticated, id: &str) -> Result<Token> {
    let hash = digest(id.as_bytes());
    let found = request
        .service()
        .validate_token(Some(hash), false, false)
        .await;
    found.map_err(unknown)
}

fn unknown(error: KeystoneError) -> IdentityV2Error {
    match error {
        KeystoneError::NotFound(_) => IdentityV2Error::NotFound("Token not found.".into()),
        other => other.into(),
    }
}
