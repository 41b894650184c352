//! The rules of services, their endpoints, and the regions those are in.

use super::listing::{By, ListForm, Lists};
use super::resource::{Resource, find};
use crate::db::Session;
use crate::db::identity::{Endpoint, Region, Service};
use crate::identity::document::Fields;
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::TokenHolder;
use crate::identity::validation::unfit;

const INTERFACES: &[&str] = &["admin", "internal", "public"];

impl Resource for Service {
    const ONE: &'static str = "service";
    const MANY: &'static str = "services";
    const LISTS: Lists = Lists {
        forms: &[("name", ListForm::Name(255)), ("type", ListForm::Name(255))],
        filters: &[By::Text("name"), By::Text("type")],
        paged: false,
        closed: false,
    };

    fn make(id: String, fields: &mut Fields, _by: &TokenHolder) -> Result<Self> {
        let kind = fields.name("type", 255)?;
        let mut new = Self {
            id,
            kind: fields.required("type", kind)?,
            name: Some(String::new()),
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
        if let Some(name) = fields.text("name")? {
            self.name = Some(name);
        }
        if let Some(description) = fields.nullable("description")? {
            self.description = description;
        }
        self.enabled = fields.flag("enabled")?.unwrap_or(self.enabled);
        fields.merge_rest(&mut self.extra);
        Ok(())
    }

    fn conflict(&self, _before: Option<&Self>) -> KeystoneError {
        KeystoneError::Conflict("service", format!("Duplicate ID, {}", self.id))
    }

    fn listed_for(by: &TokenHolder) -> bool {
        by.reads_all() && by.token.domain_id.is_none()
    }

    fn seen_by(by: &TokenHolder, _id: &str, _found: Option<&Self>) -> bool {
        Self::listed_for(by)
    }
}

impl Resource for Endpoint {
    const ONE: &'static str = "endpoint";
    const MANY: &'static str = "endpoints";
    const LISTS: Lists = Lists {
        forms: &[("interface", ListForm::Word(INTERFACES))],
        filters: &[
            By::Text("interface"),
            By::Text("service_id"),
            By::Text("region_id"),
        ],
        paged: false,
        closed: false,
    };

    fn make(id: String, fields: &mut Fields, _by: &TokenHolder) -> Result<Self> {
        let interface = fields.word("interface", INTERFACES)?;
        let service = fields.name("service_id", 64)?;
        let url = url_in(fields)?;
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
        if let Some(url) = url_in(fields)? {
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

    fn conflict(&self, _before: Option<&Self>) -> KeystoneError {
        KeystoneError::Conflict("endpoint", format!("Duplicate ID, {}", self.id))
    }

    fn listed_for(by: &TokenHolder) -> bool {
        by.reads_all() && by.token.domain_id.is_none()
    }

    fn seen_by(by: &TokenHolder, _id: &str, _found: Option<&Self>) -> bool {
        Self::listed_for(by)
    }

    async fn refer(&self, session: &mut Session) -> Result<()> {
        if session.entity::<Service>(&self.service_id).await?.is_none() {
            return Err(KeystoneError::Missing(
                "endpoint service_id",
                "service table",
            ));
        }
        if let Some(id) = &self.region_id
            && session.entity::<Region>(id).await?.is_none()
        {
            return Err(KeystoneError::Missing("endpoint region_id", "region table"));
        }
        Ok(())
    }
}

/// Returns the URL of an endpoint, which may hold `$(project_id)s` and the like.
fn url_in(fields: &mut Fields) -> Result<Option<String>> {
    let Some(url) = fields.text("url")? else {
        return Ok(None);
    };
    let scheme = url.split_once(':').is_some_and(|(scheme, rest)| {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte);
        !scheme.is_empty() && scheme.bytes().all(letter) && !rest.is_empty()
    });
    if !scheme {
        let pattern = "does not match '^[a-zA-Z0-9+.-]+:.+'";
        return Err(unfit("url", &url.into(), pattern));
    }
    if url.chars().count() > 225 {
        return Err(unfit("url", &url.into(), "is too long"));
    }
    if !is_template(&url) {
        return Err(KeystoneError::Invalid(format!(
            "Cannot create an endpoint with an invalid URL: {url}."
        )));
    }
    Ok(Some(url))
}

/// Returns whether every word in brackets is one that Keystone replaces.
fn is_template(url: &str) -> bool {
    const WORDS: [&str; 9] = [
        "tenant_id",
        "project_id",
        "user_id",
        "public_bind_host",
        "admin_bind_host",
        "compute_host",
        "admin_port",
        "public_port",
        "public_url",
    ];
    let url = url.replace("$(", "%(");
    let mut pieces = url.split("%(");
    pieces.next();
    pieces.all(|piece| {
        let word = piece.split_once(')');
        word.is_some_and(|(word, rest)| WORDS.contains(&word) && rest.starts_with('s'))
    })
}

impl Resource for Region {
    const ONE: &'static str = "region";
    const MANY: &'static str = "regions";
    const LISTS: Lists = Lists {
        forms: &[("parent_region_id", ListForm::Name(255))],
        filters: &[By::Text("parent_region_id")],
        paged: false,
        closed: true,
    };

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

    fn conflict(&self, _before: Option<&Self>) -> KeystoneError {
        KeystoneError::Conflict("region", format!("Duplicate ID, {}.", self.id))
    }

    fn listed_for(_by: &TokenHolder) -> bool {
        true
    }

    fn seen_by(_by: &TokenHolder, _id: &str, _found: Option<&Self>) -> bool {
        true
    }

    async fn refer(&self, session: &mut Session) -> Result<()> {
        let mut parent = self.parent_region_id.clone();
        while let Some(id) = parent {
            if id == self.id {
                return Err(KeystoneError::Invalid(format!(
                    "The specified parent region {id} would create a circular region hierarchy."
                )));
            }
            parent = find::<Self>(session, &id).await?.parent_region_id;
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
