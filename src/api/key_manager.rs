//! The key manager that image signatures need: certificates to read. Barbican: `barbican/api/controllers/secrets.py` and
//! `versions.py`, with microversion 1.0.

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use chrono::{DateTime, Utc};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{StatusCode, Uri};
use serde_json::{Value, json};
use tower_http::catch_panic::CatchPanicLayer;
use uuid::Uuid;

use super::extract::PathNames;
use super::images_api::ImagesApi;
use super::json::JsonDocument;
use super::middleware::{auth, trace};
use super::{audit, gate};
use crate::app::App;
use crate::config::public_url;
use crate::service::certificates::{StoredCertificate, certificate};
use crate::{Error, with_causes};

/// The path of the key manager, as the catalogue has it.
const ROOT: &str = "/key-manager";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-openstack-request-id");

/// The title of an error with the sentence that describes it.
type KeyManagerRefusal = (StatusCode, &'static str);

const UNKNOWN_ID: KeyManagerRefusal = (
    StatusCode::NOT_FOUND,
    "Not Found. Provided secret id is invalid.",
);
const NOT_FOUND: KeyManagerRefusal = (StatusCode::NOT_FOUND, "Secret not found.");
const NO_METHOD: KeyManagerRefusal = (
    StatusCode::METHOD_NOT_ALLOWED,
    "The method is not allowed for this resource.",
);
const NOT_KNOWN: KeyManagerRefusal = (StatusCode::UNAUTHORIZED, "Authentication required");
const FAILED: KeyManagerRefusal = (
    StatusCode::INTERNAL_SERVER_ERROR,
    "Secret retrieval failure seen - please contact site administrator.",
);

/// Returns the routes below `/key-manager`. A cloud without certificates answers them as the Images API does.
pub(super) fn routes(images: ImagesApi) -> Router {
    let secret = format!("{ROOT}/v1/secrets/{{id}}");
    let routes = Router::new()
        .route(ROOT, only(get(versions)))
        .route(&format!("{ROOT}/"), only(get(versions)))
        .route(&format!("{ROOT}/v1"), only(get(version)))
        .route(&format!("{ROOT}/v1/"), only(get(version)))
        .route(&secret, only(get(show)))
        .route(&format!("{secret}/payload"), only(get(payload)))
        .layer(CatchPanicLayer::new());
    gate::only_where(
        |app| app.config().signatures.certificates.is_some(),
        routes,
        images,
    )
}

fn only(methods: MethodRouter) -> MethodRouter {
    methods.fallback(|| async { refuse(NO_METHOD) })
}

async fn versions(app: App, request: Request) -> JsonDocument<Value> {
    let version = describe_version(&base(&app, &request));
    JsonDocument(json!({ "versions": { "values": [version] } }))
}

async fn version(app: App, request: Request) -> JsonDocument<Value> {
    JsonDocument(json!({ "version": describe_version(&base(&app, &request)) }))
}

fn describe_version(base: &str) -> Value {
    json!({
        "id": "v1",
        "status": "stable",
        "links": [
            { "rel": "self", "href": format!("{base}/v1/") },
            { "rel": "describedby", "type": "text/html", "href": "https://docs.openstack.org/" },
        ],
        "media-types": [{
            "base": "application/json",
            "type": "application/vnd.openstack.key-manager-v1+json",
        }],
    })
}

/// Shows a certificate; or gives it out, where something else than JSON is asked for.
async fn show(app: App, PathNames([id]): PathNames<1>, request: Request) -> Response {
    let wants_json = match request.headers().get(ACCEPT) {
        None => true,
        Some(accept) => matches!(accept.as_bytes(), b"application/json" | b"*/*"),
    };
    let base = base(&app, &request);
    answer(app, &id, request, |found| {
        if wants_json {
            Ok(JsonDocument(describe(&base, found)).into_response())
        } else {
            give_out(found)
        }
    })
    .await
}

async fn payload(app: App, PathNames([id]): PathNames<1>, request: Request) -> Response {
    answer(app, &id, request, give_out).await
}

fn describe(base: &str, found: &StoredCertificate) -> Value {
    let (id, written_at) = (found.id.to_string(), timestamp(found.written_at));
    json!({
        "status": "ACTIVE",
        "created": written_at,
        "updated": written_at,
        "secret_type": "certificate",
        "name": id,
        "expiration": null,
        "algorithm": null,
        "bit_length": null,
        "mode": null,
        "creator_id": null,
        "content_types": { "default": "application/octet-stream" },
        "secret_ref": format!("{base}/v1/secrets/{id}"),
    })
}

fn timestamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S").to_string()
}

fn give_out(found: &StoredCertificate) -> std::io::Result<Response> {
    let media_type = HeaderValue::from_static("application/octet-stream");
    Ok(([(CONTENT_TYPE, media_type)], found.pem()?).into_response())
}

/// Answers a request of a known caller for a certificate.
async fn answer(
    app: App,
    id: &str,
    mut request: Request,
    respond: impl FnOnce(&StoredCertificate) -> std::io::Result<Response>,
) -> Response {
    let name = format!("req-{}", app.new_id());
    let mut response = match auth::identify(&app, &mut request).await {
        Ok(Some(caller)) => {
            trace::identify(&name, caller.project.as_deref());
            auth::note(&request, &caller);
            find(&app, id, respond).await
        }
        Ok(None) | Err(Error::Unauthenticated) => {
            audit::token_refused(&app, request.extensions(), request.headers());
            refuse(NOT_KNOWN)
        }
        Err(error) => {
            tracing::error!(
                error = with_causes(&error),
                "cannot tell who sends a request"
            );
            refuse(FAILED)
        }
    };
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(REQUEST_ID, name);
    }
    response
}

async fn find(
    app: &App,
    id: &str,
    respond: impl FnOnce(&StoredCertificate) -> std::io::Result<Response>,
) -> Response {
    let Ok(id) = Uuid::try_parse(id) else {
        return refuse(UNKNOWN_ID);
    };
    let found = match certificate(app, id).await {
        Ok(None) => return refuse(NOT_FOUND),
        Ok(Some(found)) => respond(&found),
        Err(error) => Err(error),
    };
    found.unwrap_or_else(|error| {
        tracing::error!(%error, certificate = %id, "cannot read a certificate");
        refuse(FAILED)
    })
}

fn refuse((status, description): KeyManagerRefusal) -> Response {
    let document = json!({
        "code": status.as_u16(),
        "title": status.canonical_reason(),
        "description": description,
    });
    (status, JsonDocument(document)).into_response()
}

/// Returns the URL of the key manager as clients see it.
fn base(app: &App, request: &Request) -> String {
    let uri: Option<&Uri> = Some(request.uri());
    let base = public_url::base(&app.config(), app.scheme(), uri, request.headers());
    format!("{base}{ROOT}")
}
