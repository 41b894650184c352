//! Refuses requests for the routes that the dialect of a cloud does not have.

use std::sync::LazyLock;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use matchit::Router;

use super::not_found;
use super::route_table::PathMethods;
use crate::app::App;
use crate::dialect::Dialect;

/// The paths of the Images API, by themselves. Only dialects that lack some of them look here.
static PATHS: LazyLock<Router<PathMethods>> = LazyLock::new(|| {
    let mut paths = Router::new();
    for path in super::table().paths() {
        let at = path.path.clone();
        // The router of the API has the same paths, and would not start with two that collide.
        if let Err(error) = paths.insert(at, path) {
            tracing::error!(%error, "two routes collide");
        }
    }
    paths
});

/// The answer to a request for a route that there is not.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// There is no such path.
    UnknownPath,
    /// The path has these methods and no others.
    UnknownMethod { allow: String },
}

/// Returns how a request is refused because the dialect of its cloud lacks the route; `None` if it has it, or if no dialect
/// does. The path is one of version 2, without prefixes.
pub(super) fn refusal(app: &App, request: &Request) -> Option<Refusal> {
    let dialect = app.dialect();
    if dialect.has_all_routes() {
        return None;
    }
    let found = PATHS.at(request.uri().path()).ok()?;
    of(dialect, request.method().as_str(), found.value)
}

fn of(dialect: &Dialect, method: &str, path: &PathMethods) -> Option<Refusal> {
    let all = path.methods();
    let left: Vec<_> = all
        .clone()
        .filter(|method| !dialect.lacks(method, &path.path))
        .collect();
    if left.len() == all.count() || left.contains(&method) {
        return None;
    }
    if left.is_empty() || !path.tells {
        return Some(Refusal::UnknownPath);
    }
    Some(Refusal::UnknownMethod {
        allow: left.join(", "),
    })
}

impl Refusal {
    /// Answers the request.
    pub(super) async fn answer(self, request: Request) -> Response {
        match self {
            Self::UnknownPath => not_found::unknown(request).await.into_response(),
            Self::UnknownMethod { allow } => {
                not_found::method(request, allow).await.into_response()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Route;
    use crate::dialect::{AbsentRoute, BUILT_IN, GLANCE, GlanceRelease};

    static LESS: Dialect = Dialect {
        absent_routes: &[
            AbsentRoute::some("/v2/images", &["POST"]),
            AbsentRoute::all("/v2/cache/{*}"),
        ],
        ..GLANCE
    };

    fn refused(method: &str, path: &str) -> Option<Refusal> {
        of(&LESS, method, PATHS.at(path).unwrap().value)
    }

    #[test]
    fn a_path_without_a_method_tells_those_that_are_left() {
        let allow = "GET".to_owned();
        assert_eq!(refused("GET", "/v2/images"), None);
        for method in ["POST", "PATCH", "HEAD"] {
            let allow = allow.clone();
            let refusal = Some(Refusal::UnknownMethod { allow });
            assert_eq!(refused(method, "/v2/images"), refusal, "{method}");
        }
    }

    #[test]
    fn a_path_without_any_method_is_unknown() {
        assert_eq!(
            refused("POST", "/v2/cache/clean"),
            Some(Refusal::UnknownPath)
        );
        assert_eq!(refused("GET", "/v2/cache"), None);
        assert_eq!(refused("PATCH", "/v2/cache"), None);
    }

    #[test]
    fn every_absent_route_of_a_dialect_is_one_of_the_table() {
        let paths = super::super::table().paths();
        let routes: Vec<_> = paths.iter().flat_map(PathMethods::routes).collect();
        let old = Dialect {
            release: GlanceRelease::Train,
            ..GLANCE
        };
        let lacks = |route: &&Route| old.lacks(route.method, &route.path);
        assert_eq!(routes.iter().filter(lacks).count(), 13);
        for dialect in BUILT_IN {
            for absent in dialect.absent_routes {
                let mut routes = routes.iter();
                let known = routes.any(|route| absent.covers(route.method, &route.path));
                assert!(known, "{}: {absent:?}", dialect.name);
            }
        }
    }
}
