//! The authorities that a connection to a message broker trusts, and the certificate that it shows.

use std::path::Path;
use std::sync::Arc;

use rustls_platform_verifier::BuilderVerifierExt;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::config::{AmqpOptions, AmqpUrl, SettingError};

const CA: &str = "notification_amqp_ca";
const CERTIFICATE: &str = "notification_amqp_cert";
const KEY: &str = "notification_amqp_key";

/// What the files of the settings had when they were read.
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
    // A bundle may have certificates that the library does not know how to use.
    let (used, _) = store.add_parsable_certificates(certificates(CA, file)?);
    if used == 0 {
        return Err(wrong(CA, file, "no certificate in it can be used"));
    }
    Ok(Arc::new(store))
}

fn pair(certificate: &Path, setting: &str, key: &Path) -> Result<Arc<CertifiedKey>, SettingError> {
    let chain = certificates(CERTIFICATE, certificate)?;
    let text = read(setting, key)?;
    let found = PrivateKeyDer::pem_slice_iter(&text).next();
    let found = found.ok_or_else(|| {
        wrong(
            setting,
            key,
            "there is no private key in PEM in it, without a passphrase",
        )
    })?;
    let found =
        found.map_err(|error| wrong(setting, key, &format!("it is no valid PEM: {error}")))?;
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

fn certificates(setting: &str, file: &Path) -> Result<Vec<CertificateDer<'static>>, SettingError> {
    let text = read(setting, file)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match all {
        Ok(all) if all.is_empty() => {
            Err(wrong(setting, file, "there is no certificate in PEM in it"))
        }
        Ok(all) => Ok(all),
        Err(error) => Err(wrong(
            setting,
            file,
            &format!("it is no valid PEM: {error}"),
        )),
    }
}

fn read(setting: &str, file: &Path) -> Result<Vec<u8>, SettingError> {
    std::fs::read(file).map_err(|error| wrong(setting, file, &error.to_string()))
}

fn wrong(setting: &str, file: &Path, why: &str) -> SettingError {
    SettingError::Value(setting.to_owned(), format!("{}: {why}", file.display()))
}
