//! `/v2/metadefs`

mod namespaces;
mod objects;
mod properties;
mod resource_types;
mod tags;
mod view;

use axum::routing::{delete, get, post};

use super::route_table::{RouteTable, with_allow};

/// Every route of metadata definitions.
pub(super) fn routes() -> RouteTable {
    let namespace = "/v2/metadefs/namespaces/{namespace}";
    let at = |rest: &str| format!("{namespace}{rest}");
    RouteTable::default()
        .route(
            "/v2/metadefs/resource_types",
            with_allow("GET", get(resource_types::list)),
        )
        .route(
            "/v2/metadefs/namespaces",
            with_allow("GET, POST", get(namespaces::list).post(namespaces::create)),
        )
        .route(
            namespace,
            with_allow(
                "GET, PUT, DELETE",
                get(namespaces::show)
                    .put(namespaces::update)
                    .delete(namespaces::delete),
            ),
        )
        .route(
            &at("/objects"),
            with_allow(
                "GET, POST, DELETE",
                get(objects::list).post(objects::add).delete(objects::clear),
            ),
        )
        .route(
            &at("/objects/{object}"),
            with_allow(
                "GET, PUT, DELETE",
                get(objects::show)
                    .put(objects::update)
                    .delete(objects::delete),
            ),
        )
        .route(
            &at("/properties"),
            with_allow(
                "GET, POST, DELETE",
                get(properties::list)
                    .post(properties::add)
                    .delete(properties::clear),
            ),
        )
        .route(
            &at("/properties/{property}"),
            with_allow(
                "GET, PUT, DELETE",
                get(properties::show)
                    .put(properties::update)
                    .delete(properties::delete),
            ),
        )
        .merge(rest(&at))
}

/// Tags, and what a namespace is for.
fn rest(at: &impl Fn(&str) -> String) -> RouteTable {
    RouteTable::default()
        .route(
            &at("/tags"),
            with_allow(
                "GET, POST, DELETE",
                get(tags::list).post(tags::add_all).delete(tags::clear),
            ),
        )
        .route(
            &at("/tags/{tag}"),
            with_allow(
                "GET, POST, PUT, DELETE",
                get(tags::show)
                    .put(tags::update)
                    .merge(post(tags::add).delete(tags::delete)),
            ),
        )
        .route(
            &at("/resource_types"),
            with_allow(
                "GET, POST",
                get(resource_types::associations).post(resource_types::associate),
            ),
        )
        .route(
            &at("/resource_types/{resource_type}"),
            with_allow("DELETE", delete(resource_types::dissociate)),
        )
}
