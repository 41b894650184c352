//! The failures of a server's certificate.

use std::error::Error;
use std::path::PathBuf;

/// Why a server cannot speak TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The settings do not go together.
    #[error("{0}")]
    Settings(&'static str),
    /// A file that an option names cannot be used.
    #[error("{option} {}: {reason}", file.display())]
    File {
        /// The option.
        option: &'static str,
        /// The file.
        file: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The CA of the server's own cannot be kept in this directory, or used.
    #[error("the directory of the CA, {}: {reason}", directory.display())]
    Directory {
        /// The directory.
        directory: PathBuf,
        /// The reason.
        #[source]
        reason: Box<dyn Error + Send + Sync>,
    },
    /// A name cannot be in a certificate.
    #[error("{0:?} cannot be a name in a certificate")]
    Name(String),
    /// The TLS library refuses the certificate.
    #[cfg(feature = "tls")]
    #[error(transparent)]
    Library(#[from] tokio_rustls::rustls::Error),
    /// The thread that reads the files ended early.
    #[error("the files of the certificate cannot be read: {0}")]
    Thread(#[from] tokio::task::JoinError),
}
