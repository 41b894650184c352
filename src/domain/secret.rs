//! Secrets, which must not appear in logs or output.

use std::fmt;

use sha2::{Digest, Sha256};

/// A password or a token. Its `Debug` and serialized forms are `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the secret text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns true if the given bytes are the secret, in a time that reveals nothing about it.
    #[must_use]
    pub fn is(&self, given: &[u8]) -> bool {
        Sha256::digest(given) == Sha256::digest(self.0.as_bytes())
    }
}

impl serde::Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str("***")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Returns the parts of a URL before and after its password, if it has one. The URL must not have a
/// query.
#[must_use]
pub fn split_at_password(url: &str) -> Option<(&str, &str)> {
    let start = url.find("://")? + 3;
    let rest = url.get(start..)?;
    // A key may have slashes in it.
    let at = rest.rfind('@')?;
    let colon = rest.get(..at)?.find(':')?;
    Some((url.get(..start + colon + 1)?, url.get(start + at..)?))
}
