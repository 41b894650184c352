//! Swift v1 over HTTP: accounts, containers and objects. Swift: `swift/proxy/server.py`.

mod account;
mod answer;
mod bulk_delete;
mod cdn;
mod container;
mod copy;
mod download;
mod headers;
mod info;
mod listing;
mod object;
mod target;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use http::{HeaderValue, Method};
use tower_http::catch_panic::CatchPanicLayer;

use self::answer::{AnswerForm, failed, panicked};
use self::target::ObjectStoreTarget;
use super::audit;
use super::gate;
use super::images_api::ImagesApi;
use super::middleware::{auth, trace};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::object_store::error::ObjectStoreError;

/// The outcome of a handler.
type Handled = Result<Response, ObjectStoreError>;

/// Returns the routes of the object store, below `/v1` and `/info`. A cloud that has none answers them as the
/// Images API does.
pub(super) fn routes(images: ImagesApi) -> Router {
    let routes = Router::new()
        .route("/info", any(info::show))
        .route("/v1", any(serve))
        .route("/v1/", any(serve))
        .route("/v1/{*rest}", any(serve))
        .route("/v1.0", any(serve))
        .route("/v1.0/", any(serve))
        .route("/v1.0/{*rest}", any(serve))
        .layer(CatchPanicLayer::custom(panicked));
    gate::only_where(|app| app.dialect().object_store, routes, images)
}

/// Returns the routes below `/cdn`, of a cloud that has an object store.
pub(super) fn cdn(images: ImagesApi) -> Router {
    let routes = Router::new().fallback(cdn::answer);
    gate::only_where(|app| app.dialect().object_store, routes, images)
}

/// Answers a request, and names it.
async fn serve(app: App, request: Request) -> Response {
    let id = transaction_id(&app);
    let (method, realm) = (
        request.method().clone(),
        target::realm(request.uri().path()),
    );
    let mut response = match route(app, request, &id).await {
        Ok(response) => response,
        Err(error) => failed(&error, &method, &realm, &id),
    };
    if let Ok(id) = HeaderValue::from_str(&id) {
        let headers = response.headers_mut();
        headers.insert("x-trans-id", id.clone());
        headers.insert("x-openstack-request-id", id);
    }
    response
}

/// Returns the name of a request. Swift: `generate_trans_id` in `swift/common/utils`.
fn transaction_id(app: &App) -> String {
    let random = app.new_id().simple().to_string();
    let random = random.get(..21).unwrap_or_default();
    format!("tx{random}-{:010x}", app.clock.now().timestamp())
}

async fn route(app: App, mut request: Request, id: &str) -> Handled {
    let target = ObjectStoreTarget::parse(request.uri().path())?;
    let is_bulk_delete = bulk_delete::is_asked_for(request.method().as_str(), request.uri())?;
    let allowed = target.methods();
    if !is_bulk_delete && !allowed.split(", ").any(|method| method == request.method()) {
        return Err(ObjectStoreError::MethodNotAllowed(allowed));
    }
    let caller = caller(&app, &mut request, id).await?;
    let store = app.object_store(&caller);
    store.may_use(target.account())?;
    // A body is not for several threads at once, so nothing borrows it.
    let (request, body) = request.into_parts();
    if is_bulk_delete {
        return bulk_delete::answer(&app, &store, (request, body)).await;
    }
    let answer = AnswerForm::new(&request.method);
    match (&target, request.method.as_str()) {
        (ObjectStoreTarget::Account { .. }, "POST") => account::update(&store, &request).await,
        (ObjectStoreTarget::Account { name }, _) => {
            account::list(&store, name, &request, answer).await
        }
        (ObjectStoreTarget::Container { name, .. }, "PUT") => {
            container::put(&store, name, &request).await
        }
        (ObjectStoreTarget::Container { name, .. }, "POST") => {
            container::update(&store, name, &request).await
        }
        (ObjectStoreTarget::Container { name, .. }, "DELETE") => {
            container::delete(&store, name).await
        }
        (ObjectStoreTarget::Container { name, .. }, _) => {
            container::list(&store, name, &request, answer).await
        }
        (ObjectStoreTarget::Object { path, .. }, "PUT") => {
            object::put(&app, &store, path, (request, body)).await
        }
        (ObjectStoreTarget::Object { path, .. }, "COPY") => {
            copy::copy(&app, &store, path, &request).await
        }
        (ObjectStoreTarget::Object { path, .. }, "POST") => {
            object::update(&app, &store, path, &request).await
        }
        (ObjectStoreTarget::Object { path, .. }, "DELETE") => {
            object::delete(&store, path, &request).await
        }
        (ObjectStoreTarget::Object { path, .. }, _) => {
            download::download(&app, &store, path, &request).await
        }
    }
}

/// Finds out who asks.
async fn caller(app: &App, request: &mut Request, id: &str) -> Result<Caller, ObjectStoreError> {
    let headers = request.headers_mut();
    if let Some(token) = headers.get("x-storage-token").cloned()
        && !headers.contains_key("x-auth-token")
    {
        headers.insert("x-auth-token", token);
    }
    let known = auth::identify(app, request).await?;
    let Some(caller) = known else {
        audit::token_refused(app, request.extensions(), request.headers());
        return Err(ObjectStoreError::Unauthorized);
    };
    trace::identify(id, caller.project.as_deref());
    auth::note(request, &caller);
    Ok(caller)
}

/// Returns whether a request is answered without a body.
fn is_head(method: &Method) -> bool {
    method == Method::HEAD
}
