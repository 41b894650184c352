//! The number of values in a JSON document, counted without building them.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::{Error, Result};

/// The number of values that every document may have. Each takes some 100 bytes of memory, while two
/// bytes of a document are enough for one.
const VALUES: usize = 65_536;

/// The bytes of its limit for which a document may have one value more.
const BYTES_PER_VALUE: usize = 16;

/// Refuses a document with more values than fit into a small multiple of the memory that the largest
/// document takes. They are counted before any memory is taken for them.
///
/// # Errors
///
/// Fails with 413 if there are too many. A document that is no JSON passes.
pub(crate) fn check_values(document: &[u8], limit: u64) -> Result<()> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX) / BYTES_PER_VALUE;
    let most = most.max(VALUES);
    if has_more_values(document, most) {
        let text = format!("A document may have {most} values at the most.");
        return Err(Error::TooLarge(text));
    }
    Ok(())
}

/// Returns true if a document has more values than `most`. One that is no JSON is counted up to its
/// first mistake.
fn has_more_values(document: &[u8], most: usize) -> bool {
    let mut left = Some(most);
    let mut json = serde_json::Deserializer::from_slice(document);
    // What is wrong is said by whoever parses the document.
    drop(ValueCount(&mut left).deserialize(&mut json));
    left.is_none()
}

/// Counts a value and all in it down from a number, to nothing when there is one too many.
struct ValueCount<'a>(&'a mut Option<usize>);

impl ValueCount<'_> {
    fn one<E: serde::de::Error>(self) -> Result<(), E> {
        *self.0 = self.0.and_then(|left| left.checked_sub(1));
        match self.0 {
            Some(_) => Ok(()),
            None => Err(E::custom("too many values")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for ValueCount<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueCount<'_> {
    type Value = ();

    fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        text.write_str("a JSON value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.one()
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.one()
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.one()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.one()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.one()
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        self.one()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self(left) = self;
        ValueCount(left).one()?;
        while items.next_element_seed(ValueCount(left))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let Self(left) = self;
        ValueCount(left).one()?;
        while fields.next_key::<IgnoredAny>()?.is_some() {
            fields.next_value_seed(ValueCount(left))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_counts_once() {
        for (document, values) in [
            ("1", 1),
            ("[]", 1),
            ("[1, -1, 1.5, \"a,b\", null, true]", 7),
            ("{\"a\": {\"b\": [0, 0]}}", 5),
        ] {
            assert!(!has_more_values(document.as_bytes(), values), "{document}");
            assert!(
                has_more_values(document.as_bytes(), values - 1),
                "{document}"
            );
        }
    }
}
