//! The authorities that a connection to a message broker trusts, and the certificate that it shows.

use std::path::Path;
use std::sync::Arc;

use rustls_platform_verifier::BuilderVerifierExt;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::config::{AmqpOptions, AmqpUrl, SettingError};
use crate::runtime::pem;

const CA: &str = "notification_amqp_ca";
const CERTIFICATE: &str = "notification_amqp_cert";
const KEY: &str = "notification_amqp_key";

/// What the files of the settings had when they were read.
#[derive(Clone)]
pub(super) struct BrokerTrust {
    /// The authorities that vouch for the broker; without any, those of the system.
    authorities: Option<Arc<RootCertStore>>,
    /// The certificate that the broker is shown.
    shown: Option<Arc<CertifiedKey>>,
}

impl BrokerTrust {
    /// Reads the files that the settings name. Blocks.
    ///
    /// # Errors
    ///
    /// Names the setting whose file cannot be used, and the file.
    pub(super) fn read(url: &AmqpUrl, options: &AmqpOptions) -> Result<Self, SettingError> {
        let (ca, certificate, key) = (
            options.notification_amqp_ca.as_deref(),
            options.notification_amqp_cert.as_deref(),
            options.notification_amqp_key.as_deref(),
        );
        for (setting, file) in [(CA, ca), (CERTIFICATE, certificate), (KEY, key)] {
            if file.is_some() && !url.tls {
                let why = "it is for TLS: notification_amqp_url has to begin with amqps://, or to end with ?ssl=true";
                return Err(SettingError::Value(setting.to_owned(), why.to_owned()));
            }
        }
        let shown = match (certificate, key) {
            (Some(certificate), Some(key)) => Some(pair(certificate, KEY, key)?),
            (Some(certificate), None) => Some(pair(certificate, CERTIFICATE, certificate)?),
            (None, Some(_)) => {
                let why =
                    "it is the key of a certificate: notification_amqp_cert must name that, too";
                return Err(SettingError::Value(KEY.to_owned(), why.to_owned()));
            }
            (None, None) => None,
        };
        Ok(Self {
            authorities: ca.map(authorities).transpose()?,
            shown,
        })
    }

    /// Returns the TLS of a connection. Blocks where the system's authorities are read.
    ///
    /// # Errors
    ///
    /// Fails if the system has no authorities.
    pub(super) fn connector(&self) -> Result<TlsConnector, String> {
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
        let builder = builder.with_safe_default_protocol_versions();
        let builder = builder.and_then(|builder| match &self.authorities {
            Some(authorities) => Ok(builder.with_root_certificates(Arc::clone(authorities))),
            None => builder.with_platform_verifier(),
        });
        let builder = builder.map_err(|error| error.to_string())?;
        let config = match &self.shown {
            Some(pair) => {
                let pair = SingleCertAndKey::from(Arc::clone(pair));
                builder.with_client_cert_resolver(Arc::new(pair))
            }
            None => builder.with_no_client_auth(),
        };
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

fn authorities(file: &Path) -> Result<Arc<RootCertStore>, SettingError> {
    let mut store = RootCertStore::empty();
    let found = pem::certificates(file).map_err(|why| wrong(CA, file, &why))?;
    // A bundle may have certificates that the library does not know how to use.
    let (used, _) = store.add_parsable_certificates(found);
    if used == 0 {
        return Err(wrong(CA, file, "no certificate in it can be used"));
    }
    Ok(Arc::new(store))
}

fn pair(certificate: &Path, setting: &str, key: &Path) -> Result<Arc<CertifiedKey>, SettingError> {
    let chain = pem::certificates(certificate);
    let chain = chain.map_err(|why| wrong(CERTIFICATE, certificate, &why))?;
    let found = pem::private_key(key).map_err(|why| wrong(setting, key, &why))?;
    let pair = CertifiedKey::from_der(chain, found, &default_provider());
    let pair = pair.map_err(|error| {
        let why = format!(
            "it cannot be used with the certificate in {}: {error}",
            certificate.display()
        );
        wrong(setting, key, &why)
    })?;
    Ok(Arc::new(pair))
}

fn wrong(setting: &str, file: &Path, why: &str) -> SettingError {
    SettingError::Value(setting.to_owned(), format!("{}: {why}", file.display()))
}
