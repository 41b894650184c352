//! TLS in a build without the feature `tls`: it is refused.

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

    /// Returns no certificate: the settings do not ask for one.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the form that builds with TLS have"
    )]
    pub(super) fn self_signed(_: &Config, _: Option<TempDir>) -> Result<Option<Self>, TlsError> {
        Ok(None)
    }

    /// Returns no directory: there is no CA.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the form that builds with TLS have"
    )]
    pub(super) fn choose_directory(_: &mut Config) -> Result<Option<TempDir>, TlsError> {
        Ok(None)
    }

    /// Returns the certificate of the CA, which there is not.
    pub(super) fn ca_pem(&self) -> Option<&str> {
        match *self {}
    }

    /// Accepts a connection, which does not come.
    pub(super) async fn accept(&self, _: WatchedStream) -> Option<Transport> {
        match *self {}
    }
}
