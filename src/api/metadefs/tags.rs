//! `/v2/metadefs/namespaces/{namespace}/tags`

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde::Serialize;

use super::view::Timed;
use crate::Result;
use crate::api::extract::{NoBody, Parameters, PathNames, text};
use crate::api::json::{Empty, JsonDocument};
use crate::api::json_body::DefinitionJson;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::metadef::query::TagQuery;
use crate::domain::metadef::tag::Tag;

pub(super) async fn list(
    app: App,
    caller: Caller,
    PathNames([namespace]): PathNames<1>,
    Parameters(parameters): Parameters,
) -> Result<Response> {
    let query = TagQuery::read(&parameters)?;
    let tags = app.metadefs(&caller).tags(&namespace, &query).await?;
    Ok(JsonDocument(TagList { tags }).into_response())
}

pub(super) async fn add_all(
    app: App,
    caller: Caller,
    PathNames([namespace]): PathNames<1>,
    headers: HeaderMap,
    DefinitionJson(body): DefinitionJson,
) -> Result<Response> {
    let tags = Tag::several(body)?;
    let append = text(&headers, "x-openstack-append").is_some_and(is_yes);
    let metadefs = app.metadefs(&caller);
    metadefs.add_tags(&namespace, &tags, append).await?;
    Ok((StatusCode::CREATED, JsonDocument(TagList { tags })).into_response())
}

pub(super) async fn add(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([namespace, name]): PathNames<2>,
) -> Result<Response> {
    let tag = app.metadefs(&caller).add_tag(&namespace, &name).await?;
    Ok((StatusCode::CREATED, JsonDocument(Timed::new(&tag))).into_response())
}

pub(super) async fn show(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([namespace, name]): PathNames<2>,
) -> Result<Response> {
    let tag = app.metadefs(&caller).tag(&namespace, &name).await?;
    Ok(JsonDocument(Timed::new(&tag)).into_response())
}

pub(super) async fn update(
    app: App,
    caller: Caller,
    PathNames([namespace, name]): PathNames<2>,
    DefinitionJson(body): DefinitionJson,
) -> Result<Response> {
    let new = Tag::new(body)?;
    let metadefs = app.metadefs(&caller);
    let tag = metadefs.update_tag(&namespace, &name, new).await?;
    Ok(JsonDocument(Timed::new(&tag)).into_response())
}

pub(super) async fn delete(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([namespace, name]): PathNames<2>,
) -> Result<Empty> {
    app.metadefs(&caller).delete_tag(&namespace, &name).await?;
    Ok(Empty)
}

pub(super) async fn clear(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([namespace]): PathNames<1>,
) -> Result<Empty> {
    app.metadefs(&caller).delete_tags(&namespace).await?;
    Ok(Empty)
}

#[derive(Serialize)]
struct TagList {
    tags: Vec<Tag>,
}

/// The words that oslo takes for yes.
fn is_yes(word: &str) -> bool {
    let word = word.trim().to_ascii_lowercase();
    ["1", "t", "true", "on", "y", "yes"].contains(&word.as_str())
}
