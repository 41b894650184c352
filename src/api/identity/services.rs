//! Services, their endpoints, and the regions those are in.

use serde_json::{Map, Value, json};

use super::resource::{View, view};
use crate::db::identity::{Endpoint, Region, Service};
use crate::identity::document::object;
use crate::identity::urls::Base;

impl View for Service {
    fn view(&self, base: &Base) -> Value {
        // Keystone keeps the name and the description with all that it has no columns for.
        let mut extra = Map::new();
        extra.insert("name".into(), json!(self.name));
        if let Some(description) = &self.description {
            extra.insert("description".into(), json!(description));
        }
        extra.extend(object(&self.extra));
        let fields = json!({ "id": self.id, "type": self.kind, "enabled": self.enabled });
        let path = format!("/services/{}", self.id);
        view(&Value::Object(extra).to_string(), fields, base, &path)
    }
}

impl View for Endpoint {
    fn view(&self, base: &Base) -> Value {
        let fields = json!({
            "id": self.id,
            "interface": self.interface,
            "region_id": self.region_id,
            "service_id": self.service_id,
            "url": base.endpoint(&self.url),
            "enabled": self.enabled,
            "region": self.region_id,
        });
        view(
            &self.extra,
            fields,
            base,
            &format!("/endpoints/{}", self.id),
        )
    }
}

impl View for Region {
    fn view(&self, base: &Base) -> Value {
        let fields = json!({
            "id": self.id,
            "description": self.description,
            "parent_region_id": self.parent_region_id,
        });
        view(&self.extra, fields, base, &format!("/regions/{}", self.id))
    }
}
