//! Unified limits: those registered for a service, and those that projects and domains have.

use sqlx::FromRow;

use super::Entity;
use crate::db::{Arg, Session, Sql};

/// What a service limits, and the limit of whoever has none of his own.
#[derive(Clone, Debug, FromRow)]
pub struct RegisteredLimit {
    pub id: String,
    pub service_id: String,
    pub region_id: Option<String>,
    pub resource_name: String,
    pub default_limit: i64,
    pub description: Option<String>,
}

impl Entity for RegisteredLimit {
    const TABLE: &'static str = "registered_limits";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "service_id",
        "region_id",
        "resource_name",
        "default_limit",
        "description",
    ];
    const ORDER: &'static str = "resource_name, id";

    fn values(&self) -> Vec<Arg> {
        vec![
            Arg::from(&self.id),
            Arg::from(&self.service_id),
            Arg::from(&self.region_id),
            Arg::from(&self.resource_name),
            self.default_limit.into(),
            Arg::from(&self.description),
        ]
    }
}

/// The limit that a project or a domain has of its own.
#[derive(Clone, Debug, FromRow)]
#[expect(
    clippy::struct_field_names,
    reason = "the column is called so, after the member of Keystone's document"
)]
pub struct Limit {
    pub id: String,
    pub registered_id: String,
    pub project_id: Option<String>,
    pub domain_id: Option<String>,
    pub service_id: String,
    pub region_id: Option<String>,
    pub resource_name: String,
    pub resource_limit: i64,
    pub description: Option<String>,
}

impl Entity for Limit {
    const TABLE: &'static str = "limits";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "registered_id",
        "project_id",
        "domain_id",
        "service_id",
        "region_id",
        "resource_name",
        "resource_limit",
        "description",
    ];
    const ORDER: &'static str = "resource_name, id";

    fn values(&self) -> Vec<Arg> {
        vec![
            Arg::from(&self.id),
            Arg::from(&self.registered_id),
            Arg::from(&self.project_id),
            Arg::from(&self.domain_id),
            Arg::from(&self.service_id),
            Arg::from(&self.region_id),
            Arg::from(&self.resource_name),
            self.resource_limit.into(),
            Arg::from(&self.description),
        ]
    }
}

impl Session {
    /// The registered limit of this name, held until the commit: it does not change meanwhile.
    pub async fn hold_registered_limit(
        &mut self,
        service: &str,
        region: Option<&str>,
        resource: &str,
    ) -> sqlx::Result<Option<RegisteredLimit>> {
        let sql = Sql::new(&format!(
            "SELECT {} FROM registered_limits WHERE service_id = $1 \
             AND coalesce(region_id, '') = $2 AND resource_name = $3",
            RegisteredLimit::COLUMNS.join(", ")
        ));
        let sql = sql.with(service).with(region.unwrap_or_default());
        self.hold(sql.with(resource), "registered_limits").await
    }

    /// Registers limits that are not registered yet; the others stay as they are.
    pub async fn register_limits(&mut self, limits: &[RegisteredLimit]) -> sqlx::Result<()> {
        for limit in limits {
            let columns = RegisteredLimit::COLUMNS.join(", ");
            let sql = Sql::new(&format!(
                "INSERT INTO registered_limits ({columns}) VALUES "
            ));
            let sql = sql.row(limit.values()).then(" ON CONFLICT DO NOTHING");
            self.run(sql).await?;
        }
        Ok(())
    }

    /// What bounds a project, by name: its own limits, else the registered ones. They are those of
    /// an endpoint's service and region, or of the services of type image in a region.
    pub async fn limits_of(
        &mut self,
        project: Option<&str>,
        endpoint: Option<&str>,
        region: &str,
    ) -> sqlx::Result<Vec<(String, i64)>> {
        let sql = Sql::new(
            "SELECT r.resource_name, coalesce(l.resource_limit, r.default_limit) \
             FROM registered_limits r JOIN services s ON s.id = r.service_id \
             LEFT JOIN limits l ON l.registered_id = r.id AND l.project_id = ",
        );
        let sql = sql.bind(project);
        let sql = match endpoint {
            Some(endpoint) => sql
                .then(
                    " JOIN endpoints e ON e.service_id = r.service_id \
                     AND coalesce(e.region_id, '') = coalesce(r.region_id, '') WHERE e.id = ",
                )
                .bind(endpoint),
            None => sql
                .then(" WHERE s.type = 'image' AND r.region_id = ")
                .bind(region),
        };
        self.all(sql.then(" ORDER BY s.name, s.id")).await
    }
}
