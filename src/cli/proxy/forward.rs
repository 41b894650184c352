//! Passes one request on, and its answer back; both bodies stream.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::{StreamExt, stream};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use lookalike::with_causes;

use super::log::{ExchangeLog, Recorder};
use super::rewrite;
use super::upstream::Upstreams;
use super::watched::{Failure, Parcels, WatchedBody};

/// The longest answer in which URLs are looked for, in bytes. A longer one passes as it is.
const LONGEST: usize = 8 * 1024 * 1024;

/// The headers that belong to one connection.
const OF_CONNECTION: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What every request is passed on with.
#[derive(Debug)]
pub(super) struct Proxy {
    pub(super) upstreams: Upstreams,
    pub(super) recorder: Arc<Recorder>,
}

/// Passes a request on.
pub(super) async fn forward(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let log = ExchangeLog::begin(&proxy.recorder, &parts);
    let url = proxy.upstreams.target(parts.uri.path(), parts.uri.query());
    let Some(url) = url else {
        let why = "the proxy was started without --keystone, and has no identity API";
        return refusal(&log, why);
    };
    match ask(&proxy, &log, &url, &parts, body).await {
        Ok(response) => answer(&log, &parts, response).await,
        Err(_) if log.request().lock().broken => {
            log.failed("the client went away");
            Response::new(Body::empty())
        }
        Err(error) => {
            let error = with_causes(&error.without_url());
            let server = url.split('?').next().unwrap_or_default();
            refusal(&log, &format!("{server} does not answer: {error}"))
        }
    }
}

async fn ask(
    proxy: &Proxy,
    log: &Arc<ExchangeLog>,
    url: &str,
    parts: &Parts,
    body: Body,
) -> reqwest::Result<reqwest::Response> {
    let mut headers = parts.headers.clone();
    let has_body = headers.contains_key(header::TRANSFER_ENCODING)
        || headers
            .get(header::CONTENT_LENGTH)
            .is_some_and(|length| length != "0");
    remove_of_connection(&mut headers);
    headers.remove(header::HOST);
    // The client is told to go on when its body is asked for.
    headers.remove(header::EXPECT);
    // A compressed answer could be neither rewritten nor read in the recording.
    headers.remove(header::ACCEPT_ENCODING);
    let mut request = proxy
        .upstreams
        .http
        .request(parts.method.clone(), url)
        .headers(headers);
    if has_body {
        let stream = body
            .into_data_stream()
            .map(|part| part.map_err(Failure::from));
        let watched = WatchedBody::new(Box::pin(stream), log, ExchangeLog::request);
        request = request.body(reqwest::Body::wrap_stream(watched));
    }
    request.send().await
}

/// Returns the answer of the server to the client, with the URLs that lead to the proxy.
async fn answer(log: &Arc<ExchangeLog>, parts: &Parts, response: reqwest::Response) -> Response {
    let response: http::Response<reqwest::Body> = response.into();
    let (mut head, body) = response.into_parts();
    let path = parts.uri.path();
    let proxy = own_address(&parts.headers);
    remove_of_connection(&mut head.headers);
    rewrite::headers(&mut head.headers, &proxy, path);
    let stream = Body::new(body).into_data_stream();
    let mut body: Parcels = Box::pin(stream.map(|part| part.map_err(Failure::from)));
    if parts.method != Method::HEAD && rewrite::has_urls(path, &head.headers) {
        let (start, rest) = read(body).await;
        body = match (rest, rewrite::body(&start, &proxy, path)) {
            (None, Some(changed)) => {
                let length = HeaderValue::from(changed.len());
                if head.headers.contains_key(header::CONTENT_LENGTH) {
                    head.headers.insert(header::CONTENT_LENGTH, length);
                }
                one(changed.into())
            }
            (None, None) => one(start.into()),
            (Some(rest), _) => Box::pin(one(start.into()).chain(rest)),
        };
    }
    log.answered(head.status, &head.headers);
    let watched = WatchedBody::new(body, log, ExchangeLog::response);
    let mut answer = Response::from_parts(head, Body::from_stream(watched));
    let is_bodiless = parts.method == Method::HEAD
        || [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&answer.status());
    if is_bodiless {
        log.response().lock().whole = true;
        *answer.body_mut() = Body::empty();
    }
    answer
}

/// Reads a body up to the bound; what is behind the bound, or an error, is the rest.
async fn read(mut body: Parcels) -> (Vec<u8>, Option<Parcels>) {
    let mut start = Vec::new();
    while let Some(part) = body.next().await {
        match part {
            Ok(part) => start.extend_from_slice(&part),
            Err(error) => return (start, Some(Box::pin(stream::iter([Err(error)])))),
        }
        if start.len() > LONGEST {
            return (start, Some(body));
        }
    }
    (start, None)
}

fn one(bytes: Bytes) -> Parcels {
    Box::pin(stream::iter([Ok(bytes)]))
}

/// Returns the answer of the proxy itself.
fn refusal(log: &Arc<ExchangeLog>, why: &str) -> Response {
    let text = format!("lookalike proxy: {why}\n");
    log.failed(why);
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, kind);
    log.answered(StatusCode::BAD_GATEWAY, &headers);
    let watched = WatchedBody::new(one(text.into()), log, ExchangeLog::response);
    let mut response = Response::new(Body::from_stream(watched));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    *response.headers_mut() = headers;
    response
}

/// Returns the address by which the client reached the proxy.
fn own_address(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok());
    format!("http://{}", host.unwrap_or("localhost"))
}

/// Removes the headers that belong to one connection, and those that `Connection` names.
fn remove_of_connection(headers: &mut HeaderMap) {
    let named = headers.get_all(header::CONNECTION).iter();
    let named: Vec<HeaderName> = named
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    let fixed = OF_CONNECTION
        .iter()
        .map(|name| HeaderName::from_static(name));
    for name in fixed.chain(named) {
        headers.remove(name);
    }
}
