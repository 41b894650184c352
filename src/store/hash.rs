//! The hashes of an image's bytes that Glance keeps.

use aws_lc_rs::digest;
use md5::{Digest, Md5};

use crate::config::Algorithm;
use crate::domain::signature::SignatureHash;
use crate::domain::text::hex;

/// A hash that is being computed.
pub enum Hasher {
    /// MD5, which aws-lc does not have.
    Md5(Md5),
    /// One of the SHA family, in aws-lc's assembly.
    Sha(digest::Context),
}

impl Hasher {
    /// Creates the hasher of an algorithm.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Md5 => Self::Md5(Md5::new()),
            Algorithm::Sha1 => Self::Sha(digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY)),
            Algorithm::Sha256 => Self::Sha(digest::Context::new(&digest::SHA256)),
            Algorithm::Sha512 => Self::Sha(digest::Context::new(&digest::SHA512)),
        }
    }

    /// Creates the hasher of what a signature is of.
    #[must_use]
    pub fn of_signature(hash: SignatureHash) -> Self {
        let algorithm = match hash {
            SignatureHash::Sha224 => &digest::SHA224,
            SignatureHash::Sha256 => &digest::SHA256,
            SignatureHash::Sha384 => &digest::SHA384,
            SignatureHash::Sha512 => &digest::SHA512,
        };
        Self::Sha(digest::Context::new(algorithm))
    }

    /// Hashes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(hash) => hash.update(bytes),
            Self::Sha(hash) => hash.update(bytes),
        }
    }

    /// Returns the hash of all bytes, in hex.
    #[must_use]
    pub fn finish(self) -> String {
        hex(&self.finish_bytes())
    }

    /// Returns the hash of all bytes.
    #[must_use]
    pub fn finish_bytes(self) -> Vec<u8> {
        match self {
            Self::Md5(hash) => hash.finalize().to_vec(),
            Self::Sha(hash) => hash.finish().as_ref().to_vec(),
        }
    }
}
