//! Signatures of images: what four properties say, and whether data fits them.
//!
//! Glance leaves all of this to the library cursive: `signature_utils.py` and `verifiers.py` there.

mod base64;
mod error;
mod public_key;

use indexmap::IndexMap;

use super::string_enum;
pub use error::SignatureError;
use public_key::PublicKey;

/// The property with the signature, in base64.
const SIGNATURE: &str = "img_signature";
/// The property with the hash that was signed.
const HASH_METHOD: &str = "img_signature_hash_method";
/// The property with the kind of key that signed it.
const KEY_TYPE: &str = "img_signature_key_type";
/// The property with the id of the certificate in the key manager.
const CERTIFICATE: &str = "img_signature_certificate_uuid";

string_enum! {
    /// A hash that can be signed.
    SignatureHash {
        /// SHA-224.
        Sha224 = "SHA-224",
        /// SHA-256.
        Sha256 = "SHA-256",
        /// SHA-384.
        Sha384 = "SHA-384",
        /// SHA-512.
        Sha512 = "SHA-512",
    }
}

string_enum! {
    /// A kind of key. The name of a curve says no more than that the key is on one: another curve is taken, too.
    SignatureKeyType {
        /// RSA with PSS, and MGF1 with the same hash.
        RsaPss = "RSA-PSS",
        /// DSA.
        Dsa = "DSA",
        /// An elliptic curve.
        EccSecp521r1 = "ECC_SECP521R1",
        /// An elliptic curve.
        EccSecp384r1 = "ECC_SECP384R1",
    }
}

/// A signature as the properties of an image describe it.
#[derive(Clone, Debug)]
pub struct ImageSignature {
    signature: Vec<u8>,
    hash: SignatureHash,
    key_type: SignatureKeyType,
    certificate: String,
}

/// A signature with the key that it is checked with.
#[derive(Debug)]
pub struct SignatureCheck {
    /// The hash of the data that was signed.
    pub hash: SignatureHash,
    signature: Vec<u8>,
    key: PublicKey,
}

impl ImageSignature {
    /// Returns the signature that properties describe; `None` unless all four of them are there.
    ///
    /// # Errors
    ///
    /// Fails for a signature that is not base64, and for unknown hashes and kinds of keys.
    pub fn of(properties: &IndexMap<String, String>) -> Result<Option<Self>, SignatureError> {
        let property = |name: &str| properties.get(name);
        let (Some(signature), Some(hash), Some(key_type), Some(certificate)) = (
            property(SIGNATURE),
            property(HASH_METHOD),
            property(KEY_TYPE),
            property(CERTIFICATE),
        ) else {
            return Ok(None);
        };
        let signature = base64::decode(signature)?;
        let hash = hash.parse();
        let hash = hash.map_err(|unknown: super::UnknownValueError| {
            SignatureError::UnknownHash(unknown.value)
        })?;
        let key_type = key_type.parse();
        let key_type = key_type.map_err(|unknown: super::UnknownValueError| {
            SignatureError::UnknownKeyType(unknown.value)
        })?;
        Ok(Some(Self {
            signature,
            hash,
            key_type,
            certificate: certificate.clone(),
        }))
    }

    /// Returns the id of the certificate, as the property says it.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Returns the check with the key of a certificate, which is given in DER. As in Glance, neither its dates nor who issued
    /// it matter.
    ///
    /// # Errors
    ///
    /// Fails if this is no certificate, or one with another kind of key, and if there is no signature.
    pub fn check_with(self, certificate: &[u8]) -> Result<SignatureCheck, SignatureError> {
        let key = PublicKey::of_certificate(certificate, self.key_type)?;
        if self.signature.is_empty() {
            return Err(SignatureError::NoSignature);
        }
        Ok(SignatureCheck {
            hash: self.hash,
            signature: self.signature,
            key,
        })
    }
}

impl SignatureCheck {
    /// Checks that the signature is one of data with this hash.
    ///
    /// # Errors
    ///
    /// Fails if it is not.
    pub fn verify(&self, digest: &[u8]) -> Result<(), SignatureError> {
        if self.key.verifies(self.hash, digest, &self.signature) {
            Ok(())
        } else {
            Err(SignatureError::Mismatch)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(of: &[(&str, &str)]) -> IndexMap<String, String> {
        let pairs = of.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    const ALL: [(&str, &str); 4] = [
        (SIGNATURE, "eHh4"),
        (HASH_METHOD, "SHA-256"),
        (KEY_TYPE, "RSA-PSS"),
        (CERTIFICATE, "5a5ba4ba-6d47-4d5f-8ebd-a9b18fb0c4a5"),
    ];

    #[test]
    fn three_of_the_four_properties_are_no_signature() {
        assert!(ImageSignature::of(&properties(&ALL)).unwrap().is_some());
        for absent in 0..ALL.len() {
            let mut some = ALL.to_vec();
            some.remove(absent);
            assert!(ImageSignature::of(&properties(&some)).unwrap().is_none());
        }
    }

    #[test]
    fn the_hash_is_looked_at_before_the_kind_of_key() {
        let mut wrong = ALL;
        wrong[1].1 = "sha256";
        wrong[2].1 = "RSA";
        let error = ImageSignature::of(&properties(&wrong)).unwrap_err();
        assert_eq!(error.to_string(), "Invalid signature hash method: sha256");
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let signature = ImageSignature::of(&properties(&ALL)).unwrap().unwrap();
        let error = signature.check_with(b"no DER").unwrap_err();
        assert!(matches!(error, SignatureError::NotACertificate(_)));
    }
}
