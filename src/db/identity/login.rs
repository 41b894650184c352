//! The queries of a log-in: the user, the scopes, and the catalog.

use crate::db::{Session, Sql};

/// The part of a user that a log-in needs.
#[derive(Clone, Debug)]
pub struct Account {
    /// The user.
    pub id: String,
    /// The password as a PHC string (a password hash), if the user has one.
    pub password: Option<String>,
    /// The project to scope to if the request names no scope.
    pub default_project_id: Option<String>,
    /// `true` if both the user and the domain are enabled.
    pub active: bool,
}

crate::db::from_row!(Account {
    id,
    password,
    default_project_id,
    active
});

/// An endpoint of the catalog with its service; a service without endpoints has one row too.
#[derive(Clone, Debug)]
pub struct CatalogRow {
    pub service_id: String,
    pub service_type: String,
    pub service_name: Option<String>,
    pub endpoint_id: Option<String>,
    pub interface: Option<String>,
    pub region_id: Option<String>,
    pub url: Option<String>,
}

crate::db::from_row!(CatalogRow {
    service_id,
    service_type,
    service_name,
    endpoint_id,
    interface,
    region_id,
    url,
});

const ACCOUNT: &str = "SELECT u.id, u.password, u.default_project_id, \
     (u.enabled AND d.enabled) AS active \
     FROM users u JOIN domains d ON d.id = u.domain_id WHERE ";

impl Session {
    /// Returns the user with this id.
    pub async fn account(&mut self, id: &str) -> sqlx::Result<Option<Account>> {
        self.one(Sql::new(ACCOUNT).push("u.id = ").push_bind(id))
            .await
    }

    /// Locks the user with this id until the commit, so that revoking the user's tokens happens before or
    /// after.
    pub async fn lock_account(&mut self, id: &str) -> sqlx::Result<Option<Account>> {
        self.lock_one(Sql::new(ACCOUNT).push("u.id = ").push_bind(id), "u")
            .await
    }

    /// Returns the user with this name in a domain, given as (`id` or `name`, value).
    pub async fn account_by_name(
        &mut self,
        name: &str,
        domain: (&'static str, &str),
    ) -> sqlx::Result<Option<Account>> {
        let sql = Sql::new(ACCOUNT).push("u.name = ").push_bind(name);
        let sql = sql
            .push(&format!(" AND d.{} = ", domain.0))
            .push_bind(domain.1);
        self.one(sql).await
    }

    /// Locks a project until the commit and returns its id, if it and its domain are enabled.
    pub async fn lock_enabled_project(&mut self, id: &str) -> sqlx::Result<Option<String>> {
        let sql = Sql::new(
            "SELECT p.id FROM projects p JOIN domains d ON d.id = p.domain_id \
             WHERE p.enabled AND d.enabled AND p.id = ",
        );
        let row: Option<(String,)> = self.lock_one(sql.push_bind(id), "p").await?;
        Ok(row.map(|(id,)| id))
    }

    /// Returns the id of the project with this name in a domain, given as (`id` or `name`, value).
    pub async fn project_by_name(
        &mut self,
        name: &str,
        domain: (&'static str, &str),
    ) -> sqlx::Result<Option<String>> {
        let sql = Sql::new(
            "SELECT p.id FROM projects p JOIN domains d ON d.id = p.domain_id WHERE p.name = ",
        );
        let sql = sql.push_bind(name).push(&format!(" AND d.{} = ", domain.0));
        let row: Option<(String,)> = self.one(sql.push_bind(domain.1)).await?;
        Ok(row.map(|(id,)| id))
    }

    /// Locks an enabled domain, given as (`id` or `name`, value), until the commit and returns its id.
    pub async fn lock_enabled_domain(
        &mut self,
        domain: (&'static str, &str),
    ) -> sqlx::Result<Option<String>> {
        let sql = Sql::new("SELECT d.id FROM domains d WHERE d.enabled AND d.").push(domain.0);
        let row: Option<(String,)> = self
            .lock_one(sql.push(" = ").push_bind(domain.1), "d")
            .await?;
        Ok(row.map(|(id,)| id))
    }

    /// Returns every enabled service with its enabled endpoints.
    pub async fn catalog(&mut self) -> sqlx::Result<Vec<CatalogRow>> {
        self.all(Sql::new(
            "SELECT s.id AS service_id, s.type AS service_type, s.name AS service_name, \
             e.id AS endpoint_id, e.interface, e.region_id, e.url \
             FROM services s LEFT JOIN endpoints e ON e.service_id = s.id AND e.enabled \
             WHERE s.enabled ORDER BY s.type, s.id, e.region_id, e.interface DESC, e.id",
        ))
        .await
    }

    /// Returns `true` if there is neither a domain nor a role.
    pub async fn identity_is_empty(&mut self) -> sqlx::Result<bool> {
        let any: Option<(String,)> = self
            .one(Sql::new(
                "SELECT id FROM domains UNION ALL SELECT id FROM roles LIMIT 1",
            ))
            .await?;
        Ok(any.is_none())
    }

    /// Adds the first domain; returns `false` if another session did. Of two sessions that try at the same
    /// time, the later waits here for the earlier.
    pub async fn claim_first_domain(
        &mut self,
        id: &str,
        name: &str,
        description: &str,
    ) -> sqlx::Result<bool> {
        let sql = Sql::new(
            "INSERT INTO domains (id, name, description, enabled, options, extra) \
             VALUES ($1, $2, $3, true, '{}', '{}') ON CONFLICT DO NOTHING RETURNING id",
        );
        let row: Option<(String,)> = self.one(sql.bind(id).bind(name).bind(description)).await?;
        Ok(row.is_some())
    }
}
