//! The mounts that hold a file store: what the store says in the metadata of its locations, so that whoever mounts
//! the same file system finds the files. Glance: `filesystem_store_metadata_file` of `glance_store`.

use serde_json::{Map, Value};

/// The members that each mount has.
const REQUIRED: [&str; 2] = ["id", MOUNTPOINT];

const MOUNTPOINT: &str = "mountpoint";

/// The mounts that a file describes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mounts(Vec<Map<String, Value>>);

impl Mounts {
    /// Parses a JSON document: an object that describes a mount, or a list of such objects.
    ///
    /// # Errors
    ///
    /// The failure says what is wrong.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let document = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let all = match document {
            Value::Array(all) => all,
            one => vec![one],
        };
        let mounts: Result<_, _> = all.into_iter().map(mount).collect();
        Ok(Self(mounts?))
    }

    /// Returns what the first mount says whose mountpoint the path of a file begins with.
    #[must_use]
    pub fn of(&self, path: &str) -> Option<&Map<String, Value>> {
        self.0.iter().find(|mount| {
            let mountpoint = mount.get(MOUNTPOINT).and_then(Value::as_str);
            mountpoint.is_some_and(|mountpoint| path.starts_with(mountpoint))
        })
    }

    /// Returns whether no mount is described.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn mount(value: Value) -> Result<Map<String, Value>, String> {
    let Value::Object(mount) = value else {
        return Err("an object with id and mountpoint is allowed, or a list of such".into());
    };
    for name in REQUIRED {
        match mount.get(name) {
            Some(Value::String(_)) => {}
            Some(_) => return Err(format!("{name} must be a text")),
            None => return Err(format!("{name} is missing")),
        }
    }
    mount
        .iter()
        .try_for_each(|(name, value)| check(name, value))?;
    Ok(mount)
}

/// Checks that a value consists of what the metadata of a location may have.
fn check(name: &str, value: &Value) -> Result<(), String> {
    match value {
        Value::String(_) => Ok(()),
        Value::Array(items) => items.iter().try_for_each(|item| check(name, item)),
        Value::Object(members) => members
            .iter()
            .try_for_each(|(name, item)| check(name, item)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            Err(format!("{name} may have texts, lists and objects only"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_mount_with_the_beginning_of_a_path_counts() {
        let text = br#"[{"id": "one", "mountpoint": "/a"}, {"id": "two", "mountpoint": "/b/c", "more": ["x", {"y": "z"}]}]"#;
        let mounts = Mounts::parse(text).unwrap();
        let id = |path| Some(mounts.of(path)?["id"].as_str()?.to_owned());
        assert_eq!(id("/a/image").as_deref(), Some("one"));
        assert_eq!(id("/b/c/image").as_deref(), Some("two"));
        // Glance compares texts, not the parts of a path.
        assert_eq!(id("/another/image").as_deref(), Some("one"));
        assert_eq!(id("/b/image"), None);
    }

    #[test]
    fn a_mount_may_stand_alone_and_there_may_be_none() {
        let mounts = Mounts::parse(br#"{"id": "one", "mountpoint": "/a"}"#).unwrap();
        assert!(mounts.of("/a/image").is_some());
        assert!(Mounts::parse(b"[]").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_with_a_description_is_said() {
        for (text, said) in [
            ("", "EOF"),
            ("3", "an object with id and mountpoint"),
            (r#"[["id"]]"#, "an object with id and mountpoint"),
            (r#"{"mountpoint": "/a"}"#, "id is missing"),
            (r#"[{"id": "one"}]"#, "mountpoint is missing"),
            (r#"{"id": 1, "mountpoint": "/a"}"#, "id must be a text"),
            (
                r#"{"id": "one", "mountpoint": "/a", "share": {"depth": [1]}}"#,
                "depth may have texts",
            ),
        ] {
            let refused = Mounts::parse(text.as_bytes()).unwrap_err();
            assert!(refused.contains(said), "{text}: {refused}");
        }
    }
}
