//! Definitions of properties: JSON schemas of one value. Glance:
//! `glance/api/v2/model/metadef_property_type.py`.

use std::ops::{Deref, DerefMut};

use indexmap::IndexMap;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Number, Value};

use super::schema::MetadefSchema;
use crate::domain::text::{python_float, python_repr};
use crate::{Error, Result};

/// Definitions by the names of their properties, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definitions(IndexMap<String, Definition>);

/// The definition of a property: its members in Glance's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Definition(Map<String, Value>);

/// The type to which Glance converts a member.
#[derive(Clone, Copy)]
enum MemberKind {
    /// The value stays as it is.
    Plain,
    /// A number loses its fraction.
    Whole,
    /// The value becomes a string.
    AsText,
    /// A list of texts.
    Texts,
    /// The definition of a list's items.
    Items,
}

const MEMBERS: [(&str, MemberKind); 18] = [
    ("name", MemberKind::Plain),
    ("type", MemberKind::Plain),
    ("title", MemberKind::Plain),
    ("description", MemberKind::Plain),
    ("operators", MemberKind::Plain),
    ("default", MemberKind::AsText),
    ("readonly", MemberKind::Plain),
    ("minimum", MemberKind::Whole),
    ("maximum", MemberKind::Whole),
    ("enum", MemberKind::Texts),
    ("pattern", MemberKind::Plain),
    ("minLength", MemberKind::Whole),
    ("maxLength", MemberKind::Whole),
    ("items", MemberKind::Items),
    ("uniqueItems", MemberKind::Plain),
    ("minItems", MemberKind::Whole),
    ("maxItems", MemberKind::Whole),
    ("additionalItems", MemberKind::Plain),
];

impl Definition {
    /// Builds a definition from members that a schema has accepted. Values on which Glance crashes
    /// are refused.
    pub fn read(mut given: Map<String, Value>) -> Result<Self> {
        let mut members = Map::new();
        for (name, kind) in MEMBERS {
            if let Some(value) = given.shift_remove(name) {
                members.insert(name.to_owned(), kind.take(value)?);
            }
        }
        super::body::refuse_members(&given, &[], MetadefSchema::Property)?;
        Ok(Self(members))
    }

    /// Builds definitions from an object that a schema has accepted.
    pub fn read_all(given: Value) -> Result<Definitions> {
        let mut all = Definitions::default();
        let Value::Object(given) = given else {
            return Ok(all);
        };
        for (name, value) in given {
            super::body::check_name_length(&name, MetadefSchema::Property)?;
            if let Value::Object(members) = value {
                all.insert(name, Self::read(members)?);
            }
        }
        Ok(all)
    }

    /// Returns the members.
    pub(super) fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Returns the member `name`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.get("name")?.as_str()
    }

    /// Returns the definition with this name as its first member.
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

impl MemberKind {
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

/// Returns a number without its fraction.
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

/// Returns a default as Glance stores it: as ASCII text, or not at all.
fn as_text(value: Value) -> Result<Value> {
    match value {
        Value::String(text) if !text.is_ascii() => Err(Error::Invalid(
            "Error decoding your request. Either the URL or the request body contained \
             characters that could not be decoded by Glance"
                .into(),
        )),
        text @ Value::String(_) => Ok(text),
        Value::Bool(_) => Ok(python_repr(&value).into()),
        Value::Number(number) => Ok(match number.as_f64() {
            Some(value) if number.is_f64() => python_float(value).into(),
            _ => number.to_string().into(),
        }),
        Value::Null | Value::Array(_) | Value::Object(_) => Ok(Value::Null),
    }
}

/// Returns a list after checking that its items are strings or null.
fn texts(value: Value) -> Result<Value> {
    let items = value.as_array().into_iter().flatten();
    for item in items {
        if !item.is_string() && !item.is_null() {
            let item = python_repr(item);
            return Err(MetadefSchema::Property.broken(format!("{item} is not of type 'string'")));
        }
    }
    Ok(value)
}

fn items(value: Value) -> Result<Value> {
    let Value::Object(mut given) = value else {
        return Ok(value);
    };
    let Some(kind) = given.shift_remove("type") else {
        return Err(MetadefSchema::Property.broken("'type' is a required property".into()));
    };
    let mut taken = Map::new();
    taken.insert("type".into(), kind);
    if let Some(list) = given.shift_remove("enum") {
        taken.insert("enum".into(), texts(list)?);
    }
    super::body::refuse_members(&given, &[], MetadefSchema::Property)?;
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
        Definition::read(members).map(|definition| serde_json::to_string(&definition).unwrap())
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
    fn values_on_which_glance_crashes_are_refused() {
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
        fn a_stored_definition_is_read_back_unchanged(minimum: f64, default in ".*", min_length: u64) {
            let given = json!({"minimum": minimum, "default": default, "minLength": min_length});
            if let Ok(once) = read(given) {
                let again = read(serde_json::from_str(&once).unwrap()).unwrap();
                prop_assert_eq!(once, again);
            }
        }
    }
}
