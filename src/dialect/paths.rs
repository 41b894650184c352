//! The paths that stand before, or within, those of the routes.

use crate::domain::string_enum;

string_enum! {
    /// An interface of a service, as the catalogue names it.
    Interface {
        /// For everybody.
        Public = "public",
        /// For other services of the cloud.
        Internal = "internal",
        /// For administrators.
        Admin = "admin",
    }
}

/// A prefix below which an API answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The prefix, such as `/glance`: one or more parts of a path.
    pub prefix: &'static str,
    /// What takes its place before the request is routed: empty for the Images API, `/identity` for the identity.
    pub onto: &'static str,
    /// The interface whose requests come here.
    pub interface: Interface,
}

/// The forms of paths that a cloud has besides those of the routes, which work in every cloud.
#[derive(Clone, Copy, Debug)]
pub struct Paths {
    /// The prefixes that are taken off.
    pub mounts: &'static [Mount],
    /// The path of the identity, for links and clients; its version stands behind it.
    pub identity: &'static str,
    /// True if the number of the account may follow the version: `/v2/929418/images`.
    pub account_numbers: bool,
    /// True if `.json` may end a path.
    pub json_suffix: bool,
    /// True if several slashes in a row count as one.
    pub merges_slashes: bool,
}

/// A path as the routes know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedPath {
    /// The path.
    pub path: String,
    /// The prefix that was taken off.
    pub mount: Option<&'static Mount>,
}

impl Paths {
    /// The paths of the routes and no others.
    pub const PLAIN: Self = Self {
        mounts: &[],
        identity: "/identity",
        account_numbers: false,
        json_suffix: false,
        merges_slashes: false,
    };

    /// Returns true if there are no other forms of paths: nothing is to be resolved.
    #[must_use]
    pub const fn are_plain(&self) -> bool {
        self.mounts.is_empty() && !self.account_numbers && !self.json_suffix && !self.merges_slashes
    }

    /// Returns a path as the routes know it, if that is another.
    #[must_use]
    pub fn resolve(&self, path: &str) -> Option<ResolvedPath> {
        let (mount, rest) = self.unmounted(path);
        let mut resolved = match mount {
            Some(mount) => format!("{}{rest}", mount.onto),
            None => path.to_owned(),
        };
        if resolved.is_empty() {
            resolved.push('/');
        }
        if self.merges_slashes && is_images(&resolved) {
            resolved = merged(&resolved);
        }
        if self.account_numbers
            && let Some(without) = without_account(&resolved)
        {
            resolved = without;
        }
        if self.json_suffix && is_images(&resolved) && !names_a_tag(&resolved) {
            let length = resolved
                .strip_suffix(".json")
                .map_or(resolved.len(), str::len);
            resolved.truncate(length);
        }
        (mount.is_some() || resolved != path).then_some(ResolvedPath {
            path: resolved,
            mount,
        })
    }

    /// Returns the longest prefix that a path begins with, and the rest.
    fn unmounted<'a>(&self, path: &'a str) -> (Option<&'static Mount>, &'a str) {
        let fitting = self.mounts.iter().filter_map(|mount| {
            let rest = path.strip_prefix(mount.prefix)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((mount, rest))
        });
        match fitting.max_by_key(|(mount, _)| mount.prefix.len()) {
            Some((mount, rest)) => (Some(mount), rest),
            None => (None, path),
        }
    }
}

/// Returns a path of the Images API without the number of an account behind the version, if it has one. Projects that
/// other tools made have ids in hexadecimal.
fn without_account(path: &str) -> Option<String> {
    let rest = path.strip_prefix("/v2/")?;
    let (account, below) = rest.split_once('/')?;
    let is_number = !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = account.len() == 32 && account.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_number || is_id).then(|| format!("/v2/{below}"))
}

/// Returns a path without empty parts.
fn merged(path: &str) -> String {
    let mut merged = String::with_capacity(path.len());
    for letter in path.chars() {
        if letter != '/' || !merged.ends_with('/') {
            merged.push(letter);
        }
    }
    merged
}

fn is_images(path: &str) -> bool {
    path.starts_with("/v2/")
}

/// Returns true for the path of a tag, which may itself end in `.json`.
fn names_a_tag(path: &str) -> bool {
    path.rsplit('/').nth(1) == Some("tags")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATHS: Paths = Paths {
        mounts: &[
            Mount {
                prefix: "/glance",
                onto: "",
                interface: Interface::Public,
            },
            Mount {
                prefix: "/keystone",
                onto: "/identity",
                interface: Interface::Public,
            },
        ],
        account_numbers: true,
        json_suffix: true,
        merges_slashes: true,
        ..Paths::PLAIN
    };

    fn resolved(path: &str) -> String {
        let resolved = PATHS.resolve(path);
        resolved.map_or_else(|| "unchanged".to_owned(), |found| found.path)
    }

    #[test]
    fn a_prefix_is_a_whole_part_of_the_path() {
        assert_eq!(resolved("/glance/v2/images"), "/v2/images");
        assert_eq!(resolved("/glance"), "/");
        assert_eq!(resolved("/glance/"), "/");
        assert_eq!(resolved("/keystone/v3"), "/identity/v3");
        assert_eq!(resolved("/keystone"), "/identity");
        assert_eq!(resolved("/glances/v2/images"), "unchanged");
        assert_eq!(resolved("/v2/images"), "unchanged");
    }

    #[test]
    fn the_number_of_an_account_may_follow_the_version() {
        assert_eq!(resolved("/v2/929418/images"), "/v2/images");
        assert_eq!(resolved("/v2/929418/images/929418"), "/v2/images/929418");
        assert_eq!(
            resolved("/v2/0123456789abcdef0123456789abcdef/tasks"),
            "/v2/tasks"
        );
        assert_eq!(resolved("/v2/929418"), "unchanged");
        assert_eq!(resolved("/v2/images/929418"), "unchanged");
    }

    #[test]
    fn json_may_end_a_path_but_not_that_of_a_tag() {
        assert_eq!(resolved("/v2/images.json"), "/v2/images");
        assert_eq!(resolved("/v2/929418/images/x.json"), "/v2/images/x");
        assert_eq!(resolved("/v2/images/x/tags/a.json"), "unchanged");
        assert_eq!(resolved("/identity/v3/users.json"), "unchanged");
    }

    #[test]
    fn several_slashes_count_as_one() {
        assert_eq!(resolved("/v2/images//members"), "/v2/images/members");
        assert_eq!(resolved("/v2//929418/images/"), "/v2/images/");
        assert_eq!(resolved("/identity//v3"), "unchanged");
    }

    #[test]
    fn plain_paths_are_not_resolved() {
        assert!(Paths::PLAIN.are_plain());
        assert_eq!(Paths::PLAIN.resolve("/v2/1/images.json"), None);
    }
}
