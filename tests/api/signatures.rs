//! Signed images: what is checked when their data comes, and the key manager with the certificates.

mod imports;
mod key_manager;
mod uploads;

use std::path::{Path, PathBuf};

use lookalike::Config;
use serde_json::{Value, json};

use crate::glance::{Glance, Image, Person, glance_with};

/// What the signatures of `tests/fixtures/signatures` are of; those of large data are of as many zeros.
const DATA: &str = "the data of a signed image";
const LARGE: usize = 300_000;

/// The certificates there.
fn certificates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/signatures/certificates")
}

/// A server with these certificates.
async fn glance() -> Glance {
    glance_with(with_certificates).await
}

fn with_certificates(config: &mut Config) {
    config.signatures.certificates = Some(certificates());
}

/// Each signature there, with what Glance 33 answers to an upload of the data.
fn cases() -> Vec<Value> {
    let cases = include_str!("../fixtures/signatures/cases.json");
    serde_json::from_str(cases).unwrap()
}

/// The properties of a signature there.
fn signed(name: &str) -> Value {
    let cases = cases();
    let mut cases = cases.iter();
    let case = cases.find(|case| case["name"] == name).unwrap();
    case["properties"].clone()
}

/// The properties of a good signature of [`DATA`].
fn good() -> Value {
    signed("RSA, SHA-256")
}

/// The properties of a signature of other data.
fn bad() -> Value {
    signed("signature of another")
}

/// An image with these properties.
async fn image(person: &Person, mut properties: Value) -> Image {
    properties["container_format"] = "bare".into();
    if properties.get("disk_format").is_none() {
        properties["disk_format"] = "raw".into();
    }
    person.create(properties).await
}

/// A field of an image's properties.
fn property(properties: &Value, name: &str) -> String {
    properties[name].as_str().unwrap().to_owned()
}

/// The image is as it was before its data came.
#[track_caller]
fn is_queued(image: &Image) {
    assert_eq!(image["status"], "queued");
    assert_eq!(image["size"], json!(null));
    assert_eq!(image["checksum"], json!(null));
}
