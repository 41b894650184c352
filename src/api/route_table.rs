//! The table of routes: a router that can say what is in it, so that tests can hold it to that.

use axum::Router;
use axum::extract::Request;
use axum::routing::MethodRouter;

use super::not_found;

/// A call that the Images API has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// Its path, parameters in braces.
    pub path: String,
    /// Its method.
    pub method: &'static str,
}

/// A path with its methods.
#[derive(Clone, Debug)]
pub(super) struct PathMethods {
    /// The path, parameters in braces.
    pub(super) path: String,
    allow: &'static str,
    /// Whether it tells which methods it has.
    pub(super) tells: bool,
}

/// Routes as they are put together.
#[derive(Debug, Default)]
pub(super) struct RouteTable {
    router: Router,
    paths: Vec<PathMethods>,
}

/// The handlers at a path, and the methods that `Allow` lists.
pub(super) struct RouteMethods {
    allow: &'static str,
    methods: MethodRouter,
    /// Whether it tells which methods it has.
    tells: bool,
}

/// Returns what answers at a path. Which methods it has is said twice: once to route, once to tell those
/// who try another; HEAD is always one of these.
pub(super) fn with_allow(allow: &'static str, methods: MethodRouter) -> RouteMethods {
    RouteMethods {
        allow,
        methods,
        tells: true,
    }
}

/// Returns the methods of a path that answers every other method with 404, as an unknown path.
pub(super) fn without_allow(allow: &'static str, methods: MethodRouter) -> RouteMethods {
    RouteMethods {
        tells: false,
        ..with_allow(allow, methods)
    }
}

impl RouteTable {
    /// Adds a path.
    pub(super) fn route(mut self, path: &str, known: RouteMethods) -> Self {
        let RouteMethods {
            allow,
            methods,
            tells,
        } = known;
        self.paths.push(PathMethods {
            path: path.to_owned(),
            allow,
            tells,
        });
        let methods = if tells {
            let refuse = move |request: Request| not_found::method(request, allow);
            methods.head(refuse).fallback(refuse)
        } else {
            methods
                .head(not_found::unknown)
                .fallback(not_found::unknown)
        };
        self.router = self.router.route(path, methods);
        self
    }

    /// Adds the routes of another table.
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.paths.extend(other.paths);
        self
    }

    /// The router that was put together.
    pub(super) fn router(self) -> Router {
        self.router
    }

    /// Returns the paths in it.
    pub(super) fn paths(self) -> Vec<PathMethods> {
        self.paths
    }
}

impl PathMethods {
    /// Returns its methods, as `Allow` lists them.
    pub(super) fn methods(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        self.allow.split(", ")
    }

    /// Returns its calls.
    pub(super) fn routes(&self) -> impl Iterator<Item = Route> {
        self.methods().map(|method| Route {
            path: self.path.clone(),
            method,
        })
    }
}
