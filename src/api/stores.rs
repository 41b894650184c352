//! `/v2/info/stores…` and `/v2/stores/{store}/{image}`

use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::extract::{NoBody, PathNames};
use super::json::{Empty, JsonDocument};
use crate::Result;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::service::stores::{Detail, Info};

pub(super) async fn info(app: App, _: NoBody, caller: Caller) -> Result<Response> {
    let stores = app.images(&caller).stores()?;
    let stores: Vec<_> = stores.into_iter().map(brief).collect();
    Ok(JsonDocument(json!({ "stores": stores })).into_response())
}

pub(super) async fn detail(app: App, _: NoBody, caller: Caller) -> Result<Response> {
    let stores = app.images(&caller).stores_in_detail()?;
    let stores: Vec<_> = stores.into_iter().map(full).collect();
    Ok(JsonDocument(json!({ "stores": stores })).into_response())
}

pub(super) async fn delete(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([store, id]): PathNames<2>,
) -> Result<Empty> {
    app.images(&caller).delete_from(&store, &id).await?;
    Ok(Empty)
}

/// A store as everybody may see it. What is true of it is `"true"`, a text; what is not is left out.
fn brief(store: Info) -> Map<String, Value> {
    let mut shown = Map::new();
    shown.insert("id".into(), store.id.into());
    if let Some(description) = store.description {
        shown.insert("description".into(), description.into());
    }
    if store.default {
        shown.insert("default".into(), "true".into());
    }
    if store.read_only {
        shown.insert("read-only".into(), "true".into());
    }
    shown
}

fn full(
    Detail {
        info,
        kind,
        properties,
        weight,
    }: Detail,
) -> Map<String, Value> {
    let mut shown = brief(info);
    shown.insert("type".into(), kind.into());
    shown.insert("properties".into(), properties);
    shown.insert("weight".into(), weight.into());
    shown
}
