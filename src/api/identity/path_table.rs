//! The table of paths: a router that can say what is in it, so that a test can hold the OpenAPI document to that.

use axum::Router;
use axum::routing::MethodRouter;

/// Routes as they are put together.
#[derive(Debug, Default)]
pub(crate) struct PathTable {
    router: Router,
    paths: Vec<String>,
}

impl PathTable {
    /// Adds a path.
    pub(crate) fn route(mut self, path: &str, methods: MethodRouter) -> Self {
        self.paths.push(path.to_owned());
        self.router = self.router.route(path, methods);
        self
    }

    /// Adds the paths of another table.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.paths.extend(other.paths);
        self.router = self.router.merge(other.router);
        self
    }

    /// Adds the paths of another table below a path.
    pub(crate) fn nest(mut self, below: &str, other: Self) -> Self {
        let paths = other.paths.iter().map(|path| format!("{below}{path}"));
        self.paths.extend(paths);
        self.router = self.router.nest(below, other.router);
        self
    }

    /// Returns the router that was put together.
    pub(crate) fn router(self) -> Router {
        self.router
    }

    /// Returns the paths, parameters in braces.
    pub(crate) fn paths(self) -> Vec<String> {
        self.paths
    }
}
