//! A body that passes: its length and hashes always, its text where that may be kept.

use lookalike::NumberedSecrets;
use md5::Md5;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256, Sha512};

/// The longest body that is kept, in bytes.
pub(in crate::cli) const LONGEST: usize = 1024 * 1024;

/// How many bytes from the start tell the format.
const START: usize = 32;

/// What is known of a body that was not kept.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(in crate::cli) struct BodyDigest {
    pub(in crate::cli) bytes: u64,
    pub(in crate::cli) md5: String,
    pub(in crate::cli) sha256: String,
    pub(in crate::cli) sha512: String,
    /// The size of the disk that the data are, if they begin as one in the format QCOW2 does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) qcow2: Option<u64>,
}

/// A body as it passes.
#[derive(Debug)]
pub(in crate::cli) struct BodyWatch {
    bytes: u64,
    md5: Md5,
    sha256: Sha256,
    sha512: Sha512,
    start: Vec<u8>,
    text: Option<Vec<u8>>,
    /// Whether all of it came.
    pub(in crate::cli) whole: bool,
    /// Whether it broke off.
    pub(in crate::cli) broken: bool,
}

impl BodyWatch {
    /// Watches a body, which may be text.
    pub(in crate::cli) fn new(may_be_text: bool) -> Self {
        Self {
            bytes: 0,
            md5: Md5::new(),
            sha256: Sha256::new(),
            sha512: Sha512::new(),
            start: Vec::new(),
            text: may_be_text.then(Vec::new),
            whole: false,
            broken: false,
        }
    }

    /// Takes the next part.
    pub(in crate::cli) fn add(&mut self, part: &[u8]) {
        self.bytes += part.len() as u64;
        self.md5.update(part);
        self.sha256.update(part);
        self.sha512.update(part);
        let missing = START.saturating_sub(self.start.len());
        self.start.extend(part.iter().take(missing));
        if let Some(text) = &mut self.text {
            if text.len() + part.len() > LONGEST {
                self.text = None;
            } else {
                text.extend_from_slice(part);
            }
        }
    }

    /// Returns the bytes that came.
    pub(in crate::cli) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the body without secrets, or what is known of it if it is not kept; nothing of none.
    pub(in crate::cli) fn kept(
        &self,
        secrets: &NumberedSecrets,
        is_identity: bool,
    ) -> (Option<Value>, Option<BodyDigest>) {
        if self.bytes == 0 {
            return (None, None);
        }
        match self
            .text
            .as_deref()
            .and_then(|text| open(text, secrets, is_identity))
        {
            Some(body) => (Some(body), None),
            None => (None, Some(self.digest())),
        }
    }

    /// Returns what is known of the body.
    pub(in crate::cli) fn digest(&self) -> BodyDigest {
        BodyDigest {
            bytes: self.bytes,
            md5: hex(&self.md5.clone().finalize()),
            sha256: hex(&self.sha256.clone().finalize()),
            sha512: hex(&self.sha512.clone().finalize()),
            qcow2: disk_size(&self.start),
        }
    }
}

/// Returns the size in the header of a disk in the format QCOW2.
fn disk_size(start: &[u8]) -> Option<u64> {
    let size = start.get(24..START)?.try_into().ok()?;
    start
        .starts_with(b"QFI\xfb")
        .then(|| u64::from_be_bytes(size))
}

/// Returns a text without its secrets; nothing where it cannot be told what is secret.
fn open(text: &[u8], secrets: &NumberedSecrets, is_identity: bool) -> Option<Value> {
    if let Ok(mut document) = serde_json::from_slice::<Value>(text)
        && (document.is_object() || document.is_array())
    {
        secrets.json(&mut document);
        return Some(document);
    }
    let text = std::str::from_utf8(text).ok()?;
    let is_control = |letter: char| letter.is_control() && !letter.is_ascii_whitespace();
    let safe = !is_identity && !text.contains(is_control) && !NumberedSecrets::suspects(text);
    safe.then(|| text.into())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing into a string does not fail.
        let _written = write!(text, "{byte:02x}");
    }
    text
}
