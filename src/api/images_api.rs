//! The Images API as one service: its routes, and the steps before them.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use futures_util::future::BoxFuture;
use tower::Service;

use super::middleware;

/// The Images API; cloning it is cheap.
#[derive(Clone, Debug)]
pub(super) struct ImagesApi {
    routes: Router,
}

impl ImagesApi {
    pub(super) fn new(routes: Router) -> Self {
        Self { routes }
    }
}

impl Service<Request> for ImagesApi {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let routes = self.routes.clone();
        Box::pin(async { Ok(middleware::around_images(request, routes).await) })
    }
}
