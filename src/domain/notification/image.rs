//! The payloads of events of images, their members and their data.

use serde_json::{Map, Value, json};

use super::iso;
use crate::domain::image::{Image, Visibility};
use crate::domain::import::{FAILED, IMPORTING};
use crate::domain::member::Member;

/// Returns the payload of an event of an image. It tells no locations: they may have credentials.
#[must_use]
pub fn image(image: &Image) -> Value {
    json!({
        "id": image.id,
        "name": image.name,
        "status": image.status,
        "created_at": iso(image.created_at),
        "updated_at": iso(image.updated_at),
        "min_disk": image.min_disk,
        "min_ram": image.min_ram,
        "protected": image.protected,
        "checksum": image.data.checksum,
        "owner": image.owner,
        "disk_format": image.disk_format,
        "container_format": image.container_format,
        "size": image.data.size,
        "virtual_size": image.data.virtual_size,
        "is_public": image.visibility == Visibility::Public,
        "visibility": image.visibility,
        "properties": properties(image),
        "tags": image.tags,
        "deleted": false,
        "deleted_at": null,
    })
}

fn properties(image: &Image) -> Map<String, Value> {
    let properties = image.properties.iter();
    let pairs = properties.map(|(name, value)| (name.clone(), value.clone().into()));
    pairs.collect()
}

/// Returns the payload of an event of data that comes: that of the image, with the stores that it goes to.
#[must_use]
pub fn importing_image(image: &Image, store: Option<&str>) -> Value {
    let mut payload = self::image(image);
    if let Value::Object(members) = &mut payload {
        for name in [IMPORTING, FAILED] {
            let stores = image.properties.get(name).map(String::as_str);
            let stores = stores.into_iter().flat_map(|text| text.split(','));
            let stores: Vec<_> = stores.filter(|store| !store.is_empty()).collect();
            members.insert(name.into(), stores.into());
        }
        if let Some(store) = store {
            members.insert("backend".into(), store.into());
        }
    }
    payload
}

/// Returns the payload of an event of a member.
#[must_use]
pub fn member(member: &Member) -> Value {
    json!({
        "image_id": member.image_id,
        "member_id": member.project,
        "status": member.status,
        "created_at": iso(member.created_at),
        "updated_at": iso(member.updated_at),
        "deleted": false,
        "deleted_at": null,
    })
}

/// Data that was sent to a client.
#[derive(Clone, Debug)]
pub struct SentData {
    /// The ID of the image.
    pub image: String,
    /// The project of the image.
    pub owner: Option<String>,
    /// The project of the client.
    pub project: Option<String>,
    /// The user of the client.
    pub user: Option<String>,
}

impl SentData {
    /// Returns the payload of the event that so many bytes were sent.
    #[must_use]
    pub fn payload(&self, bytes: u64) -> Value {
        json!({
            "bytes_sent": bytes,
            "image_id": self.image,
            "owner_id": self.owner,
            "receiver_tenant_id": self.project,
            "receiver_user_id": self.user,
        })
    }
}
