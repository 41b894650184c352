//! What a seed says of images, their members and their bytes; and of tasks.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::words::{Moment, Size, in_order, said};
use crate::domain::formats;
use crate::domain::image::{Data, Image};
use crate::domain::made::{Look, Made, Pattern};
use crate::domain::member::MemberStatus;
use crate::domain::new_image::NewImage;
use crate::domain::schema::Schemas;
use crate::domain::status::Status;
use crate::domain::task::{TaskKind, TaskStatus};
use crate::{Error, Result};

/// The names of properties in which Glance keeps books, and which no request may give.
const BOOKS: &str = "os_glance_";

/// An image.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeedImage {
    /// Its id, a UUID; made from owner and name where none is given.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Any that there is; `active` with data and `queued` without, where none is said.
    pub status: Option<Status>,
    /// Who sees it: `shared` where nothing is said.
    pub visibility: Option<String>,
    /// The name or id of the project that it belongs to; null: nobody. The project `admin` where
    /// nothing is said.
    #[serde(deserialize_with = "said")]
    #[expect(
        clippy::option_option,
        reason = "nobody is not the same as nothing said"
    )]
    pub owner: Option<Option<String>>,
    /// The same as an id that nobody looks up: for fake tokens and a Keystone elsewhere.
    pub owner_id: Option<String>,
    /// Whether it is safe from deletion.
    pub protected: bool,
    /// Whether lists leave it out.
    #[serde(alias = "hidden")]
    pub os_hidden: bool,
    /// In MiB.
    pub min_ram: Option<Value>,
    /// In GiB.
    pub min_disk: Option<Value>,
    /// How its bytes are to be read.
    pub disk_format: Option<String>,
    /// What they are wrapped in.
    pub container_format: Option<String>,
    /// Its labels.
    pub tags: Vec<String>,
    /// Whatever else is said of it; also what Glance keeps books in (`os_glance_…`).
    #[serde(deserialize_with = "in_order")]
    pub properties: IndexMap<String, String>,
    /// The projects that it is shared with.
    pub members: Vec<SeedMember>,
    /// Its bytes.
    pub data: Option<SeedData>,
    /// The stores that have them; the default store where none is named.
    pub stores: Vec<String>,
    /// What is shown for the bytes, whatever they are. What is not said is found out.
    pub size: Option<Size>,
    /// See [`size`](Self::size).
    pub virtual_size: Option<Size>,
    /// See [`size`](Self::size).
    pub checksum: Option<String>,
    /// See [`size`](Self::size).
    pub os_hash_algo: Option<String>,
    /// See [`size`](Self::size).
    pub os_hash_value: Option<String>,
    /// When it was made; when the seed is loaded, where nothing is said.
    pub created_at: Option<Moment>,
    /// When it last changed; when it was made, where nothing is said.
    pub updated_at: Option<Moment>,
}

/// A project that an image is shared with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedMember {
    /// Its name or id.
    pub member: Option<String>,
    /// Its id, which nobody looks up.
    pub member_id: Option<String>,
    /// What it makes of the image.
    pub status: Option<MemberStatus>,
    /// When it was added; when the image was made, where nothing is said.
    pub created_at: Option<Moment>,
    /// When its status last changed.
    pub updated_at: Option<Moment>,
}

/// The bytes of an image, in one of four ways.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeedData {
    /// What is in this file; its path may be relative to the seed's.
    pub file: Option<PathBuf>,
    /// This text.
    pub text: Option<String>,
    /// What this stands for.
    pub base64: Option<String>,
    /// So many, made up.
    pub size: Option<Size>,
    /// Made up how: `zeros`, `random` or `random(NUMBER)`.
    pub pattern: Option<String>,
}

/// Where the bytes of an image come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// The seed itself.
    Bytes(Vec<u8>),
    /// Nowhere.
    Made(Made),
}

/// A task that has ended.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedTask {
    /// Its id; made from the rest where none is given.
    pub id: Option<String>,
    /// What it did.
    #[serde(rename = "type")]
    pub kind: TaskKind,
    /// How it ended.
    pub status: TaskStatus,
    /// The name or id of the project of whoever asked for it.
    pub owner: Option<String>,
    /// The same as an id that nobody looks up.
    pub owner_id: Option<String>,
    /// What was asked.
    #[serde(default)]
    pub input: Map<String, Value>,
    /// What came of it.
    pub result: Option<Value>,
    /// A word to people.
    #[serde(default)]
    pub message: String,
    /// When it was asked for.
    pub created_at: Option<Moment>,
    /// When it last changed.
    pub updated_at: Option<Moment>,
    /// When it is forgotten.
    pub expires_at: Option<Moment>,
}

fn invalid<T>(text: impl Into<String>) -> Result<T> {
    Err(Error::Invalid(text.into()))
}

impl SeedImage {
    /// The status that it is to have.
    #[must_use]
    pub fn state(&self) -> Status {
        let without = match self.data {
            Some(_) => Status::Active,
            None => Status::Queued,
        };
        self.status.unwrap_or(without)
    }

    /// What it is called in messages.
    #[must_use]
    pub fn label(&self) -> &str {
        let named = self.name.as_deref().or(self.id.as_deref());
        named.unwrap_or_default()
    }

    /// The image, with the checks that a request to make it would meet and in their words; its bytes,
    /// owner and times are for others to say.
    pub fn image(&self, id: &str, schemas: &Schemas) -> Result<Image> {
        let mut new = NewImage::read(Value::Object(self.body(id)), schemas)?;
        let books = self.properties.iter();
        let books = books.filter(|(name, _)| name.starts_with(BOOKS));
        new.properties
            .extend(books.map(|(name, value)| (name.clone(), value.clone())));
        let time = chrono::DateTime::UNIX_EPOCH;
        Ok(Image {
            status: self.state(),
            data: Data {
                size: self.size.map(Size::signed),
                virtual_size: self.virtual_size.map(Size::signed),
                checksum: self.checksum.clone(),
                os_hash_algo: self.os_hash_algo.clone(),
                os_hash_value: self.os_hash_value.clone(),
            },
            created_at: self.created_at.map_or(time, |it| it.0),
            updated_at: self.updated_at.map_or(time, |it| it.0),
            ..new.into_image(id.to_owned(), time)
        })
    }

    /// What a request to make it would say.
    fn body(&self, id: &str) -> Map<String, Value> {
        let mut body = Map::new();
        let mut say = |name: &str, value: Value| {
            if !value.is_null() {
                body.insert(name.to_owned(), value);
            }
        };
        say("id", json!(id));
        say("name", json!(self.name));
        say("visibility", json!(self.visibility));
        say("protected", json!(self.protected));
        say("os_hidden", json!(self.os_hidden));
        say("min_ram", json!(self.min_ram));
        say("min_disk", json!(self.min_disk));
        say("disk_format", json!(self.disk_format));
        say("container_format", json!(self.container_format));
        say("tags", json!(self.tags));
        for (name, value) in &self.properties {
            if !name.starts_with(BOOKS) && !body.contains_key(name) {
                body.insert(name.clone(), json!(value));
            }
        }
        body
    }

    /// Where its bytes come from, if it has any: then it must be an image that can.
    pub fn source(&self, image: &Image) -> Result<Option<Source>> {
        let status = image.status;
        let Some(data) = &self.data else {
            return Ok(None);
        };
        formats::formats_set(image)?;
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
    fn source(&self, image: &Image) -> Result<Source> {
        if self.pattern.is_some() && self.size.is_none() {
            return invalid("data: a pattern needs a size");
        }
        match (&self.file, &self.text, &self.base64, self.size) {
            (Some(file), None, None, None) => Ok(Source::File(file.clone())),
            (None, Some(text), None, None) => Ok(Source::Bytes(text.clone().into_bytes())),
            (None, None, Some(text), None) => {
                let text: String = text.split_ascii_whitespace().collect();
                let bytes = STANDARD.decode(text);
                let wrong = |error| Error::Invalid(format!("data: base64: {error}"));
                Ok(Source::Bytes(bytes.map_err(wrong)?))
            }
            (None, None, None, Some(size)) => self.made(size.0, image),
            _ => invalid("data: one of file, text, base64 and size is needed"),
        }
    }

    fn made(&self, size: u64, image: &Image) -> Result<Source> {
        let pattern = self.pattern.as_deref().unwrap_or("zeros");
        let pattern = Pattern::read(pattern);
        let pattern = pattern.map_err(|error| Error::Invalid(format!("data: {error}")))?;
        let disk = image
            .data
            .virtual_size
            .and_then(|it| u64::try_from(it).ok());
        let disk = disk.unwrap_or(size);
        let bare = image.container_format.as_deref() == Some("bare");
        let look = match image.disk_format.as_deref() {
            Some("qcow2") if bare => Look::Qcow2(disk),
            Some("iso") if bare => Look::Iso,
            _ => Look::Plain,
        };
        Ok(Source::Made(Made {
            size,
            pattern,
            look,
        }))
    }
}
