//! The hashes that Glance keeps of an image's bytes.

use aws_lc_rs::digest;
use md5::{Digest, Md5};

use crate::config::Algorithm;

/// A hash in the making.
pub enum Hasher {
    /// MD5, which aws-lc does not offer.
    Md5(Md5),
    /// One of the SHA family, in aws-lc's assembly.
    Sha(digest::Context),
}

impl Hasher {
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Md5 => Self::Md5(Md5::new()),
            Algorithm::Sha1 => Self::Sha(digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY)),
            Algorithm::Sha256 => Self::Sha(digest::Context::new(&digest::SHA256)),
            Algorithm::Sha512 => Self::Sha(digest::Context::new(&digest::SHA512)),
        }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(it) => it.update(bytes),
            Self::Sha(it) => it.update(bytes),
        }
    }

    /// The hash, in hex.
    pub fn finish(self) -> String {
        match self {
            Self::Md5(it) => hex(&it.finalize()),
            Self::Sha(it) => hex(it.finish().as_ref()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let halves = bytes.iter().flat_map(|it| [it >> 4, it & 15]);
    halves
        .filter_map(|it| DIGITS.get(usize::from(it)))
        .collect()
}
