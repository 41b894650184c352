//! TLS in a build without the feature `tls`: it is refused.

use std::future::Ready;

use tempfile::TempDir;

use super::tls_error::TlsError;
use super::transport::Transport;
use super::watch::WatchedStream;
use crate::config::Config;
use crate::config::public_url::UrlScheme;

/// TLS as the connections of a server would speak it: there is none.
#[derive(Clone, Debug)]
pub(super) enum Tls {}

impl Tls {
    /// Refuses settings that ask for TLS.
    ///
    /// # Errors
    ///
    /// Fails if they do.
    pub(super) fn from_files(config: &Config) -> Result<Option<Self>, TlsError> {
        match config.tls.scheme() {
            UrlScheme::Http => Ok(None),
            UrlScheme::Https => Err(TlsError::Settings(
                "this build of lookalike was compiled without the feature `tls`",
            )),
        }
    }

    /// Returns no certificate, where the settings do not ask for one.
    ///
    /// # Errors
    ///
    /// Fails if they do.
    pub(super) fn self_signed(
        config: &Config,
        _: Option<TempDir>,
    ) -> Result<Option<Self>, TlsError> {
        Self::from_files(config)
    }

    /// Returns no directory, where the settings do not ask for a CA.
    ///
    /// # Errors
    ///
    /// Fails if they do.
    pub(super) fn choose_directory(config: &mut Config) -> Result<Option<TempDir>, TlsError> {
        Self::from_files(config).map(|_| None)
    }

    /// Returns the certificate of the CA, which there is not.
    pub(super) fn ca_pem(&self) -> Option<&str> {
        match *self {}
    }

    /// Accepts a connection, which does not come.
    pub(super) fn accept(&self, _: WatchedStream) -> Ready<Option<Transport>> {
        match *self {}
    }
}
