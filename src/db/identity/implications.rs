//! Implied roles: a user with the prior role has the implied role too.

use crate::db::{Arg, Session, Sql};

/// An implied role.
#[derive(Clone, Debug)]
pub struct Implication {
    pub prior_id: String,
    pub prior_name: String,
    pub implied_id: String,
    pub implied_name: String,
    /// The domain of the implied role, if it is a role of one.
    pub implied_domain_id: Option<String>,
}

crate::db::from_row!(Implication {
    prior_id,
    prior_name,
    implied_id,
    implied_name,
    implied_domain_id
});

impl Session {
    /// Adds implied roles, as pairs of a prior and an implied id; those that exist stay.
    pub async fn imply(&mut self, pairs: &[(&str, &str)]) -> sqlx::Result<()> {
        let mut sql = Sql::new("INSERT INTO role_implications (prior_id, implied_id) VALUES ");
        for (index, (prior, implied)) in pairs.iter().enumerate() {
            let values: [Arg; 2] = [(*prior).into(), (*implied).into()];
            sql = sql
                .push(if index > 0 { ", " } else { "" })
                .push_tuple(values);
        }
        self.run(sql.push(" ON CONFLICT DO NOTHING")).await
    }

    /// Adds one implied role; returns `false` if it exists.
    pub async fn imply_one(&mut self, prior: &str, implied: &str) -> sqlx::Result<bool> {
        let values: [Arg; 2] = [prior.into(), implied.into()];
        let sql = Sql::new("INSERT INTO role_implications (prior_id, implied_id) VALUES ");
        let sql = sql.push_tuple(values);
        let added: Option<(String,)> = self
            .one(sql.push(" ON CONFLICT DO NOTHING RETURNING prior_id"))
            .await?;
        Ok(added.is_some())
    }

    /// Removes an implied role; returns `false` if there was none.
    pub async fn unimply(&mut self, prior: &str, implied: &str) -> sqlx::Result<bool> {
        let sql = Sql::new("DELETE FROM role_implications WHERE prior_id = ").push_bind(prior);
        let sql = sql.push(" AND implied_id = ").push_bind(implied);
        let removed: Option<(String,)> = self.one(sql.push(" RETURNING prior_id")).await?;
        Ok(removed.is_some())
    }

    /// Returns all implied roles.
    pub async fn implications(&mut self) -> sqlx::Result<Vec<Implication>> {
        self.all(Sql::new(
            "SELECT p.id AS prior_id, p.name AS prior_name, i.id AS implied_id, \
             i.name AS implied_name, i.domain_id AS implied_domain_id FROM role_implications r \
             JOIN roles p ON p.id = r.prior_id JOIN roles i ON i.id = r.implied_id \
             ORDER BY p.name, p.id, i.name, i.id",
        ))
        .await
    }
}
