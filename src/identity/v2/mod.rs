//! Identity v2.0 as Rackspace had it, on the users, projects and tokens of the embedded identity.
//!
//! An account is a project. It has one tenant for each form in which the URLs of the catalogue name it: `929418`, and
//! `MossoCloudFS_929418` for the object store. A token of v2.0 is one of v3, too.
//!
//! Rackspace: the public sources of its customer identity service, and its identity guide.

pub(crate) mod catalog;
pub(crate) mod error;
pub(crate) mod login;
pub(crate) mod regions;
pub(crate) mod request;
pub(crate) mod tenant;

/// The field of a user, beside the columns, with the region that clients take where they name none.
pub(crate) const DEFAULT_REGION: &str = "RAX-AUTH:defaultRegion";

/// The method of tokens that were given for an API key, beside Keystone's own methods.
pub(crate) const API_KEY_METHOD: &str = "api_key";
