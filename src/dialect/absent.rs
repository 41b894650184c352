//! Routes that a cloud does not have.

/// A route, or some of its methods, that a cloud does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbsentRoute {
    path: &'static str,
    /// The methods that are absent; empty for all.
    methods: &'static [&'static str],
}

impl AbsentRoute {
    /// Returns a path with all its methods: as the table of routes has it, such as `/v2/images/{image}/stage`; a last
    /// part `{*}` stands for all paths below.
    #[must_use]
    pub const fn all(path: &'static str) -> Self {
        Self { path, methods: &[] }
    }

    /// Returns some methods of a path, which keeps its others.
    #[must_use]
    pub const fn some(path: &'static str, methods: &'static [&'static str]) -> Self {
        Self { path, methods }
    }

    /// Returns true if it stands for a method of a route, by the route's path in the table.
    #[must_use]
    pub fn covers(&self, method: &str, route: &str) -> bool {
        let path = match self.path.strip_suffix("{*}") {
            Some(above) => route.starts_with(above),
            None => route == self.path,
        };
        path && (self.methods.is_empty() || self.methods.contains(&method))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_covered_by_its_path_and_method() {
        let file = AbsentRoute::some("/v2/images/{image}/file", &["PUT"]);
        assert!(file.covers("PUT", "/v2/images/{image}/file"));
        assert!(!file.covers("GET", "/v2/images/{image}/file"));
        assert!(!file.covers("PUT", "/v2/images/{image}"));
        let below = AbsentRoute::all("/v2/cache/{*}");
        assert!(below.covers("POST", "/v2/cache/clean"));
        assert!(!below.covers("GET", "/v2/cache"));
    }
}
