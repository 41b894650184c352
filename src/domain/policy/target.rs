//! The fields of what a caller acts upon, as policy checks read them.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// The target of an operation, as the policy language sees it.
pub trait PolicyTarget {
    /// Returns a field by its name, in Python's notation (`True` for true); `None` if the field
    /// is absent or null.
    fn field(&self, name: &str) -> Option<Cow<'_, str>>;

    /// Returns true if the field exists and is null. Only checks with a literal on the left, such
    /// as `None:%(owner)s`, ask this: a field that is absent fails them.
    fn is_null(&self, _name: &str) -> bool {
        false
    }

    /// Returns all fields, as a check that asks another server sends them.
    fn to_json(&self) -> Value {
        Value::Object(Map::new())
    }
}

impl PolicyTarget for () {
    fn field(&self, _name: &str) -> Option<Cow<'_, str>> {
        None
    }
}

impl PolicyTarget for [(&str, Option<&str>)] {
    fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        let (_, value) = self.iter().find(|(field, _)| *field == name)?;
        value.map(Cow::Borrowed)
    }

    fn is_null(&self, name: &str) -> bool {
        self.contains(&(name, None))
    }

    fn to_json(&self) -> Value {
        let fields = self.iter();
        let fields = fields.map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
        Value::Object(fields.collect())
    }
}

impl<const N: usize> PolicyTarget for [(&str, Option<&str>); N] {
    fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        self.as_slice().field(name)
    }

    fn is_null(&self, name: &str) -> bool {
        self.as_slice().is_null(name)
    }

    fn to_json(&self) -> Value {
        self.as_slice().to_json()
    }
}

impl<T: PolicyTarget + ?Sized> PolicyTarget for &T {
    fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        (**self).field(name)
    }

    fn is_null(&self, name: &str) -> bool {
        (**self).is_null(name)
    }

    fn to_json(&self) -> Value {
        (**self).to_json()
    }
}
