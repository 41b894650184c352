//! Imports: what a request for one asks, and the marks that one leaves on its image.

mod marks;

use serde_json::{Map, Value};

use super::image::Image;
use super::status::Status;
use super::text::{check_nul, python};
use super::words;
use crate::{Error, Result};

pub use marks::{IMPORTING, LOCK, Marks};

words! {
    /// Where an import takes the data from.
    Method {
        /// From where it was staged.
        GlanceDirect = "glance-direct",
        /// From a URL.
        WebDownload = "web-download",
        /// From a store that has it.
        CopyImage = "copy-image",
        /// From another Glance.
        GlanceDownload = "glance-download",
    }
}

words! {
    /// What can be done to imported data before it is stored.
    Plugin {
        /// Nothing.
        NoOp = "no_op",
        /// The image is given properties.
        InjectMetadata = "inject_image_metadata",
        /// Zipped data is unpacked.
        Decompression = "image_decompression",
        /// The disk is converted to another format.
        Conversion = "image_conversion",
    }
}

words! {
    /// The disk formats that the plugin converts to.
    Conversion {
        /// Nothing but the disk.
        Raw = "raw",
        /// QEMU's.
        Qcow2 = "qcow2",
        /// VMware's.
        Vmdk = "vmdk",
    }
}

/// What a request for an import asks.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRequest {
    /// Where from.
    pub method: Method,
    /// Where to, by name.
    pub stores: Option<Vec<String>>,
    /// To every store that can be written to.
    pub all_stores: bool,
    /// Whether one store that fails makes the import fail.
    pub must_succeed: bool,
    /// All that was sent: the task shows it.
    pub body: Map<String, Value>,
}

impl ImportRequest {
    /// Reads the body of a request.
    pub fn read(body: Value, enabled: &[Method]) -> Result<Self> {
        let invalid = |text: &str| Error::Invalid(text.to_owned());
        check_nul(&body.to_string().replace("\\u0000", "\0"))?;
        let no_method = || invalid("Import request requires a 'method' field.");
        let Value::Object(mut body) = body else {
            return Err(no_method());
        };
        let Some(Value::Object(method)) = body.get_mut("method") else {
            return Err(no_method());
        };
        let no_name = || invalid("Import request requires a 'name' field.");
        let name = method.get("name").ok_or_else(no_name)?;
        let known = name.as_str().and_then(Method::from_word);
        let known = known.filter(|it| enabled.contains(it)).ok_or_else(|| {
            let name = name.as_str().map_or_else(|| python(name), str::to_owned);
            Error::Invalid(format!("Unknown import method name '{name}'."))
        })?;
        if known == Method::GlanceDownload {
            let public = || Value::from("public");
            method
                .entry("glance_service_interface")
                .or_insert_with(public);
        }
        let flag = |name: &str, usual: bool| match body.get(name) {
            None => Ok(usual),
            Some(Value::Bool(it)) => Ok(*it),
            Some(_) => Err(invalid(&format!("'{name}' must be boolean value only"))),
        };
        Ok(Self {
            method: known,
            must_succeed: flag("all_stores_must_succeed", true)?,
            all_stores: flag("all_stores", false)?,
            stores: stores(body.get("stores"))?,
            body,
        })
    }

    /// A field of the method, as text.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.value(name).as_str()
    }

    /// A field of the method, whatever it is.
    #[must_use]
    pub fn value(&self, name: &str) -> &Value {
        let method = self.body.get("method");
        method.and_then(|it| it.get(name)).unwrap_or(&Value::Null)
    }

    /// Whether an image in this state can be imported to so.
    pub fn fits(&self, image: &Image) -> Result<()> {
        let conflict = |text: String| Err(Error::Conflict(text));
        let (method, status) = (self.method, image.status);
        match (method, status) {
            (Method::CopyImage, Status::Active)
            | (Method::GlanceDirect, Status::Uploading)
            | (Method::WebDownload | Method::GlanceDownload, Status::Queued) => {}
            (_, Status::Active) => {
                return conflict(format!(
                    "Image with status {status} cannot be target for import"
                ));
            }
            (Method::CopyImage, _) => {
                return conflict(
                    "Only images with status active can be targeted for copying".into(),
                );
            }
            (Method::GlanceDirect, _) => {
                return conflict(format!(
                    "Image needs to be staged before '{method}' method can be used"
                ));
            }
            _ => {
                return conflict(format!(
                    "Image needs to be in 'queued' state to use '{method}' method"
                ));
            }
        }
        for (field, value) in [
            ("container_format", &image.container_format),
            ("disk_format", &image.disk_format),
        ] {
            if value.is_none() {
                return conflict(format!("'{field}' needs to be set before import"));
            }
        }
        self.names_a_remote_image()
    }

    fn names_a_remote_image(&self) -> Result<()> {
        if self.method != Method::GlanceDownload {
            return Ok(());
        }
        for field in ["glance_region", "glance_image_id"] {
            let value = self.value(field);
            if value.is_null() {
                return Err(Error::Invalid(format!(
                    "'{field}' needs to be set for glance-download import method"
                )));
            }
        }
        let id = self.value("glance_image_id");
        if let Some(Ok(_)) = id.as_str().map(uuid::Uuid::try_parse) {
            return Ok(());
        }
        let id = id.as_str().map_or_else(|| python(id), str::to_owned);
        Err(Error::Invalid(format!(
            "Remote image id does not look like a UUID: {id}"
        )))
    }
}

/// A list of names, each once; an empty list says nothing.
fn stores(value: Option<&Value>) -> Result<Option<Vec<String>>> {
    let wrong = || Error::Invalid("'stores' must be a list of store names".into());
    let Some(value) = value.filter(|it| !it.is_null()) else {
        return Ok(None);
    };
    let mut names: Vec<String> = Vec::new();
    for name in value.as_array().ok_or_else(wrong)? {
        let name = name.as_str().ok_or_else(wrong)?;
        if !names.iter().any(|it| it == name) {
            names.push(name.to_owned());
        }
    }
    Ok(Some(names).filter(|it| !it.is_empty()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Value) -> std::result::Result<ImportRequest, String> {
        let enabled = [Method::GlanceDirect, Method::GlanceDownload];
        ImportRequest::read(body, &enabled).map_err(|it| it.to_string())
    }

    #[test]
    fn what_asks_for_no_import_is_named() {
        let method = json!({ "name": "glance-direct" });
        for (body, said) in [
            (json!([]), "Import request requires a 'method' field."),
            (json!({}), "Import request requires a 'method' field."),
            (
                json!({ "method": "x" }),
                "Import request requires a 'method' field.",
            ),
            (
                json!({ "method": {} }),
                "Import request requires a 'name' field.",
            ),
            (
                json!({ "method": { "name": "bogus" } }),
                "Unknown import method name 'bogus'.",
            ),
            (
                json!({ "method": { "name": "web-download" } }),
                "Unknown import method name 'web-download'.",
            ),
            (
                json!({ "method": { "name": null } }),
                "Unknown import method name 'None'.",
            ),
            (
                json!({ "method": method, "all_stores": 1, "all_stores_must_succeed": "x" }),
                "'all_stores_must_succeed' must be boolean value only",
            ),
            (
                json!({ "method": method, "all_stores": 1 }),
                "'all_stores' must be boolean value only",
            ),
        ] {
            assert_eq!(read(body), Err(said.into()));
        }
    }

    #[test]
    fn a_store_is_meant_once() {
        let request = read(json!({
            "method": { "name": "glance-direct" }, "stores": ["a", "b", "a"],
        }));
        assert_eq!(request.unwrap().stores.unwrap(), ["a", "b"]);
        let request = read(json!({ "method": { "name": "glance-direct" }, "stores": [] }));
        assert_eq!(request.unwrap().stores, None);
    }

    #[test]
    fn the_usual_interface_of_another_glance_is_public() {
        let request = read(json!({ "method": { "name": "glance-download" } })).unwrap();
        assert_eq!(request.field("glance_service_interface"), Some("public"));
    }
}
