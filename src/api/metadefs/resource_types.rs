//! `/v2/metadefs/resource_types` and `/v2/metadefs/namespaces/{namespace}/resource_types`

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use super::view::Timed;
use crate::Result;
use crate::api::extract::{NoBody, PathNames};
use crate::api::json::{Empty, JsonDocument};
use crate::api::json_body::DefinitionJson;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::metadef::resource_type::Association;

pub(super) async fn list(app: App, _: NoBody, caller: Caller) -> Result<Response> {
    let types = app.metadefs(&caller).resource_types().await?;
    let types: Vec<_> = types.iter().map(Timed::new).collect();
    Ok(JsonDocument(json!({ "resource_types": types })).into_response())
}

pub(super) async fn associations(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([namespace]): PathNames<1>,
) -> Result<Response> {
    let associations = app.metadefs(&caller).associations(&namespace).await?;
    let associations: Vec<_> = associations.iter().map(Timed::new).collect();
    Ok(JsonDocument(json!({ "resource_type_associations": associations })).into_response())
}

pub(super) async fn associate(
    app: App,
    caller: Caller,
    PathNames([namespace]): PathNames<1>,
    DefinitionJson(body): DefinitionJson,
) -> Result<Response> {
    let new = Association::new(body)?;
    let association = app.metadefs(&caller).associate(&namespace, new).await?;
    Ok((StatusCode::CREATED, JsonDocument(Timed::new(&association))).into_response())
}

pub(super) async fn dissociate(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([namespace, name]): PathNames<2>,
) -> Result<Empty> {
    app.metadefs(&caller).dissociate(&namespace, &name).await?;
    Ok(Empty)
}
