//! Metadata of accounts, containers and objects: the headers that are kept, and their limits. Swift:
//! `check_metadata` in `swift/common/constraints.py`.

use super::Metadata;
use super::constraints::{
    MAX_HEADER_SIZE, MAX_META_COUNT, MAX_META_NAME_LENGTH, MAX_META_OVERALL_SIZE,
    MAX_META_VALUE_LENGTH,
};
use super::error::ObjectStoreError;

/// The headers that are kept with an object besides its metadata. Swift: `allowed_headers` in
/// `swift/obj/server.py`.
const OBJECT_HEADERS: [&str; 6] = [
    "content-disposition",
    "content-encoding",
    "cache-control",
    "content-language",
    "expires",
    "x-robots-tag",
];

/// The headers that are kept with a container besides its metadata.
const CONTAINER_HEADERS: [&str; 2] = ["x-container-read", "x-container-write"];

/// The kind of thing that metadata belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataKind {
    /// An account.
    Account,
    /// A container.
    Container,
    /// An object.
    Object,
}

impl MetadataKind {
    /// Returns the beginning of the names of headers.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Account => "x-account-meta-",
            Self::Container => "x-container-meta-",
            Self::Object => "x-object-meta-",
        }
    }

    fn keeps(self, name: &str) -> bool {
        match self {
            Self::Account => false,
            Self::Container => CONTAINER_HEADERS.contains(&name),
            Self::Object => OBJECT_HEADERS.contains(&name),
        }
    }

    /// Returns the header that one asks to remove, such as `x-container-meta-color` for
    /// `x-remove-container-meta-color`.
    fn removed_by(self, name: &str) -> Option<String> {
        let name = format!("x-{}", name.strip_prefix("x-remove-")?);
        (name.starts_with(self.prefix()) || self.keeps(&name)).then_some(name)
    }
}

/// Takes the metadata out of the headers of a request, whose names are lower-case. Values that are empty stand for
/// what is to be removed.
///
/// # Errors
///
/// Fails if a name or a value is too long, or if there are too many.
pub fn parse<'a>(
    kind: MetadataKind,
    headers: impl Iterator<Item = (&'a str, &'a [u8])>,
) -> Result<Metadata, ObjectStoreError> {
    let (mut given, mut removed) = (Metadata::new(), Vec::new());
    let (mut count, mut size) = (0, 0);
    for (name, value) in headers {
        if value.len() > MAX_HEADER_SIZE {
            let name: String = name.chars().take(MAX_META_NAME_LENGTH).collect();
            return Err(invalid(format!("Header value too long: {name}")));
        }
        if let Some(name) = kind.removed_by(name) {
            removed.push(name);
            continue;
        }
        let key = name.strip_prefix(kind.prefix());
        if key.is_none() && !kind.keeps(name) {
            continue;
        }
        let value = std::str::from_utf8(value)
            .map_err(|_| invalid("Metadata must be valid UTF-8".into()))?;
        if let Some(key) = key {
            check_one(kind, key, value)?;
            count += 1;
            size += key.len() + value.len();
            check_all(count, size)?;
        }
        given.insert(name.to_owned(), value.to_owned());
    }
    // A value goes before its removal.
    for name in removed {
        given.entry(name).or_default();
    }
    Ok(given)
}

fn check_one(kind: MetadataKind, key: &str, value: &str) -> Result<(), ObjectStoreError> {
    let prefix = kind.prefix();
    if key.is_empty() {
        return Err(invalid("Metadata name cannot be empty".into()));
    }
    if key.len() > MAX_META_NAME_LENGTH {
        return Err(invalid(format!("Metadata name too long: {prefix}{key}")));
    }
    if value.len() > MAX_META_VALUE_LENGTH {
        return Err(invalid(format!(
            "Metadata value longer than {MAX_META_VALUE_LENGTH}: {prefix}{key}"
        )));
    }
    Ok(())
}

fn check_all(count: usize, size: usize) -> Result<(), ObjectStoreError> {
    if count > MAX_META_COUNT {
        return Err(invalid(format!(
            "Too many metadata items; max {MAX_META_COUNT}"
        )));
    }
    if size > MAX_META_OVERALL_SIZE {
        return Err(invalid(format!(
            "Total metadata too large; max {MAX_META_OVERALL_SIZE}"
        )));
    }
    Ok(())
}

/// Returns the metadata of an account or a container after a request has given some, where empty values remove.
///
/// # Errors
///
/// Fails if there is too much of it.
pub fn merge(
    kind: MetadataKind,
    before: Metadata,
    given: &Metadata,
) -> Result<Metadata, ObjectStoreError> {
    let mut merged = before;
    merged.extend(given.clone());
    merged.retain(|_, value| !value.is_empty());
    let keys = merged
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(kind.prefix())?, value)));
    let (count, size) = keys.fold((0, 0), |(count, size), (key, value)| {
        (count + 1, size + key.len() + value.len())
    });
    check_all(count, size)?;
    Ok(merged)
}

fn invalid(text: String) -> ObjectStoreError {
    ObjectStoreError::Invalid(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: MetadataKind, headers: &[(&str, &str)]) -> Result<Metadata, String> {
        let headers = headers.iter();
        let headers = headers.map(|(name, value)| (*name, value.as_bytes()));
        parse(kind, headers).map_err(|error| error.to_string())
    }

    #[test]
    fn headers_of_the_kind_are_kept() {
        let headers = [
            ("x-object-meta-color", "blue"),
            ("content-encoding", "gzip"),
            ("x-container-meta-color", "red"),
            ("content-length", "5"),
        ];
        let kept = read(MetadataKind::Object, &headers).unwrap();
        let kept: Vec<_> = kept
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(kept, ["content-encoding=gzip", "x-object-meta-color=blue"]);
    }

    #[test]
    fn limits_are_those_of_swift() {
        let long_name = format!("x-object-meta-{}", "a".repeat(129));
        let refused = read(MetadataKind::Object, &[(&long_name, "x")]).unwrap_err();
        assert_eq!(refused, format!("Metadata name too long: {long_name}"));
        let long = "a".repeat(257);
        let refused = read(MetadataKind::Object, &[("x-object-meta-a", &long)]).unwrap_err();
        assert_eq!(refused, "Metadata value longer than 256: x-object-meta-a");
        let refused = read(MetadataKind::Object, &[("x-object-meta-", "")]).unwrap_err();
        assert_eq!(refused, "Metadata name cannot be empty");
        let names: Vec<_> = (0..91).map(|n| format!("x-account-meta-{n}")).collect();
        let many: Vec<_> = names.iter().map(|name| (&**name, "")).collect();
        let refused = read(MetadataKind::Account, &many).unwrap_err();
        assert_eq!(refused, "Too many metadata items; max 90");
        let large = "a".repeat(256);
        let many: Vec<_> = names
            .iter()
            .take(16)
            .map(|name| (&**name, &*large))
            .collect();
        let refused = read(MetadataKind::Account, &many).unwrap_err();
        assert_eq!(refused, "Total metadata too large; max 4096");
    }

    #[test]
    fn empty_values_and_removals_remove() {
        let kind = MetadataKind::Container;
        let before = read(
            kind,
            &[("x-container-meta-a", "1"), ("x-container-meta-b", "2")],
        );
        let given = read(
            kind,
            &[
                ("x-container-meta-a", ""),
                ("x-remove-container-meta-b", "x"),
                ("x-container-meta-c", "3"),
            ],
        );
        let merged = merge(kind, before.unwrap(), &given.unwrap()).unwrap();
        assert_eq!(merged.keys().collect::<Vec<_>>(), ["x-container-meta-c"]);
    }
}
