//! Finds the cloud of a request, and whether it is for the cloud's API or its control API.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use http::uri::PathAndQuery;
use http::{Request, StatusCode, Uri};
use hyper::body::Incoming;
use tower::ServiceExt;

use super::guard::{check_http, check_origin};
use crate::api;
use crate::cloud::{Cloud, Clouds};
use crate::control::{self, ControlError};

/// The prefix of the paths of sandboxes.
const SANDBOX: &str = "/sandbox/";

/// Leads each request to what answers it; cloning it is cheap.
#[derive(Clone, Debug)]
pub(super) struct Front {
    clouds: Clouds,
    /// The Images API and the embedded identity, of whichever cloud a request is for.
    api: Router,
    /// The control API, unless there is to be none.
    control: Option<Control>,
}

/// The routes of the control API.
#[derive(Clone, Debug)]
struct Control {
    main: Router,
    sandbox: Router,
}

impl Front {
    pub(super) fn new(clouds: Clouds) -> Self {
        let wanted = !clouds.main().start().control.no_control;
        let control = wanted.then(|| Control {
            main: control::main(clouds.clone()),
            sandbox: control::sandbox(),
        });
        Self {
            api: api::router(),
            clouds,
            control,
        }
    }

    async fn answer(self, mut request: Request<Body>) -> Response {
        if let Err(refused) = check_http(&request) {
            return refused.into_response();
        }
        if let Err(refused) =
            check_origin(self.clouds.main(), request.method(), request.headers()).await
        {
            return refused.into_response();
        }
        let Some(control) = self.control else {
            return serve(self.api, self.clouds.main(), request).await;
        };
        if !request.uri().path().starts_with(SANDBOX) {
            let main = self.clouds.main();
            return if control::is_control(request.uri().path()) {
                govern(control.main, main, request).await
            } else {
                serve(self.api, main, request).await
            };
        }
        let Some((id, rest)) = parted(request.uri()) else {
            return ControlError::new(StatusCode::BAD_REQUEST, "no such path").into_response();
        };
        let Some(sandbox) = self.clouds.sandbox(&id) else {
            let why = format!("there is no sandbox {id}: it was deleted, or expired, or never was");
            return ControlError::new(StatusCode::NOT_FOUND, why).into_response();
        };
        sandbox.touch();
        *request.uri_mut() = rest;
        let answer = if control::is_control(request.uri().path()) {
            govern(control.sandbox, &sandbox.cloud, request).await
        } else {
            serve(self.api, &sandbox.cloud, request).await
        };
        sandbox.touch();
        answer
    }
}

/// Answers a request to the Images API or the identity of a cloud.
async fn serve(api: Router, cloud: &Cloud, mut request: Request<Body>) -> Response {
    let (app, _guest) = cloud.enter().await;
    request.extensions_mut().insert(app);
    ask(api, request).await
}

/// Answers a request to the control API of a cloud.
async fn govern(control: Router, cloud: &Cloud, mut request: Request<Body>) -> Response {
    request.extensions_mut().insert(cloud.clone());
    ask(control, request).await
}

async fn ask(routes: Router, request: Request<Body>) -> Response {
    match routes.oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}

/// The id in a sandbox's URL, and what the URL is within the sandbox.
fn parted(uri: &Uri) -> Option<(String, Uri)> {
    let rest = uri.path().strip_prefix(SANDBOX)?;
    let (id, path) = rest.split_once('/').unwrap_or((rest, ""));
    let query = uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(format!("/{path}{query}")).ok()?);
    Some((id.to_owned(), Uri::from_parts(parts).ok()?))
}

impl hyper::service::Service<Request<Incoming>> for Front {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let front = self.clone();
        Box::pin(async move { Ok(front.answer(request.map(Body::new)).await) })
    }
}
