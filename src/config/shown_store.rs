//! Stores that are shown as another kind: a directory here that stands for Ceph there.

use serde_json::{Value, json};

/// The kind of store that another is shown as, and what the options of that kind say.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownStore {
    kind: &'static ShownKind,
    /// The options that are said, by their names in Glance.
    options: Vec<(&'static str, String)>,
}

/// A kind of store, as `GET /v2/info/stores/detail` shows one.
#[derive(Debug, PartialEq)]
struct ShownKind {
    name: &'static str,
    properties: &'static [ShownProperty],
}

/// A property in the details of a store.
#[derive(Debug, PartialEq)]
struct ShownProperty {
    name: &'static str,
    /// The option of `glance_store` that it is read from; nothing: the property is null.
    option: &'static str,
    form: PropertyForm,
    default: &'static str,
}

/// The JSON form of a property.
#[derive(Clone, Copy, Debug, PartialEq)]
enum PropertyForm {
    /// Text, and null for none.
    Text,
    /// A truth.
    Truth,
    /// A number.
    Number,
    /// Bytes, of which the option says the MiB.
    MebiBytes,
}

const fn property(
    name: &'static str,
    option: &'static str,
    form: PropertyForm,
    default: &'static str,
) -> ShownProperty {
    ShownProperty {
        name,
        option,
        form,
        default,
    }
}

/// The kinds that Glance has, with their properties. Glance: `glance/api/v2/discovery.py`; the defaults are those of `glance_store`. A `vmware`
/// store has none there: its details are an error 500 in Glance.
static KINDS: [ShownKind; 6] = [
    ShownKind {
        name: "file",
        properties: &[
            property(
                "data_dir",
                "filesystem_store_datadir",
                PropertyForm::Text,
                "/var/lib/glance/images",
            ),
            property(
                "chunk_size",
                "filesystem_store_chunk_size",
                PropertyForm::Number,
                "65536",
            ),
            property(
                "thin_provisioning",
                "filesystem_thin_provisioning",
                PropertyForm::Truth,
                "false",
            ),
        ],
    },
    ShownKind {
        name: "rbd",
        properties: &[
            property(
                "chunk_size",
                "rbd_store_chunk_size",
                PropertyForm::MebiBytes,
                "8",
            ),
            property("pool", "rbd_store_pool", PropertyForm::Text, "images"),
            property(
                "thin_provisioning",
                "rbd_thin_provisioning",
                PropertyForm::Truth,
                "false",
            ),
            property("fsid", "", PropertyForm::Text, ""),
        ],
    },
    ShownKind {
        name: "swift",
        properties: &[
            property(
                "container",
                "swift_store_container",
                PropertyForm::Text,
                "glance",
            ),
            property(
                "large_object_size",
                "swift_store_large_object_size",
                PropertyForm::MebiBytes,
                "5120",
            ),
            property(
                "large_object_chunk_size",
                "swift_store_large_object_chunk_size",
                PropertyForm::MebiBytes,
                "200",
            ),
        ],
    },
    ShownKind {
        name: "cinder",
        properties: &[
            property("volume_type", "cinder_volume_type", PropertyForm::Text, ""),
            property(
                "use_multipath",
                "cinder_use_multipath",
                PropertyForm::Truth,
                "false",
            ),
        ],
    },
    ShownKind {
        name: "s3",
        properties: &[
            property(
                "s3_store_large_object_size",
                "s3_store_large_object_size",
                PropertyForm::MebiBytes,
                "100",
            ),
            property(
                "s3_store_large_object_chunk_size",
                "s3_store_large_object_chunk_size",
                PropertyForm::MebiBytes,
                "10",
            ),
            property(
                "s3_store_thread_pools",
                "s3_store_thread_pools",
                PropertyForm::Number,
                "10",
            ),
        ],
    },
    ShownKind {
        name: "vmware",
        properties: &[],
    },
];

impl ShownStore {
    /// Returns the kind with this name and the defaults of its options.
    ///
    /// # Errors
    ///
    /// The names that are allowed.
    pub fn named(name: &str) -> Result<Self, String> {
        let found = KINDS.iter().find(|kind| kind.name == name);
        let kind = found.ok_or_else(|| {
            let names: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
            format!("type={name}: one of {} is allowed", names.join(", "))
        })?;
        Ok(Self {
            kind,
            options: Vec::new(),
        })
    }

    /// Returns Glance's name for such a store.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind.name
    }

    /// Returns the options of `glance_store` that the details show.
    pub fn shown_options(&self) -> impl Iterator<Item = &'static str> {
        let options = self.kind.properties.iter().map(|property| property.option);
        options.filter(|option| !option.is_empty())
    }

    /// Returns the value that is said of an option.
    #[must_use]
    pub fn said(&self, option: &str) -> Option<&str> {
        let mut options = self.options.iter();
        let found = options.find(|(name, _)| *name == option);
        found.map(|(_, value)| value.as_str())
    }

    /// Takes the words about this kind out of those behind a URL.
    pub(super) fn take(&mut self, words: &mut Vec<(String, String)>) -> Result<(), String> {
        let mut rest = Vec::new();
        for (word, value) in words.drain(..) {
            let mut properties = self.kind.properties.iter();
            match properties.find(|property| property.option == word) {
                Some(property) => {
                    property.value(&value)?;
                    self.options.push((property.option, value));
                }
                None => rest.push((word, value)),
            }
        }
        *words = rest;
        Ok(())
    }

    /// Returns the properties in the details of such a store.
    #[must_use]
    pub fn properties(&self) -> Value {
        let shown = self.kind.properties.iter().map(|property| {
            let text = self.said(property.option).unwrap_or(property.default);
            let value = property.value(text).unwrap_or(Value::Null);
            (property.name.to_owned(), value)
        });
        Value::Object(shown.collect())
    }
}

impl ShownProperty {
    fn value(&self, text: &str) -> Result<Value, String> {
        let number = || {
            let number = text.parse::<u32>();
            number.map_err(|_| format!("{}={text}: a whole number is allowed", self.option))
        };
        Ok(match self.form {
            PropertyForm::Text if text.is_empty() => Value::Null,
            PropertyForm::Text => text.into(),
            PropertyForm::Truth => {
                let truth = super::words::boolean(text);
                json!(truth.map_err(|allowed| format!("{}={text}: {allowed}", self.option))?)
            }
            PropertyForm::Number => json!(number()?),
            PropertyForm::MebiBytes => json!(u64::from(number()?) << 20),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::stores::StoreOption;

    #[test]
    fn a_directory_can_be_shown_as_a_pool_of_ceph() {
        let url = "fast=file:?type=rbd&rbd_store_pool=vms&rbd_store_chunk_size=4&weight=3";
        let store = StoreOption::read(url).unwrap();
        let shown = store.shown_as.unwrap();
        assert_eq!(shown.kind(), "rbd");
        let expected = json!({
            "chunk_size": 4_194_304, "pool": "vms", "thin_provisioning": false, "fsid": null
        });
        assert_eq!(shown.properties(), expected);
    }

    #[test]
    fn a_kind_and_its_options_are_checked() {
        for (url, said) in [
            ("a=file:?type=rdb", "one of file, rbd, swift"),
            ("a=file:?type=rbd&rbd_store_chunk_size=x", "a whole number"),
            (
                "a=file:?type=cinder&cinder_use_multipath=2",
                "true, false, yes",
            ),
            ("a=file:?type=swift&rbd_store_pool=x", "means nothing"),
            ("a=file:?rbd_store_pool=x", "means nothing"),
        ] {
            let refused = StoreOption::read(url).unwrap_err();
            assert!(refused.contains(said), "{url}: {refused}");
        }
    }
}
