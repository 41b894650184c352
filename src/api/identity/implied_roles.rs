//! Implied roles over HTTP.

use axum::extract::{OriginalUri, Path};
use axum::response::Response;
use http::{StatusCode, Uri};
use serde_json::{Value, json};

use super::response;
use super::token_holder::Authenticated;
use crate::db::identity::Implication;
use crate::identity::error::Result;
use crate::identity::urls::Base;

type Pair = Path<(String, String)>;

/// Lists every implied role, by the role that implies it.
pub(crate) async fn inferences(request: Authenticated) -> Result<Response> {
    let implications = request.service().implications().await?;
    let rules: Vec<_> = implications
        .chunk_by(|one, next| one.prior_id == next.prior_id)
        .filter_map(|rule| inference(rule, &request.base))
        .collect();
    let document = json!({ "role_inferences": rules });
    Ok(response::json(StatusCode::OK, &document))
}

/// Lists the roles that one implies.
pub(crate) async fn list(
    request: Authenticated,
    Path(prior): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let (role, rules) = request.service().implied_by(&prior).await?;
    let base = &request.base;
    let implies: Vec<_> = rules.iter().map(|rule| implied(rule, base)).collect();
    let prior_role = linked(&role.id, &role.name, base);
    let inference = json!({ "prior_role": prior_role, "implies": implies });
    Ok(shown(StatusCode::OK, &inference, base, &uri))
}

/// Makes one role imply another.
pub(crate) async fn add(
    request: Authenticated,
    Path((prior, implied)): Pair,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let rule = request.service().imply(&prior, &implied).await?;
    let base = &request.base;
    Ok(shown(StatusCode::CREATED, &pair(&rule, base), base, &uri))
}

/// Shows an implied role.
pub(crate) async fn show(
    request: Authenticated,
    Path((prior, implied)): Pair,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let rule = request.service().implication(&prior, &implied).await?;
    let base = &request.base;
    Ok(shown(StatusCode::OK, &pair(&rule, base), base, &uri))
}

/// Checks an implied role.
pub(crate) async fn check(
    request: Authenticated,
    Path((prior, implied)): Pair,
) -> Result<StatusCode> {
    request.service().implication(&prior, &implied).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes one role no longer imply another.
pub(crate) async fn remove(
    request: Authenticated,
    Path((prior, implied)): Pair,
) -> Result<StatusCode> {
    request.service().unimply(&prior, &implied).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(status: StatusCode, inference: &Value, base: &Base, uri: &Uri) -> Response {
    let links = json!({ "self": base.itself(uri) });
    let document = json!({ "role_inference": inference, "links": links });
    response::json(status, &document)
}

fn linked(id: &str, name: &str, base: &Base) -> Value {
    let itself = base.link(&format!("/roles/{id}"));
    json!({ "id": id, "links": { "self": itself }, "name": name })
}

fn implied(rule: &Implication, base: &Base) -> Value {
    linked(&rule.implied_id, &rule.implied_name, base)
}

fn pair(rule: &Implication, base: &Base) -> Value {
    let prior_role = linked(&rule.prior_id, &rule.prior_name, base);
    json!({ "prior_role": prior_role, "implies": implied(rule, base) })
}

fn inference(rules: &[Implication], base: &Base) -> Option<Value> {
    let first = rules.first()?;
    let implies: Vec<_> = rules.iter().map(|rule| implied(rule, base)).collect();
    let prior_role = linked(&first.prior_id, &first.prior_name, base);
    Some(json!({ "prior_role": prior_role, "implies": implies }))
}
