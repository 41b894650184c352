//! The entries of a seed for images, their members and data, and for tasks.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::values::{SeedSize, SeedTimestamp, explicit_null, in_order};
use crate::domain::formats;
use crate::domain::generated_data::{DiskHeader, GeneratedData, Pattern};
use crate::domain::image::{Data, Image};
use crate::domain::member::MemberStatus;
use crate::domain::new_image::NewImage;
use crate::domain::schema::Schemas;
use crate::domain::status::Status;
use crate::domain::task::{TaskKind, TaskStatus};
use crate::{Error, Result};

/// The prefix of Glance's own properties, which no request may set.
const OWN_PREFIX: &str = "os_glance_";

/// An image of a seed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeedImage {
    /// The ID, a UUID; derived from owner and name by default.
    pub id: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The status; by default `active` with data and `queued` without.
    pub status: Option<Status>,
    /// The visibility; by default `shared`.
    pub visibility: Option<String>,
    /// The name or ID of the project that owns the image; null: no owner. By default the project
    /// `admin`.
    #[serde(deserialize_with = "explicit_null")]
    #[expect(
        clippy::option_option,
        reason = "no owner differs from an absent value"
    )]
    pub owner: Option<Option<String>>,
    /// The owner as an ID that is not looked up: for fake tokens and an external Keystone.
    pub owner_id: Option<String>,
    /// True if the image cannot be deleted.
    pub protected: bool,
    /// True if lists leave the image out by default.
    #[serde(alias = "hidden")]
    pub os_hidden: bool,
    /// The minimum memory, in MiB.
    pub min_ram: Option<Value>,
    /// The minimum disk, in GiB.
    pub min_disk: Option<Value>,
    /// The disk format.
    pub disk_format: Option<String>,
    /// The container format.
    pub container_format: Option<String>,
    /// The tags.
    pub tags: Vec<String>,
    /// The custom properties, with Glance's own (`os_glance_…`).
    #[serde(deserialize_with = "in_order")]
    pub properties: IndexMap<String, String>,
    /// The projects that the image is shared with.
    pub members: Vec<SeedMember>,
    /// The data.
    pub data: Option<SeedData>,
    /// The names of the stores that have the data; by default the default store.
    pub stores: Vec<String>,
    /// The size that the API shows, whatever the data is; by default its real size. The next four
    /// fields are alike.
    pub size: Option<SeedSize>,
    /// See [`size`](Self::size).
    pub virtual_size: Option<SeedSize>,
    /// See [`size`](Self::size).
    pub checksum: Option<String>,
    /// See [`size`](Self::size).
    pub os_hash_algo: Option<String>,
    /// See [`size`](Self::size).
    pub os_hash_value: Option<String>,
    /// The time of creation; by default the time when the seed is applied.
    pub created_at: Option<SeedTimestamp>,
    /// The time of the last change; by default the time of creation.
    pub updated_at: Option<SeedTimestamp>,
}

/// A project that an image is shared with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedMember {
    /// The name or ID of the project.
    pub member: Option<String>,
    /// The project's ID, which is not looked up.
    pub member_id: Option<String>,
    /// The member status.
    pub status: Option<MemberStatus>,
    /// The time when the member was added; by default the image's time of creation.
    pub created_at: Option<SeedTimestamp>,
    /// The time of the last change of the status.
    pub updated_at: Option<SeedTimestamp>,
}

/// The data of an image, given in one of four ways.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeedData {
    /// The path of a file, which may be relative to the seed's directory.
    pub file: Option<PathBuf>,
    /// The data as text.
    pub text: Option<String>,
    /// The data in base64.
    pub base64: Option<String>,
    /// The size of generated data.
    pub size: Option<SeedSize>,
    /// The pattern of generated data: `zeros`, `random` or `random(NUMBER)`.
    pub pattern: Option<String>,
}

/// The source of an image's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeedSource {
    /// A file.
    File(PathBuf),
    /// Bytes in the seed itself.
    Bytes(Vec<u8>),
    /// Generated data.
    Generated(GeneratedData),
}

/// A task that has ended.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedTask {
    /// The ID; derived from the other fields by default.
    pub id: Option<String>,
    /// The type of the task.
    #[serde(rename = "type")]
    pub kind: TaskKind,
    /// The status.
    pub status: TaskStatus,
    /// The name or ID of the project that owns the task.
    pub owner: Option<String>,
    /// The owner as an ID that is not looked up.
    pub owner_id: Option<String>,
    /// The input.
    #[serde(default)]
    pub input: Map<String, Value>,
    /// The result.
    pub result: Option<Value>,
    /// The message.
    #[serde(default)]
    pub message: String,
    /// The time of creation.
    pub created_at: Option<SeedTimestamp>,
    /// The time of the last change.
    pub updated_at: Option<SeedTimestamp>,
    /// The time when the task expires.
    pub expires_at: Option<SeedTimestamp>,
}

fn invalid<T>(text: impl Into<String>) -> Result<T> {
    Err(Error::Invalid(text.into()))
}

impl SeedImage {
    /// Returns the status that the image gets.
    #[must_use]
    pub fn effective_status(&self) -> Status {
        let default = match self.data {
            Some(_) => Status::Active,
            None => Status::Queued,
        };
        self.status.unwrap_or(default)
    }

    /// Returns the name of the image in messages.
    #[must_use]
    pub fn label(&self) -> &str {
        let named = self.name.as_deref().or(self.id.as_deref());
        named.unwrap_or_default()
    }

    /// Returns the image, with the checks and the messages of a request to create it. Data, owner
    /// and missing times are set by the caller of this function.
    pub fn image(&self, id: &str, schemas: &Schemas) -> Result<Image> {
        let mut new = NewImage::read(Value::Object(self.body(id)), schemas)?;
        let own = self.properties.iter();
        let own = own.filter(|(name, _)| name.starts_with(OWN_PREFIX));
        new.properties
            .extend(own.map(|(name, value)| (name.clone(), value.clone())));
        let time = chrono::DateTime::UNIX_EPOCH;
        Ok(Image {
            status: self.effective_status(),
            // Not of the body: there are clouds without such a field, which leave out what is of no use any more.
            os_hidden: self.os_hidden,
            data: Data {
                size: self.size.map(SeedSize::signed),
                virtual_size: self.virtual_size.map(SeedSize::signed),
                checksum: self.checksum.clone(),
                os_hash_algo: self.os_hash_algo.clone(),
                os_hash_value: self.os_hash_value.clone(),
            },
            created_at: self.created_at.map_or(time, |time| time.0),
            updated_at: self.updated_at.map_or(time, |time| time.0),
            ..new.into_image(id.to_owned(), time)
        })
    }

    /// Returns the body of a request that would create the image.
    fn body(&self, id: &str) -> Map<String, Value> {
        let mut body = Map::new();
        let mut set = |name: &str, value: Value| {
            if !value.is_null() {
                body.insert(name.to_owned(), value);
            }
        };
        set("id", json!(id));
        set("name", json!(self.name));
        set("visibility", json!(self.visibility));
        set("protected", json!(self.protected));
        set("min_ram", json!(self.min_ram));
        set("min_disk", json!(self.min_disk));
        set("disk_format", json!(self.disk_format));
        set("container_format", json!(self.container_format));
        set("tags", json!(self.tags));
        for (name, value) in &self.properties {
            if !name.starts_with(OWN_PREFIX) && !body.contains_key(name) {
                body.insert(name.clone(), json!(value));
            }
        }
        body
    }

    /// Returns the source of the data, if there is data. Refuses data for an image that cannot have
    /// it.
    pub fn source(&self, image: &Image) -> Result<Option<SeedSource>> {
        let status = image.status;
        let Some(data) = &self.data else {
            return Ok(None);
        };
        formats::check_formats_set(image)?;
        if !matches!(
            status,
            Status::Active | Status::Deactivated | Status::PendingDelete
        ) {
            return invalid(format!("an image that is {status} has no data"));
        }
        data.source(image).map(Some)
    }
}

impl SeedData {
    fn source(&self, image: &Image) -> Result<SeedSource> {
        if self.pattern.is_some() && self.size.is_none() {
            return invalid("data: a pattern needs a size");
        }
        match (&self.file, &self.text, &self.base64, self.size) {
            (Some(file), None, None, None) => Ok(SeedSource::File(file.clone())),
            (None, Some(text), None, None) => Ok(SeedSource::Bytes(text.clone().into_bytes())),
            (None, None, Some(text), None) => {
                let text: String = text.split_ascii_whitespace().collect();
                let bytes = STANDARD.decode(text);
                let wrong = |error| Error::Invalid(format!("data: base64: {error}"));
                Ok(SeedSource::Bytes(bytes.map_err(wrong)?))
            }
            (None, None, None, Some(size)) => self.generated(size.0, image),
            _ => invalid("data: one of file, text, base64 and size is needed"),
        }
    }

    fn generated(&self, size: u64, image: &Image) -> Result<SeedSource> {
        let pattern = self.pattern.as_deref().unwrap_or("zeros");
        let pattern = Pattern::read(pattern);
        let pattern = pattern.map_err(|error| Error::Invalid(format!("data: {error}")))?;
        let disk = image
            .data
            .virtual_size
            .and_then(|size| u64::try_from(size).ok());
        let disk = disk.unwrap_or(size);
        let is_bare = image.container_format.as_deref() == Some("bare");
        let header = match image.disk_format.as_deref() {
            Some("qcow2") if is_bare => DiskHeader::Qcow2(disk),
            Some("iso") if is_bare => DiskHeader::Iso,
            _ => DiskHeader::None,
        };
        Ok(SeedSource::Generated(GeneratedData {
            size,
            pattern,
            header,
        }))
    }
}
