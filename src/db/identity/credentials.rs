//! Application credentials as rows: roles of a user on one project, with a secret of their own.

use chrono::{DateTime, Utc};

use super::Role;
use crate::db::{Arg, Session, Sql};

/// An application credential; the secret is a PHC string (a password hash).
#[derive(Clone, Debug)]
pub struct ApplicationCredential {
    pub id: String,
    pub user_id: String,
    pub project_id: String,
    pub name: String,
    pub description: Option<String>,
    pub secret: String,
    pub expires_at: Option<DateTime<Utc>>,
    pub unrestricted: Option<bool>,
}

crate::db::from_row!(ApplicationCredential {
    id,
    user_id,
    project_id,
    name,
    description,
    secret,
    expires_at,
    unrestricted,
});

const SELECT: &str = "SELECT id, user_id, project_id, name, description, secret, expires_at, \
     unrestricted FROM application_credentials WHERE ";

impl Session {
    /// Adds an application credential with its roles.
    pub async fn add_credential(
        &mut self,
        new: &ApplicationCredential,
        roles: &[Role],
    ) -> sqlx::Result<()> {
        let sql = Sql::new(
            "INSERT INTO application_credentials (id, user_id, project_id, name, description, \
             secret, expires_at, unrestricted) VALUES ($1, $2, $3, $4, $5, $6, $7, ",
        )
        .bind(&new.id)
        .bind(&new.user_id)
        .bind(&new.project_id)
        .bind(&new.name)
        .bind(&new.description)
        .bind(&new.secret)
        .bind(new.expires_at);
        let sql = sql.push(match new.unrestricted {
            None => "NULL)",
            Some(true) => "true)",
            Some(false) => "false)",
        });
        self.run(sql).await?;
        let mut sql = Sql::new(
            "INSERT INTO application_credential_roles (application_credential_id, role_id) VALUES ",
        );
        for (index, role) in roles.iter().enumerate() {
            let values: [Arg; 2] = [(&new.id).into(), (&role.id).into()];
            sql = sql
                .push(if index > 0 { ", " } else { "" })
                .push_tuple(values);
        }
        self.run(sql).await
    }

    /// Returns the application credential with this id.
    pub async fn credential(&mut self, id: &str) -> sqlx::Result<Option<ApplicationCredential>> {
        self.one(Sql::new(SELECT).push("id = ").push_bind(id)).await
    }

    /// Locks the application credential with this id until the commit and returns it.
    pub async fn lock_credential(
        &mut self,
        id: &str,
    ) -> sqlx::Result<Option<ApplicationCredential>> {
        let sql = Sql::new(SELECT).push("id = ").push_bind(id);
        self.lock_one(sql, "application_credentials").await
    }

    /// Returns the application credentials of a user, or the one with this name.
    pub async fn credentials(
        &mut self,
        user: &str,
        name: Option<&str>,
    ) -> sqlx::Result<Vec<ApplicationCredential>> {
        let mut sql = Sql::new(SELECT).push("user_id = ").push_bind(user);
        if let Some(name) = name {
            sql = sql.push(" AND name = ").push_bind(name);
        }
        self.all(sql.push(" ORDER BY name")).await
    }

    /// Returns the roles that an application credential was created with.
    pub async fn credential_roles(&mut self, id: &str) -> sqlx::Result<Vec<Role>> {
        let sql = Sql::new(
            "SELECT r.* FROM application_credential_roles c JOIN roles r ON r.id = c.role_id \
             WHERE c.application_credential_id = ",
        );
        self.all(sql.push_bind(id).push(" ORDER BY r.name")).await
    }

    /// Removes an application credential, and with it the tokens issued for it.
    pub async fn remove_credential(&mut self, id: &str) -> sqlx::Result<()> {
        self.run(Sql::new("DELETE FROM application_credentials WHERE id = ").push_bind(id))
            .await
    }
}
