//! The object store: accounts, containers and objects, as OpenStack Swift has them.
//!
//! Source of facts: Swift, `swift/common/constraints.py`, `swift/common/swob.py` and `swift/proxy/controllers`.

pub mod conditions;
pub mod constraints;
pub mod error;
pub mod listing;
pub mod manifest;
pub mod metadata;
pub mod ranges;
pub mod timestamp;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

use super::location::Location;
use manifest::Manifest;

/// The characters that are percent-encoded in a path that a header holds.
pub const PATH_CHARACTERS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The MD5 of no bytes, in hex: the `ETag` of an empty object.
pub const EMPTY_ETAG: &str = "d41d8cd98f00b204e9800998ecf8427e";

/// Names and values that clients keep with an account, a container or an object. The names are lower-case names
/// of headers, such as `x-object-meta-color`.
pub type Metadata = BTreeMap<String, String>;

/// The path of an object within its account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectPath {
    /// The name of the container.
    pub container: String,
    /// The name of the object in it.
    pub object: String,
}

impl ObjectPath {
    /// Returns the path of an object in a container.
    #[must_use]
    pub fn new(container: &str, object: &str) -> Self {
        Self {
            container: container.to_owned(),
            object: object.to_owned(),
        }
    }
}

/// An account of the object store: its containers and what they have in all.
#[derive(Clone, Debug, Default)]
pub struct ObjectAccount {
    /// The metadata.
    pub metadata: Metadata,
    /// The time at which the account was first written to.
    pub created_at: DateTime<Utc>,
    /// The number of containers.
    pub containers: i64,
    /// The number of objects.
    pub objects: i64,
    /// The number of bytes of all objects.
    pub bytes: i64,
}

/// A container of objects.
#[derive(Clone, Debug)]
pub struct ObjectContainer {
    /// The id, which clients do not see.
    pub id: String,
    /// The name in its account.
    pub name: String,
    /// The metadata and the access lists.
    pub metadata: Metadata,
    /// The time at which it was created.
    pub created_at: DateTime<Utc>,
    /// The time of the last PUT or POST.
    pub updated_at: DateTime<Utc>,
}

/// The number and the size of the objects of a container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContainerUsage {
    /// The number of objects.
    pub objects: i64,
    /// The number of their bytes.
    pub bytes: i64,
}

/// An object as its row describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredObject {
    /// The name in its container.
    pub name: String,
    /// The bytes; `None` if there are none.
    pub data: Option<ObjectData>,
    /// The number of its own bytes.
    pub size: i64,
    /// The MD5 of its own bytes, in hex.
    pub etag: String,
    /// The media type.
    pub content_type: String,
    /// The segments that a dynamic large object is made of.
    pub manifest: Option<Manifest>,
    /// The metadata, and other headers that are kept with it.
    pub metadata: Metadata,
    /// The time at which its bytes or metadata were last written.
    pub updated_at: DateTime<Utc>,
    /// The time from which it is gone.
    pub delete_at: Option<DateTime<Utc>>,
}

/// The bytes of one object or of several copies of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectData {
    /// The id, a UUID like that of an image.
    pub id: String,
    /// The place in a store.
    pub location: Location,
}

/// The description of an object that a client creates or replaces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewObject {
    /// The media type.
    pub content_type: String,
    /// The segments that it shall be made of.
    pub manifest: Option<Manifest>,
    /// The metadata, and other headers that are kept with it.
    pub metadata: Metadata,
    /// The time from which it shall be gone.
    pub delete_at: Option<DateTime<Utc>>,
}

/// The headers of a request that changes an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectUpdate {
    /// The media type; `None` leaves it as it is.
    pub content_type: Option<String>,
    /// The segments that it shall be made of.
    pub manifest: Option<Manifest>,
    /// The metadata, and other headers that are kept with it.
    pub metadata: Metadata,
    /// The time from which it shall be gone.
    pub delete_at: Option<DateTime<Utc>>,
}

impl NewObject {
    /// Returns the object with its bytes, of this size and MD5, written at a time.
    #[must_use]
    pub fn into_object(
        self,
        name: &str,
        data: Option<ObjectData>,
        (size, etag): (i64, String),
        at: DateTime<Utc>,
    ) -> StoredObject {
        StoredObject {
            name: name.to_owned(),
            data,
            size,
            etag,
            content_type: self.content_type,
            manifest: self.manifest,
            metadata: self.metadata,
            updated_at: at,
            delete_at: self.delete_at,
        }
    }
}

impl ObjectUpdate {
    /// Returns an object with what a request gives, at a time. What it does not give is gone, but for the media
    /// type.
    #[must_use]
    pub fn apply(self, object: StoredObject, at: DateTime<Utc>) -> StoredObject {
        let mut metadata = self.metadata;
        metadata.retain(|_, value| !value.is_empty());
        StoredObject {
            content_type: self.content_type.unwrap_or(object.content_type),
            manifest: self.manifest,
            metadata,
            delete_at: self.delete_at,
            updated_at: at,
            ..object
        }
    }
}

/// Whether an object of the same name may be replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overwrite {
    /// It is replaced.
    #[default]
    Allowed,
    /// It stays, and the request fails: `If-None-Match: *`.
    Refused,
}
