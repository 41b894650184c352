//! Reading of images from packed rows: an image is packed into one text, and a page into one row.
//!
//! Fetching a row costs more than parsing it: sqlx hands it from thread to thread, column by column. So
//! the database packs an image with its tags, properties and locations into a text that both SQLite and
//! PostgreSQL can build, and all images of a page into one text. A field is a text behind its length in
//! characters (`6:Debian`, so that no content can break it), or a word up to a `;`.

use chrono::{DateTime, Utc};

use crate::domain::image::{Data, Image};
use crate::domain::location::Location;
use crate::{Error, Result};

/// An image, with its relation to the project that asks.
#[derive(Debug)]
pub struct FoundImage<I = Image> {
    /// The image.
    pub image: I,
    /// `true` if the project that asks is a member, whatever the status of its membership.
    pub shared: bool,
}

/// The expression for an image `i` as a text; the condition for being shared goes between the two parts.
pub(super) const PACKED: [&str; 2] = [
    "concat(\
     length(i.id), ':', i.id, \
     coalesce(length(i.name), -1), ':', i.name, \
     i.status, ';', i.visibility, ';', \
     coalesce(length(i.owner), -1), ':', i.owner, \
     CASE WHEN i.protected THEN 1 ELSE 0 END, ';', \
     CASE WHEN i.os_hidden THEN 1 ELSE 0 END, ';', \
     i.min_ram, ';', i.min_disk, ';', \
     coalesce(length(i.disk_format), -1), ':', i.disk_format, \
     coalesce(length(i.container_format), -1), ':', i.container_format, \
     i.size, ';', i.virtual_size, ';', i.checksum, ';', i.os_hash_algo, ';', i.os_hash_value, ';', \
     i.created_at, ';', i.updated_at, ';', \
     (SELECT string_agg(concat(length(t.tag), ':', t.tag), '') \
        FROM image_tags t WHERE t.image_id = i.id), ';', \
     (SELECT string_agg(concat(p.position, ';', length(p.name), ':', p.name, \
                               length(p.value), ':', p.value), '') \
        FROM image_properties p WHERE p.image_id = i.id), ';', \
     (SELECT string_agg(concat(l.position, ';', length(l.url), ':', l.url, \
                               length(l.metadata), ':', l.metadata), '') \
        FROM image_locations l WHERE l.image_id = i.id), ';', \
     CASE WHEN ",
    " THEN 1 ELSE 0 END, ';')",
];

/// Reads the images of a packed text.
///
/// # Errors
/// Fails if the text is damaged.
pub(super) fn unpack(text: &str) -> Result<Vec<FoundImage>> {
    let mut fields = PackedFields(text);
    let mut images = Vec::new();
    while !fields.0.is_empty() {
        images.push(fields.image()?);
    }
    Ok(images)
}

/// Reads the image of a row with a packed text.
///
/// # Errors
/// Fails if the text is damaged.
pub(super) fn unpack_first(row: Option<(String,)>) -> Result<Option<FoundImage>> {
    match row {
        Some((text,)) => Ok(unpack(&text)?.into_iter().next()),
        None => Ok(None),
    }
}

/// The mark of an image that is left out of the packed text of a page. A packed image begins with a digit.
const LEFT_OUT: &str = "!";

/// An image of a page.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly every one is whole")]
pub(super) enum PackedImage {
    /// The image.
    Whole(FoundImage),
    /// The ID of an image that is too large for the text.
    LeftOut(String),
}

/// Reads the packed text of a page.
///
/// # Errors
/// Fails if the text is damaged.
pub(super) fn unpack_page(text: &str) -> Result<Vec<PackedImage>> {
    let mut fields = PackedFields(text);
    let mut images = Vec::new();
    while !fields.0.is_empty() {
        images.push(fields.image_of_page()?);
    }
    Ok(images)
}

/// Reads the packed text of a page in which each image stands behind its version.
///
/// # Errors
/// Fails if the text is damaged.
pub(super) fn unpack_versioned_page(text: &str) -> Result<Vec<(&str, PackedImage)>> {
    let mut fields = PackedFields(text);
    let mut images = Vec::new();
    while !fields.0.is_empty() {
        images.push((fields.word()?, fields.image_of_page()?));
    }
    Ok(images)
}

/// The rest of a packed text.
struct PackedFields<'a>(&'a str);

fn damaged() -> Error {
    Error::Internal("the packed row of an image cannot be read".into())
}

impl<'a> PackedFields<'a> {
    fn image_of_page(&mut self) -> Result<PackedImage> {
        let Some(rest) = self.0.strip_prefix(LEFT_OUT) else {
            return Ok(PackedImage::Whole(self.image()?));
        };
        self.0 = rest;
        Ok(PackedImage::LeftOut(self.word()?.to_owned()))
    }

    fn image(&mut self) -> Result<FoundImage> {
        let image = Image {
            id: self.text()?.ok_or_else(damaged)?,
            name: self.text()?,
            status: self.word()?.parse().map_err(|_| damaged())?,
            visibility: self.word()?.parse().map_err(|_| damaged())?,
            owner: self.text()?,
            protected: self.flag()?,
            os_hidden: self.flag()?,
            min_ram: self.number()?.ok_or_else(damaged)?,
            min_disk: self.number()?.ok_or_else(damaged)?,
            disk_format: self.text()?,
            container_format: self.text()?,
            data: Data {
                size: self.number()?,
                virtual_size: self.number()?,
                checksum: self.optional_word()?,
                os_hash_algo: self.optional_word()?,
                os_hash_value: self.optional_word()?,
            },
            created_at: self.timestamp()?,
            updated_at: self.timestamp()?,
            tags: self.tags()?,
            properties: self.pairs()?.into_iter().collect(),
            locations: self.locations()?,
        };
        let shared = self.flag()?;
        Ok(FoundImage { image, shared })
    }

    /// Reads up to the next `;`.
    fn word(&mut self) -> Result<&'a str> {
        let (word, rest) = self.0.split_once(';').ok_or_else(damaged)?;
        self.0 = rest;
        Ok(word)
    }

    fn optional_word(&mut self) -> Result<Option<String>> {
        let word = self.word()?;
        Ok((!word.is_empty()).then(|| word.to_owned()))
    }

    fn flag(&mut self) -> Result<bool> {
        Ok(self.word()? == "1")
    }

    fn number(&mut self) -> Result<Option<i64>> {
        match self.word()? {
            "" => Ok(None),
            word => word.parse().map(Some).map_err(|_| damaged()),
        }
    }

    /// Reads a timestamp: SQLite keeps the RFC 3339 text that was written, PostgreSQL writes a blank for
    /// the `T`.
    fn timestamp(&mut self) -> Result<DateTime<Utc>> {
        let word = self.word()?;
        let format = "%Y-%m-%d %H:%M:%S%.f%#z";
        let read = DateTime::parse_from_rfc3339(word);
        let read = read.or_else(|_| DateTime::parse_from_str(word, format));
        read.map(|time| time.to_utc()).map_err(|_| damaged())
    }

    /// Reads a text behind its length; −1 stands for NULL.
    fn text(&mut self) -> Result<Option<String>> {
        let (length, rest) = self.0.split_once(':').ok_or_else(damaged)?;
        if length == "-1" {
            self.0 = rest;
            return Ok(None);
        }
        let characters = length.parse().map_err(|_| damaged())?;
        let end = end_of(rest, characters).ok_or_else(damaged)?;
        let (text, rest) = rest.split_at_checked(end).ok_or_else(damaged)?;
        self.0 = rest;
        Ok(Some(text.to_owned()))
    }

    /// Consumes the end of a list; returns `false` if there is another item.
    fn end_of_list(&mut self) -> bool {
        match self.0.strip_prefix(';') {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn tags(&mut self) -> Result<Vec<String>> {
        let mut tags = Vec::new();
        while !self.end_of_list() {
            tags.push(self.text()?.ok_or_else(damaged)?);
        }
        // A set has no order, and that of the rows is the plan's: one for both databases.
        tags.sort_unstable();
        Ok(tags)
    }

    /// Reads pairs of texts, each behind its position, and returns them in order.
    fn pairs(&mut self) -> Result<Vec<(String, String)>> {
        let mut pairs = Vec::new();
        while !self.end_of_list() {
            let position = self.number()?;
            let (first, second) = (self.text()?, self.text()?);
            pairs.push((
                position,
                first.ok_or_else(damaged)?,
                second.ok_or_else(damaged)?,
            ));
        }
        pairs.sort_unstable_by_key(|(position, ..)| *position);
        let pairs = pairs.into_iter().map(|(_, first, second)| (first, second));
        Ok(pairs.collect())
    }

    fn locations(&mut self) -> Result<Vec<Location>> {
        let read = |(url, metadata): (String, String)| {
            let metadata = serde_json::from_str(&metadata).map_err(|_| damaged())?;
            Ok(Location { url, metadata })
        };
        self.pairs()?.into_iter().map(read).collect()
    }
}

/// Returns the byte offset behind the first `characters` characters.
fn end_of(text: &str, characters: usize) -> Option<usize> {
    let ascii = text
        .as_bytes()
        .get(..characters)
        .is_some_and(<[u8]>::is_ascii);
    if ascii {
        return Some(characters);
    }
    let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.nth(characters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_texts_may_hold_anything() {
        let tags = ["", "2:x;", "a:b", "é", "日本"];
        let packed = tags.map(|tag| format!("{}:{tag}", tag.chars().count()));
        let packed = packed.concat() + ";";
        assert_eq!(PackedFields(&packed).tags().unwrap(), tags);
        assert!(PackedFields("9:x").text().is_err());
        assert_eq!(PackedFields("-1:").text().unwrap(), None);
    }

    #[test]
    fn timestamps_are_read_as_either_database_writes_them() {
        let read = |text| PackedFields(text).timestamp().unwrap();
        let sqlite = read("2026-11-21T20:16:46.123456+00:00;");
        assert_eq!(read("2026-11-21 20:16:46.123456+00;"), sqlite);
    }
}
