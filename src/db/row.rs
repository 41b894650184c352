//! The row of an image: its columns, and what hangs on it packed into texts.
//!
//! Tags, properties and locations come in the same row, so that an image is one statement and a
//! page of them is one. Each list is a text of items, each item as `length:length:…texts` with the
//! lengths in characters: both databases can write that, and no content can break it.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::images::Found;
use crate::domain::image::{Data, Image, Visibility};
use crate::domain::location::Location;
use crate::domain::status::Status;
use crate::{Error, Result};

/// The columns of [`ImageRow`] but `shared`, of `images i`.
pub(super) const COLUMNS: &str = "\
    i.id, i.name, i.status, i.visibility, i.owner, i.protected, i.os_hidden, i.min_ram, \
    i.min_disk, i.disk_format, i.container_format, i.size, i.virtual_size, i.checksum, \
    i.os_hash_algo, i.os_hash_value, i.created_at, i.updated_at, \
    (SELECT string_agg(length(t.tag) || ':' || t.tag, '') \
       FROM image_tags t WHERE t.image_id = i.id) AS tags, \
    (SELECT string_agg(p.position || ':' || length(p.name) || ':' || length(p.value) || ':' \
                       || p.name || p.value, '') \
       FROM image_properties p WHERE p.image_id = i.id) AS properties, \
    (SELECT string_agg(l.position || ':' || length(l.url) || ':' || length(l.metadata) || ':' \
                       || l.url || l.metadata, '') \
       FROM image_locations l WHERE l.image_id = i.id) AS locations";

/// An image as the database gives it.
#[derive(Debug, FromRow)]
pub(super) struct ImageRow {
    id: String,
    name: Option<String>,
    #[sqlx(try_from = "String")]
    status: Status,
    #[sqlx(try_from = "String")]
    visibility: Visibility,
    owner: Option<String>,
    protected: bool,
    os_hidden: bool,
    min_ram: i64,
    min_disk: i64,
    disk_format: Option<String>,
    container_format: Option<String>,
    size: Option<i64>,
    virtual_size: Option<i64>,
    checksum: Option<String>,
    os_hash_algo: Option<String>,
    os_hash_value: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    tags: Option<String>,
    properties: Option<String>,
    locations: Option<String>,
    shared: bool,
}

impl TryFrom<ImageRow> for Found {
    type Error = Error;

    fn try_from(row: ImageRow) -> Result<Self> {
        let mut properties = pairs(row.properties.as_deref())?;
        properties.sort_unstable_by_key(|(place, ..)| *place);
        let mut locations = pairs(row.locations.as_deref())?;
        locations.sort_unstable_by_key(|(place, ..)| *place);
        let locations: Result<Vec<_>> = locations
            .into_iter()
            .map(|(_, url, metadata)| {
                let metadata = serde_json::from_str(&metadata).map_err(|_| broken())?;
                Ok(Location { url, metadata })
            })
            .collect();
        let image = Image {
            id: row.id,
            name: row.name,
            status: row.status,
            visibility: row.visibility,
            owner: row.owner,
            protected: row.protected,
            os_hidden: row.os_hidden,
            min_ram: row.min_ram,
            min_disk: row.min_disk,
            disk_format: row.disk_format,
            container_format: row.container_format,
            data: Data {
                size: row.size,
                virtual_size: row.virtual_size,
                checksum: row.checksum,
                os_hash_algo: row.os_hash_algo,
                os_hash_value: row.os_hash_value,
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
            tags: texts(row.tags.as_deref())?,
            properties: properties
                .into_iter()
                .map(|(_, name, value)| (name, value))
                .collect(),
            locations: locations?,
        };
        let shared = row.shared;
        Ok(Self { image, shared })
    }
}

fn broken() -> Error {
    Error::Internal("an image's row cannot be read".into())
}

/// `length:text…`
fn texts(packed: Option<&str>) -> Result<Vec<String>> {
    let mut rest = packed.unwrap_or_default();
    let mut texts = Vec::new();
    while !rest.is_empty() {
        let length = number(&mut rest)?;
        texts.push(take(&mut rest, length)?.to_owned());
    }
    Ok(texts)
}

/// `position:length:length:texttext…`
fn pairs(packed: Option<&str>) -> Result<Vec<(usize, String, String)>> {
    let mut rest = packed.unwrap_or_default();
    let mut pairs = Vec::new();
    while !rest.is_empty() {
        let place = number(&mut rest)?;
        let (first, second) = (number(&mut rest)?, number(&mut rest)?);
        let first = take(&mut rest, first)?.to_owned();
        let second = take(&mut rest, second)?.to_owned();
        pairs.push((place, first, second));
    }
    Ok(pairs)
}

fn number(rest: &mut &str) -> Result<usize> {
    let (number, after) = rest.split_once(':').ok_or_else(broken)?;
    *rest = after;
    number.parse().map_err(|_| broken())
}

/// The next so many characters.
fn take<'a>(rest: &mut &'a str, characters: usize) -> Result<&'a str> {
    let ascii = rest.get(..characters).is_some_and(str::is_ascii);
    let end = if ascii {
        characters
    } else {
        let mut ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
        ends.nth(characters).ok_or_else(broken)?
    };
    let (taken, after) = rest.split_at_checked(end).ok_or_else(broken)?;
    *rest = after;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_texts_may_hold_anything() {
        let tags = ["", "a:b", "2:x", "é", "日本"];
        let packed = tags.map(|it| format!("{}:{it}", it.chars().count()));
        let packed = packed.concat();
        assert_eq!(texts(Some(&packed)).unwrap(), tags);
        assert!(texts(None).unwrap().is_empty());
        assert!(texts(Some("9:x")).is_err());
    }
}
