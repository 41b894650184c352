//! Input that clients sent and nothing read: what a client believes it says, and the server ignores.
//!
//! What is read of a request is what the OpenAPI document of its API describes, so there is no second list; what
//! was sent is what the journal has. So it costs a request nothing, and reaches as far back as the journal.

mod described;
mod schema;

use std::collections::BTreeMap;

use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use super::ControlError;
use crate::cloud::Cloud;
use crate::runtime::blocking::run_blocking;
use crate::simulation::journal::{Journal, Recorded};
use described::{DescribedApis, ReadInput};

/// The headers that HTTP clients, browsers and proxies send to every server, and those that are read of every
/// request.
const ORDINARY: [&str; 34] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "baggage",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "dnt",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "origin",
    "pragma",
    "priority",
    "proxy-connection",
    "referer",
    "te",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "upgrade",
    "upgrade-insecure-requests",
    "user-agent",
    "via",
    "x-auth-token",
    "x-openstack-request-id",
    "x-real-ip",
    "x-request-id",
    "x-requested-with",
    "x-service-token",
];

/// The beginnings of the names of such headers.
const ORDINARY_GROUPS: [&str; 2] = ["sec-", "x-forwarded-"];

pub(super) fn routes() -> Router {
    Router::new().route("/unread", get(show).delete(clear))
}

/// A name that was sent and not read, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnreadName {
    /// The name; within a document, the names on the way to it, with dots between.
    pub name: String,
    /// The number of requests that had it.
    pub count: u64,
}

/// The input to one route that nothing read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnreadInput {
    /// The method.
    pub method: String,
    /// The path, with parameters in braces.
    pub route: String,
    /// Members of the JSON document.
    pub fields: Vec<UnreadName>,
    /// Parameters of the query.
    pub query: Vec<UnreadName>,
    /// Headers, in lower case.
    pub headers: Vec<UnreadName>,
}

async fn show(cloud: Cloud) -> Result<Json<Value>, ControlError> {
    let routes = unread(&cloud).await?;
    Ok(Json(json!({ "routes": routes })))
}

async fn clear(cloud: Cloud) -> StatusCode {
    cloud.app().await.journal.mark();
    StatusCode::NO_CONTENT
}

/// Returns the input that nothing read, of the requests in the journal that were answered well: whoever was refused
/// has heard of it.
///
/// # Errors
///
/// Fails if the program was built from documents that are no JSON.
pub async fn unread(cloud: &Cloud) -> crate::Result<Vec<UnreadInput>> {
    let journal = cloud.app().await.journal.clone();
    let work = move || {
        let apis = DescribedApis::read()?;
        Ok(report(&journal, &apis))
    };
    run_blocking(work).await.map_err(crate::Error::from)
}

/// The numbers of requests by the names that they had.
type Counts = BTreeMap<String, u64>;

/// The counts of one route.
#[derive(Debug, Default)]
struct RouteCounts {
    fields: Counts,
    query: Counts,
    headers: Counts,
}

impl RouteCounts {
    fn add(&mut self, request: &Recorded, read: &ReadInput<'_>) {
        let query = form_urlencoded::parse(request.query.as_bytes());
        let mut query: Vec<_> = query.map(|(name, _)| name.into_owned()).collect();
        query.retain(|name| !read.query.has(name));
        count(&mut self.query, query);
        let headers = request.request_headers.keys();
        let headers = headers.filter(|name| !is_ordinary(name) && !read.headers.has(name));
        count(&mut self.headers, headers.cloned().collect());
        if let (Some(schema), Some(document)) = (&read.body, &request.request_body) {
            count(&mut self.fields, schema.unread(document));
        }
    }

    fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.query.is_empty() && self.headers.is_empty()
    }
}

/// Counts each name once.
fn count(counts: &mut Counts, mut names: Vec<String>) {
    names.sort_unstable();
    names.dedup();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
}

fn report(journal: &Journal, apis: &DescribedApis) -> Vec<UnreadInput> {
    let mut routes = BTreeMap::<(String, String), RouteCounts>::new();
    for entry in journal.since_mark() {
        let request = entry.recorded();
        if request.status.is_none_or(|status| status >= 400) {
            continue;
        }
        if let Some((route, read)) = apis.find(&request.method, &request.path) {
            let place = (route, request.method.clone());
            routes.entry(place).or_default().add(&request, &read);
        }
    }
    let routes = routes.into_iter().filter(|(_, counts)| !counts.is_empty());
    let routes = routes.map(|((route, method), counts)| UnreadInput {
        method,
        route,
        fields: names(counts.fields),
        query: names(counts.query),
        headers: names(counts.headers),
    });
    routes.collect()
}

fn names(counts: Counts) -> Vec<UnreadName> {
    let counts = counts.into_iter();
    counts
        .map(|(name, count)| UnreadName { name, count })
        .collect()
}

fn is_ordinary(header: &str) -> bool {
    ORDINARY.contains(&header)
        || ORDINARY_GROUPS
            .iter()
            .any(|group| header.starts_with(group))
}
