//! Access rules over HTTP.

use axum::extract::{OriginalUri, Path};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::resource::query;
use super::response;
use super::token_holder::Authenticated;
use crate::db::identity::AccessRule;
use crate::identity::error::Result;
use crate::identity::urls::Base;

/// Lists the access rules of a user.
pub(crate) async fn list(
    request: Authenticated,
    Path(user): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let rules = request.service().access_rules(&user, &query(&uri)).await?;
    let views = rules.iter().map(|rule| view(rule, &request.base)).collect();
    let itself = request.base.itself(&uri);
    Ok(response::list("access_rules", views, &itself))
}

/// Shows an access rule.
pub(crate) async fn show(
    request: Authenticated,
    Path((user, id)): Path<(String, String)>,
) -> Result<Response> {
    let rule = request.service().access_rule(&user, &id).await?;
    Ok(response::one("access_rule", view(&rule, &request.base)))
}

/// Deletes an access rule.
pub(crate) async fn remove(
    request: Authenticated,
    Path((user, id)): Path<(String, String)>,
) -> Result<StatusCode> {
    request.service().delete_access_rule(&user, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Returns an access rule as it stands in an application credential or a token.
pub(crate) fn fields(rule: &AccessRule) -> Value {
    json!({
        "id": rule.id,
        "service": rule.service,
        "path": rule.path,
        "method": rule.method,
    })
}

fn view(rule: &AccessRule, base: &Base) -> Value {
    let mut view = fields(rule);
    let itself = base.link(&format!("/access_rules/{}", rule.id));
    if let Some(view) = view.as_object_mut() {
        view.insert("links".into(), json!({ "self": itself }));
    }
    view
}
