//! `/v2/images` and `/v2/images/{image}`

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::header::{HeaderValue, LOCATION};
use http::{HeaderMap, HeaderName, StatusCode};
use serde::Serialize;

use super::base::BaseUrl;
use super::extract::{NoBody, Parameters, PathNames, content_type, without_parameters};
use super::json::{Empty, JsonDocument};
use super::json_body::Json;
use super::link::link;
use super::view::{ImageView, Viewer};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::new_image::NewImage;
use crate::domain::patch::{self, Operation, PatchFormat};
use crate::domain::query::{ImageQuery, PageLimits};
use crate::domain::schema::Schemas;
use crate::{Error, Result};

/// The ways to import that are offered, told to whoever makes an image.
const IMPORT_METHODS: HeaderName = HeaderName::from_static("openstack-image-import-methods");

pub(super) async fn create(
    app: App,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Json(body): Json,
) -> Result<Response> {
    let mut new = NewImage::read(body, &app.schemas())?;
    let original_values = std::mem::take(&mut new.original_values);
    let image = app.images(&caller).create(new).await?;
    let location = format!("{base}/v2/images/{}", image.id);
    let schemas = app.schemas();
    let shown = viewer(&app, &caller, &schemas).image_echoing(&image, &original_values);
    let body = JsonDocument(shown).into_response();
    let mut response = (StatusCode::CREATED, [(LOCATION, location)], body).into_response();
    if let Some(methods) = methods_header(&app) {
        response.headers_mut().insert(IMPORT_METHODS, methods);
    }
    if let Some(stores) = stores_header(&app) {
        let name = "openstack-image-store-ids";
        response.headers_mut().insert(name, stores);
    }
    Ok(response)
}

/// The ways to import, where there are any.
fn methods_header(app: &App) -> Option<HeaderValue> {
    let config = app.config();
    let methods = config.tasks.enabled_import_methods.iter();
    let methods: Vec<_> = methods.map(ToString::to_string).collect();
    if methods.is_empty() {
        return None;
    }
    HeaderValue::from_str(&methods.join(",")).ok()
}

/// The names of all stores, where they have names.
fn stores_header(app: &App) -> Option<HeaderValue> {
    if !app.stores.is_multi_store() {
        return None;
    }
    let ids: Vec<_> = app.stores.all().map(|store| store.id.as_str()).collect();
    HeaderValue::from_str(&ids.join(",")).ok()
}

pub(super) async fn show(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([id]): PathNames<1>,
) -> Result<Response> {
    let image = app.images(&caller).show(&id).await?;
    let schemas = app.schemas();
    Ok(JsonDocument(viewer(&app, &caller, &schemas).image(&image)).into_response())
}

pub(super) async fn update(
    app: App,
    caller: Caller,
    PathNames([id]): PathNames<1>,
    Patch(operations): Patch,
) -> Result<Response> {
    let image = app.images(&caller).update(&id, &operations).await?;
    let original_values = patch::original_values(&operations);
    let schemas = app.schemas();
    let shown = viewer(&app, &caller, &schemas).image_echoing(&image, &original_values);
    Ok(JsonDocument(shown).into_response())
}

pub(super) async fn delete(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([id]): PathNames<1>,
) -> Result<Empty> {
    app.images(&caller).delete(&id).await?;
    Ok(Empty)
}

pub(super) async fn list(
    app: App,
    caller: Caller,
    Parameters(parameters): Parameters,
) -> Result<Response> {
    let config = app.config();
    let limits = PageLimits {
        default: config.images.limit_param_default,
        max: config.images.api_limit_max,
    };
    let schemas = app.schemas();
    let query = ImageQuery::read(&parameters, limits, &schemas.rules().lists)?;
    let listed = app.images(&caller).list(&query).await?;
    let viewer = viewer(&app, &caller, &schemas);
    let page = Page {
        images: listed
            .images
            .iter()
            .map(|image| viewer.image(image))
            .collect(),
        first: link("/v2/images", &parameters, None),
        schema: "/v2/schemas/images",
        next: listed
            .next
            .map(|id| link("/v2/images", &parameters, Some(&id))),
    };
    Ok(JsonDocument(page).into_response())
}

fn viewer<'a>(app: &'a App, caller: &'a Caller, schemas: &'a Schemas) -> Viewer<'a> {
    let config = app.config();
    Viewer {
        locations_shown: config.images.show_multiple_locations,
        direct_url_shown: config.images.show_image_direct_url,
        caller,
        stores: &app.stores,
        schemas,
    }
}

#[derive(Serialize)]
struct Page<'a> {
    images: Vec<ImageView<'a>>,
    first: String,
    schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The operations of a PATCH.
pub(super) struct Patch(Vec<Operation>);

const FORMS: &str =
    "application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch";

impl<S: Send + Sync> FromRequest<S> for Patch {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let (mut parts, body) = request.into_parts();
        let app = App::from_request_parts(&mut parts, state).await?;
        let request = Request::from_parts(parts, body);
        let form = form(request.headers())?;
        let Json(body) = Json::from_request(request, state).await?;
        patch::read(&body, form, &app.schemas()).map(Self)
    }
}

fn form(headers: &HeaderMap) -> Result<PatchFormat> {
    let given = content_type(headers);
    let media_type = given.as_deref().map(without_parameters);
    match media_type.map(str::trim) {
        Some("application/openstack-images-v2.1-json-patch") => Ok(PatchFormat::V21),
        Some("application/openstack-images-v2.0-json-patch") => Ok(PatchFormat::V20),
        _ => Err(Error::UnsupportedMediaType {
            detail: format!("Image PATCH expects Content-Type one of: {FORMS}"),
            given,
            accept_patch: Some(FORMS),
        }),
    }
}
