//! `/v2/images/{image}/stage`, `/v2/images/{image}/import` and `/v2/info/import`

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::data::{DrainOnDrop, check_media_type, expected};
use super::extract::{NoBody, PathNames, RequestId, length};
use super::json::{Empty, JsonDocument};
use super::json_body::Json;
use super::transfer;
use crate::app::App;
use crate::dialect::LaterInput;
use crate::domain::caller::Caller;
use crate::domain::import::{ImportMethod, ImportRequest};
use crate::service::data::UploadHeaders;
use crate::service::imports::Origin;
use crate::{Error, Result};

/// The fields of an import that name stores.
const STORE_FIELDS: [&str; 3] = ["stores", "all_stores", "all_stores_must_succeed"];

pub(super) async fn stage(
    app: App,
    caller: Caller,
    PathNames([id]): PathNames<1>,
    request: Request,
) -> Result<Empty> {
    let method = ImportMethod::GlanceDirect;
    if !app.config().tasks.enabled_import_methods.contains(&method) {
        let text = format!("'{method}' method is not available at this site.");
        return Err(Error::NotFound(text));
    }
    check_media_type(request.headers())?;
    let announced = UploadHeaders {
        expected: expected(&app, request.headers())?,
        length: length(request.headers()),
        ..UploadHeaders::default()
    };
    let timeout = app.config().bodies.body_timeout;
    let bytes = DrainOnDrop::new(request.into_body(), timeout).until(app.apart.closing());
    let late = bytes.late();
    let bytes = transfer::uploaded(&app, bytes);
    let done = app.images(&caller).stage(&id, &announced, bytes).await;
    done.map_err(|error| late.instead_of(error))?;
    Ok(Empty)
}

pub(super) async fn import(
    app: App,
    caller: Caller,
    PathNames([id]): PathNames<1>,
    RequestId(request): RequestId,
    headers: HeaderMap,
    Json(mut body): Json,
) -> Result<Response> {
    if !app.dialect().release.reads(LaterInput::ImportStores)
        && let Some(body) = body.as_object_mut()
    {
        body.retain(|name, _| !STORE_FIELDS.contains(&name.as_str()));
    }
    let asked = ImportRequest::read(body, &app.config().tasks.enabled_import_methods)?;
    let store = headers.get("x-image-meta-store");
    let origin = Origin {
        request,
        store: store.map(|store| String::from_utf8_lossy(store.as_bytes()).into_owned()),
    };
    app.images(&caller).import(&id, asked, origin).await?;
    let mut response = StatusCode::ACCEPTED.into_response();
    let media_type = HeaderValue::from_static("text/html; charset=UTF-8");
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    Ok(response)
}

/// The ways to import that are offered.
pub(super) async fn methods(app: App, _: NoBody, _: Caller) -> Response {
    let offered = &app.config().tasks.enabled_import_methods;
    let document = json!({
        "import-methods": {
            "description": "Import methods available.",
            "type": "array",
            "value": offered,
        },
    });
    JsonDocument(document).into_response()
}
