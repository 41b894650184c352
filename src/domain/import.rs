//! Image imports: requests, methods and plugins. Glance: `glance/api/v2/images.py`.

mod bookkeeping;

use serde_json::{Map, Value};

use super::image::Image;
use super::status::Status;
use super::string_enum;
use super::text::{check_length, check_nul, python_repr};
use crate::{Error, Result};

pub use bookkeeping::{FAILED, IMPORTING, ImportBookkeeping, LOCK};

string_enum! {
    /// The method of an import: where the data comes from.
    ImportMethod {
        /// From the staging area.
        GlanceDirect = "glance-direct",
        /// From a URL.
        WebDownload = "web-download",
        /// From a store that has the data already.
        CopyImage = "copy-image",
        /// From another Glance.
        GlanceDownload = "glance-download",
    }
}

string_enum! {
    /// A plugin that processes imported data before it is stored.
    Plugin {
        /// Does nothing.
        NoOp = "no_op",
        /// Adds properties to the image.
        InjectMetadata = "inject_image_metadata",
        /// Decompresses the data.
        Decompression = "image_decompression",
        /// Converts the disk to another format.
        Conversion = "image_conversion",
    }
}

string_enum! {
    /// A disk format that the conversion plugin writes.
    Conversion {
        /// The bytes of the disk, without metadata.
        Raw = "raw",
        /// QEMU's format.
        Qcow2 = "qcow2",
        /// VMware's format.
        Vmdk = "vmdk",
    }
}

/// A parsed request for an import.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRequest {
    /// The import method.
    pub method: ImportMethod,
    /// The names of the target stores.
    pub stores: Option<Vec<String>>,
    /// True if the data goes to every store that is not read-only.
    pub all_stores: bool,
    /// True if the failure of one store makes the import fail.
    pub must_succeed: bool,
    /// The whole body of the request: the task shows it.
    pub body: Map<String, Value>,
}

impl ImportRequest {
    /// Parses the body of a request.
    pub fn read(body: Value, enabled: &[ImportMethod]) -> Result<Self> {
        let invalid = |text: &str| Error::Invalid(text.to_owned());
        let text = body.to_string();
        check_nul(&text.replace("\\u0000", "\0"))?;
        check_length("An import request", &text)?;
        let no_method = || invalid("Import request requires a 'method' field.");
        let Value::Object(mut body) = body else {
            return Err(no_method());
        };
        let Some(Value::Object(method)) = body.get_mut("method") else {
            return Err(no_method());
        };
        let no_name = || invalid("Import request requires a 'name' field.");
        let name = method.get("name").ok_or_else(no_name)?;
        let known = name
            .as_str()
            .and_then(|text| text.parse::<ImportMethod>().ok());
        let known = known
            .filter(|method| enabled.contains(method))
            .ok_or_else(|| {
                let name = name
                    .as_str()
                    .map_or_else(|| python_repr(name), str::to_owned);
                Error::Invalid(format!("Unknown import method name '{name}'."))
            })?;
        if known == ImportMethod::GlanceDownload {
            let public = || Value::from("public");
            method
                .entry("glance_service_interface")
                .or_insert_with(public);
        }
        let flag = |name: &str, default: bool| match body.get(name) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
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

    /// Returns a field of the method, if it is a string.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.value(name).as_str()
    }

    /// Returns a field of the method; null if it is absent.
    #[must_use]
    pub fn value(&self, name: &str) -> &Value {
        let method = self.body.get("method");
        method
            .and_then(|method| method.get(name))
            .unwrap_or(&Value::Null)
    }

    /// Refuses the import if the image is in the wrong state for the method.
    pub fn check_image(&self, image: &Image) -> Result<()> {
        let conflict = |text: String| Err(Error::conflict(text));
        let (method, status) = (self.method, image.status);
        match (method, status) {
            (ImportMethod::CopyImage, Status::Active)
            | (ImportMethod::GlanceDirect, Status::Uploading)
            | (ImportMethod::WebDownload | ImportMethod::GlanceDownload, Status::Queued) => {}
            (_, Status::Active) => {
                return conflict(format!(
                    "Image with status {status} cannot be target for import"
                ));
            }
            (ImportMethod::CopyImage, _) => {
                return conflict(
                    "Only images with status active can be targeted for copying".into(),
                );
            }
            (ImportMethod::GlanceDirect, _) => {
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
        self.check_remote_image()
    }

    fn check_remote_image(&self) -> Result<()> {
        if self.method != ImportMethod::GlanceDownload {
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
        let id = id.as_str().map_or_else(|| python_repr(id), str::to_owned);
        Err(Error::Invalid(format!(
            "Remote image id does not look like a UUID: {id}"
        )))
    }
}

/// Returns the names of a list without duplicates; `None` for an empty list.
fn stores(value: Option<&Value>) -> Result<Option<Vec<String>>> {
    let wrong = || Error::Invalid("'stores' must be a list of store names".into());
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let mut names: Vec<String> = Vec::new();
    for name in value.as_array().ok_or_else(wrong)? {
        let name = name.as_str().ok_or_else(wrong)?;
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    Ok(Some(names).filter(|names| !names.is_empty()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Value) -> std::result::Result<ImportRequest, String> {
        let enabled = [ImportMethod::GlanceDirect, ImportMethod::GlanceDownload];
        ImportRequest::read(body, &enabled).map_err(|error| error.to_string())
    }

    #[test]
    fn invalid_import_requests_are_refused() {
        let method = json!({ "name": "glance-direct" });
        for (body, message) in [
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
            assert_eq!(read(body), Err(message.into()));
        }
    }

    #[test]
    fn duplicate_stores_count_once() {
        let request = read(json!({
            "method": { "name": "glance-direct" }, "stores": ["a", "b", "a"],
        }));
        assert_eq!(request.unwrap().stores.unwrap(), ["a", "b"]);
        let request = read(json!({ "method": { "name": "glance-direct" }, "stores": [] }));
        assert_eq!(request.unwrap().stores, None);
    }

    #[test]
    fn the_default_interface_of_a_remote_glance_is_public() {
        let request = read(json!({ "method": { "name": "glance-download" } })).unwrap();
        assert_eq!(request.field("glance_service_interface"), Some("public"));
    }
}
