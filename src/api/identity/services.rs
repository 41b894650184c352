//! Services, their endpoints, and the regions those are in.

use serde_json::{Map, Value, json};

use super::body::Fields;
use super::resource::{By, Resource, find, view};
use super::token_holder::Subject;
use crate::db::Session;
use crate::db::identity::{Endpoint, Region, Service};
use crate::identity::error::{Fault, Result};
use crate::identity::urls::Base;

const INTERFACES: &[&str] = &["admin", "internal", "public"];

impl Resource for Service {
    const ONE: &'static str = "service";
    const MANY: &'static str = "services";
    const FILTERS: &'static [By] = &[By::Text("name"), By::Text("type")];

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

    fn make(id: String, fields: &mut Fields, _by: &Subject) -> Result<Self> {
        let kind = fields.name("type", 255)?;
        let mut new = Self {
            id,
            kind: fields.required("type", kind)?,
            name: None,
            description: None,
            enabled: true,
            extra: "{}".into(),
        };
        new.change(fields)?;
        Ok(new)
    }

    fn change(&mut self, fields: &mut Fields) -> Result<()> {
        if let Some(kind) = fields.name("type", 255)? {
            self.kind = kind;
        }
        if let Some(name) = fields.nullable("name")? {
            self.name = name;
        }
        if let Some(description) = fields.nullable("description")? {
            self.description = description;
        }
        self.enabled = fields.flag("enabled")?.unwrap_or(self.enabled);
        fields.merge_rest(&mut self.extra);
        Ok(())
    }

    fn conflict(&self) -> Fault {
        Fault::Conflict("service", format!("Duplicate ID, {}", self.id))
    }
}

impl Resource for Endpoint {
    const ONE: &'static str = "endpoint";
    const MANY: &'static str = "endpoints";
    const FILTERS: &'static [By] = &[
        By::Text("interface"),
        By::Text("service_id"),
        By::Text("region_id"),
    ];

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

    fn make(id: String, fields: &mut Fields, _by: &Subject) -> Result<Self> {
        let interface = fields.word("interface", INTERFACES)?;
        let service = fields.name("service_id", 64)?;
        let url = fields.name("url", 4096)?;
        let mut new = Self {
            id,
            interface: fields.required("interface", interface)?,
            service_id: fields.required("service_id", service)?,
            url: fields.required("url", url)?,
            region_id: None,
            enabled: true,
            extra: "{}".into(),
        };
        new.change(fields)?;
        Ok(new)
    }

    fn change(&mut self, fields: &mut Fields) -> Result<()> {
        if let Some(interface) = fields.word("interface", INTERFACES)? {
            self.interface = interface;
        }
        if let Some(service) = fields.name("service_id", 64)? {
            self.service_id = service;
        }
        if let Some(url) = fields.name("url", 4096)? {
            self.url = url;
        }
        // `region` is what older clients call it.
        let older = fields.nullable("region")?;
        if let Some(region) = fields.nullable("region_id")?.or(older) {
            self.region_id = region;
        }
        self.enabled = fields.flag("enabled")?.unwrap_or(self.enabled);
        fields.merge_rest(&mut self.extra);
        Ok(())
    }

    fn conflict(&self) -> Fault {
        Fault::Conflict("endpoint", format!("Duplicate ID, {}", self.id))
    }

    /// A region that is not there yet is made, as in Keystone.
    async fn refer(&self, session: &mut Session) -> Result<()> {
        find::<Service>(session, &self.service_id).await?;
        if let Some(id) = &self.region_id
            && session.entity::<Region>(id).await?.is_none()
        {
            let region = Region {
                id: id.clone(),
                description: String::new(),
                parent_region_id: None,
                extra: "{}".into(),
            };
            session.add_entities(&[region]).await?;
        }
        Ok(())
    }
}

impl Resource for Region {
    const ONE: &'static str = "region";
    const MANY: &'static str = "regions";
    const FILTERS: &'static [By] = &[By::Text("parent_region_id")];

    fn view(&self, base: &Base) -> Value {
        let fields = json!({
            "id": self.id,
            "description": self.description,
            "parent_region_id": self.parent_region_id,
        });
        view(&self.extra, fields, base, &format!("/regions/{}", self.id))
    }

    /// Alone among all, a region may be given its id.
    fn make(id: String, fields: &mut Fields, _by: &Subject) -> Result<Self> {
        let mut new = Self {
            id: fields.name("id", 255)?.unwrap_or(id),
            description: String::new(),
            parent_region_id: None,
            extra: "{}".into(),
        };
        new.change(fields)?;
        Ok(new)
    }

    fn change(&mut self, fields: &mut Fields) -> Result<()> {
        if let Some(description) = fields.nullable("description")? {
            self.description = description.unwrap_or_default();
        }
        if let Some(parent) = fields.nullable("parent_region_id")? {
            self.parent_region_id = parent;
        }
        fields.merge_rest(&mut self.extra);
        Ok(())
    }

    fn conflict(&self) -> Fault {
        Fault::Conflict("region", format!("Duplicate ID, {}", self.id))
    }

    fn listed_for(_by: &Subject) -> bool {
        true
    }

    fn seen_by(_by: &Subject, _id: &str) -> bool {
        true
    }

    async fn refer(&self, session: &mut Session) -> Result<()> {
        if let Some(parent) = &self.parent_region_id {
            find::<Self>(session, parent).await?;
        }
        Ok(())
    }

    async fn going(&self, session: &mut Session) -> Result<()> {
        let within = [("region_id", (&self.id).into())];
        if session.entities::<Endpoint>(&within).await?.is_empty() {
            return Ok(());
        }
        Err(Fault::Denied(format!(
            "Unable to delete region {} because it or its child regions have associated endpoints.",
            self.id
        )))
    }
}
