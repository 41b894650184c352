//! Application credentials: a user's rights on one project, under a secret of their own.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::Role;
use crate::db::{Arg, Session, Sql};

/// An application credential; the secret is a PHC string.
#[derive(Clone, Debug, FromRow)]
pub struct Credential {
    pub id: String,
    pub user_id: String,
    pub project_id: String,
    pub name: String,
    pub description: Option<String>,
    pub secret: String,
    pub expires_at: Option<DateTime<Utc>>,
    pub unrestricted: Option<bool>,
}

const SELECT: &str = "SELECT id, user_id, project_id, name, description, secret, expires_at, \
     unrestricted FROM application_credentials WHERE ";

impl Session {
    /// Adds an application credential with its roles.
    pub async fn add_credential(&mut self, new: &Credential, roles: &[Role]) -> sqlx::Result<()> {
        let sql = Sql::new(
            "INSERT INTO application_credentials (id, user_id, project_id, name, description, \
             secret, expires_at, unrestricted) VALUES ($1, $2, $3, $4, $5, $6, $7, ",
        )
        .with(&new.id)
        .with(&new.user_id)
        .with(&new.project_id)
        .with(&new.name)
        .with(&new.description)
        .with(&new.secret)
        .with(new.expires_at);
        let sql = sql.then(match new.unrestricted {
            None => "NULL)",
            Some(true) => "true)",
            Some(false) => "false)",
        });
        self.run(sql).await?;
        let mut sql = Sql::new(
            "INSERT INTO application_credential_roles (application_credential_id, role_id) VALUES ",
        );
        for (place, role) in roles.iter().enumerate() {
            let values: [Arg; 2] = [(&new.id).into(), (&role.id).into()];
            sql = sql.then(if place > 0 { ", " } else { "" }).row(values);
        }
        self.run(sql).await
    }

    /// The application credential with this id.
    pub async fn credential(&mut self, id: &str) -> sqlx::Result<Option<Credential>> {
        self.one(Sql::new(SELECT).then("id = ").bind(id)).await
    }

    /// The same, held until the commit.
    pub async fn hold_credential(&mut self, id: &str) -> sqlx::Result<Option<Credential>> {
        let sql = Sql::new(SELECT).then("id = ").bind(id);
        self.hold(sql, "application_credentials").await
    }

    /// A user's application credentials, or the one with this name.
    pub async fn credentials(
        &mut self,
        user: &str,
        name: Option<&str>,
    ) -> sqlx::Result<Vec<Credential>> {
        let mut sql = Sql::new(SELECT).then("user_id = ").bind(user);
        if let Some(name) = name {
            sql = sql.then(" AND name = ").bind(name);
        }
        self.all(sql.then(" ORDER BY name")).await
    }

    /// The roles that an application credential was made with.
    pub async fn credential_roles(&mut self, id: &str) -> sqlx::Result<Vec<Role>> {
        let sql = Sql::new(
            "SELECT r.* FROM application_credential_roles c JOIN roles r ON r.id = c.role_id \
             WHERE c.application_credential_id = ",
        );
        self.all(sql.bind(id).then(" ORDER BY r.name")).await
    }

    /// Removes an application credential, and with it the tokens that came from it.
    pub async fn remove_credential(&mut self, id: &str) -> sqlx::Result<()> {
        self.run(Sql::new("DELETE FROM application_credentials WHERE id = ").bind(id))
            .await
    }
}
