//! Settings that are one of a few words.

use clap::ValueEnum;

use crate::domain::string_enum;

string_enum! {
    /// The failures that an acknowledged write survives.
    Durability {
        /// The end of the process at any moment (`kill -9`), but not a power cut.
        Normal = "normal",
        /// A power cut too: every commit waits for the disk.
        Full = "full",
    }
}

/// Whose tokens are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuthMode {
    /// Those of the embedded identity, or of the Keystone elsewhere that is named.
    Keystone,
    /// Those that say themselves who they are, as in Glance's own tests.
    Fake,
    /// None is needed, and everybody is admin.
    None,
}

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// For programs.
    Json,
}

/// A hash that `os_hash_value` can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Algorithm {
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512, Glance's default.
    Sha512,
}

impl Algorithm {
    /// Its name in `os_hash_algo`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }
}
