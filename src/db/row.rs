//! Images on their way out of the database: each packed into one text, a page into one row.
//!
//! A row costs more to fetch than to read: it is handed from thread to thread, column by column.
//! So the database packs an image, with its tags, properties and locations, into a text that both
//! SQLite and PostgreSQL can write, and all images of a page into one. A field is a text behind its
//! length in characters (`5:Debian`… no content can break it), or a word up to a `;`.

use chrono::{DateTime, Utc};

use super::images::Found;
use crate::domain::image::{Data, Image, Visibility};
use crate::domain::location::Location;
use crate::domain::status::Status;
use crate::{Error, Result};

/// An image `i` as a text; what tells whether it is shared with the caller goes between the two.
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

/// The images of a text.
pub(super) fn unpack(text: &str) -> Result<Vec<Found>> {
    let mut fields = Fields(text);
    let mut images = Vec::new();
    while !fields.0.is_empty() {
        images.push(fields.image()?);
    }
    Ok(images)
}

/// What is left to read.
struct Fields<'a>(&'a str);

fn broken() -> Error {
    Error::Internal("an image's row cannot be read".into())
}

impl<'a> Fields<'a> {
    fn image(&mut self) -> Result<Found> {
        let image = Image {
            id: self.text()?.ok_or_else(broken)?,
            name: self.text()?,
            status: Status::from_word(self.word()?).ok_or_else(broken)?,
            visibility: Visibility::from_word(self.word()?).ok_or_else(broken)?,
            owner: self.text()?,
            protected: self.flag()?,
            os_hidden: self.flag()?,
            min_ram: self.number()?.ok_or_else(broken)?,
            min_disk: self.number()?.ok_or_else(broken)?,
            disk_format: self.text()?,
            container_format: self.text()?,
            data: Data {
                size: self.number()?,
                virtual_size: self.number()?,
                checksum: self.optional_word()?,
                os_hash_algo: self.optional_word()?,
                os_hash_value: self.optional_word()?,
            },
            created_at: self.moment()?,
            updated_at: self.moment()?,
            tags: self.tags()?,
            properties: self.pairs()?.into_iter().collect(),
            locations: self.locations()?,
        };
        let shared = self.flag()?;
        Ok(Found { image, shared })
    }

    /// All up to the next `;`.
    fn word(&mut self) -> Result<&'a str> {
        let (word, rest) = self.0.split_once(';').ok_or_else(broken)?;
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
            word => word.parse().map(Some).map_err(|_| broken()),
        }
    }

    /// SQLite keeps what was written, RFC 3339; PostgreSQL puts a blank for the `T`.
    fn moment(&mut self) -> Result<DateTime<Utc>> {
        let word = self.word()?;
        let form = "%Y-%m-%d %H:%M:%S%.f%#z";
        let read = DateTime::parse_from_rfc3339(word);
        let read = read.or_else(|_| DateTime::parse_from_str(word, form));
        read.map(|it| it.to_utc()).map_err(|_| broken())
    }

    /// A text behind its length; −1 stands before none.
    fn text(&mut self) -> Result<Option<String>> {
        let (length, rest) = self.0.split_once(':').ok_or_else(broken)?;
        if length == "-1" {
            self.0 = rest;
            return Ok(None);
        }
        let characters = length.parse().map_err(|_| broken())?;
        let end = end_of(rest, characters).ok_or_else(broken)?;
        let (text, rest) = rest.split_at_checked(end).ok_or_else(broken)?;
        self.0 = rest;
        Ok(Some(text.to_owned()))
    }

    /// Whether a list ends here.
    fn list_ends(&mut self) -> bool {
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
        while !self.list_ends() {
            tags.push(self.text()?.ok_or_else(broken)?);
        }
        Ok(tags)
    }

    /// Pairs of texts, each behind its place.
    fn pairs(&mut self) -> Result<Vec<(String, String)>> {
        let mut pairs = Vec::new();
        while !self.list_ends() {
            let place = self.number()?;
            let (first, second) = (self.text()?, self.text()?);
            pairs.push((place, first.ok_or_else(broken)?, second.ok_or_else(broken)?));
        }
        pairs.sort_unstable_by_key(|(place, ..)| *place);
        let pairs = pairs.into_iter().map(|(_, first, second)| (first, second));
        Ok(pairs.collect())
    }

    fn locations(&mut self) -> Result<Vec<Location>> {
        let read = |(url, metadata): (String, String)| {
            let metadata = serde_json::from_str(&metadata).map_err(|_| broken())?;
            Ok(Location { url, metadata })
        };
        self.pairs()?.into_iter().map(read).collect()
    }
}

/// Where so many characters end.
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
        let tags = ["", "a:b", "2:x;", "é", "日本"];
        let packed = tags.map(|it| format!("{}:{it}", it.chars().count()));
        let packed = packed.concat() + ";";
        assert_eq!(Fields(&packed).tags().unwrap(), tags);
        assert!(Fields("9:x").text().is_err());
        assert_eq!(Fields("-1:").text().unwrap(), None);
    }

    #[test]
    fn moments_are_read_as_either_database_writes_them() {
        let read = |text| Fields(text).moment().unwrap();
        let sqlite = read("2026-11-21T20:16:46.123456+00:00;");
        assert_eq!(read("2026-11-21 20:16:46.123456+00;"), sqlite);
    }
}
