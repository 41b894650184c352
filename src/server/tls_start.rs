//! The certificate of a server at its start: files are read before any data is touched, and what the server makes itself is
//! made when its data directory is known to be its own.

use tempfile::TempDir;
use tokio::task::spawn_blocking;

#[cfg(feature = "tls")]
use super::tls::Tls;
#[cfg(not(feature = "tls"))]
use super::tls_absent::Tls;
use super::tls_error::TlsError;
use crate::config::Config;

/// The part of the start that comes before the data.
#[derive(Debug)]
pub(super) struct TlsStart {
    files: Option<Tls>,
    directory: Option<TempDir>,
}

impl TlsStart {
    /// Reads the certificate that the settings name, and completes the settings.
    ///
    /// # Errors
    ///
    /// Fails if the certificate cannot be used.
    pub(super) async fn begin(mut config: Config) -> Result<(Config, Self), TlsError> {
        let work = move || {
            let files = Tls::from_files(&config)?;
            let directory = Tls::choose_directory(&mut config)?;
            Ok((config, Self { files, directory }))
        };
        spawn_blocking(work).await?
    }

    /// Returns the encryption of the server; none if it speaks HTTP only.
    ///
    /// # Errors
    ///
    /// Fails if there can be no CA or no certificate of the server's own.
    pub(super) async fn finish(self, config: Config) -> Result<Option<Tls>, TlsError> {
        if self.files.is_some() || !config.tls.tls_self_signed {
            return Ok(self.files);
        }
        spawn_blocking(move || Tls::self_signed(&config, self.directory)).await?
    }
}
