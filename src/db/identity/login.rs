//! What a log-in reads: who somebody is, where he may go, and what is to be found there.

use sqlx::FromRow;

use super::{Domain, Project};
use crate::db::{Session, Sql};

/// A user as a log-in sees him.
#[derive(Clone, Debug, FromRow)]
pub struct Account {
    /// The user.
    pub id: String,
    /// The PHC string of the password, where the user has one.
    pub password: Option<String>,
    /// The project a token is for when none is asked for.
    pub default_project_id: Option<String>,
    /// Whether both the user and his domain are enabled.
    pub active: bool,
}

/// An endpoint of the catalog with its service; a service without endpoints has one such row too.
#[derive(Clone, Debug, FromRow)]
pub struct CatalogRow {
    pub service_id: String,
    pub service_type: String,
    pub service_name: Option<String>,
    pub endpoint_id: Option<String>,
    pub interface: Option<String>,
    pub region_id: Option<String>,
    pub url: Option<String>,
}

const ACCOUNT: &str = "SELECT u.id, u.password, u.default_project_id, \
     (u.enabled AND d.enabled) AS active \
     FROM users u JOIN domains d ON d.id = u.domain_id WHERE ";

impl Session {
    /// The user with this id.
    pub async fn account(&mut self, id: &str) -> sqlx::Result<Option<Account>> {
        self.one(Sql::new(ACCOUNT).then("u.id = ").bind(id)).await
    }

    /// The same, held until the commit: whatever revokes the user's tokens waits, or came first.
    pub async fn hold_account(&mut self, id: &str) -> sqlx::Result<Option<Account>> {
        self.hold(Sql::new(ACCOUNT).then("u.id = ").bind(id), "u")
            .await
    }

    /// The user with this name in the domain that `domain` (`id` or `name`) says.
    pub async fn account_by_name(
        &mut self,
        name: &str,
        domain: (&'static str, &str),
    ) -> sqlx::Result<Option<Account>> {
        let sql = Sql::new(ACCOUNT).then("u.name = ").bind(name);
        let sql = sql.then(&format!(" AND d.{} = ", domain.0)).bind(domain.1);
        self.one(sql).await
    }

    /// The id of a project that is enabled, as is its domain; held until the commit.
    pub async fn hold_open_project(&mut self, id: &str) -> sqlx::Result<Option<String>> {
        let sql = Sql::new(
            "SELECT p.id FROM projects p JOIN domains d ON d.id = p.domain_id \
             WHERE p.enabled AND d.enabled AND p.id = ",
        );
        let row: Option<(String,)> = self.hold(sql.bind(id), "p").await?;
        Ok(row.map(|it| it.0))
    }

    /// The id of the project with this name in the domain that `domain` (`id` or `name`) says.
    pub async fn project_by_name(
        &mut self,
        name: &str,
        domain: (&'static str, &str),
    ) -> sqlx::Result<Option<String>> {
        let sql = Sql::new(
            "SELECT p.id FROM projects p JOIN domains d ON d.id = p.domain_id WHERE p.name = ",
        );
        let sql = sql.bind(name).then(&format!(" AND d.{} = ", domain.0));
        let row: Option<(String,)> = self.one(sql.bind(domain.1)).await?;
        Ok(row.map(|it| it.0))
    }

    /// The id of the enabled domain that `domain` (`id` or `name`) says; held until the commit.
    pub async fn hold_open_domain(
        &mut self,
        domain: (&'static str, &str),
    ) -> sqlx::Result<Option<String>> {
        let sql = Sql::new("SELECT d.id FROM domains d WHERE d.enabled AND d.").then(domain.0);
        let row: Option<(String,)> = self.hold(sql.then(" = ").bind(domain.1), "d").await?;
        Ok(row.map(|it| it.0))
    }

    /// The enabled projects that a user has a role on.
    pub async fn projects_of(&mut self, user: &str) -> sqlx::Result<Vec<Project>> {
        let sql = Sql::new(
            "SELECT * FROM projects WHERE enabled AND id IN \
             (SELECT project_id FROM role_assignments WHERE user_id = ",
        );
        self.all(sql.bind(user).then(") ORDER BY name, id")).await
    }

    /// The enabled domains that a user has a role on.
    pub async fn domains_of(&mut self, user: &str) -> sqlx::Result<Vec<Domain>> {
        let sql = Sql::new(
            "SELECT * FROM domains WHERE enabled AND id IN \
             (SELECT domain_id FROM role_assignments WHERE user_id = ",
        );
        self.all(sql.bind(user).then(") ORDER BY name")).await
    }

    /// Every enabled service with its enabled endpoints.
    pub async fn catalog(&mut self) -> sqlx::Result<Vec<CatalogRow>> {
        self.all(Sql::new(
            "SELECT s.id AS service_id, s.type AS service_type, s.name AS service_name, \
             e.id AS endpoint_id, e.interface, e.region_id, e.url \
             FROM services s LEFT JOIN endpoints e ON e.service_id = s.id AND e.enabled \
             WHERE s.enabled ORDER BY s.type, s.id, e.region_id, e.interface DESC, e.id",
        ))
        .await
    }

    /// Whether nothing has ever been put into the identity.
    pub async fn identity_is_empty(&mut self) -> sqlx::Result<bool> {
        let any: Option<(String,)> = self
            .one(Sql::new(
                "SELECT id FROM domains UNION ALL SELECT id FROM roles LIMIT 1",
            ))
            .await?;
        Ok(any.is_none())
    }

    /// Adds the first domain; tells whether this session is the one that did. Of two that try at
    /// once, the later waits here for the earlier.
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
        let row: Option<(String,)> = self.one(sql.with(id).with(name).with(description)).await?;
        Ok(row.is_some())
    }
}
