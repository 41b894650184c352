//! The catalogue that the settings ask for: the services of the dialect, with endpoints in every region.

use super::urls::PUBLIC_URL;
use crate::app::App;
use crate::db::identity::{Endpoint, Region, Role, Service};
use crate::dialect::CatalogueService;
use crate::domain::region::RegionKey;

/// The type of this service in the catalogue.
const IDENTITY: &str = "identity";

/// An endpoint that the settings ask for.
#[derive(Clone, Debug)]
pub(super) struct OwnEndpoint {
    /// The type of its service.
    pub(super) kind: &'static str,
    pub(super) interface: &'static str,
    pub(super) region: String,
    /// The URL, with a placeholder for the address of the server.
    pub(super) url: String,
}

impl OwnEndpoint {
    /// Returns the row of this endpoint of a service.
    pub(super) fn row(&self, app: &App, service: &Service) -> Endpoint {
        Endpoint {
            id: new_id(app),
            service_id: service.id.clone(),
            interface: self.interface.into(),
            region_id: Some(self.region.clone()),
            url: self.url.clone(),
            enabled: true,
            extra: "{}".into(),
        }
    }
}

/// Returns the services that the settings ask for: those of the dialect, and a key manager where they name certificates.
pub(super) fn services(app: &App) -> impl Iterator<Item = &CatalogueService> {
    let keys = app.config().signatures.certificates.is_some();
    let keys = keys.then_some(&CatalogueService::BARBICAN);
    app.dialect().catalogue.iter().chain(keys)
}

/// Returns every endpoint that the settings ask for: by region, and then by service.
pub(super) fn endpoints(app: &App) -> Vec<OwnEndpoint> {
    let config = app.config();
    let mut endpoints = Vec::new();
    for (number, region) in config.region_names().into_iter().enumerate() {
        let path_of_region = config.region_path(&RegionKey::new(region, number));
        for service in services(app) {
            // These are one for all regions.
            let below = if [IDENTITY, CatalogueService::BARBICAN.kind].contains(&service.kind) {
                ""
            } else {
                &path_of_region
            };
            endpoints.extend(
                service
                    .endpoints
                    .iter()
                    .map(|(interface, path)| OwnEndpoint {
                        kind: service.kind,
                        interface: interface.as_str(),
                        region: region.to_owned(),
                        url: format!("{PUBLIC_URL}{below}{path}"),
                    }),
            );
        }
    }
    endpoints
}

/// Returns a new id of a resource of the identity.
pub(super) fn new_id(app: &App) -> String {
    app.new_id().simple().to_string()
}

/// Returns the row of a service of the dialect.
pub(super) fn service(app: &App, known: &CatalogueService) -> Service {
    Service {
        id: new_id(app),
        kind: known.kind.into(),
        name: Some(known.name.into()),
        description: None,
        enabled: true,
        extra: "{}".into(),
    }
}

/// Returns the row of a region.
pub(super) fn region(name: &str) -> Region {
    Region {
        id: name.to_owned(),
        description: String::new(),
        parent_region_id: None,
        extra: "{}".into(),
    }
}

/// Returns the row of a role that every cloud of the dialect has.
pub(super) fn role(app: &App, name: &str, description: Option<&str>) -> Role {
    Role {
        id: new_id(app),
        domain_id: None,
        name: name.into(),
        description: description.map(str::to_owned),
        options: r#"{"immutable":true}"#.into(),
        extra: "{}".into(),
    }
}
