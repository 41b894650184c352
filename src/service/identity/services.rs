//! The rules of services, their endpoints, and the regions those are in.

use super::resource::{By, Resource, find};
use crate::db::Session;
use crate::db::identity::{Endpoint, Region, Service};
use crate::identity::document::Fields;
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::TokenHolder;

const INTERFACES: &[&str] = &["admin", "internal", "public"];

impl Resource for Service {
    const ONE: &'static str = "service";
    const MANY: &'static str = "services";
    const FILTERS: &'static [By] = &[By::Text("name"), By::Text("type")];

    fn make(id: String, fields: &mut Fields, _by: &TokenHolder) -> Result<Self> {
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

    fn conflict(&self) -> KeystoneError {
        KeystoneError::Conflict("service", format!("Duplicate ID, {}", self.id))
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

    fn make(id: String, fields: &mut Fields, _by: &TokenHolder) -> Result<Self> {
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

    fn conflict(&self) -> KeystoneError {
        KeystoneError::Conflict("endpoint", format!("Duplicate ID, {}", self.id))
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

    /// Alone among all, a region may be given its id.
    fn make(id: String, fields: &mut Fields, _by: &TokenHolder) -> Result<Self> {
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

    fn conflict(&self) -> KeystoneError {
        KeystoneError::Conflict("region", format!("Duplicate ID, {}", self.id))
    }

    fn listed_for(_by: &TokenHolder) -> bool {
        true
    }

    fn seen_by(_by: &TokenHolder, _id: &str) -> bool {
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
        Err(KeystoneError::Denied(format!(
            "Unable to delete region {} because it or its child regions have associated endpoints.",
            self.id
        )))
    }
}
