//! Certificates and keys in files, in PEM (RFC 7468).

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The size from which a file is no certificate and no key, in bytes.
const LARGEST: u64 = 1 << 20;

/// Reads the certificates of a file. Blocks.
///
/// # Errors
///
/// Says why the file cannot be read, or what it has in place of a certificate.
pub(crate) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = read(file)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        Ok(_) => Err(no_pem("certificate", &text)),
        Err(error) => Err(format!("it is no valid PEM: {error}")),
    }
}

/// Reads the first private key of a file. Blocks.
///
/// # Errors
///
/// Says why the file cannot be read, or what it has in place of a key without a passphrase.
pub(crate) fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, String> {
    let text = read(file)?;
    // In the older form, an encrypted key is told by its headers.
    if is_encrypted(&text) {
        return Err(
            "the key is encrypted with a passphrase, which the server cannot ask for: \
             `openssl pkey -in FILE -out NEW` writes it without"
                .into(),
        );
    }
    match PrivateKeyDer::pem_slice_iter(&text).next() {
        Some(Ok(key)) => Ok(key),
        Some(Err(error)) => Err(format!("it is no valid PEM: {error}")),
        None => Err(no_pem("private key", &text)),
    }
}

fn is_encrypted(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
        || text.contains("Proc-Type: 4,ENCRYPTED")
}

fn no_pem(wanted: &str, text: &[u8]) -> String {
    // The first byte of every certificate and key in DER: a sequence (X.690).
    let hint = if text.first() == Some(&0x30) {
        "; it looks like DER, which `openssl x509` and `openssl pkey` convert with -inform der"
    } else {
        ""
    };
    format!("there is no {wanted} in PEM in it{hint}")
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    let opened = File::open(file).map_err(|error| in_short(&error))?;
    let found = opened.metadata().map_err(|error| in_short(&error))?;
    if found.is_dir() {
        return Err("it is a directory".into());
    }
    let mut text = Vec::new();
    // A device has no length to ask for, and need not end.
    let mut limited = opened.take(LARGEST + 1);
    let length = limited
        .read_to_end(&mut text)
        .map_err(|error| in_short(&error))?;
    if length as u64 > LARGEST {
        return Err("it is too large for a certificate or a key".into());
    }
    Ok(text)
}

fn in_short(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".into(),
        io::ErrorKind::PermissionDenied => "this user may not read it".into(),
        _ => error.to_string(),
    }
}
