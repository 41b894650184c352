//! The parts of a document, and how they become one.

use std::io;

use flate2::read::GzDecoder;
use serde_json::{Map, Value};

use super::servers;

/// The packed parts of the document of the Images API.
pub(super) const IMAGES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/images.json.gz"));

/// The packed parts of the document of the identity.
pub(super) const IDENTITY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/identity.json.gz"));

/// The packed parts of the document of Identity v2.0.
pub(super) const IDENTITY_V2: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/identity-v2.json.gz"));

/// The packed parts of the document of the object store.
pub(super) const OBJECT_STORE: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/object-store.json.gz"));

/// Puts a document together: `info`, `tags` and `paths` of all parts, and everything else as its components.
pub(super) fn assemble(packed: &[u8], server: &str) -> io::Result<Value> {
    let parts: Vec<Map<String, Value>> = serde_json::from_reader(GzDecoder::new(packed))?;
    let (mut info, mut tags) = (Map::new(), Value::Null);
    let (mut paths, mut components, mut extensions) = (Map::new(), Map::new(), Map::new());
    for (kind, value) in parts.into_iter().flatten() {
        match (kind.as_str(), value) {
            ("tags", value) => tags = value,
            (kind, value) if kind.starts_with("x-") => {
                extensions.insert(kind.to_owned(), value);
            }
            ("info", Value::Object(own)) => info.extend(own),
            ("paths", Value::Object(own)) => paths.extend(own),
            (_, Value::Object(own)) => {
                let all = components.entry(kind).or_insert_with(|| Map::new().into());
                if let Value::Object(all) = all {
                    all.extend(own);
                }
            }
            _ => {}
        }
    }
    info.insert("version".into(), env!("CARGO_PKG_VERSION").into());
    let mut document = Map::new();
    document.insert("openapi".into(), "3.1.0".into());
    document.insert("info".into(), info.into());
    document.insert("servers".into(), servers(server));
    document.insert("tags".into(), tags);
    document.extend(extensions);
    document.insert("paths".into(), paths.into());
    document.insert("components".into(), components.into());
    let token = serde_json::json!([{ "token": [] }]);
    document.insert("security".into(), token);
    Ok(document.into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn nothing_is_in_two_parts() {
        for packed in [IMAGES, IDENTITY, IDENTITY_V2, OBJECT_STORE] {
            let parts: Vec<Map<String, Value>> =
                serde_json::from_reader(GzDecoder::new(packed)).unwrap();
            let mut seen = BTreeSet::new();
            for (kind, value) in parts.into_iter().flatten() {
                for name in value.as_object().into_iter().flatten() {
                    let name = format!("{kind} {}", name.0);
                    assert!(seen.insert(name.clone()), "{name}");
                }
            }
            assert!(seen.len() > 50);
        }
    }
}
