//! Words of a seed: sizes, moments, and words of the API.

use std::marker::PhantomData;

use bytesize::ByteSize;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use indexmap::IndexMap;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use crate::domain::member::MemberStatus;
use crate::domain::status::Status;
use crate::domain::task::{TaskKind, TaskStatus};

/// A number of bytes: 512, 20GiB, 1.5 GB (KB is 1000 bytes, KiB is 1024).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u64);

impl Size {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let unit = match text.bytes().last()?.to_ascii_uppercase() {
            b'0'..=b'9' => "B",
            // A letter alone is binary as for qemu-img; bytesize would take it for decimal.
            b'K' | b'M' | b'G' | b'T' => "iB",
            _ => "",
        };
        let ByteSize(size) = format!("{text}{unit}").parse().ok()?;
        i64::try_from(size).ok().map(|_| Self(size))
    }

    /// The same, as rows have it.
    #[must_use]
    pub fn signed(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Size;
            fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                to.write_str("a size such as 512, 64MiB or 20GiB")
            }
            fn visit_u64<E: de::Error>(self, it: u64) -> Result<Size, E> {
                Size::read(&it.to_string()).ok_or_else(|| E::custom("too large a size"))
            }
            fn visit_i64<E: de::Error>(self, it: i64) -> Result<Size, E> {
                self.visit_str(&it.to_string())
            }
            fn visit_f64<E: de::Error>(self, it: f64) -> Result<Size, E> {
                self.visit_str(&it.to_string())
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Size, E> {
                let wrong = || E::custom(format!("{text:?} is no size: 512, 64MiB, 20GiB are"));
                Size::read(text).ok_or_else(wrong)
            }
        }
        from.deserialize_any(Reader)
    }
}

/// A moment: `2026-01-31T12:00:00Z`, or a date alone for its midnight, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub DateTime<Utc>);

impl Moment {
    fn read(text: &str) -> Option<Self> {
        let zoned = DateTime::parse_from_rfc3339(text).map(|it| it.to_utc());
        let bare = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f");
        let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d");
        let date = || date().map(|it| it.and_time(NaiveTime::MIN));
        let read = zoned.or_else(|_| bare().or_else(|_| date()).map(|it| it.and_utc()));
        let micros = read.ok()?.timestamp_micros();
        DateTime::from_timestamp_micros(micros).map(Self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let wrong = || de::Error::custom(format!("{text:?} is no moment: 2026-01-31T12:00:00Z is"));
        Self::read(&text).ok_or_else(wrong)
    }
}

/// Reads a word, and says which there are where it is none of them.
macro_rules! readable {
    ($($name:ident is $what:literal),*) => {
        $(impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let word = String::deserialize(from)?;
                Self::from_word(&word).ok_or_else(|| {
                    let all: Vec<_> = Self::ALL.iter().map(|it| it.word()).collect();
                    let all = all.join(", ");
                    de::Error::custom(format!("{word:?} is no {}: {all} are", $what))
                })
            }
        })*
    };
}
readable!(
    Status is "status of an image",
    MemberStatus is "status of a member",
    TaskStatus is "status of a task",
    TaskKind is "type of a task"
);

/// Reads a map whose order counts.
pub(super) fn in_order<'de, D, T>(from: D) -> Result<IndexMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Reader<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
        type Value = IndexMap<String, T>;
        fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            to.write_str("a map")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut all = IndexMap::new();
            while let Some((name, value)) = map.next_entry()? {
                all.insert(name, value);
            }
            Ok(all)
        }
    }
    from.deserialize_map(Reader(PhantomData))
}

/// Reads a value that may be null: it was said, whatever it is.
#[expect(clippy::option_option, reason = "null is not the same as nothing said")]
pub(super) fn said<'de, D, T>(from: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_units() {
        for (text, size) in [
            ("0", Some(0)),
            ("512", Some(512)),
            ("20GiB", Some(20 << 30)),
            ("1.5 GiB", Some(3 << 29)),
            ("64mb", Some(64_000_000)),
            ("2G", Some(2 << 30)),
            ("3k", Some(3 << 10)),
            ("1.5", Some(1)),
            ("1.25 MB", Some(1_250_000)),
            ("7KB", Some(7000)),
            ("7KiB", Some(7168)),
            ("-1", None),
            ("", None),
            ("GiB", None),
            ("1 parsec", None),
            ("9999999TiB", None),
        ] {
            assert_eq!(Size::read(text).map(|it| it.0), size, "{text:?}");
        }
    }

    #[test]
    fn moments_may_be_dates() {
        let read = |text| Moment::read(text).map(|it| it.0.to_rfc3339());
        assert_eq!(read("2026-01-31").unwrap(), "2026-01-31T00:00:00+00:00");
        assert_eq!(
            read("2026-01-31T12:00:00+02:00").unwrap(),
            "2026-01-31T10:00:00+00:00"
        );
        assert_eq!(
            read("2026-01-31T12:00:00").unwrap(),
            "2026-01-31T12:00:00+00:00"
        );
        assert_eq!(read("yesterday"), None);
    }
}
