//! Values in a seed: sizes, timestamps, and enums of the API.

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
pub struct SeedSize(pub u64);

impl SeedSize {
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

    /// Returns the size as the signed integer that the database stores.
    #[must_use]
    pub fn signed(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }
}

impl<'de> Deserialize<'de> for SeedSize {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct SizeVisitor;
        impl Visitor<'_> for SizeVisitor {
            type Value = SeedSize;
            fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                to.write_str("a size such as 512, 64MiB or 20GiB")
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<SeedSize, E> {
                SeedSize::read(&number.to_string()).ok_or_else(|| E::custom("too large a size"))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<SeedSize, E> {
                self.visit_str(&number.to_string())
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<SeedSize, E> {
                self.visit_str(&number.to_string())
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<SeedSize, E> {
                let wrong = || E::custom(format!("{text:?} is no size: 512, 64MiB, 20GiB are"));
                SeedSize::read(text).ok_or_else(wrong)
            }
        }
        from.deserialize_any(SizeVisitor)
    }
}

/// A timestamp: `2026-01-31T12:00:00Z`, or a date for its midnight in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeedTimestamp(pub DateTime<Utc>);

impl SeedTimestamp {
    fn read(text: &str) -> Option<Self> {
        let zoned = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
        let bare = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f");
        let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d");
        let date = || date().map(|date| date.and_time(NaiveTime::MIN));
        let read = zoned.or_else(|_| bare().or_else(|_| date()).map(|time| time.and_utc()));
        let micros = read.ok()?.timestamp_micros();
        DateTime::from_timestamp_micros(micros).map(Self)
    }
}

impl<'de> Deserialize<'de> for SeedTimestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let wrong = || de::Error::custom(format!("{text:?} is no moment: 2026-01-31T12:00:00Z is"));
        Self::read(&text).ok_or_else(wrong)
    }
}

/// Implements `Deserialize` for enums; the error lists the allowed values.
macro_rules! readable {
    ($($name:ident is $what:literal),*) => {
        $(impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let word = String::deserialize(from)?;
                word.parse().map_err(|_| {
                    let all: Vec<_> = Self::ALL.iter().map(|value| value.as_str()).collect();
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

/// Deserializes a map in its order.
pub(super) fn in_order<'de, D, T>(from: D) -> Result<IndexMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct OrderedMapVisitor<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for OrderedMapVisitor<T> {
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
    from.deserialize_map(OrderedMapVisitor(PhantomData))
}

/// Deserializes a value that may be null, to `Some(None)`.
#[expect(clippy::option_option, reason = "null differs from an absent value")]
pub(super) fn explicit_null<'de, D, T>(from: D) -> Result<Option<Option<T>>, D::Error>
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
            assert_eq!(SeedSize::read(text).map(|size| size.0), size, "{text:?}");
        }
    }

    #[test]
    fn timestamps_may_be_dates() {
        let read = |text| SeedTimestamp::read(text).map(|time| time.0.to_rfc3339());
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
