//! The JSON of domains.

use serde_json::{Value, json};

use super::resource::{View, view};
use crate::db::identity::Domain;
use crate::identity::document::object;
use crate::identity::urls::Base;
use crate::service::identity::common::split_tags;

impl View for Domain {
    fn view(&self, base: &Base) -> Value {
        let (tags, extra) = split_tags(&self.extra);
        let fields = json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "enabled": self.enabled,
            "tags": tags,
            "options": object(&self.options),
        });
        view(&extra, fields, base, &format!("/domains/{}", self.id))
    }
}
