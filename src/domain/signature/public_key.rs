//! The public key of a certificate, and what it verifies.

use p256::ecdsa as on_p256;
use p384::ecdsa as on_p384;
use p521::ecdsa as on_p521;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pss;
use rsa::signature::hazmat::PrehashVerifier;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use x509_cert::Certificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode, referenced::OwnedToRef};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::{SignatureError, SignatureHash, SignatureKeyType};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const DSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10040.4.1");
const ELLIPTIC_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

/// The size in bytes of a number on the largest curve.
const LARGEST: usize = 66;

/// A public key.
#[derive(Debug)]
pub(super) enum PublicKey {
    Rsa(Box<rsa::PublicKey>),
    Dsa(Box<dsa::VerifyingKey>),
    P256(Box<on_p256::VerifyingKey>),
    P384(Box<on_p384::VerifyingKey>),
    P521(Box<on_p521::VerifyingKey>),
}

impl PublicKey {
    /// Returns the key of a certificate in DER, which has to be of a kind.
    pub(super) fn of_certificate(
        certificate: &[u8],
        kind: SignatureKeyType,
    ) -> Result<Self, SignatureError> {
        let broken = |error: String| SignatureError::NotACertificate(error);
        let certificate = Certificate::from_der(certificate);
        let certificate = certificate.map_err(|error| broken(error.to_string()))?;
        let info = certificate.tbs_certificate().subject_public_key_info();
        let key = match (kind, info.algorithm.oid) {
            (SignatureKeyType::RsaPss, RSA | RSA_PSS) => Self::rsa(info),
            (SignatureKeyType::Dsa, DSA) => Self::dsa(info),
            (SignatureKeyType::EccSecp384r1 | SignatureKeyType::EccSecp521r1, ELLIPTIC_CURVE) => {
                Self::on_curve(info)
            }
            _ => return Err(SignatureError::OtherKeyType(kind.as_str())),
        };
        key.ok_or_else(|| broken("the public key cannot be read".into()))
    }

    fn rsa(info: &SubjectPublicKeyInfoOwned) -> Option<Self> {
        let bytes = info.subject_public_key.as_bytes()?;
        let key = rsa::PublicKey::from_pkcs1_der(bytes).ok()?;
        Some(Self::Rsa(Box::new(key)))
    }

    fn dsa(info: &SubjectPublicKeyInfoOwned) -> Option<Self> {
        let key = dsa::VerifyingKey::try_from(info.owned_to_ref()).ok()?;
        Some(Self::Dsa(Box::new(key)))
    }

    /// Returns a key on an elliptic curve; `None` if it is none of those that are known here.
    fn on_curve(info: &SubjectPublicKeyInfoOwned) -> Option<Self> {
        let point = info.subject_public_key.as_bytes()?;
        let curve = info.algorithm.parameters.as_ref()?;
        match curve.decode_as::<ObjectIdentifier>().ok()? {
            P256 => {
                let key = on_p256::VerifyingKey::from_sec1_bytes(point).ok()?;
                Some(Self::P256(Box::new(key)))
            }
            P384 => {
                let key = on_p384::VerifyingKey::from_sec1_bytes(point).ok()?;
                Some(Self::P384(Box::new(key)))
            }
            P521 => {
                let key = on_p521::VerifyingKey::from_sec1_bytes(point).ok()?;
                Some(Self::P521(Box::new(key)))
            }
            _ => None,
        }
    }

    /// Returns whether a signature is this key's, and of data with this digest.
    pub(super) fn verifies(&self, hash: SignatureHash, digest: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(key) => rsa_verifies(key, hash, digest, signature),
            Self::Dsa(key) => {
                let signature = dsa::Signature::from_der(signature);
                signature.is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok())
            }
            Self::P256(key) => {
                let signature = on_p256::Signature::from_der(signature);
                signature.is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok())
            }
            Self::P384(key) => {
                let signature = on_p384::Signature::from_der(signature);
                signature.is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok())
            }
            Self::P521(key) => {
                // The library refuses hashes of less than half the size of the curve's numbers; leading zeros do not change
                // the number that a hash is.
                let mut number = [0; LARGEST];
                let gap = LARGEST.saturating_sub(digest.len());
                let Some(end) = number.get_mut(gap..) else {
                    return false;
                };
                end.copy_from_slice(digest);
                let signature = on_p521::Signature::from_der(signature);
                signature.is_ok_and(|signature| key.verify_prehash(&number, &signature).is_ok())
            }
        }
    }
}

/// Returns whether a signature with PSS is right. The length of its salt is whatever the signature says, as in cursive, whose
/// "maximum" means that when a signature is checked.
fn rsa_verifies(
    key: &rsa::PublicKey,
    hash: SignatureHash,
    digest: &[u8],
    signature: &[u8],
) -> bool {
    let Ok(signature) = pss::Signature::try_from(signature) else {
        return false;
    };
    let key = key.clone();
    let outcome = match hash {
        SignatureHash::Sha224 => pss::VerifyingKey::<Sha224>::new_with_auto_salt_len(key)
            .verify_prehash(digest, &signature),
        SignatureHash::Sha256 => pss::VerifyingKey::<Sha256>::new_with_auto_salt_len(key)
            .verify_prehash(digest, &signature),
        SignatureHash::Sha384 => pss::VerifyingKey::<Sha384>::new_with_auto_salt_len(key)
            .verify_prehash(digest, &signature),
        SignatureHash::Sha512 => pss::VerifyingKey::<Sha512>::new_with_auto_salt_len(key)
            .verify_prehash(digest, &signature),
    };
    outcome.is_ok()
}
