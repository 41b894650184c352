//! The settings of TLS, and of plain HTTP beside it.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, boolean, listen, name};
use super::public_url::UrlScheme;

/// The directory within the data directory that the CA is kept in.
pub(crate) const DIRECTORY: &str = "tls";

/// The file with the certificate of the CA, in its directory.
pub(crate) const CA_FILE: &str = "ca.pem";

/// The certificate of the server, and the address without TLS.
#[cfg_attr(feature = "cli", derive(Args), command(next_help_heading = "TLS"))]
#[derive(Clone, Debug, Default, Serialize)]
pub struct TlsOptions {
    /// File with the certificate of the server, and after it those that lead to its CA, in PEM: --listen speaks HTTPS. When the file changes it is read again
    #[cfg_attr(
        feature = "cli",
        arg(long, env = "LOOKALIKE_TLS_CERT", value_name = "FILE")
    )]
    pub tls_cert: Option<PathBuf>,

    /// File with the key of the certificate, in PEM and without a passphrase [default: the file of --tls-cert]
    #[cfg_attr(
        feature = "cli",
        arg(long, env = "LOOKALIKE_TLS_KEY", value_name = "FILE")
    )]
    pub tls_key: Option<PathBuf>,

    /// Make a certificate for the server at its start, signed by a CA of its own that is made once: --listen speaks HTTPS
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_TLS_SELF_SIGNED", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub tls_self_signed: bool,

    /// Names and addresses that the certificate of --tls-self-signed is for, beside localhost, the names of this machine and the hosts of --listen, --listen-http, --public-url and --accept-host
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_TLS_NAMES", value_delimiter = ',', value_parser = name, value_name = "LIST"))]
    pub tls_names: Vec<String>,

    /// Directory that the CA of --tls-self-signed is kept in [default: `tls` in --data; with --ephemeral one that is deleted at exit]
    #[cfg_attr(
        feature = "cli",
        arg(long, env = "LOOKALIKE_TLS_DIR", value_name = "DIR")
    )]
    pub tls_dir: Option<PathBuf>,

    /// A second address and port, which speaks HTTP without TLS; port 0 picks a free port
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_LISTEN_HTTP", value_parser = listen, value_name = "HOST:PORT"))]
    pub listen_http: Option<SocketAddr>,

    /// Write the port number of --listen-http to this file once the server answers requests
    #[cfg_attr(
        feature = "cli",
        arg(long, env = "LOOKALIKE_HTTP_PORT_FILE", value_name = "FILE")
    )]
    pub http_port_file: Option<PathBuf>,
}

impl TlsOptions {
    /// Returns the scheme of the URLs that lead to the address of `--listen`.
    #[must_use]
    pub fn scheme(&self) -> UrlScheme {
        if self.tls_cert.is_some() || self.tls_self_signed {
            UrlScheme::Https
        } else {
            UrlScheme::Http
        }
    }
}
