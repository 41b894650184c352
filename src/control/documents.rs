//! The OpenAPI documents of the APIs for clients, as one cloud serves them.
//!
//! Their parts are the files in the folders of `openapi`, which `build.rs` packs.

mod in_force;
mod of_dialect;
mod parts;

use std::io;

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::ControlError;
use super::extract::RequestAddress;
use super::openapi::{self, DescribedParts, ServerKind};
use crate::cloud::Cloud;
use crate::domain::string_enum;
use crate::runtime::blocking::run_blocking;
use in_force::ShapesInForce;

string_enum! {
    /// An API that an OpenAPI document describes.
    DescribedApi {
        /// The Images API.
        Images = "images",
        /// The embedded identity.
        Identity = "identity",
        /// Identity v2.0, in dialects that have it.
        IdentityV2 = "identity-v2",
        /// The object store, in dialects that have one.
        ObjectStore = "object-store",
        /// The control API.
        Control = "control",
    }
}

/// The URL of a server with the default settings.
const DEFAULT: &str = "http://127.0.0.1:9292";

/// Returns the OpenAPI document of an API, as a server with the default settings has it.
///
/// # Errors
///
/// Fails if the program was built from files that are no JSON; a test sees to it that they are.
pub fn openapi_document(api: DescribedApi) -> io::Result<Value> {
    match api {
        DescribedApi::Images => parts::assemble(parts::IMAGES, DEFAULT),
        DescribedApi::Identity => parts::assemble(parts::IDENTITY, &format!("{DEFAULT}/identity")),
        DescribedApi::IdentityV2 => parts::assemble(parts::IDENTITY_V2, DEFAULT),
        DescribedApi::ObjectStore => parts::assemble(parts::OBJECT_STORE, DEFAULT),
        DescribedApi::Control => {
            let parts = DescribedParts {
                kind: ServerKind::Server,
                console: cfg!(feature = "console"),
            };
            Ok(openapi::document(parts, ""))
        }
    }
}

pub(super) fn routes() -> Router {
    Router::new()
        .route("/openapi/images.json", get(images))
        .route("/openapi/identity.json", get(identity))
        .route("/openapi/identity-v2.json", get(identity_v2))
        .route("/openapi/object-store.json", get(object_store))
}

async fn images(cloud: Cloud, address: RequestAddress) -> Result<Json<Value>, ControlError> {
    let app = cloud.app().await;
    let base = address.base(cloud.start());
    let work = move || {
        let mut document = parts::assemble(parts::IMAGES, &base)?;
        of_dialect::fit(app.dialect(), &mut document);
        let mut shapes = ShapesInForce::of(&app.config(), &app.schemas());
        shapes.add(of_dialect::enumerations(app.dialect()));
        shapes.lay_over(&mut document);
        Ok(document)
    };
    run_blocking(work).await.map(Json).map_err(broken)
}

async fn identity(cloud: Cloud, address: RequestAddress) -> Result<Json<Value>, ControlError> {
    if cloud.app().await.keystone.is_some() {
        let text = "this cloud has no identity of its own: its Keystone is elsewhere";
        return Err(ControlError::absent(text));
    }
    let base = address.base(cloud.start());
    let work = move || parts::assemble(parts::IDENTITY, &format!("{base}/identity"));
    run_blocking(work).await.map(Json).map_err(broken)
}

async fn identity_v2(cloud: Cloud, address: RequestAddress) -> Result<Json<Value>, ControlError> {
    let app = cloud.app().await;
    if !app.dialect().identity_v2 || app.keystone.is_some() {
        return Err(ControlError::absent("this cloud has no Identity v2.0"));
    }
    let base = address.base(cloud.start());
    let work = move || parts::assemble(parts::IDENTITY_V2, &base);
    run_blocking(work).await.map(Json).map_err(broken)
}

async fn object_store(cloud: Cloud, address: RequestAddress) -> Result<Json<Value>, ControlError> {
    if !cloud.app().await.dialect().object_store {
        return Err(ControlError::absent("this cloud has no object store"));
    }
    let base = address.base(cloud.start());
    let work = move || parts::assemble(parts::OBJECT_STORE, &base);
    run_blocking(work).await.map(Json).map_err(broken)
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn broken(error: io::Error) -> ControlError {
    let text = format!("the document cannot be read: {error}");
    ControlError::new(http::StatusCode::INTERNAL_SERVER_ERROR, text)
}

/// Returns the servers of a document.
fn servers(url: &str) -> Value {
    json!([{ "url": url }])
}
