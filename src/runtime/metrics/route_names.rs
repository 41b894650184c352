//! Names of routes: the template of a path, such as `/v2/images/{image}`, never the path itself.

use std::sync::Arc;

/// The name of all paths that no route has.
const OTHER: &str = "other";

/// The version of the Images API in templates.
const VERSION: &str = "/v2";

/// The templates of all routes of a server.
pub(crate) struct RouteNames {
    names: matchit::Router<Arc<str>>,
    /// What stands behind the version of the Images API, which has several names.
    versioned: matchit::Router<Arc<str>>,
    other: Arc<str>,
}

impl std::fmt::Debug for RouteNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RouteNames").finish_non_exhaustive()
    }
}

impl RouteNames {
    /// Returns the names of these templates, parameters in braces. Of two that match the same paths the first counts.
    pub(crate) fn new(templates: &[String]) -> Self {
        let mut names = matchit::Router::new();
        let mut versioned = matchit::Router::new();
        for template in templates {
            let name: Arc<str> = template.as_str().into();
            if let Some(rest) = template
                .strip_prefix(VERSION)
                .filter(|rest| rest.starts_with('/'))
            {
                versioned.insert(rest, Arc::clone(&name)).ok();
            }
            names.insert(template.as_str(), name).ok();
        }
        Self {
            names,
            versioned,
            other: OTHER.into(),
        }
    }

    /// Returns the name of all paths that no route has.
    pub(super) fn other(&self) -> Arc<str> {
        Arc::clone(&self.other)
    }

    /// Returns the name of the route of a path.
    pub(crate) fn of(&self, path: &str) -> Arc<str> {
        let found = self.names.at(path).ok().or_else(|| {
            let trimmed = path.trim_end_matches('/');
            self.names.at(trimmed).ok()
        });
        let found = found.or_else(|| self.versioned.at(behind_version(path)?).ok());
        Arc::clone(found.map_or(&self.other, |found| found.value))
    }
}

/// Returns what stands behind a minor version of the Images API.
fn behind_version(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/v2.")?;
    let slash = rest.find('/')?;
    let (minor, rest) = rest.split_at_checked(slash)?;
    let is_number =
        !minor.is_empty() && minor.len() < 3 && minor.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(rest)
}
