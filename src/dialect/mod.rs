//! Dialects: what each cloud does differently from the newest Glance, as data.
//!
//! A [`Dialect`] is a table of constants. The one router has the routes of all dialects, and every layer above reads from
//! `App::dialect` what holds in its cloud; none asks for a dialect's name. A new cloud is a
//! constant that names what it changes, and takes the rest from [`GLANCE`]:
//!
//! ```
//! use lookalike::dialect::{AbsentRoute, Dialect, ErrorForm, GLANCE};
//!
//! static NIMBUS: Dialect = Dialect {
//!     name: "nimbus",
//!     title: "Nimbus Public Cloud",
//!     absent_routes: &[AbsentRoute::all("/v2/info/stores")],
//!     errors: ErrorForm::Text,
//!     ..GLANCE
//! };
//! # assert_eq!(NIMBUS.name, "nimbus");
//! ```

mod absent;
mod api_user;
mod catalogue;
mod defaults;
mod glance;
mod paths;
mod pcd;
mod rackspace;
mod release;
mod roles;
mod versions;

pub use absent::AbsentRoute;
pub use api_user::ApiUser;
pub use catalogue::CatalogueService;
pub use defaults::Defaults;
pub use glance::GLANCE;
pub use paths::{Interface, Mount, Paths, ResolvedPath};
pub use pcd::PCD;
pub use rackspace::RACKSPACE;
pub use release::{GlanceRelease, LaterInput};
pub use roles::CloudRole;
pub use versions::{ListedVersion, VersionFeatures, VersionList};

pub use crate::domain::image_rules::{
    DownloadOfNothing, Downloads, ForeignStatus, ImageRules, Sharing,
};
pub use crate::domain::query::{BooleanWords, ListRules, TimestampPrecision, VisibilityFilter};
pub use crate::domain::seed::BuiltInSeed;
use crate::domain::task::TaskRules;

/// The dialects that are built in, the default first.
pub static BUILT_IN: [&Dialect; 3] = [&DEFAULT, &RACKSPACE, &PCD];

/// The dialect where none is named: [`GLANCE`].
pub static DEFAULT: Dialect = GLANCE;

/// Everything that one cloud does differently from the newest Glance.
///
/// Fields are added as clouds need them: a constant of yours ends with `..GLANCE`.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an API or a rule that a cloud has or has not"
)]
pub struct Dialect {
    /// The name in settings.
    pub name: &'static str,
    /// The name of the cloud, for people.
    pub title: &'static str,
    /// The users of a new cloud, for the banner.
    pub first_users: &'static str,
    /// The release of Glance: what came later is not there.
    pub release: GlanceRelease,
    /// True if other releases than the newest can be chosen.
    pub has_releases: bool,
    /// The routes that the cloud does not have: they answer as unknown ones.
    pub absent_routes: &'static [AbsentRoute],
    /// The paths that stand before, or within, those of the routes.
    pub paths: Paths,
    /// The versions that the cloud lists.
    pub versions: VersionList,
    /// The form of the errors of the Images API.
    pub errors: ErrorForm,
    /// The rules of images: fields, schema documents, sharing, lists, default policy, property protections.
    pub images: &'static ImageRules,
    /// The rules of images at the service's public endpoint, where it has others there and the settings ask for them.
    pub public_images: Option<&'static ImageRules>,
    /// The defaults of settings that are not Glance's.
    pub defaults: Defaults,
    /// True if the cloud has Identity v2.0, beside v3.
    pub identity_v2: bool,
    /// The user with an API key whom the seed has, for clients of Identity v2.0.
    pub api_user: Option<ApiUser<'static>>,
    /// True if a limit on the rate of requests holds for the Images API and for Identity v2.0, where the settings name one.
    pub rate_limited: bool,
    /// True if the cloud has an object store (Swift v1).
    pub object_store: bool,
    /// True if data that came by the public endpoint cannot be read by the others.
    pub divides_uploads: bool,
    /// The rules of tasks.
    pub tasks: &'static TaskRules,
    /// The services of a new cloud's catalogue.
    pub catalogue: &'static [CatalogueService],
    /// The roles of a new cloud, besides Keystone's own.
    pub roles: &'static [CloudRole],
    /// The seed that a cloud of this dialect begins with.
    pub seed: Option<BuiltInSeed>,
}

/// The form of the errors of the Images API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorForm {
    /// HTML, JSON or text, as `Accept` asks for.
    Negotiated,
    /// Text, whatever `Accept` asks for.
    Text,
}

/// There is no dialect of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is allowed", allowed())]
pub struct UnknownDialectError;

/// Returns the built-in dialect of this name.
///
/// # Errors
///
/// Fails for any other name; the message says which names are allowed.
pub fn named(name: &str) -> Result<&'static Dialect, UnknownDialectError> {
    let found = BUILT_IN
        .iter()
        .copied()
        .find(|dialect| dialect.name == name);
    found.ok_or(UnknownDialectError)
}

/// Returns the names of the built-in dialects, as a sentence has them.
fn allowed() -> String {
    let names = BUILT_IN.map(|dialect| dialect.name);
    match names.split_last() {
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

impl Dialect {
    /// Returns true for the very same dialect, not for one that looks like it.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }

    /// Returns true if the cloud does not have a route; `path` is the route's, with its parameters in braces.
    #[must_use]
    pub fn lacks(&self, method: &str, path: &str) -> bool {
        let mut absent = self.absent_routes.iter();
        absent.any(|route| route.covers(method, path)) || !self.release.has_route(method, path)
    }

    /// Returns true if the cloud has all routes of the table.
    #[must_use]
    pub fn has_all_routes(&self) -> bool {
        self.absent_routes.is_empty() && self.release.is_newest()
    }
}

impl Default for &'static Dialect {
    fn default() -> Self {
        &DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_dialect_is_told_what_is_allowed() {
        assert!(named("rackspace").unwrap().is(&RACKSPACE));
        let error = named("Glance").unwrap_err().to_string();
        assert_eq!(error, "glance, rackspace or pcd is allowed");
    }
}
