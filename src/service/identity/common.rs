//! The common parts of users, projects and domains.

use serde_json::{Value, json};

use crate::identity::document::{Fields, object};
use crate::identity::error::{KeystoneError, Result};

/// The columns that all three have.
pub(crate) struct Common<'a> {
    pub(crate) name: &'a mut String,
    pub(crate) enabled: &'a mut bool,
    pub(crate) options: &'a mut String,
    pub(crate) extra: &'a mut String,
}

impl Common<'_> {
    /// Changes what the client says of them; the name has so many characters at the most. Whatever
    /// has not been taken by now is kept as it is.
    pub(crate) fn change(self, fields: &mut Fields, longest_name: usize) -> Result<()> {
        if let Some(name) = fields.name("name", longest_name)? {
            *self.name = name;
        }
        *self.enabled = fields.flag("enabled")?.unwrap_or(*self.enabled);
        fields.merge_options(self.options)?;
        fields.merge_rest(self.extra);
        Ok(())
    }
}

/// The tags that are among what a resource has beyond its columns, and the rest of it.
pub(crate) fn split_tags(extra: &str) -> (Value, String) {
    let mut extra = object(extra);
    let tags = extra.remove("tags").unwrap_or_else(|| json!([]));
    (tags, Value::Object(extra).to_string())
}

/// Fails if a field that never changes is to become something else.
pub(crate) fn unchanged(
    fields: &mut Fields,
    name: &'static str,
    now: &str,
    words: &str,
) -> Result<()> {
    match fields.nullable(name)?.flatten() {
        Some(it) if it != now => Err(KeystoneError::Invalid(words.into())),
        _ => Ok(()),
    }
}
