//! Definitions of properties, as they are kept and shown: what a JSON schema says of one value.

use std::ops::{Deref, DerefMut};

use indexmap::IndexMap;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Number, Value};

use super::shape::Shape;
use crate::domain::text::{float, python};
use crate::{Error, Result};

/// Definitions by the names of their properties, in an order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definitions(IndexMap<String, Definition>);

/// The definition of a property: its members in Glance's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Definition(Map<String, Value>);

/// How Glance takes a member.
#[derive(Clone, Copy)]
enum Kind {
    /// As it comes: the schema has said enough.
    Plain,
    /// Whole, however it comes.
    Whole,
    /// As text, whatever it is.
    AsText,
    /// A list of texts.
    Texts,
    /// What the items of a list are.
    Items,
}

const MEMBERS: [(&str, Kind); 18] = [
    ("name", Kind::Plain),
    ("type", Kind::Plain),
    ("title", Kind::Plain),
    ("description", Kind::Plain),
    ("operators", Kind::Plain),
    ("default", Kind::AsText),
    ("readonly", Kind::Plain),
    ("minimum", Kind::Whole),
    ("maximum", Kind::Whole),
    ("enum", Kind::Texts),
    ("pattern", Kind::Plain),
    ("minLength", Kind::Whole),
    ("maxLength", Kind::Whole),
    ("items", Kind::Items),
    ("uniqueItems", Kind::Plain),
    ("minItems", Kind::Whole),
    ("maxItems", Kind::Whole),
    ("additionalItems", Kind::Plain),
];

impl Definition {
    /// Takes what a schema has let pass. What Glance crashes on is refused.
    pub fn read(mut given: Map<String, Value>) -> Result<Self> {
        let mut members = Map::new();
        for (name, kind) in MEMBERS {
            if let Some(value) = given.shift_remove(name) {
                members.insert(name.to_owned(), kind.take(value)?);
            }
        }
        super::read::nothing_else(&given, &[], Shape::Property)?;
        Ok(Self(members))
    }

    /// The definitions in an object that a schema has let pass.
    pub fn read_all(given: Value) -> Result<Definitions> {
        let mut all = Definitions::default();
        let Value::Object(given) = given else {
            return Ok(all);
        };
        for (name, value) in given {
            super::read::not_long(&name, Shape::Property)?;
            if let Value::Object(members) = value {
                all.insert(name, Self::read(members)?);
            }
        }
        Ok(all)
    }

    /// The name within it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.get("name")?.as_str()
    }

    /// The same under this name, which stands first.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.0.shift_insert(0, "name".into(), name.into());
        self
    }
}

impl Deref for Definitions {
    type Target = IndexMap<String, Definition>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Definitions {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl FromIterator<(String, Definition)> for Definitions {
    fn from_iter<I: IntoIterator<Item = (String, Definition)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl IntoIterator for Definitions {
    type Item = (String, Definition);
    type IntoIter = indexmap::map::IntoIter<String, Definition>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Serialize for Definitions {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(&self.0)
    }
}

impl<'de> Deserialize<'de> for Definitions {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let members = Map::deserialize(from)?.into_iter();
        let pairs = members.map(|(name, value)| match value {
            Value::Object(members) => Ok((name, Definition(members))),
            _ => Err(D::Error::custom("a definition is an object")),
        });
        pairs.collect()
    }
}

impl Kind {
    fn take(self, value: Value) -> Result<Value> {
        match self {
            Self::Plain => Ok(value),
            Self::Whole => Ok(whole(value)),
            Self::AsText => as_text(value),
            Self::Texts => texts(value),
            Self::Items => items(value),
        }
    }
}

/// A number without its fraction.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the fraction is to go, and what is too large for an i64 stays as it is"
)]
fn whole(value: Value) -> Value {
    match value.as_f64() {
        Some(number) if value.as_i64().is_none() && number.abs() < i64::MAX as f64 => {
            Number::from(number as i64).into()
        }
        _ => value,
    }
}

/// A default as Glance keeps it: as text that is ASCII, or not at all.
fn as_text(value: Value) -> Result<Value> {
    match value {
        Value::String(text) if !text.is_ascii() => Err(Error::Invalid(
            "Error decoding your request. Either the URL or the request body contained \
             characters that could not be decoded by Glance"
                .into(),
        )),
        text @ Value::String(_) => Ok(text),
        Value::Bool(_) => Ok(python(&value).into()),
        Value::Number(number) => Ok(match number.as_f64() {
            Some(it) if number.is_f64() => float(it).into(),
            _ => number.to_string().into(),
        }),
        Value::Null | Value::Array(_) | Value::Object(_) => Ok(Value::Null),
    }
}

/// A list of texts, some of which may be null.
fn texts(value: Value) -> Result<Value> {
    let items = value.as_array().into_iter().flatten();
    for item in items {
        if !item.is_string() && !item.is_null() {
            let item = python(item);
            return Err(Shape::Property.broken(format!("{item} is not of type 'string'")));
        }
    }
    Ok(value)
}

fn items(value: Value) -> Result<Value> {
    let Value::Object(mut given) = value else {
        return Ok(value);
    };
    let Some(kind) = given.shift_remove("type") else {
        return Err(Shape::Property.broken("'type' is a required property".into()));
    };
    let mut taken = Map::new();
    taken.insert("type".into(), kind);
    if let Some(list) = given.shift_remove("enum") {
        taken.insert("enum".into(), texts(list)?);
    }
    super::read::nothing_else(&given, &[], Shape::Property)?;
    Ok(Value::Object(taken))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Result<String> {
        let Value::Object(members) = value else {
            return Ok(String::new());
        };
        Definition::read(members).map(|it| serde_json::to_string(&it).unwrap())
    }

    #[test]
    fn members_come_in_one_order_and_kind() {
        let given = json!({
            "maximum": 8.9, "items": {"enum": ["x"], "type": "string"}, "title": "t",
            "default": 2, "type": "integer", "name": "n",
        });
        let kept = r#"{"name":"n","type":"integer","title":"t","default":"2","maximum":8,"items":{"type":"string","enum":["x"]}}"#;
        assert_eq!(read(given).unwrap(), kept);
    }

    #[test]
    fn defaults_are_kept_as_pythons_text() {
        for (given, kept) in [
            (json!(true), json!("True")),
            (json!(1.5), json!("1.5")),
            (json!(1e20), json!("1e+20")),
            (json!(-1), json!("-1")),
            (json!([1]), json!(null)),
            (json!(""), json!("")),
        ] {
            assert_eq!(as_text(given).unwrap(), kept);
        }
    }

    #[test]
    fn what_glance_crashes_on_is_refused() {
        for wrong in [
            json!({"enum": [1]}),
            json!({"items": {}}),
            json!({"items": {"type": "string", "x": 1}}),
            json!({"x": 1}),
            json!({"required": ["a"]}),
        ] {
            assert!(read(wrong).is_err());
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_is_taken_as_it_is(minimum: f64, default in ".*", min_length: u64) {
            let given = json!({"minimum": minimum, "default": default, "minLength": min_length});
            if let Ok(once) = read(given) {
                let again = read(serde_json::from_str(&once).unwrap()).unwrap();
                prop_assert_eq!(once, again);
            }
        }
    }
}
