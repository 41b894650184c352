//! `/v2/metadefs/namespaces/{namespace}/objects`

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

use super::view::ObjectView;
use crate::Result;
use crate::api::extract::{NoBody, Parameters, PathNames};
use crate::api::json::{Empty, JsonDocument};
use crate::api::json_body::DefinitionJson;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::metadef::object::MetadefObject;
use crate::domain::metadef::query::check_objects;

pub(super) async fn list(
    app: App,
    caller: Caller,
    PathNames([namespace]): PathNames<1>,
    Parameters(parameters): Parameters,
) -> Result<Response> {
    check_objects(&parameters)?;
    let objects = app.metadefs(&caller).objects(&namespace).await?;
    let list = ObjectList {
        objects: objects
            .iter()
            .map(|object| ObjectView::new(&namespace, object))
            .collect(),
        // Without a slash before it, as only Glance can say why.
        schema: "v2/schemas/metadefs/objects",
    };
    Ok(JsonDocument(list).into_response())
}

pub(super) async fn add(
    app: App,
    caller: Caller,
    PathNames([namespace]): PathNames<1>,
    DefinitionJson(body): DefinitionJson,
) -> Result<Response> {
    let new = MetadefObject::new(body)?;
    let object = app.metadefs(&caller).add_object(&namespace, new).await?;
    let body = JsonDocument(ObjectView::new(&namespace, &object));
    Ok((StatusCode::CREATED, body).into_response())
}

pub(super) async fn show(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([namespace, name]): PathNames<2>,
) -> Result<Response> {
    let object = app.metadefs(&caller).object(&namespace, &name).await?;
    Ok(JsonDocument(ObjectView::new(&namespace, &object)).into_response())
}

pub(super) async fn update(
    app: App,
    caller: Caller,
    PathNames([namespace, name]): PathNames<2>,
    DefinitionJson(body): DefinitionJson,
) -> Result<Response> {
    let new = MetadefObject::changed(body)?;
    let metadefs = app.metadefs(&caller);
    let object = metadefs.update_object(&namespace, &name, new).await?;
    Ok(JsonDocument(ObjectView::new(&namespace, &object)).into_response())
}

pub(super) async fn delete(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([namespace, name]): PathNames<2>,
) -> Result<Empty> {
    let metadefs = app.metadefs(&caller);
    metadefs.delete_object(&namespace, &name).await?;
    Ok(Empty)
}

pub(super) async fn clear(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([namespace]): PathNames<1>,
) -> Result<Empty> {
    app.metadefs(&caller).delete_objects(&namespace).await?;
    Ok(Empty)
}

#[derive(Serialize)]
struct ObjectList<'a> {
    objects: Vec<ObjectView<'a>>,
    schema: &'static str,
}
