//! Lets the catalogue of a database that exists follow the dialect and the regions of the settings.
//!
//! What is ours in it is known by its URL, which begins with a placeholder for the address of the server. Everything that
//! somebody added stays as it is, and what somebody removed is not put back while dialect and regions are the same.

use std::collections::BTreeSet;

use super::own_catalogue::{self, OwnEndpoint};
use super::token::DEFAULT_DOMAIN;
use super::urls::PUBLIC_URL;
use crate::Result;
use crate::app::App;
use crate::db::Session;
use crate::db::identity::{Domain, Endpoint, Region, Role, Service};
use crate::dialect::{self, CatalogueService};

/// The difference between the catalogue and what the settings ask for.
#[derive(Default)]
struct Changes {
    new_roles: Vec<Role>,
    new_regions: Vec<Region>,
    new_services: Vec<Service>,
    renamed_services: Vec<Service>,
    new_endpoints: Vec<Endpoint>,
    stale_endpoints: Vec<Endpoint>,
    /// The ids of services of another dialect that have no endpoint any more.
    empty_services: Vec<String>,
    /// The ids of regions that have no endpoint any more.
    empty_regions: Vec<String>,
    /// Whether the settings ask for a key manager and there is none.
    lacks_key_manager: bool,
}

/// Puts the catalogue right: services, endpoints and roles of the dialect, in the regions of the settings.
///
/// # Errors
///
/// Fails if the database does.
pub async fn follow_settings(app: &App) -> Result<()> {
    if Changes::find(app, &mut app.db.read().await?)
        .await?
        .is_none()
    {
        return Ok(());
    }
    let mut session = app.db.write().await?;
    // Of several servers that start at once, one does it, and the others find it done.
    session.lock_entity::<Domain>(DEFAULT_DOMAIN).await?;
    let Some(changes) = Changes::find(app, &mut session).await? else {
        return Ok(());
    };
    changes.make(&mut session).await?;
    session.commit().await?;
    tracing::info!(
        new = changes.new_endpoints.len(),
        removed = changes.stale_endpoints.len(),
        "the catalogue follows the dialect and the regions of the settings"
    );
    Ok(())
}

impl Changes {
    async fn find(app: &App, session: &mut Session) -> Result<Option<Self>> {
        let regions: Vec<Region> = session.entities(&[]).await?;
        let services: Vec<Service> = session.entities(&[]).await?;
        let endpoints: Vec<Endpoint> = session.entities(&[]).await?;
        let roles: Vec<Role> = session.entities(&[]).await?;
        let mut changes = Self::default();
        let config = app.config();
        let names = config.region_names().into_iter();
        let unknown = names.filter(|name| regions.iter().all(|region| region.id != *name));
        changes.new_regions = unknown.map(own_catalogue::region).collect();
        let wanted = own_catalogue::endpoints(app);
        let mut services = changes.rename_services(app, services);
        changes.find_stale_endpoints(&wanted, &services, &endpoints);
        let keys = CatalogueService::BARBICAN.kind;
        changes.lacks_key_manager = wanted.iter().any(|wanted| wanted.kind == keys)
            && services.iter().all(|service| service.kind != keys);
        if !changes.are_any() {
            return Ok(None);
        }
        changes.new_roles = new_roles(app, &roles);
        changes.new_services = missing_services(app, &services);
        services.extend(changes.new_services.iter().cloned());
        changes.find_new_endpoints(app, &wanted, &services, &endpoints);
        changes.settle_leftovers(&wanted, &services, &endpoints);
        Ok(Some(changes))
    }

    /// Returns true if other settings made the catalogue.
    fn are_any(&self) -> bool {
        !(self.new_regions.is_empty()
            && self.renamed_services.is_empty()
            && self.stale_endpoints.is_empty()
            && !self.lacks_key_manager)
    }

    /// Gives the services that another dialect calls by another name that of this one; returns all as they will be.
    fn rename_services(&mut self, app: &App, mut services: Vec<Service>) -> Vec<Service> {
        for known in own_catalogue::services(app) {
            let mut of_kind = services
                .iter_mut()
                .filter(|service| service.kind == known.kind);
            if let Some(service) = of_kind.next()
                && service.name.as_deref() != Some(known.name)
                && is_of_a_dialect(service)
            {
                service.name = Some(known.name.into());
                self.renamed_services.push(service.clone());
            }
        }
        services
    }

    fn find_stale_endpoints(
        &mut self,
        wanted: &[OwnEndpoint],
        services: &[Service],
        endpoints: &[Endpoint],
    ) {
        let own = endpoints
            .iter()
            .filter(|endpoint| endpoint.url.starts_with(PUBLIC_URL));
        let other: Vec<_> = own
            .filter(|endpoint| is_unwanted(endpoint, wanted, services))
            .collect();
        // Somebody may have given a region another name; only where other settings show is it one of theirs.
        let is_sign = |endpoint: &&Endpoint| {
            let region = endpoint.region_id.as_deref().unwrap_or_default();
            wanted.iter().any(|wanted| wanted.region == region)
                || endpoint.url.contains(&format!("/region/{region}"))
        };
        let settings_changed = !self.new_regions.is_empty()
            || !self.renamed_services.is_empty()
            || other.iter().any(is_sign);
        if settings_changed {
            self.stale_endpoints = other.into_iter().cloned().collect();
        }
    }

    fn find_new_endpoints(
        &mut self,
        app: &App,
        wanted: &[OwnEndpoint],
        services: &[Service],
        endpoints: &[Endpoint],
    ) {
        for new in wanted {
            let Some(service) = services.iter().find(|service| service.kind == new.kind) else {
                continue;
            };
            let is_there = endpoints.iter().any(|endpoint| is(endpoint, new, service));
            let in_place_of = |stale: &Endpoint| {
                stale.service_id == service.id
                    && stale.interface == new.interface
                    && stale.region_id.as_ref() == Some(&new.region)
            };
            let by_name = |region: &Region| region.id == new.region;
            let is_asked_for = self.new_regions.iter().any(by_name)
                || self.stale_endpoints.iter().any(in_place_of)
                || self.is_changed(service);
            if !is_there && is_asked_for {
                self.new_endpoints.push(new.row(app, service));
            }
        }
    }

    /// Returns true for a service that is new here or has got another name.
    fn is_changed(&self, service: &Service) -> bool {
        let mut changed = self.new_services.iter().chain(&self.renamed_services);
        changed.any(|changed| changed.id == service.id)
    }

    /// Finds services of other dialects and regions that lose their last endpoint.
    fn settle_leftovers(
        &mut self,
        wanted: &[OwnEndpoint],
        services: &[Service],
        endpoints: &[Endpoint],
    ) {
        let stale: BTreeSet<_> = self.stale_endpoints.iter().map(|stale| &stale.id).collect();
        let left: Vec<_> = endpoints
            .iter()
            .filter(|endpoint| !stale.contains(&endpoint.id))
            .chain(&self.new_endpoints)
            .collect();
        let lost = |service: &&Service| {
            self.stale_endpoints
                .iter()
                .any(|stale| stale.service_id == service.id)
                && left.iter().all(|left| left.service_id != service.id)
                && wanted.iter().all(|wanted| wanted.kind != service.kind)
                && is_of_a_dialect(service)
        };
        let empty = services.iter().filter(lost);
        let empty_services = empty.map(|service| service.id.clone()).collect();
        let regions: BTreeSet<_> = self
            .stale_endpoints
            .iter()
            .filter_map(|stale| stale.region_id.as_ref())
            .collect();
        let empty = regions.into_iter().filter(|region| {
            left.iter()
                .all(|left| left.region_id.as_ref() != Some(*region))
                && wanted.iter().all(|wanted| wanted.region != **region)
        });
        let empty_regions = empty.cloned().collect();
        (self.empty_services, self.empty_regions) = (empty_services, empty_regions);
    }

    async fn make(&self, session: &mut Session) -> Result<()> {
        for stale in &self.stale_endpoints {
            session.remove_entity::<Endpoint>(&stale.id).await?;
        }
        for service in &self.empty_services {
            session.remove_entity::<Service>(service).await?;
        }
        for region in &self.empty_regions {
            session.remove_entity::<Region>(region).await?;
        }
        for service in &self.renamed_services {
            session.put_entity(service).await?;
        }
        session.add_entities(&self.new_roles).await?;
        session.add_entities(&self.new_regions).await?;
        session.add_entities(&self.new_services).await?;
        session.add_entities(&self.new_endpoints).await?;
        Ok(())
    }
}

/// Returns the services of the dialect that are not there.
fn missing_services(app: &App, services: &[Service]) -> Vec<Service> {
    let known = own_catalogue::services(app);
    let missing = known.filter(|known| services.iter().all(|service| service.kind != known.kind));
    missing
        .map(|known| own_catalogue::service(app, known))
        .collect()
}

/// Returns true for an endpoint that the settings do not ask for.
fn is_unwanted(endpoint: &Endpoint, wanted: &[OwnEndpoint], services: &[Service]) -> bool {
    let mut services = services.iter();
    let service = services.find(|service| service.id == endpoint.service_id);
    service.is_some_and(|service| !wanted.iter().any(|wanted| is(endpoint, wanted, service)))
}

fn is(endpoint: &Endpoint, wanted: &OwnEndpoint, service: &Service) -> bool {
    endpoint.service_id == service.id
        && service.kind == wanted.kind
        && endpoint.interface == wanted.interface
        && endpoint.region_id.as_ref() == Some(&wanted.region)
        && endpoint.url == wanted.url
}

/// Returns true for a service with a type and a name that a built-in dialect has.
fn is_of_a_dialect(service: &Service) -> bool {
    let mut known = dialect::BUILT_IN
        .iter()
        .flat_map(|dialect| dialect.catalogue)
        .chain([&CatalogueService::BARBICAN]);
    known.any(|known| known.kind == service.kind && service.name.as_deref() == Some(known.name))
}

/// Returns the roles of the dialect that the cloud has not.
fn new_roles(app: &App, roles: &[Role]) -> Vec<Role> {
    let known = app.dialect().roles.iter();
    let missing = known.filter(|known| {
        let mut roles = roles.iter();
        roles.all(|role| role.domain_id.is_some() || role.name != known.name)
    });
    missing
        .map(|known| own_catalogue::role(app, known.name, Some(known.description)))
        .collect()
}
