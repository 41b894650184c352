//! The paths of the object store: an account, a container or an object. Swift: `get_controller` in
//! `swift/proxy/server.py`.

use percent_encoding::{percent_decode_str, utf8_percent_encode};

use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::object_store::{ObjectPath, PATH_CHARACTERS};

/// The beginnings of the names of accounts: what is behind them is the id of a project.
const ACCOUNT_PREFIXES: [&str; 2] = ["MossoCloudFS_", "AUTH_"];

/// The thing that a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ObjectStoreTarget {
    /// An account.
    Account {
        /// The name.
        name: AccountName,
    },
    /// A container.
    Container {
        /// The account.
        account: AccountName,
        /// The name.
        name: String,
    },
    /// An object.
    Object {
        /// The account.
        account: AccountName,
        /// The container and the name.
        path: ObjectPath,
    },
}

/// The name of an account in a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AccountName {
    /// The name as it stands in the path.
    pub(super) written: String,
    /// The id of the project.
    pub(super) project: String,
}

impl AccountName {
    fn of(written: String) -> Self {
        let project = project_of(&written).to_owned();
        Self { written, project }
    }
}

/// Returns the id of the project of the account with this name.
pub(super) fn project_of(account: &str) -> &str {
    let prefix = ACCOUNT_PREFIXES
        .iter()
        .find_map(|prefix| account.strip_prefix(prefix));
    prefix.unwrap_or(account)
}

impl ObjectStoreTarget {
    /// Parses the path of a request.
    ///
    /// # Errors
    ///
    /// Fails if it is not valid UTF-8, or has no account or an empty name before another.
    pub(super) fn parse(path: &str) -> Result<Self, ObjectStoreError> {
        let decoded = percent_decode_str(path).decode_utf8();
        let decoded = decoded
            .ok()
            .filter(|path| !path.contains('\0'))
            .ok_or_else(|| ObjectStoreError::Unfit("Invalid UTF8 or contains NULL".into()))?;
        let mut segments = decoded.splitn(5, '/').skip(2).map(str::to_owned);
        let (account, container, object) = (segments.next(), segments.next(), segments.next());
        let given = |name: &Option<String>| name.as_deref().is_some_and(|name| !name.is_empty());
        let (has_account, has_container) = (given(&account), given(&container));
        let Some(account) = account.filter(|_| has_account) else {
            if container.is_some() {
                return Err(ObjectStoreError::PathNotFound);
            }
            return Err(ObjectStoreError::Unfit("Bad URL".into()));
        };
        let account = AccountName::of(account);
        let Some(name) = container.filter(|_| has_container) else {
            if object.is_some() {
                return Err(ObjectStoreError::PathNotFound);
            }
            return Ok(Self::Account { name: account });
        };
        match object.filter(|object| !object.is_empty()) {
            Some(object) => Ok(Self::Object {
                account,
                path: ObjectPath::new(&name, &object),
            }),
            None => Ok(Self::Container { account, name }),
        }
    }

    /// Returns the id of the project whose account it is.
    pub(super) fn account(&self) -> &str {
        match self {
            Self::Account { name } => &name.project,
            Self::Container { account, .. } | Self::Object { account, .. } => &account.project,
        }
    }

    /// Returns the methods that it has, as `Allow` lists them.
    pub(super) fn methods(&self) -> &'static str {
        match self {
            Self::Account { .. } => "GET, HEAD, POST",
            Self::Container { .. } => "GET, HEAD, PUT, POST, DELETE",
            Self::Object { .. } => "GET, HEAD, PUT, POST, DELETE, COPY",
        }
    }
}

/// Returns the realm that a challenge names: the account in the path.
pub(super) fn realm(path: &str) -> String {
    match ObjectStoreTarget::parse(path) {
        Ok(
            ObjectStoreTarget::Account { name: account }
            | ObjectStoreTarget::Container { account, .. }
            | ObjectStoreTarget::Object { account, .. },
        ) => utf8_percent_encode(&account.written, PATH_CHARACTERS).to_string(),
        Err(_) => "unknown".into(),
    }
}

/// Parses a header that names an object as `container/object`, percent-encoded. Swift: `check_path_header` in
/// `swift/common/request_helpers.py`.
///
/// # Errors
///
/// Fails if it is not of this form.
pub(super) fn path_header(name: &str, value: &str) -> Result<ObjectPath, ObjectStoreError> {
    let refused = || {
        ObjectStoreError::Unfit(format!(
            "{name} header must be of the form <container name>/<object name>"
        ))
    };
    let decoded = percent_decode_str(value)
        .decode_utf8()
        .map_err(|_| refused())?;
    let decoded = decoded.strip_prefix('/').unwrap_or(&decoded);
    match decoded.split_once('/') {
        Some((container, object))
            if !container.is_empty() && !object.is_empty() && !decoded.contains('\0') =>
        {
            Ok(ObjectPath::new(container, object))
        }
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_split_as_swift_splits_them() {
        let parse = |path: &str| ObjectStoreTarget::parse(path).map_err(|error| error.status());
        let account = || AccountName {
            written: "MossoCloudFS_1".into(),
            project: "1".into(),
        };
        let name = account();
        assert_eq!(
            parse("/v1/MossoCloudFS_1"),
            Ok(ObjectStoreTarget::Account { name: name.clone() })
        );
        assert_eq!(
            parse("/v1/MossoCloudFS_1/"),
            Ok(ObjectStoreTarget::Account { name })
        );
        let container = |name: &str| ObjectStoreTarget::Container {
            account: account(),
            name: name.into(),
        };
        assert_eq!(parse("/v1/MossoCloudFS_1/a%20b/"), Ok(container("a b")));
        let object = |name: &str| ObjectStoreTarget::Object {
            account: account(),
            path: ObjectPath::new("a", name),
        };
        assert_eq!(parse("/v1/MossoCloudFS_1/a/b/c//d/"), Ok(object("b/c//d/")));
        assert_eq!(parse("/v1/MossoCloudFS_1/a%2Fb"), Ok(object("b")));
        assert_eq!(parse("/v1/MossoCloudFS_1//a"), Err(404));
        assert_eq!(parse("/v1//a"), Err(404));
        assert_eq!(parse("/v1/"), Err(412));
        assert_eq!(parse("/v1"), Err(412));
        assert_eq!(parse("/v1/MossoCloudFS_1/%ff"), Err(412));
        assert_eq!(parse("/v1/MossoCloudFS_1/%00"), Err(412));
    }

    #[test]
    fn headers_name_objects_with_or_without_a_slash() {
        let parse = |value: &str| path_header("Destination", value).ok();
        assert_eq!(parse("/a/b%20c/d"), Some(ObjectPath::new("a", "b c/d")));
        assert_eq!(parse("a/b"), Some(ObjectPath::new("a", "b")));
        for value in ["", "/", "a", "/a", "a/", "//a"] {
            assert_eq!(parse(value), None, "{value}");
        }
    }
}
