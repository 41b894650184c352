//! Services, their endpoints, and the regions those are in.

use serde_json::{Map, Value, json};

use super::resource::{View, view};
use crate::db::identity::{Endpoint, Region, Service};
use crate::identity::urls::Base;

impl View for Service {
    fn view(&self, base: &Base) -> Value {
        let mut fields = Map::new();
        fields.insert("name".into(), json!(self.name));
        if let Some(description) = &self.description {
            fields.insert("description".into(), json!(description));
        }
        fields.insert("id".into(), json!(self.id));
        fields.insert("type".into(), json!(self.kind));
        fields.insert("enabled".into(), json!(self.enabled));
        let path = format!("/services/{}", self.id);
        view(&self.extra, Value::Object(fields), base, &path)
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
