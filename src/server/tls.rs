//! TLS: the certificate in force, which follows its files, and the way of a connection to it.

mod authority;
mod files;
mod handshake;
mod names;
mod validity;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tempfile::TempDir;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::tls_error::TlsError;
use crate::config::Config;
use authority::Authority;
use files::{PairFiles, Stamps};

/// The protocol that clients are offered (RFC 7301). HTTP/2 is not: the limits of connections, and the faults that break
/// one, are those of a connection with one request at a time.
const PROTOCOL: &[u8] = b"http/1.1";

/// The time between two looks at the files of the certificate. A connection that comes later has the looks made first.
const LOOK: Duration = Duration::from_secs(1);

/// The age at which a certificate of the server's own is replaced: a half of its life.
const RENEWAL: Duration = Duration::from_hours(24 * 198);

/// TLS as the connections of a server speak it; cloning it is cheap.
#[derive(Clone, Debug)]
pub(super) struct Tls(Arc<TlsState>);

#[derive(Debug)]
struct TlsState {
    in_force: ArcSwap<ServerConfig>,
    source: Mutex<CertificateSource>,
    looked: Mutex<Instant>,
    ca: Option<Ca>,
}

/// The CA of the server's own, as clients know it.
#[derive(Debug)]
struct Ca {
    pem: String,
    /// The directory of the CA, where it goes with the server.
    _temporary: Option<TempDir>,
}

/// The origin of the certificate.
#[derive(Debug)]
enum CertificateSource {
    /// Files that somebody else keeps.
    Files { files: PairFiles, stamps: Stamps },
    /// A CA of the server's own.
    Authority {
        authority: Authority,
        names: Vec<String>,
        made: Instant,
    },
}

impl Tls {
    /// Reads the certificate and the key in the files that the settings name, if they do. Blocks.
    ///
    /// # Errors
    ///
    /// Fails if the settings contradict each other, or a file cannot be used.
    pub(super) fn from_files(config: &Config) -> Result<Option<Self>, TlsError> {
        let Some(files) = PairFiles::of(&config.tls)? else {
            return Ok(None);
        };
        let stamps = files.stamps();
        let pair = files.read(&default_provider())?;
        files.warn_of_validity(&pair);
        let source = CertificateSource::Files { files, stamps };
        Self::of(pair, source, None).map(Some)
    }

    /// Makes a certificate, if the settings ask for that, and the CA that signs it unless it is there. Blocks.
    ///
    /// # Errors
    ///
    /// Fails if the directory of the CA cannot be used, or a name cannot be in a certificate.
    pub(super) fn self_signed(
        config: &Config,
        temporary: Option<TempDir>,
    ) -> Result<Option<Self>, TlsError> {
        let Some(file) = config.ca_file() else {
            return Ok(None);
        };
        let authority = Authority::open(file.parent().unwrap_or(Path::new(".")))?;
        let names = names::of_server(config);
        let pair = authority.certify(&names, &default_provider())?;
        let ca = Ca {
            pem: authority.pem().to_owned(),
            _temporary: temporary,
        };
        let source = CertificateSource::Authority {
            authority,
            names,
            made: Instant::now(),
        };
        Self::of(pair, source, Some(ca)).map(Some)
    }

    /// Chooses a directory for the CA that is deleted with what this returns, where the settings ask for a CA and there is
    /// to be no other place for it. Blocks.
    ///
    /// # Errors
    ///
    /// Fails if there can be no directory for temporary files.
    pub(super) fn choose_directory(config: &mut Config) -> Result<Option<TempDir>, TlsError> {
        let tls = &mut config.tls;
        if !tls.tls_self_signed || !config.ephemeral || tls.tls_dir.is_some() {
            return Ok(None);
        }
        let made = tempfile::Builder::new().prefix("lookalike-tls-").tempdir();
        let made = made.map_err(|error| TlsError::Directory {
            directory: std::env::temp_dir(),
            reason: error.into(),
        })?;
        tls.tls_dir = Some(made.path().into());
        Ok(Some(made))
    }

    fn of(pair: CertifiedKey, source: CertificateSource, ca: Option<Ca>) -> Result<Self, TlsError> {
        let config = server_config(pair)?;
        Ok(Self(Arc::new(TlsState {
            in_force: ArcSwap::from_pointee(config),
            source: Mutex::new(source),
            looked: Mutex::new(Instant::now()),
            ca,
        })))
    }

    /// Returns the certificate of the server's own CA in PEM.
    pub(super) fn ca_pem(&self) -> Option<&str> {
        self.0.ca.as_ref().map(|ca| ca.pem.as_str())
    }

    /// Returns the certificate in force, after a look at its files where the last one was long ago.
    async fn in_force(&self) -> Arc<ServerConfig> {
        if self.is_look_due() {
            let state = Arc::clone(&self.0);
            let looked = tokio::task::spawn_blocking(move || state.look()).await;
            if let Err(error) = looked {
                tracing::error!(%error, "the certificate cannot be looked at");
            }
        }
        self.0.in_force.load_full()
    }

    /// Returns `true` to one caller whenever it is time.
    fn is_look_due(&self) -> bool {
        let Some(mut looked) = self.0.looked.try_lock() else {
            return false;
        };
        let is_due = looked.elapsed() >= LOOK;
        if is_due {
            *looked = Instant::now();
        }
        is_due
    }
}

impl TlsState {
    /// Replaces the certificate if its files changed, or it is old. Blocks. The old one stays if there is no new one.
    fn look(&self) {
        // A look that hangs, on a file system of another machine say, has no others behind it.
        let Some(mut source) = self.source.try_lock() else {
            return;
        };
        let (pair, files) = match &mut *source {
            CertificateSource::Files { files, stamps } => {
                let now = files.stamps();
                if now == *stamps {
                    return;
                }
                // Also after a failure: each is logged once.
                *stamps = now;
                let pair = files.read(&default_provider());
                if let Ok(pair) = &pair {
                    files.warn_of_validity(pair);
                }
                (pair, Some(files.certificate().to_owned()))
            }
            CertificateSource::Authority { made, .. } if made.elapsed() < RENEWAL => return,
            CertificateSource::Authority {
                authority,
                names,
                made,
            } => {
                *made = Instant::now();
                (authority.certify(names, &default_provider()), None)
            }
        };
        match pair.and_then(server_config) {
            Ok(config) => {
                self.in_force.store(Arc::new(config));
                let file: Option<PathBuf> = files;
                tracing::info!(?file, "a new certificate is in force");
            }
            Err(error) => {
                tracing::error!(%error, "the new certificate cannot be used: the one before stays in force");
            }
        }
    }
}

/// Returns what a connection with this certificate speaks: TLS 1.2 and 1.3.
fn server_config(pair: CertifiedKey) -> Result<ServerConfig, TlsError> {
    let provider: Arc<CryptoProvider> = Arc::new(default_provider());
    let builder = ServerConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions()?;
    let builder = builder.with_no_client_auth();
    let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(pair)));
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(config)
}
