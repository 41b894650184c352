//! The limits of names and sizes. Swift: `swift/common/constraints.py`.

use super::error::ObjectStoreError;

/// The greatest number of bytes of one object: 5 GiB and two bytes.
pub const MAX_FILE_SIZE: u64 = 5_368_709_122;
/// The greatest number of characters of an object's name.
pub const MAX_OBJECT_NAME_LENGTH: usize = 1024;
/// The greatest number of characters of a container's name.
pub const MAX_CONTAINER_NAME_LENGTH: usize = 256;
/// The greatest number of names in a request that deletes many at once. Swift: `swift/common/middleware/bulk.py`.
pub const MAX_BULK_DELETES: usize = 10_000;
/// The greatest number of entries of a listing.
pub const LISTING_LIMIT: usize = 10_000;
/// The greatest number of segments of a dynamic large object, which are looked up before the first byte is sent. Swift has
/// no bound.
pub const MAX_SEGMENTS: usize = 100_000;
/// The greatest number of bytes of the name of a piece of metadata.
pub const MAX_META_NAME_LENGTH: usize = 128;
/// The greatest number of bytes of the value of a piece of metadata.
pub const MAX_META_VALUE_LENGTH: usize = 256;
/// The greatest number of pieces of metadata.
pub const MAX_META_COUNT: usize = 90;
/// The greatest number of bytes of all names and values of metadata.
pub const MAX_META_OVERALL_SIZE: usize = 4096;
/// The greatest number of bytes of the value of a header.
pub const MAX_HEADER_SIZE: usize = 8192;

/// Checks the name of a container that a request creates.
///
/// # Errors
///
/// Fails if the name is too long.
pub fn check_container_name(name: &str) -> Result<(), ObjectStoreError> {
    let length = name.chars().count();
    if length > MAX_CONTAINER_NAME_LENGTH {
        return Err(ObjectStoreError::Malformed(format!(
            "Container name length of {length} longer than {MAX_CONTAINER_NAME_LENGTH}"
        )));
    }
    Ok(())
}

/// Checks the name of an object that a request creates.
///
/// # Errors
///
/// Fails if the name is too long.
pub fn check_object_name(name: &str) -> Result<(), ObjectStoreError> {
    let length = name.chars().count();
    if length > MAX_OBJECT_NAME_LENGTH {
        return Err(ObjectStoreError::Invalid(format!(
            "Object name length of {length} longer than {MAX_OBJECT_NAME_LENGTH}"
        )));
    }
    Ok(())
}
