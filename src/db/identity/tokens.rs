//! Tokens: given out, looked up, and taken back. A row that is gone is a token that is revoked.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::FromRow;

use super::Scope;
use crate::db::{Session, Sql};

/// What a request needs to know of its token.
#[derive(Clone, Debug, FromRow)]
pub struct Held {
    /// The user.
    pub user_id: String,
    /// The project it is for.
    pub project_id: Option<String>,
    /// The domain it is for.
    pub domain_id: Option<String>,
    /// Whether it is for the system.
    pub system_scope: bool,
    /// The roles, as JSON: `[{"id", "name"}]`.
    pub roles: String,
}

/// All of a token, with the names of all that it names.
#[derive(Clone, Debug, FromRow)]
pub struct Token {
    pub hash: String,
    pub user_id: String,
    pub user_name: String,
    pub user_domain_id: String,
    pub user_domain_name: String,
    pub project_id: Option<String>,
    pub project_name: Option<String>,
    pub project_domain_id: Option<String>,
    pub project_domain_name: Option<String>,
    pub domain_id: Option<String>,
    pub domain_name: Option<String>,
    pub system_scope: bool,
    pub roles: String,
    pub methods: String,
    pub audit_ids: String,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub credential_id: Option<String>,
    pub credential_name: Option<String>,
    pub credential_unrestricted: Option<bool>,
}

impl Token {
    /// What it is for; nothing if it is unscoped.
    #[must_use]
    pub fn scope(&self) -> Option<Scope> {
        let project = self.project_id.clone().map(Scope::Project);
        let domain = self.domain_id.clone().map(Scope::Domain);
        project
            .or(domain)
            .or(self.system_scope.then_some(Scope::System))
    }
}

/// A token to be.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The SHA-256 of the token, in hex.
    pub hash: String,
    /// The user.
    pub user: String,
    /// What it is for.
    pub scope: Option<Scope>,
    /// JSON, as are the next two.
    pub roles: String,
    /// How the user proved who he is.
    pub methods: String,
    /// The id of this token in audits, and of the one it came from.
    pub audit_ids: String,
    /// Now.
    pub issued_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// The application credential that it came from.
    pub credential: Option<String>,
}

const TOKEN: &str = "SELECT t.hash, u.id AS user_id, u.name AS user_name, \
     ud.id AS user_domain_id, ud.name AS user_domain_name, \
     p.id AS project_id, p.name AS project_name, \
     pd.id AS project_domain_id, pd.name AS project_domain_name, \
     d.id AS domain_id, d.name AS domain_name, t.system_scope, t.roles, t.methods, \
     t.audit_ids, t.issued_at, t.expires_at, c.id AS credential_id, \
     c.name AS credential_name, c.unrestricted AS credential_unrestricted FROM tokens t \
     JOIN users u ON u.id = t.user_id JOIN domains ud ON ud.id = u.domain_id \
     LEFT JOIN projects p ON p.id = t.project_id LEFT JOIN domains pd ON pd.id = p.domain_id \
     LEFT JOIN domains d ON d.id = t.domain_id \
     LEFT JOIN application_credentials c ON c.id = t.application_credential_id WHERE t.hash = ";

impl Session {
    /// What a request needs of its token, if that has not ended by then.
    pub async fn held(&mut self, hash: &str, then: DateTime<Utc>) -> sqlx::Result<Option<Held>> {
        let sql = Sql::new(
            "SELECT user_id, project_id, domain_id, system_scope, roles FROM tokens \
             WHERE hash = $1 AND expires_at > $2",
        );
        self.one(sql.with(hash).with(then)).await
    }

    /// All of a token, if it is valid.
    pub async fn token(&mut self, hash: &str, now: DateTime<Utc>) -> sqlx::Result<Option<Token>> {
        self.one(valid(hash, now)).await
    }

    /// The same, held until the commit.
    pub async fn hold_token(
        &mut self,
        hash: &str,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Option<Token>> {
        self.hold(valid(hash, now), "t").await
    }

    /// Keeps a new token.
    pub async fn add_token(&mut self, new: NewToken) -> sqlx::Result<()> {
        let scope = new.scope.as_ref();
        let sql = Sql::new(
            "INSERT INTO tokens (hash, user_id, project_id, domain_id, system_scope, roles, \
             methods, audit_ids, issued_at, expires_at, application_credential_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .with(new.hash)
        .with(new.user)
        .with(scope.and_then(Scope::project))
        .with(scope.and_then(Scope::domain))
        .with(scope == Some(&Scope::System))
        .with(new.roles)
        .with(new.methods)
        .with(new.audit_ids)
        .with(new.issued_at)
        .with(new.expires_at)
        .with(new.credential);
        self.run(sql).await
    }

    /// Revokes one token.
    pub async fn revoke(&mut self, hash: &str) -> sqlx::Result<()> {
        self.run(Sql::new("DELETE FROM tokens WHERE hash = ").bind(hash))
            .await
    }

    /// Revokes every token of a user.
    pub async fn revoke_user(&mut self, user: &str) -> sqlx::Result<()> {
        self.run(Sql::new("DELETE FROM tokens WHERE user_id = ").bind(user))
            .await
    }

    /// Revokes the tokens of a user for one scope, and for a project the application credentials
    /// too. The user's row must be held, or a log-in that runs now slips through.
    pub async fn revoke_user_at(&mut self, user: &str, at: &Scope) -> sqlx::Result<()> {
        if let Scope::Project(project) = at {
            let sql = Sql::new("DELETE FROM application_credentials WHERE user_id = ");
            let sql = sql.bind(user).then(" AND project_id = ").bind(project);
            self.run(sql).await?;
        }
        let sql = Sql::new("DELETE FROM tokens WHERE user_id = ").bind(user);
        let sql = match at {
            Scope::System => sql.then(" AND system_scope"),
            Scope::Project(_) | Scope::Domain(_) => at.narrow(sql, "tokens"),
        };
        self.run(sql).await
    }

    /// Revokes the tokens for a project.
    pub async fn revoke_project(&mut self, project: &str) -> sqlx::Result<()> {
        self.run(Sql::new("DELETE FROM tokens WHERE project_id = ").bind(project))
            .await
    }

    /// Revokes the tokens for a domain, for its projects and of its users. Log-ins that run now
    /// hold those rows: writing them waits for the log-ins.
    pub async fn revoke_domain(&mut self, domain: &str) -> sqlx::Result<()> {
        for table in ["users", "projects"] {
            let sql = format!("UPDATE {table} SET enabled = enabled WHERE domain_id = ");
            self.run(Sql::new(&sql).bind(domain)).await?;
        }
        let sql = Sql::new(
            "DELETE FROM tokens WHERE domain_id = $1 \
             OR user_id IN (SELECT id FROM users WHERE domain_id = $1) \
             OR project_id IN (SELECT id FROM projects WHERE domain_id = $1)",
        );
        self.run(sql.with(domain)).await
    }

    /// Revokes every token with this role, be it given or implied.
    pub async fn revoke_role(&mut self, role: &str) -> sqlx::Result<()> {
        let sql = Sql::new(
            "UPDATE users SET enabled = enabled \
             WHERE id IN (SELECT user_id FROM role_assignments WHERE role_id = ",
        );
        self.run(sql.bind(role).then(")")).await?;
        let sql = Sql::new("DELETE FROM tokens WHERE roles LIKE ");
        self.run(sql.bind(format!("%\"{role}\"%"))).await
    }

    /// Forgets tokens that ended more than two days and an hour ago: so long services may use them,
    /// and what is revoked is seldom one of them, so that the two do not wait for each other.
    pub async fn sweep_tokens(&mut self, now: DateTime<Utc>) -> sqlx::Result<()> {
        let before = now - TimeDelta::hours(49);
        self.run(Sql::new("DELETE FROM tokens WHERE expires_at < ").bind(before))
            .await
    }
}

fn valid(hash: &str, now: DateTime<Utc>) -> Sql {
    let sql = Sql::new(TOKEN).bind(hash);
    sql.then(" AND t.expires_at > ").bind(now)
}
