//! The manifest of a dynamic large object. Swift: `swift/common/middleware/dlo.py`.

use md5::{Digest, Md5};

use super::error::ObjectStoreError;
use crate::domain::text::hex;

/// The segments of a dynamic large object: all objects of a container whose names begin with a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The header as it was given, such as `container/prefix`, percent-encoded.
    header: String,
    /// The name of the container of the segments.
    pub container: String,
    /// The prefix of their names.
    pub prefix: String,
}

impl Manifest {
    /// Returns the manifest of the segments with a prefix.
    #[must_use]
    pub fn new(container: &str, prefix: &str) -> Self {
        let encoded = |text: &str| {
            percent_encoding::utf8_percent_encode(text, super::PATH_CHARACTERS).to_string()
        };
        Self {
            header: format!("{}/{}", encoded(container), encoded(prefix)),
            container: container.to_owned(),
            prefix: prefix.to_owned(),
        }
    }

    /// Parses an `X-Object-Manifest` header.
    ///
    /// # Errors
    ///
    /// Fails if it is not of the form `container/prefix`.
    pub fn parse(header: &str) -> Result<Self, ObjectStoreError> {
        Self::parts(header).ok_or_else(|| {
            let text = "X-Object-Manifest must be in the format container/prefix";
            ObjectStoreError::Malformed(text.into())
        })
    }

    fn parts(header: &str) -> Option<Self> {
        let decoded = |text: &str| {
            let text = percent_encoding::percent_decode_str(text).decode_utf8();
            text.ok().map(std::borrow::Cow::into_owned)
        };
        let (container, prefix) = header.split_once('/')?;
        let refused = header.contains(['?', '&', '\0']) || prefix.starts_with('/');
        if refused || container.is_empty() || prefix.is_empty() {
            return None;
        }
        let (container, prefix) = (decoded(container)?, decoded(prefix)?);
        if container.contains(['\0', '/']) || prefix.contains('\0') {
            return None;
        }
        Some(Self {
            header: header.to_owned(),
            container,
            prefix,
        })
    }

    /// Returns the text of the header.
    #[must_use]
    pub fn header(&self) -> &str {
        &self.header
    }
}

/// Returns the `ETag` of a dynamic large object, with its quotes: the MD5 of the `ETag`s of its segments.
pub fn joined_etag<'a>(segments: impl Iterator<Item = &'a str>) -> String {
    let mut hash = Md5::new();
    for etag in segments {
        hash.update(etag.as_bytes());
    }
    format!("\"{}\"", hex(&hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_names_a_container_and_a_prefix() {
        let manifest = Manifest::parse("a%20b/c%2Fd/e").unwrap();
        assert_eq!(manifest.container, "a b");
        assert_eq!(manifest.prefix, "c/d/e");
        assert_eq!(manifest.header(), "a%20b/c%2Fd/e");
        for header in ["", "a", "a/", "/b", "a//b", "a/b?c", "a/b&c", "a%2Fb/c"] {
            assert!(Manifest::parse(header).is_err(), "{header}");
        }
    }

    #[test]
    fn a_manifest_that_is_made_can_be_parsed() {
        let made = Manifest::new("a b", "ü?/1%");
        assert_eq!(Manifest::parse(made.header()).unwrap(), made);
    }

    #[test]
    fn the_etag_of_segments_is_the_md5_of_their_etags() {
        let none = joined_etag(std::iter::empty());
        assert_eq!(none, "\"d41d8cd98f00b204e9800998ecf8427e\"");
        let one = joined_etag(["d41d8cd98f00b204e9800998ecf8427e"].into_iter());
        assert_eq!(one, "\"74be16979710d4c4e7c6647856088456\"");
    }
}
