//! Revocation: tokens whose ground is gone are deleted.

use super::Scope;
use crate::db::{Session, Sql};

impl Session {
    /// Revokes one token.
    pub async fn revoke(&mut self, hash: &str) -> sqlx::Result<()> {
        self.run(Sql::new("DELETE FROM tokens WHERE hash = ").push_bind(hash))
            .await
    }

    /// Revokes every token of a user.
    pub async fn revoke_user(&mut self, user: &str) -> sqlx::Result<()> {
        self.run(Sql::new("DELETE FROM tokens WHERE user_id = ").push_bind(user))
            .await
    }

    /// Revokes the tokens of a user for one scope, and for a project the application credentials too. The
    /// user must be locked, or a concurrent log-in gets a token all the same.
    pub async fn revoke_user_at(&mut self, user: &str, at: &Scope) -> sqlx::Result<()> {
        if let Scope::Project(project) = at {
            let sql = Sql::new("DELETE FROM application_credentials WHERE user_id = ");
            let sql = sql
                .push_bind(user)
                .push(" AND project_id = ")
                .push_bind(project);
            self.run(sql).await?;
        }
        let sql = Sql::new("DELETE FROM tokens WHERE user_id = ").push_bind(user);
        let sql = match at {
            Scope::System => sql.push(" AND system_scope"),
            Scope::Project(_) | Scope::Domain(_) => at.narrow(sql, "tokens"),
        };
        self.run(sql).await
    }

    /// Revokes the tokens for a project.
    pub async fn revoke_project(&mut self, project: &str) -> sqlx::Result<()> {
        self.run(Sql::new("DELETE FROM tokens WHERE project_id = ").push_bind(project))
            .await
    }

    /// Revokes the tokens for a domain, for its projects and of its users. Concurrent log-ins lock rows of
    /// these users and projects: writing these rows waits for the log-ins.
    pub async fn revoke_domain(&mut self, domain: &str) -> sqlx::Result<()> {
        for table in ["users", "projects"] {
            let sql = format!("UPDATE {table} SET enabled = enabled WHERE domain_id = ");
            self.run(Sql::new(&sql).push_bind(domain)).await?;
        }
        let sql = Sql::new(
            "DELETE FROM tokens WHERE domain_id = $1 \
             OR user_id IN (SELECT id FROM users WHERE domain_id = $1) \
             OR project_id IN (SELECT id FROM projects WHERE domain_id = $1)",
        );
        self.run(sql.bind(domain)).await
    }

    /// Revokes every token with this role, assigned or implied.
    pub async fn revoke_role(&mut self, role: &str) -> sqlx::Result<()> {
        let sql = Sql::new(
            "UPDATE users SET enabled = enabled \
             WHERE id IN (SELECT user_id FROM role_assignments WHERE role_id = ",
        );
        self.run(sql.push_bind(role).push(")")).await?;
        let sql = Sql::new("DELETE FROM tokens WHERE roles LIKE ");
        self.run(sql.push_bind(format!("%\"{role}\"%"))).await
    }

    /// Returns the scopes that a user has tokens or application credentials for.
    pub async fn scopes_in_use(&mut self, user: &str) -> sqlx::Result<Vec<Scope>> {
        let sql = Sql::new(
            "SELECT project_id, domain_id, system_scope FROM tokens WHERE user_id = $1 \
             UNION SELECT project_id, NULL, false FROM application_credentials WHERE user_id = $1",
        );
        let rows: Vec<(Option<String>, Option<String>, bool)> = self.all(sql.bind(user)).await?;
        let scope = |(project, domain, system): (Option<String>, Option<String>, bool)| {
            let project = project.map(Scope::Project);
            let domain = domain.map(Scope::Domain);
            project.or(domain).or(system.then_some(Scope::System))
        };
        Ok(rows.into_iter().filter_map(scope).collect())
    }

    /// Replaces the roles of the tokens of a user for one scope, but for those of application credentials.
    pub async fn put_token_roles(
        &mut self,
        user: &str,
        at: &Scope,
        roles: &str,
    ) -> sqlx::Result<()> {
        let sql = Sql::new("UPDATE tokens SET roles = ").push_bind(roles);
        let sql = sql.push(" WHERE application_credential_id IS NULL AND user_id = ");
        let sql = sql.push_bind(user);
        let sql = match at {
            Scope::System => sql.push(" AND system_scope"),
            Scope::Project(_) | Scope::Domain(_) => at.narrow(sql, "tokens"),
        };
        self.run(sql).await
    }

    /// Replaces the roles of the tokens of an application credential; without any, they end.
    pub async fn put_credential_token_roles(&mut self, id: &str, roles: &str) -> sqlx::Result<()> {
        let sql = if roles == "[]" {
            Sql::new("DELETE FROM tokens")
        } else {
            Sql::new("UPDATE tokens SET roles = ").push_bind(roles)
        };
        self.run(
            sql.push(" WHERE application_credential_id = ")
                .push_bind(id),
        )
        .await
    }
}
