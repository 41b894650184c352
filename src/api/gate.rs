//! APIs that not every cloud has.

use axum::Router;
use axum::extract::{OriginalUri, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tower::ServiceExt;

use super::images_api::ImagesApi;
use crate::app::App;

/// Tells whether a cloud has an API.
type HasApi = fn(&App) -> bool;

/// Returns an API that only some clouds have. In all others its paths are the Images API's, which knows none of them: they
/// answer as unknown paths do.
pub(super) fn only_where(exists: HasApi, api: Router, images: ImagesApi) -> Router {
    api.layer(from_fn_with_state((exists, images), choose))
}

async fn choose(
    State((exists, images)): State<(HasApi, ImagesApi)>,
    app: App,
    OriginalUri(uri): OriginalUri,
    mut request: Request,
    next: Next,
) -> Response {
    if exists(&app) {
        return next.run(request).await;
    }
    *request.uri_mut() = uri;
    match images.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
