//! Access rules as rows: what alone may be done with the tokens of an application credential.

use super::Entity;
use crate::db::{Arg, Session, Sql};

/// An access rule of a user.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessRule {
    pub id: String,
    pub user_id: String,
    pub service: String,
    pub method: String,
    pub path: String,
}

crate::db::from_row!(AccessRule {
    id,
    user_id,
    service,
    method,
    path
});

impl Entity for AccessRule {
    const TABLE: &'static str = "access_rules";
    const COLUMNS: &'static [&'static str] = &["id", "user_id", "service", "method", "path"];
    const ORDER: &'static str = "path, service, method, id";

    fn id(&self) -> &str {
        &self.id
    }

    fn values(&self) -> Vec<Arg> {
        vec![
            Arg::from(&self.id),
            Arg::from(&self.user_id),
            Arg::from(&self.service),
            Arg::from(&self.method),
            Arg::from(&self.path),
        ]
    }
}

impl Session {
    /// Binds an application credential to access rules.
    pub async fn bind_rules(&mut self, credential: &str, rules: &[AccessRule]) -> sqlx::Result<()> {
        if rules.is_empty() {
            return Ok(());
        }
        let mut sql = Sql::new(
            "INSERT INTO application_credential_rules \
             (application_credential_id, access_rule_id) VALUES ",
        );
        for (index, rule) in rules.iter().enumerate() {
            let values: [Arg; 2] = [credential.into(), (&rule.id).into()];
            sql = sql
                .push(if index > 0 { ", " } else { "" })
                .push_tuple(values);
        }
        self.run(sql.push(" ON CONFLICT DO NOTHING")).await
    }

    /// Returns the access rules that an application credential is bound to.
    pub async fn rules_of_credential(&mut self, id: &str) -> sqlx::Result<Vec<AccessRule>> {
        let sql = Sql::new(
            "SELECT r.* FROM application_credential_rules c \
             JOIN access_rules r ON r.id = c.access_rule_id WHERE c.application_credential_id = ",
        );
        self.all(
            sql.push_bind(id)
                .push(" ORDER BY r.path, r.service, r.method"),
        )
        .await
    }

    /// Returns `true` if an application credential is bound to the access rule.
    pub async fn rule_is_used(&mut self, id: &str) -> sqlx::Result<bool> {
        let sql = Sql::new(
            "SELECT access_rule_id FROM application_credential_rules WHERE access_rule_id = ",
        );
        let found: Option<(String,)> = self.one(sql.push_bind(id).limit(1)).await?;
        Ok(found.is_some())
    }
}
