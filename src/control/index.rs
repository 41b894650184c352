//! The index of the control API.

use std::collections::BTreeMap;

use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderMap, Uri};
use serde_json::{Value, json};

use super::ROOT;
use super::openapi::{self, DescribedParts};
use crate::cloud::Cloud;
use crate::config::public_url;

pub(super) fn routes(parts: DescribedParts) -> Router {
    let show = async move |cloud: Cloud, uri: Uri, headers: HeaderMap| {
        let base = public_url::base(cloud.start(), Some(&uri), &headers);
        Json(index(parts, &format!("{base}{ROOT}")))
    };
    Router::new().route("/", get(show))
}

/// Returns the described routes, as links.
fn index(parts: DescribedParts, root: &str) -> Value {
    let (paths, _) = openapi::described(parts);
    let named = paths.keys().filter_map(|path| Some((power(path)?, path)));
    let links: BTreeMap<_, _> = named
        .map(|(name, path)| (name, format!("{root}{path}")))
        .collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "openapi": format!("{root}/openapi.json"),
        "links": links,
    })
}

/// The power whose path this is, if it is not a part of one.
fn power(path: &str) -> Option<&str> {
    let name = path.strip_prefix('/')?;
    let whole = !name.is_empty() && !name.contains(['/', '.', '{']);
    whole.then_some(name)
}
