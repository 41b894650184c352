//! Why a signature is refused, in the words of Glance and of the libraries that it asks.

/// The reason why a signature is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The signature has letters that are not ASCII.
    #[error("string argument should contain only ASCII characters")]
    NotAscii,
    /// The signature is not base64.
    #[error("The signature data was not properly encoded using base64")]
    NotBase64,
    /// There is no such hash.
    #[error("Invalid signature hash method: {0}")]
    UnknownHash(String),
    /// There is no such kind of key.
    #[error("Invalid signature key type: {0}")]
    UnknownKeyType(String),
    /// The key manager has no certificate with this id.
    #[error("Certificate not found with ID: {0}")]
    NotFound(String),
    /// The key manager cannot be asked for the certificate with this id.
    #[error("Unable to retrieve certificate with ID: {0}")]
    Unavailable(String),
    /// The id of the certificate is not one that a key manager gives.
    #[error("Secret incorrectly specified.")]
    NotAnId,
    /// What the key manager has is no certificate; the text names the reason.
    #[error("Unable to load the certificate: {0}")]
    NotACertificate(String),
    /// The certificate has a key of another kind than this.
    #[error("Invalid public key type for signature key type: {0}")]
    OtherKeyType(&'static str),
    /// The signature is empty.
    #[error("Error occurred while creating the verifier")]
    NoSignature,
    /// The signature is not one of this data.
    #[error("Signature verification failed")]
    Mismatch,
}

impl SignatureError {
    /// Returns the sentence that whoever uploads data of an image reads. Failures that cursive does not know of are handed
    /// through by Glance as they are.
    #[must_use]
    pub fn of_image(&self, image: &str) -> String {
        let prefix = format!("Signature verification failed for image {image}:");
        match self {
            Self::NotAscii | Self::NotAnId | Self::NotACertificate(_) => self.to_string(),
            Self::Mismatch => format!("{prefix} {self}"),
            _ => format!("{prefix} Signature verification for the image failed: {self}."),
        }
    }
}
