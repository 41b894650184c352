//! Tokens as rows. Revoking a token removes its row.

use chrono::{DateTime, TimeDelta, Utc};

use super::Scope;
use crate::db::{Session, Sql};

/// The part of a token that each request needs.
#[derive(Clone, Debug)]
pub struct TokenSummary {
    /// The user.
    pub user_id: String,
    /// The project of its scope.
    pub project_id: Option<String>,
    /// The domain of its scope.
    pub domain_id: Option<String>,
    /// `true` if its scope is the system.
    pub system_scope: bool,
    /// The roles as JSON: `[{"id", "name"}]`.
    pub roles: String,
    /// The application credential that it was issued for.
    pub credential_id: Option<String>,
}

crate::db::from_row!(TokenSummary {
    user_id,
    project_id,
    domain_id,
    system_scope,
    roles,
    credential_id,
});

/// A token, with the names of the resources it refers to.
#[derive(Clone, Debug)]
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

crate::db::from_row!(Token {
    hash,
    user_id,
    user_name,
    user_domain_id,
    user_domain_name,
    project_id,
    project_name,
    project_domain_id,
    project_domain_name,
    domain_id,
    domain_name,
    system_scope,
    roles,
    methods,
    audit_ids,
    issued_at,
    expires_at,
    credential_id,
    credential_name,
    credential_unrestricted,
});

impl Token {
    /// Returns its scope; `None` for an unscoped token.
    #[must_use]
    pub fn scope(&self) -> Option<Scope> {
        let project = self.project_id.clone().map(Scope::Project);
        let domain = self.domain_id.clone().map(Scope::Domain);
        project
            .or(domain)
            .or(self.system_scope.then_some(Scope::System))
    }
}

/// A token to add.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The SHA-256 of the token, in hex.
    pub hash: String,
    /// The user.
    pub user: String,
    /// Its scope; `None` for an unscoped token.
    pub scope: Option<Scope>,
    /// The roles as JSON.
    pub roles: String,
    /// The authentication methods as JSON.
    pub methods: String,
    /// The audit ids of this token and of its parent, as JSON.
    pub audit_ids: String,
    /// The time now.
    pub issued_at: DateTime<Utc>,
    /// The time when it expires.
    pub expires_at: DateTime<Utc>,
    /// The application credential that it was issued for.
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
    /// Returns the summary of a token that is still valid at this time.
    pub async fn token_summary(
        &mut self,
        hash: &str,
        at: DateTime<Utc>,
    ) -> sqlx::Result<Option<TokenSummary>> {
        let sql = Sql::new(
            "SELECT user_id, project_id, domain_id, system_scope, roles, \
             application_credential_id AS credential_id FROM tokens \
             WHERE hash = $1 AND expires_at > $2",
        );
        self.one(sql.bind(hash).bind(at)).await
    }

    /// Returns a token if it is valid.
    pub async fn token(&mut self, hash: &str, now: DateTime<Utc>) -> sqlx::Result<Option<Token>> {
        self.one(valid_token(hash, now)).await
    }

    /// Locks a token until the commit and returns it if it is valid.
    pub async fn lock_token(
        &mut self,
        hash: &str,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Option<Token>> {
        self.lock_one(valid_token(hash, now), "t").await
    }

    /// Adds a token.
    pub async fn add_token(&mut self, new: NewToken) -> sqlx::Result<()> {
        let scope = new.scope.as_ref();
        let sql = Sql::new(
            "INSERT INTO tokens (hash, user_id, project_id, domain_id, system_scope, roles, \
             methods, audit_ids, issued_at, expires_at, application_credential_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(new.hash)
        .bind(new.user)
        .bind(scope.and_then(Scope::project))
        .bind(scope.and_then(Scope::domain))
        .bind(scope == Some(&Scope::System))
        .bind(new.roles)
        .bind(new.methods)
        .bind(new.audit_ids)
        .bind(new.issued_at)
        .bind(new.expires_at)
        .bind(new.credential);
        self.run(sql).await
    }

    /// Removes tokens that expired more than 49 hours ago. Services may accept an expired token for two
    /// days; and tokens so old are seldom revoked, so that the two do not wait for each other's locks.
    pub async fn sweep_tokens(&mut self, now: DateTime<Utc>) -> sqlx::Result<()> {
        let before = now - TimeDelta::hours(49);
        self.run(Sql::new("DELETE FROM tokens WHERE expires_at < ").push_bind(before))
            .await
    }
}

fn valid_token(hash: &str, now: DateTime<Utc>) -> Sql {
    let sql = Sql::new(TOKEN).push_bind(hash);
    sql.push(" AND t.expires_at > ").push_bind(now)
}
