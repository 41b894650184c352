//! The digest under which tokens and secrets are stored.

use sha2::{Digest, Sha256};

use super::text::hex;

/// Returns the SHA-256 of a token or a generated secret, in lower-case hex: the form in which the
/// server stores it. Both are random, so neither salt nor a slow hash is needed.
pub fn digest(token: &[u8]) -> String {
    hex(&Sha256::digest(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_sha256_in_hex() {
        assert_eq!(
            digest(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
