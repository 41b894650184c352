//! The certificates that a client command trusts, and its HTTP client.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lookalike::Config;
use reqwest::{Certificate, Client, ClientBuilder, Url};
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::crypto::{
    CryptoProvider, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
};

use super::failure::CliError;

/// The certificates that a client takes a server's for valid by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// The CAs that the machine trusts.
    Machine,
    /// The CAs in a file, and no others.
    Authorities(PathBuf),
    /// The server's own certificate, which is in this file: whoever runs a server may look at that, and its names may be
    /// others than that of this machine.
    Certificate(PathBuf),
    /// Any certificate: for a server of which one only asks whether it answers.
    Any,
}

impl Trust {
    /// Returns the trust in the server on this machine that has these settings.
    pub(super) fn in_server(config: &Config) -> Self {
        match (&config.tls.tls_cert, config.ca_file()) {
            (Some(certificate), _) => Self::Certificate(certificate.clone()),
            (None, Some(file)) => Self::Authorities(file),
            (None, None) => Self::Machine,
        }
    }

    /// Returns the CA that a server with these settings keeps in its data directory, for a URL that leads to this machine;
    /// none if there is none.
    pub(super) fn in_data(config: &Config, url: &str) -> Option<Self> {
        let mut config = config.clone();
        config.tls.tls_self_signed = true;
        let file = config.ca_file().filter(|file| file.exists())?;
        leads_here(url).then_some(Self::Authorities(file))
    }

    /// Returns the file of CAs, as OpenStack clients take it.
    pub(super) fn file(&self) -> Option<PathBuf> {
        match self {
            Self::Authorities(file) => std::path::absolute(file).ok(),
            Self::Machine | Self::Certificate(_) | Self::Any => None,
        }
    }

    /// Returns an HTTP client with this trust, which uses no proxy.
    ///
    /// # Errors
    ///
    /// Fails if a file has no certificates.
    pub(super) fn client(&self) -> Result<ClientBuilder, CliError> {
        let builder = Client::builder().no_proxy();
        Ok(match self {
            Self::Machine => builder,
            Self::Authorities(file) => builder.tls_certs_only(authorities(file)?),
            Self::Certificate(file) => builder.tls_backend_preconfigured(pinned(file)?),
            Self::Any => builder.tls_danger_accept_invalid_certs(true),
        })
    }
}

/// Returns whether the host of a URL is this machine.
fn leads_here(url: &str) -> bool {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let bare = host.trim_matches(['[', ']']);
    let address = bare.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn authorities(file: &Path) -> Result<Vec<Certificate>, CliError> {
    let pem = std::fs::read(file).map_err(|error| wrong(file, &error.to_string()))?;
    let found = Certificate::from_pem_bundle(&pem);
    let found = found.map_err(|error| wrong(file, &error.to_string()))?;
    if found.is_empty() {
        return Err(wrong(file, "there is no certificate in PEM in it"));
    }
    Ok(found)
}

/// Returns the TLS of a client that takes one certificate only: the first in a file.
fn pinned(file: &Path) -> Result<ClientConfig, CliError> {
    let certificate = CertificateDer::from_pem_file(file);
    let certificate = certificate.map_err(|error| wrong(file, &error.to_string()))?;
    let provider = Arc::new(default_provider());
    let verifier = PinVerifier {
        certificate,
        provider: Arc::clone(&provider),
    };
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| CliError::start(error.to_string()))?;
    let builder = builder.dangerous();
    let builder = builder.with_custom_certificate_verifier(Arc::new(verifier));
    Ok(builder.with_no_client_auth())
}

fn wrong(file: &Path, why: &str) -> CliError {
    CliError::start(format!("the certificates in {}: {why}", file.display()))
}

/// Verifies that a server has one certificate and its key.
#[derive(Debug)]
struct PinVerifier {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinVerifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if *certificate == self.certificate {
            return Ok(ServerCertVerified::assertion());
        }
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
