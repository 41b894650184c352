//! `/v2/metadefs/namespaces/{namespace}/properties`

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

use crate::Result;
use crate::api::extract::{NoBody, Parameters, PathNames};
use crate::api::json::{Empty, JsonDocument};
use crate::api::json_body::DefinitionJson;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::metadef::definition::Definitions;
use crate::domain::metadef::property::Property;
use crate::domain::metadef::query::resource_type;

pub(super) async fn list(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([namespace]): PathNames<1>,
) -> Result<Response> {
    let properties = app.metadefs(&caller).properties(&namespace).await?;
    Ok(JsonDocument(PropertyList { properties }).into_response())
}

pub(super) async fn add(
    app: App,
    caller: Caller,
    PathNames([namespace]): PathNames<1>,
    DefinitionJson(body): DefinitionJson,
) -> Result<Response> {
    let new = Property::new(body)?;
    let property = app.metadefs(&caller).add_property(&namespace, new).await?;
    Ok((StatusCode::CREATED, JsonDocument(property)).into_response())
}

pub(super) async fn show(
    app: App,
    caller: Caller,
    PathNames([namespace, name]): PathNames<2>,
    Parameters(parameters): Parameters,
) -> Result<Response> {
    let resource_type = resource_type(&parameters);
    let metadefs = app.metadefs(&caller);
    let property = metadefs.property(&namespace, &name, resource_type).await?;
    Ok(JsonDocument(property).into_response())
}

pub(super) async fn update(
    app: App,
    caller: Caller,
    PathNames([namespace, name]): PathNames<2>,
    DefinitionJson(body): DefinitionJson,
) -> Result<Response> {
    let new = Property::new(body)?;
    let metadefs = app.metadefs(&caller);
    let property = metadefs.update_property(&namespace, &name, new).await?;
    Ok(JsonDocument(property).into_response())
}

pub(super) async fn delete(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([namespace, name]): PathNames<2>,
) -> Result<Empty> {
    let metadefs = app.metadefs(&caller);
    metadefs.delete_property(&namespace, &name).await?;
    Ok(Empty)
}

pub(super) async fn clear(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([namespace]): PathNames<1>,
) -> Result<Empty> {
    app.metadefs(&caller).delete_properties(&namespace).await?;
    Ok(Empty)
}

#[derive(Serialize)]
struct PropertyList {
    properties: Definitions,
}
