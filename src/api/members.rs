//! `/v2/images/{image}/members`

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::extract::{NoBody, PathNames};
use super::json::JsonDocument;
use super::json_body::Json;
use super::view;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::{Error, Result};

pub(super) async fn add(
    app: App,
    caller: Caller,
    PathNames([id]): PathNames<1>,
    Json(body): Json,
) -> Result<Response> {
    let member = read_member(&body)?;
    let member = app.members(&caller).add(&id, &member).await?;
    Ok(JsonDocument(view::member(&member)).into_response())
}

pub(super) async fn list(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([id]): PathNames<1>,
) -> Result<Response> {
    let members = app.members(&caller).list(&id).await?;
    let members: Vec<_> = members.iter().map(view::member).collect();
    let body = json!({ "members": members, "schema": "/v2/schemas/members" });
    Ok(JsonDocument(body).into_response())
}

pub(super) async fn show(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([id, project]): PathNames<2>,
) -> Result<Response> {
    let member = app.members(&caller).show(&id, &project).await?;
    Ok(JsonDocument(view::member(&member)).into_response())
}

pub(super) async fn update(
    app: App,
    caller: Caller,
    PathNames([id, project]): PathNames<2>,
    Json(body): Json,
) -> Result<Response> {
    let status = read_status(&body)?;
    let member = app.members(&caller).update(&id, &project, status).await?;
    Ok(JsonDocument(view::member(&member)).into_response())
}

/// 204 without a `Content-Type`, unlike all other deletions.
pub(super) async fn remove(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([id, project]): PathNames<2>,
) -> Result<StatusCode> {
    app.members(&caller).remove(&id, &project).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn read_member(body: &Value) -> Result<String> {
    let invalid = |text: &str| Err(Error::Invalid(text.into()));
    let Value::Object(body) = body else {
        return invalid("Expected a member in the form: {\"member\": \"image_id\"}");
    };
    match body.get("member") {
        None => invalid("Member to be added not specified"),
        Some(Value::String(it)) if !it.is_empty() => Ok(it.clone()),
        // Glance takes a number for its digits.
        Some(number @ Value::Number(it)) if !is_empty(number) => Ok(it.to_string()),
        Some(it) if is_empty(it) => invalid("Member can't be empty"),
        Some(_) => invalid("Member must be a string"),
    }
}

/// Returns whether Python takes this for nothing.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(it) => it.as_f64() == Some(0.0),
        Value::String(it) => it.is_empty(),
        Value::Array(it) => it.is_empty(),
        Value::Object(it) => it.is_empty(),
    }
}

/// The status that is asked for; nothing where it is no text, which no status is.
fn read_status(body: &Value) -> Result<Option<&str>> {
    let invalid = |text: &str| Err(Error::Invalid(text.into()));
    let Value::Object(body) = body else {
        return invalid("Expected a status in the form: {\"status\": \"status\"}");
    };
    match body.get("status") {
        None => invalid("Status not specified"),
        Some(status) => Ok(status.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_a_text_or_a_number_and_something() {
        let read = |body| read_member(&body).map_err(|error| error.to_string());
        assert_eq!(read(json!({"member": "p"})), Ok("p".into()));
        assert_eq!(read(json!({"member": 5})), Ok("5".into()));
        let empty = "Member can't be empty".to_owned();
        for nothing in [
            json!(""),
            json!(null),
            json!(0),
            json!(false),
            json!([]),
            json!({}),
        ] {
            assert_eq!(read(json!({ "member": nothing })), Err(empty.clone()));
        }
        for other in [json!(true), json!(["p"]), json!({"id": "p"})] {
            assert_eq!(
                read(json!({ "member": other })),
                Err("Member must be a string".into())
            );
        }
    }
}
