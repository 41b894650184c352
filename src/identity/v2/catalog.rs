//! The catalogue in the form of Identity v2.0: for each service one endpoint per region, with the URLs of its interfaces.

use serde::Serialize;

use super::tenant::TenantForm;
use crate::db::identity::{CatalogRow, Token};
use crate::identity::catalog::filled;
use crate::identity::urls::Base;

/// The type of the service that is left out: clients of v2.0 know already where it is, and the entry is of v3.
const IDENTITY: &str = "identity";

/// A service.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ServiceEntry {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) endpoints: Vec<EndpointEntry>,
}

/// An endpoint of a service, in one region.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EndpointEntry {
    #[serde(skip)]
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    pub(crate) tenant_id: String,
    #[serde(rename = "publicURL", skip_serializing_if = "Option::is_none")]
    pub(crate) public: Option<String>,
    #[serde(rename = "internalURL", skip_serializing_if = "Option::is_none")]
    pub(crate) internal: Option<String>,
}

/// Returns the services that have an endpoint for the token's project.
pub(crate) fn services(rows: &[CatalogRow], base: &Base, token: &Token) -> Vec<ServiceEntry> {
    let Some(project) = &token.project_id else {
        return Vec::new();
    };
    let of_service = rows.chunk_by(|one, next| one.service_id == next.service_id);
    let service = |rows: &[CatalogRow]| {
        let first = rows.first().filter(|row| row.service_type != IDENTITY)?;
        let name = first.service_name.as_ref().unwrap_or(&first.service_type);
        let regions = rows.chunk_by(|one, next| one.region_id == next.region_id);
        let endpoints = regions.filter_map(|rows| endpoint(rows, base, token, project));
        Some(ServiceEntry {
            name: name.clone(),
            kind: first.service_type.clone(),
            endpoints: endpoints.collect(),
        })
    };
    let services = of_service.filter_map(service);
    services
        .filter(|service| !service.endpoints.is_empty())
        .collect()
}

/// Returns the endpoint of a service in one region; of several with the same interface the first counts.
fn endpoint(
    rows: &[CatalogRow],
    base: &Base,
    token: &Token,
    project: &str,
) -> Option<EndpointEntry> {
    let row = |interface: &str| {
        let mut rows = rows.iter();
        rows.find(|row| row.interface.as_deref() == Some(interface))
    };
    let url = |row: Option<&CatalogRow>| filled(&base.endpoint(row?.url.as_deref()?), token);
    let (public, internal) = (row("public"), row("internal"));
    let first = public.or(internal)?;
    Some(EndpointEntry {
        id: first.endpoint_id.clone()?,
        region: first.region_id.clone(),
        tenant_id: TenantForm::of(first.url.as_deref()?).of_project(project),
        public: url(public),
        internal: url(internal),
    })
}

/// Keeps the endpoints of one tenant.
pub(crate) fn narrow(services: &mut Vec<ServiceEntry>, tenant: &str) {
    for service in services.iter_mut() {
        service.endpoints.retain(|entry| entry.tenant_id == tenant);
    }
    services.retain(|service| !service.endpoints.is_empty());
}
