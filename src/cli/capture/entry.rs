//! Makes the entry of a seed from an image.

use serde_json::{Map, Value, json};

use super::images::ImageDocument;

/// The fields that a seed has under the same names, in the order of the output.
const FIELDS: [&str; 20] = [
    "id",
    "name",
    "status",
    "visibility",
    "owner",
    "protected",
    "os_hidden",
    "min_ram",
    "min_disk",
    "disk_format",
    "container_format",
    "size",
    "virtual_size",
    "checksum",
    "os_hash_algo",
    "os_hash_value",
    "created_at",
    "updated_at",
    "tags",
    "members",
];

/// The fields about the place of an image, which is different on another server.
const LEFT_OUT: [&str; 6] = [
    "self",
    "file",
    "schema",
    "locations",
    "direct_url",
    "stores",
];

/// Reports whether a seed means the same without the field.
fn is_default(name: &str, value: &Value) -> bool {
    match name {
        // For these, null is not the default.
        "owner" | "status" => false,
        "protected" | "os_hidden" => value == &json!(false),
        "min_ram" | "min_disk" => value == &json!(0),
        "tags" => value == &json!([]),
        _ => value.is_null(),
    }
}

/// Returns the entry for an image and its members.
pub(in crate::cli) fn entry(image: &ImageDocument, members: &[ImageDocument]) -> Value {
    let mut entry = Map::new();
    for name in FIELDS {
        let Some(value) = image.get(name).filter(|value| !is_default(name, value)) else {
            continue;
        };
        // The projects are not captured, so their ids belong to no project of the seed.
        let name = if name == "owner" && !value.is_null() {
            "owner_id"
        } else {
            name
        };
        entry.insert(name.to_owned(), value.clone());
    }
    let rest = image.iter().filter(|(name, value)| {
        let known = [&FIELDS[..], &LEFT_OUT].concat();
        !known.contains(&name.as_str()) && value.is_string()
    });
    let rest: Map<_, _> = rest
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if !rest.is_empty() {
        entry.insert("properties".into(), rest.into());
    }
    if !members.is_empty() {
        let members = members.iter().map(member).collect();
        entry.insert("members".into(), Value::Array(members));
    }
    if let Some(data) = data(image) {
        entry.insert("data".into(), data);
    }
    entry.into()
}

fn member(document: &ImageDocument) -> Value {
    let fields = ["member_id", "status", "created_at", "updated_at"];
    let present = fields.iter().filter_map(|name| {
        let value = document.get(*name)?;
        Some(((*name).to_owned(), value.clone()))
    });
    Value::Object(present.collect())
}

/// Returns generated data of the size of the image.
fn data(image: &ImageDocument) -> Option<Value> {
    let has = |name: &str| image.get(name).is_some_and(Value::is_string);
    let status = image.get("status").and_then(Value::as_str)?;
    let complete = ["active", "deactivated", "pending_delete"].contains(&status);
    let size = image.get("size").filter(|size| size.is_u64());
    let size = size.filter(|_| complete && has("disk_format") && has("container_format"))?;
    Some(json!({ "size": size }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_values_are_left_out() {
        let image = json!({
            "id": "1", "name": null, "status": "active", "visibility": "public", "owner": null,
            "protected": false, "os_hidden": true, "min_ram": 0, "min_disk": 3,
            "disk_format": "raw", "container_format": "bare", "size": 7, "virtual_size": null,
            "checksum": "ab", "tags": [], "self": "/v2/images/1", "file": "/v2/images/1/file",
            "schema": "/v2/schemas/image", "os_version": "24.10", "stores": "fast",
        });
        let Value::Object(image) = image else { return };
        let expected = json!({
            "id": "1", "status": "active", "visibility": "public", "owner": null,
            "os_hidden": true, "min_disk": 3, "disk_format": "raw", "container_format": "bare",
            "size": 7, "checksum": "ab", "properties": { "os_version": "24.10" },
            "data": { "size": 7 },
        });
        assert_eq!(entry(&image, &[]), expected);
    }
}
