//! The unified limits of a seed: those that are registered, and those of projects and domains.

use serde_saphyr::Spanned;

use super::super::SeedReport;
use super::names::{Names, invalid};
use crate::app::App;
use crate::db::Session;
use crate::db::identity::{Entity, Limit, Region, RegisteredLimit, Service};
use crate::domain::seed::{Seed, SeedLimit, SeedRegisteredLimit, derived_id};
use crate::domain::text;
use crate::{Error, Result};

/// Adds the limits that are not there yet.
pub(super) async fn settle(
    app: &App,
    db: &mut Session,
    seed: &Seed,
    names: &Names,
    planted: &mut SeedReport,
) -> Result<()> {
    let document = &seed.document;
    if document.registered_limits.is_empty() && document.limits.is_empty() {
        return Ok(());
    }
    let mut limits = SettledLimits::read(app, db).await?;
    for entry in &document.registered_limits {
        let done = limits.register(db, &entry.value).await;
        let name = &entry.value.resource_name;
        let wrong = |error: Error| seed.entry_error(entry, "registered_limits", name, error);
        count(done.map_err(wrong)?, planted);
    }
    for entry in &document.limits {
        let done = limits.limit(db, entry, names).await;
        let name = &entry.value.resource_name;
        let wrong = |error: Error| seed.entry_error(entry, "limits", name, error);
        count(done.map_err(wrong)?, planted);
    }
    Ok(())
}

fn count(is_new: bool, planted: &mut SeedReport) {
    if is_new {
        planted.made.limits += 1;
    } else {
        planted.kept.limits += 1;
    }
}

/// The limits of the image service as they are.
struct SettledLimits {
    service: String,
    /// The region of a limit that names none.
    region: String,
    regions: Vec<Region>,
    registered: Vec<RegisteredLimit>,
    limits: Vec<Limit>,
}

impl SettledLimits {
    async fn read(app: &App, db: &mut Session) -> Result<Self> {
        let images: Vec<Service> = db.entities(&[("type", "image".into())]).await?;
        let service = images.into_iter().next();
        let service = service.ok_or_else(|| invalid("there is no image service".into()))?;
        let config = app.config();
        let named = config.limits.endpoint_region_name.as_deref();
        let first = || config.region_names().first().copied();
        let of_service = [("service_id", service.id.as_str().into())];
        Ok(Self {
            region: named.or_else(first).unwrap_or_default().to_owned(),
            regions: db.entities(&[]).await?,
            registered: db.entities(&of_service).await?,
            limits: db.entities(&of_service).await?,
            service: service.id,
        })
    }

    /// Registers a limit; returns `false` if that has been done. One that was registered as no limit gets this one.
    async fn register(&mut self, db: &mut Session, said: &SeedRegisteredLimit) -> Result<bool> {
        check(&said.resource_name, said.default_limit)?;
        let region = self.region(said.region.as_deref())?;
        let (service, name) = (self.service.as_str(), said.resource_name.as_str());
        let mut there = self.registered.iter_mut();
        let there = there.find(|there| is_for(there, &region, name));
        if let Some(there) = there {
            if there.default_limit != -1 || said.default_limit == -1 {
                return Ok(false);
            }
            there.default_limit = said.default_limit;
            db.put_entity(there).await?;
            return Ok(true);
        }
        let id = derived_id(&["registered limit", service, &region, name]);
        let new = RegisteredLimit {
            id: id.simple().to_string(),
            service_id: service.to_owned(),
            region_id: Some(region),
            resource_name: name.to_owned(),
            default_limit: said.default_limit,
            description: said.description.clone(),
        };
        add(db, &new).await?;
        self.registered.push(new);
        Ok(true)
    }

    /// Adds the limit of a project or a domain; returns `false` if it has one.
    async fn limit(
        &mut self,
        db: &mut Session,
        entry: &Spanned<SeedLimit>,
        names: &Names,
    ) -> Result<bool> {
        let said = &entry.value;
        check(&said.resource_name, said.resource_limit)?;
        let (project, domain) = match (&said.project, &said.domain) {
            (Some(project), None) => (Some(names.known_project(project)?), None),
            (None, Some(domain)) => (None, Some(names.domain(Some(domain))?)),
            _ => return Err(invalid("one of project and domain is needed".into())),
        };
        let region = self.region(said.region.as_deref())?;
        let mut registered = self.registered.iter();
        let registered = registered.find(|there| is_for(there, &region, &said.resource_name));
        let registered = registered
            .ok_or_else(|| invalid(format!("it is not registered for the region {region}")))?;
        let has_one = self.limits.iter().any(|there| {
            there.registered_id == registered.id
                && there.project_id == project
                && there.domain_id == domain
        });
        if has_one {
            return Ok(false);
        }
        let of = project.as_deref().or(domain.as_deref()).unwrap_or_default();
        let id = derived_id(&["limit", &registered.id, of]);
        let new = Limit {
            id: id.simple().to_string(),
            registered_id: registered.id.clone(),
            service_id: self.service.clone(),
            region_id: registered.region_id.clone(),
            resource_name: said.resource_name.clone(),
            resource_limit: said.resource_limit,
            description: said.description.clone(),
            project_id: project,
            domain_id: domain,
        };
        add(db, &new).await?;
        self.limits.push(new);
        Ok(true)
    }

    /// Returns the id of the region that an entry is for.
    fn region(&self, said: Option<&str>) -> Result<String> {
        let id = said.unwrap_or(&self.region);
        if self.regions.iter().any(|region| region.id == id) {
            return Ok(id.to_owned());
        }
        Err(invalid(format!("there is no region {id}")))
    }
}

fn is_for(limit: &RegisteredLimit, region: &str, name: &str) -> bool {
    limit.region_id.as_deref() == Some(region) && limit.resource_name == name
}

/// Fails unless Keystone would take the name and the limit.
fn check(name: &str, limit: i64) -> Result<()> {
    text::check_nul(name)?;
    if name.is_empty() || name.chars().count() > 255 {
        return Err(invalid("a name has 1 to 255 characters".into()));
    }
    if !(-1..=i64::from(i32::MAX)).contains(&limit) {
        return Err(invalid(format!("a limit is -1 to {}", i32::MAX)));
    }
    Ok(())
}

async fn add<E: Entity>(db: &mut Session, entity: &E) -> Result<()> {
    Ok(db.add_entities(std::slice::from_ref(entity)).await?)
}
