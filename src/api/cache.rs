//! `/v2/cache`, and the older `/v2/cached_images` and `/v2/queued_images`.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::extract::{NoBody, PathNames};
use super::json::{Empty, JsonDocument};
use super::json_body::NoJson;
use crate::app::App;
use crate::config::cache::Driver;
use crate::db::CachedImage;
use crate::domain::caller::Caller;
use crate::service::cache::Caching;
use crate::{Error, Result};

/// The header that names what to clear: without it, everything.
const TARGET: &str = "x-image-cache-clear-target";

pub(super) async fn show(app: App, _: NoBody, caller: Caller) -> Result<Response> {
    let state = app.caching(&caller).state().await?;
    let body = json!({
        "cached_images": entries(&app, &state.cached),
        "queued_images": state.queued,
    });
    Ok(JsonDocument(body).into_response())
}

pub(super) async fn clear(
    app: App,
    caller: Caller,
    headers: HeaderMap,
    _: NoJson,
) -> Result<Empty> {
    let target = headers.get(TARGET).map(HeaderValue::as_bytes);
    let target = String::from_utf8_lossy(target.unwrap_or_default());
    app.caching(&caller).clear(&target).await?;
    Ok(Empty)
}

pub(super) async fn add(
    app: App,
    caller: Caller,
    PathNames([id]): PathNames<1>,
    _: NoJson,
) -> Result<Response> {
    app.caching(&caller).add(&id).await?;
    Ok((StatusCode::ACCEPTED, page()).into_response())
}

pub(super) async fn remove(
    app: App,
    caller: Caller,
    PathNames([id]): PathNames<1>,
    _: NoJson,
) -> Result<Empty> {
    app.caching(&caller).remove(&id).await?;
    Ok(Empty)
}

pub(super) async fn nodes(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([id]): PathNames<1>,
) -> Result<Response> {
    let nodes = app.caching(&caller).nodes(&id).await?;
    Ok(JsonDocument(nodes).into_response())
}

pub(super) async fn clean(app: App, caller: Caller, _: NoJson) -> Result<Response> {
    app.caching(&caller).clean().await?;
    Ok(page().into_response())
}

pub(super) async fn prune(app: App, caller: Caller, _: NoJson) -> Result<Response> {
    let (files, bytes) = app.caching(&caller).prune().await?;
    let body = json!({ "total_files_pruned": files, "total_bytes_pruned": bytes });
    Ok(JsonDocument(body).into_response())
}

pub(super) async fn old_cached(older: LegacyCaller, _: NoJson) -> Result<Response> {
    let cached = older.caching().cached().await?;
    Ok(JsonDocument(json!({ "cached_images": entries(&older.app, &cached) })).into_response())
}

pub(super) async fn old_clear_cached(older: LegacyCaller, _: NoJson) -> Result<Response> {
    Ok(deleted(older.caching().remove_all_cached().await?))
}

pub(super) async fn old_remove_cached(
    older: LegacyCaller,
    PathNames([id]): PathNames<1>,
    _: NoJson,
) -> Result<Response> {
    older.caching().remove_cached(&id).await?;
    Ok(JsonDocument(Value::Null).into_response())
}

pub(super) async fn old_queued(older: LegacyCaller, _: NoJson) -> Result<Response> {
    let queued = older.caching().queued().await?;
    Ok(JsonDocument(json!({ "queued_images": queued })).into_response())
}

pub(super) async fn old_clear_queued(older: LegacyCaller, _: NoJson) -> Result<Response> {
    Ok(deleted(older.caching().remove_all_queued().await?))
}

pub(super) async fn old_queue(
    older: LegacyCaller,
    PathNames([id]): PathNames<1>,
    _: NoJson,
) -> Result<Response> {
    older.caching().queue(&id).await?;
    Ok(JsonDocument(Value::Null).into_response())
}

pub(super) async fn old_remove_queued(
    older: LegacyCaller,
    PathNames([id]): PathNames<1>,
    _: NoJson,
) -> Result<Response> {
    older.caching().remove_queued(&id).await?;
    Ok(JsonDocument(Value::Null).into_response())
}

/// The caller of one of the older routes, which only exist where they are enabled.
pub(super) struct LegacyCaller {
    app: App,
    caller: Caller,
}

impl LegacyCaller {
    fn caching(&self) -> Caching<'_> {
        self.app.caching(&self.caller)
    }
}

impl<S: Sync> FromRequestParts<S> for LegacyCaller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let app = App::from_request_parts(parts, state).await?;
        if !app.config().cache.cachemanage {
            return Err(Error::ResourceNotFound);
        }
        Ok(Self {
            caller: Caller::from_request_parts(parts, state).await?,
            app,
        })
    }
}

fn deleted(gone: usize) -> Response {
    JsonDocument(json!({ "num_deleted": gone })).into_response()
}

/// No body, which Glance calls a page.
fn page() -> impl IntoResponse {
    [(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=UTF-8"),
    )]
}

fn entries(app: &App, cached: &[CachedImage]) -> Vec<Value> {
    let driver = app.config().cache.image_cache_driver;
    cached.iter().map(|cached| entry(driver, cached)).collect()
}

/// Glance never tells the checksum of a copy.
fn entry(driver: Driver, cached: &CachedImage) -> Value {
    let mut entry = Map::new();
    if driver == Driver::CentralizedDb {
        entry.insert("id".into(), cached.number.into());
    }
    entry.insert("image_id".into(), cached.image_id.as_str().into());
    entry.insert("last_accessed".into(), seconds(cached.last_accessed));
    entry.insert("last_modified".into(), seconds(cached.last_modified));
    entry.insert("size".into(), cached.size.into());
    entry.insert("hits".into(), cached.hits.into());
    entry.insert("checksum".into(), Value::Null);
    entry.into()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds since 1970 fit into 53 bits until 2255"
)]
fn seconds(at: DateTime<Utc>) -> Value {
    (at.timestamp_micros() as f64 / 1e6).into()
}
