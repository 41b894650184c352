//! An image as somebody saw it.

use std::collections::BTreeSet;
use std::ops::Index;

use serde_json::Value;

use super::Answer;

/// The document of an image.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Image {
    pub(crate) id: String,
    pub(crate) document: Value,
    path: String,
}

impl Image {
    /// The order of tags is nobody's business: here they are sorted.
    #[expect(clippy::needless_pass_by_value, reason = "it is read where it comes")]
    pub(crate) fn of(answer: Answer) -> Self {
        let mut document = answer.json().clone();
        let tags = document["tags"].as_array_mut().unwrap();
        tags.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
        let id = document["id"].as_str().unwrap().to_owned();
        let path = format!("/v2/images/{id}");
        Self { id, document, path }
    }

    /// A path below the image's.
    pub(crate) fn at(&self, rest: &str) -> String {
        format!("{}{rest}", self.path)
    }

    /// Its tags, whose order is nobody's business.
    pub(crate) fn tags(&self) -> BTreeSet<&str> {
        self["tags"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it.as_str().unwrap())
            .collect()
    }

    /// A field or a property that it has or not.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.document.get(name)
    }
}

impl AsRef<str> for Image {
    fn as_ref(&self) -> &str {
        &self.path
    }
}

impl Index<&str> for Image {
    type Output = Value;
    fn index(&self, key: &str) -> &Value {
        &self.document[key]
    }
}
