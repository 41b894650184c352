//! A certificate and its key in files, in PEM (RFC 7468).

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{Error as RustlsError, InconsistentKeys};

use super::validity::Validity;
use crate::config::TlsOptions;
use crate::runtime::pem;
use crate::server::tls_error::TlsError;

const CERTIFICATE: &str = "--tls-cert";
const KEY: &str = "--tls-key";

/// The change of each of the two files; `None`: it is not there.
pub(super) type Stamps = [Option<FileChange>; 2];

/// The last change of a file: its time, its length, and the file itself, of which a new one may take the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileChange {
    time: Option<SystemTime>,
    length: u64,
    inode: u64,
}

/// The files with the certificate and the key.
#[derive(Debug)]
pub(super) struct PairFiles {
    certificate: PathBuf,
    key: PathBuf,
    /// The option that named the file of the key.
    key_option: &'static str,
}

impl PairFiles {
    /// Returns the files that the settings name, if they do.
    ///
    /// # Errors
    ///
    /// Fails if the settings contradict each other.
    pub(super) fn of(options: &TlsOptions) -> Result<Option<Self>, TlsError> {
        match (&options.tls_cert, &options.tls_key) {
            (Some(_), _) | (_, Some(_)) if options.tls_self_signed => Err(TlsError::Settings(
                "--tls-self-signed makes a certificate: --tls-cert and --tls-key cannot go with it",
            )),
            (None, Some(_)) => Err(TlsError::Settings(
                "--tls-key is the key of a certificate: --tls-cert must name that, too",
            )),
            (None, None) => Ok(None),
            (Some(certificate), key) => Ok(Some(Self {
                certificate: certificate.clone(),
                key: key.as_ref().unwrap_or(certificate).clone(),
                key_option: if key.is_some() { KEY } else { CERTIFICATE },
            })),
        }
    }

    /// Returns the file with the certificate.
    pub(super) fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// Returns the last changes of the files. Blocks.
    pub(super) fn stamps(&self) -> Stamps {
        [stamp(&self.certificate), stamp(&self.key)]
    }

    /// Reads the files. Blocks.
    ///
    /// # Errors
    ///
    /// Fails if one cannot be read or has not what it should, or the two do not belong together.
    pub(super) fn read(&self, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
        let chain = pem::certificates(&self.certificate);
        let chain = chain.map_err(|reason| self.wrong_certificate(reason))?;
        let key = pem::private_key(&self.key).map_err(|reason| self.wrong_key(reason))?;
        CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
            RustlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                self.wrong_key(format!(
                    "it is not the key of the certificate in {}",
                    self.certificate.display()
                ))
            }
            RustlsError::InvalidCertificate(error) => {
                self.wrong_certificate(format!("the certificate cannot be used: {error:?}"))
            }
            error => self.wrong_key(format!("the key cannot be used: {error}")),
        })
    }

    /// Logs a warning if clients will refuse the certificate for its age.
    pub(super) fn warn_of_validity(&self, pair: &CertifiedKey) {
        let file = self.certificate.display();
        match pair.cert.first().map(Validity::of) {
            Some(Validity::Expired) => {
                tracing::warn!(%file, "the certificate has expired: clients will refuse it");
            }
            Some(Validity::Future) => {
                tracing::warn!(%file, "the certificate is not valid yet: clients will refuse it");
            }
            Some(Validity::Current) | None => {}
        }
    }

    fn wrong_certificate(&self, reason: String) -> TlsError {
        TlsError::File {
            option: CERTIFICATE,
            file: self.certificate.clone(),
            reason,
        }
    }

    fn wrong_key(&self, reason: String) -> TlsError {
        TlsError::File {
            option: self.key_option,
            file: self.key.clone(),
            reason,
        }
    }
}

fn stamp(file: &Path) -> Option<FileChange> {
    let found = std::fs::metadata(file).ok()?;
    Some(FileChange {
        time: found.modified().ok(),
        length: found.len(),
        inode: inode(&found),
    })
}

#[cfg(unix)]
fn inode(found: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

#[cfg(not(unix))]
fn inode(_: &std::fs::Metadata) -> u64 {
    0
}
