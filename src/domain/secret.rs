//! Text that must not be seen: it goes where it is needed, and into no log.

use std::fmt;

use sha2::{Digest, Sha256};

/// A password or a token. It prints as stars, and is written as stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps this text from being seen.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether somebody gave this text. How long that takes tells nothing of it.
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

/// What stands before and behind the password of a URL that has one; of a URL without a query.
#[must_use]
pub fn around_password(url: &str) -> Option<(&str, &str)> {
    let start = url.find("://")? + 3;
    let rest = url.get(start..)?;
    // A key may have slashes in it.
    let at = rest.rfind('@')?;
    let colon = rest.get(..at)?.find(':')?;
    Some((url.get(..start + colon + 1)?, url.get(start + at..)?))
}
