//! The certificates of the key manager: files in the directory that the settings name.
//!
//! They are read when they are asked for, so that one may be added while the server runs.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use x509_cert::der::pem::{self, LineEnding};

use crate::app::App;
use crate::runtime::blocking::run_blocking;

/// The label of a certificate in PEM.
const LABEL: &str = "CERTIFICATE";

/// The greatest number of bytes that are read of a file.
const MOST: u64 = 1 << 20;

/// A certificate of the key manager.
#[derive(Clone, Debug)]
pub struct StoredCertificate {
    /// The id.
    pub id: Uuid,
    /// The bytes in DER, or whatever the file has instead.
    pub der: Vec<u8>,
    /// The time when the file was written.
    pub written_at: DateTime<Utc>,
}

impl StoredCertificate {
    /// Returns the certificate in PEM.
    ///
    /// # Errors
    ///
    /// Fails if it is too large for that.
    pub fn pem(&self) -> io::Result<String> {
        let text = pem::encode_string(LABEL, LineEnding::LF, &self.der);
        text.map_err(|error| io::Error::new(ErrorKind::InvalidData, error.to_string()))
    }
}

/// Returns the certificate with an id; `None` if there is none, or no key manager.
///
/// # Errors
///
/// Fails if its file cannot be read, or is not PEM although its name says so: then the kind of the error is `InvalidData`.
pub async fn certificate(app: &App, id: Uuid) -> io::Result<Option<StoredCertificate>> {
    let Some(directory) = app.config().signatures.certificates.clone() else {
        return Ok(None);
    };
    run_blocking(move || find(&directory, id)).await
}

fn find(directory: &Path, id: Uuid) -> io::Result<Option<StoredCertificate>> {
    let name = id.hyphenated();
    if let Some((text, written_at)) = read(&directory.join(format!("{name}.pem")))? {
        let (_, der) = pem::decode_vec(&text)
            .map_err(|error| io::Error::new(ErrorKind::InvalidData, error.to_string()))?;
        return Ok(Some(StoredCertificate {
            id,
            der,
            written_at,
        }));
    }
    let found = read(&directory.join(format!("{name}.der")))?;
    Ok(found.map(|(der, written_at)| StoredCertificate {
        id,
        der,
        written_at,
    }))
}

/// Returns what a file has, and when it was written; `None` if there is no such file.
fn read(path: &Path) -> io::Result<Option<(Vec<u8>, DateTime<Utc>)>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let written_at = file.metadata()?.modified()?.into();
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes)?;
    Ok(Some((bytes, written_at)))
}
