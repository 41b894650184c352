//! The time in which a certificate is valid.

use tokio_rustls::rustls::client::verify_server_cert_signed_by_trust_anchor;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{CertificateError, Error, RootCertStore};

/// The relation of a certificate to the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Validity {
    /// It is valid now, as far as its times go.
    Current,
    /// It was valid.
    Expired,
    /// It will be valid.
    Future,
}

impl Validity {
    /// Returns the validity of a certificate. The verifier checks the times of a certificate before it looks for its CA, so
    /// that it needs none for this.
    pub(super) fn of(certificate: &CertificateDer<'static>) -> Self {
        let Ok(parsed) = ParsedCertificate::try_from(certificate) else {
            return Self::Current;
        };
        let provider = default_provider();
        let outcome = verify_server_cert_signed_by_trust_anchor(
            &parsed,
            &RootCertStore::empty(),
            &[],
            UnixTime::now(),
            provider.signature_verification_algorithms.all,
        );
        match outcome {
            Err(Error::InvalidCertificate(
                CertificateError::Expired | CertificateError::ExpiredContext { .. },
            )) => Self::Expired,
            Err(Error::InvalidCertificate(
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
            )) => Self::Future,
            _ => Self::Current,
        }
    }
}
