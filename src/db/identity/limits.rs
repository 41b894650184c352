//! Unified limits as rows: registered limits of a service, and limits of projects and domains.

use super::Entity;
use crate::db::{Arg, Session, Sql};

/// A registered limit: a resource of a service, and the default limit of projects without one.
#[derive(Clone, Debug)]
pub struct RegisteredLimit {
    pub id: String,
    pub service_id: String,
    pub region_id: Option<String>,
    pub resource_name: String,
    pub default_limit: i64,
    pub description: Option<String>,
}

crate::db::from_row!(RegisteredLimit {
    id,
    service_id,
    region_id,
    resource_name,
    default_limit,
    description,
});

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

    fn id(&self) -> &str {
        &self.id
    }

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

/// The limit of a project or a domain.
#[derive(Clone, Debug)]
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

crate::db::from_row!(Limit {
    id,
    registered_id,
    project_id,
    domain_id,
    service_id,
    region_id,
    resource_name,
    resource_limit,
    description,
});

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

    fn id(&self) -> &str {
        &self.id
    }

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
    /// Locks a registered limit until the commit and returns it.
    pub async fn lock_registered_limit(
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
        let sql = sql.bind(service).bind(region.unwrap_or_default());
        self.lock_one(sql.bind(resource), "registered_limits").await
    }

    /// Adds registered limits; those that exist stay as they are.
    pub async fn register_limits(&mut self, limits: &[RegisteredLimit]) -> sqlx::Result<()> {
        for limit in limits {
            let columns = RegisteredLimit::COLUMNS.join(", ");
            let sql = Sql::new(&format!(
                "INSERT INTO registered_limits ({columns}) VALUES "
            ));
            let sql = sql
                .push_tuple(limit.values())
                .push(" ON CONFLICT DO NOTHING");
            self.run(sql).await?;
        }
        Ok(())
    }

    /// Returns the limits of a project by name: its own, else the registered default. They are those of the
    /// service and region of an endpoint, or of the services of type image in a region.
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
        let sql = sql.push_bind(project);
        let sql = match endpoint {
            Some(endpoint) => sql
                .push(
                    " JOIN endpoints e ON e.service_id = r.service_id \
                     AND coalesce(e.region_id, '') = coalesce(r.region_id, '') WHERE e.id = ",
                )
                .push_bind(endpoint),
            None => sql
                .push(" WHERE s.type = 'image' AND r.region_id = ")
                .push_bind(region),
        };
        self.all(sql.push(" ORDER BY s.name, s.id")).await
    }
}
