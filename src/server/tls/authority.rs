//! A CA of the server's own: made once, kept in a directory, and used to sign the server's certificate at each start.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PublicKeyData, date_time_ymd,
};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::validity::Validity;
use crate::config::tls::CA_FILE;
use crate::domain::text::hex;
use crate::server::tls_error::TlsError;

/// The file with the key of the CA, and its certificate after that: one file, so that no two servers that start at the same
/// time keep parts of two CAs.
const KEY_FILE: &str = "ca-key.pem";

const DAY: Duration = Duration::from_hours(24);

/// The time for which a CA is valid.
const LIFE: Duration = Duration::from_hours(24 * 3650);

/// The time for which a certificate of the server is valid: systems of Apple take at most 398 days.
const SERVER_LIFE: Duration = Duration::from_hours(24 * 397);

type AnyError = Box<dyn Error + Send + Sync>;

/// A CA with its key.
#[derive(Debug)]
pub(super) struct Authority {
    certificate: CertificateDer<'static>,
    pem: String,
    issuer: Issuer<'static, KeyPair>,
    directory: PathBuf,
}

impl Authority {
    /// Opens the CA in a directory; makes one if there is none, or it has expired. Blocks.
    ///
    /// # Errors
    ///
    /// Fails if the directory cannot be read or written, or its files are none of a CA.
    pub(super) fn open(directory: &Path) -> Result<Self, TlsError> {
        let opened = make_directory(directory)
            .map_err(AnyError::from)
            .and_then(|()| Self::open_in(directory));
        opened.map_err(|reason| TlsError::Directory {
            directory: directory.into(),
            reason,
        })
    }

    fn open_in(directory: &Path) -> Result<Self, AnyError> {
        let file = directory.join(KEY_FILE);
        let found = match std::fs::read_to_string(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            found => Some(found?),
        };
        let text = match found {
            Some(text) if validity(&text) != Validity::Expired => text,
            found => {
                if found.is_some() {
                    tracing::warn!(directory = %directory.display(), "the CA has expired: a new one takes its place");
                }
                let made = write(directory, KEY_FILE, &make()?)?;
                if found.is_some() {
                    made.persist(&file)?;
                } else {
                    // A server that was quicker has made the CA of both.
                    match made.persist_noclobber(&file) {
                        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => {
                            return Err(error.into());
                        }
                        _ => {}
                    }
                }
                std::fs::read_to_string(&file)?
            }
        };
        let authority = Self::parse(&text, directory)?;
        let shown = directory.join(CA_FILE);
        if std::fs::read_to_string(&shown).ok().as_ref() != Some(&authority.pem) {
            write(directory, CA_FILE, &authority.pem)?.persist(&shown)?;
        }
        Ok(authority)
    }

    fn parse(text: &str, directory: &Path) -> Result<Self, AnyError> {
        let key = KeyPair::from_pem(text).map_err(|error| format!("{KEY_FILE}: {error}"))?;
        let start = text.find("-----BEGIN CERTIFICATE-----");
        let pem = start.and_then(|start| text.get(start..));
        let pem = pem.ok_or_else(|| format!("{KEY_FILE}: there is no certificate in it"))?;
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes());
        let certificate = certificate.map_err(|error| format!("{KEY_FILE}: {error}"))?;
        Ok(Self {
            certificate,
            pem: pem.to_owned(),
            issuer: Issuer::new(params(&key), key),
            directory: directory.into(),
        })
    }

    /// Returns the certificate of the CA in PEM.
    pub(super) fn pem(&self) -> &str {
        &self.pem
    }

    /// Makes a key and a certificate for these names and addresses.
    ///
    /// # Errors
    ///
    /// Fails if one of them cannot be in a certificate.
    pub(super) fn certify(
        &self,
        names: &[String],
        provider: &CryptoProvider,
    ) -> Result<CertifiedKey, TlsError> {
        for name in names {
            if CertificateParams::new([name.clone()]).is_err() {
                return Err(TlsError::Name(name.clone()));
            }
        }
        let signed = self.sign(names);
        let (certificate, key) = signed.map_err(|error| TlsError::Directory {
            directory: self.directory.clone(),
            reason: error.into(),
        })?;
        // The CA's own is sent along, so that whoever asks sees which CA to trust.
        let chain = vec![certificate, self.certificate.clone()];
        Ok(CertifiedKey::from_der(chain, key, provider)?)
    }

    fn sign(
        &self,
        names: &[String],
    ) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = named("lookalike");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        limit(&mut params, SERVER_LIFE);
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok((certificate.into(), key.into()))
    }
}

/// Makes a CA, and returns its key and its certificate in PEM.
fn make() -> Result<String, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = params(&key);
    limit(&mut params, LIFE);
    let certificate = params.self_signed(&key)?;
    Ok(key.serialize_pem() + &certificate.pem())
}

/// Returns what the certificate of the CA with this key says, but for its times. It must not change: a CA that was made
/// earlier signs by the name that this gives, and clients compare the two names.
fn params(key: &KeyPair) -> CertificateParams {
    let hash = hex(Sha256::digest(key.subject_public_key_info())
        .first_chunk::<4>()
        .unwrap_or(&[0; 4]));
    let mut params = CertificateParams::default();
    // The hash tells the CAs of several servers in one list apart.
    params.distinguished_name = named(&format!("lookalike CA {hash}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// Makes a certificate valid from yesterday on, for clients whose clocks are behind.
fn limit(params: &mut CertificateParams, life: Duration) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = date_time_ymd(1970, 1, 1) + now.unwrap_or_default();
    params.not_before = now - DAY;
    params.not_after = now - DAY + life;
}

fn validity(pem: &str) -> Validity {
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes());
    certificate.map_or(Validity::Current, |certificate| Validity::of(&certificate))
}

/// Writes a file that only this user reads, under a temporary name.
fn write(directory: &Path, name: &str, text: &str) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(name)
        .tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(unix)]
fn make_directory(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
}

#[cfg(not(unix))]
fn make_directory(directory: &Path) -> io::Result<()> {
    std::fs::create_dir_all(directory)
}
