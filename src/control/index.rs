//! The index of the control API.

use std::collections::BTreeMap;

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::ROOT;
use super::extract::RequestAddress;
use super::openapi::{self, DescribedParts};
use crate::cloud::Cloud;

pub(super) fn routes(parts: DescribedParts) -> Router {
    let show = async move |cloud: Cloud, address: RequestAddress| {
        let base = address.base(cloud.start());
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
