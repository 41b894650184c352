//! Finds the cloud of a request, and whether it is for the cloud's API or its control API.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use http::uri::PathAndQuery;
use http::{Request, StatusCode, Uri};
use hyper::body::Incoming;
use tower::ServiceExt;

use super::guard::{check_http, check_origin};
use super::metrics::{self, MetricsEndpoint};
use crate::api::Api;
use crate::app::App;
use crate::app::context::RequestSource;
use crate::cloud::{Cloud, Clouds};
use crate::config::Config;
use crate::control::{self, Console, ControlError};
use crate::dialect::ResolvedPath;
use crate::domain::region::RegionKey;
use crate::runtime::metrics::{Metrics, RequestMeter};

/// The prefix of the paths of sandboxes.
const SANDBOX: &str = "/sandbox/";

/// Leads each request to what answers it; cloning it is cheap.
#[derive(Clone, Debug)]
pub(super) struct Front(Arc<FrontParts>);

#[derive(Debug)]
struct FrontParts {
    clouds: Clouds,
    /// The Images API and the embedded identity, of whichever cloud a request is for.
    api: Api,
    /// The control API, unless there is to be none.
    control: Option<Control>,
    /// The measurements of the server.
    metrics: Metrics,
    /// What answers with them, if they are read here.
    endpoint: Option<MetricsEndpoint>,
}

/// The routes of the control API.
#[derive(Debug)]
struct Control {
    main: Router,
    sandbox: Router,
    console: Console,
}

/// The prefix of the paths of regions.
const REGION: &str = "/region/";

/// One request to one cloud.
struct Visit<'a> {
    cloud: &'a Cloud,
    source: RequestSource,
    /// The region that the path named.
    region: Option<RegionKey>,
    /// The request, without the region in its path.
    request: Request<Body>,
    meter: &'a mut RequestMeter,
}

impl<'a> Visit<'a> {
    fn new(
        cloud: &'a Cloud,
        source: RequestSource,
        mut request: Request<Body>,
        meter: &'a mut RequestMeter,
    ) -> Self {
        let region = take_region(cloud.start(), &mut request);
        Self {
            cloud,
            source,
            region,
            request,
            meter,
        }
    }
}

impl Front {
    pub(super) fn new(clouds: Clouds, console: Console, endpoint: Option<MetricsEndpoint>) -> Self {
        let wanted = !clouds.main().start().control.no_control;
        let control = wanted.then(|| Control {
            main: control::main(clouds.clone(), &console),
            sandbox: control::sandbox(&console),
            console,
        });
        Self(Arc::new(FrontParts {
            api: Api::new(),
            metrics: clouds.main().start().metrics.handle.clone(),
            endpoint,
            clouds,
            control,
        }))
    }
}

impl FrontParts {
    async fn answer(&self, mut request: Request<Body>, meter: &mut RequestMeter) -> Response {
        if let Err(refused) = check_http(&request) {
            return refused.into_response();
        }
        if let Err(refused) =
            check_origin(self.clouds.main(), request.method(), request.headers()).await
        {
            return refused.into_response();
        }
        if let Some(endpoint) = self
            .endpoint
            .as_ref()
            .filter(|_| request.uri().path() == metrics::PATH)
        {
            meter.at(metrics::PATH);
            return endpoint
                .answer_guarded(request.method(), request.headers())
                .await;
        }
        let Some(control) = &self.control else {
            let visit = Visit::new(self.clouds.main(), RequestSource::Client, request, meter);
            return serve(&self.api, visit).await;
        };
        let source = match control.console.source_of(request.headers()) {
            Ok(source) => source,
            Err(refused) => return refused.into_response(),
        };
        if !request.uri().path().starts_with(SANDBOX) {
            let visit = Visit::new(self.clouds.main(), source, request, meter);
            return control.lead(&self.api, &control.main, visit).await;
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
        let visit = Visit::new(&sandbox.cloud, source, request, meter);
        let answer = control.lead(&self.api, &control.sandbox, visit).await;
        sandbox.touch();
        answer
    }
}

impl Control {
    /// Leads a request to the control API of its cloud, to the cloud itself, or a browser to the console.
    async fn lead(&self, api: &Api, control: &Router, visit: Visit<'_>) -> Response {
        if control::is_control(visit.request.uri().path()) {
            return govern(control.clone(), visit).await;
        }
        match self.console.lead(visit.cloud.start(), &visit.request) {
            Some(answer) => answer,
            None => serve(api, visit).await,
        }
    }
}

/// Answers a request to the Images API or the identity of a cloud.
async fn serve(api: &Api, visit: Visit<'_>) -> Response {
    let (app, _guest) = visit.cloud.enter().await;
    let app = match visit.source {
        RequestSource::Client => app,
        RequestSource::Console => app.for_console(),
    };
    let several = visit.cloud.start().has_regions();
    let app = if several {
        let first = || visit.cloud.start().first_region_key();
        app.in_region(visit.region.unwrap_or_else(first))
    } else {
        app
    };
    let mut request = visit.request;
    let scheme = request.extensions().get().copied().unwrap_or_default();
    let app = resolve(app, &mut request).by_scheme(scheme);
    visit.meter.at(request.uri().path());
    request.extensions_mut().insert(app);
    api.answer(request).await
}

/// Takes a region that there is off the path, and returns it.
fn take_region(config: &Config, request: &mut Request<Body>) -> Option<RegionKey> {
    let rest = request.uri().path().strip_prefix(REGION)?;
    let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let region = config.region_key(name)?;
    *request.uri_mut() = with_path(request.uri(), &format!("/{rest}"))?;
    Some(region)
}

/// Puts the path in the form that the routes know, where the dialect has others; returns the cloud as the request sees it.
fn resolve(app: App, request: &mut Request<Body>) -> App {
    let paths = app.dialect().paths;
    if paths.are_plain() {
        return app;
    }
    let Some(ResolvedPath { path, mount }) = paths.resolve(request.uri().path()) else {
        return app.below(None);
    };
    if let Some(uri) = with_path(request.uri(), &path) {
        *request.uri_mut() = uri;
    }
    app.below(mount)
}

/// Answers a request to the control API of a cloud.
async fn govern(control: Router, visit: Visit<'_>) -> Response {
    let mut request = visit.request;
    visit.meter.at(request.uri().path());
    request.extensions_mut().insert(visit.cloud.clone());
    request.extensions_mut().insert(visit.source);
    match control.oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}

/// The id in a sandbox's URL, and what the URL is within the sandbox.
fn parted(uri: &Uri) -> Option<(String, Uri)> {
    let rest = uri.path().strip_prefix(SANDBOX)?;
    let (id, path) = rest.split_once('/').unwrap_or((rest, ""));
    Some((id.to_owned(), with_path(uri, &format!("/{path}"))?))
}

/// Returns a URI with another path.
fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let query = uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(format!("{path}{query}")).ok()?);
    Uri::from_parts(parts).ok()
}

impl hyper::service::Service<Request<Incoming>> for Front {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let front = Arc::clone(&self.0);
        Box::pin(async move {
            let mut meter = front.metrics.request(request.method().as_str());
            let answer = front.answer(request.map(Body::new), &mut meter).await;
            meter.answered(answer.status().as_u16());
            Ok(answer)
        })
    }
}
