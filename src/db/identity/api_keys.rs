//! API keys as rows: a second secret of a user, beside the password, that its owner may look up.

use crate::db::{Arg, Session, Sql};
use crate::domain::secret::Secret;

impl Session {
    /// Returns the API key of a user.
    pub async fn api_key(&mut self, user: &str) -> sqlx::Result<Option<Secret>> {
        let sql = Sql::new("SELECT api_key FROM api_keys WHERE user_id = ").push_bind(user);
        let row: Option<(String,)> = self.one(sql).await?;
        Ok(row.map(|(key,)| Secret::new(key)))
    }

    /// Gives API keys to users who have none, all or none.
    pub async fn add_api_keys(&mut self, keys: &[(String, Secret)]) -> sqlx::Result<()> {
        let mut sql = Sql::new("INSERT INTO api_keys (user_id, api_key) VALUES ");
        for (index, (user, key)) in keys.iter().enumerate() {
            let values: [Arg; 2] = [user.into(), key.reveal().into()];
            sql = sql
                .push(if index > 0 { ", " } else { "" })
                .push_tuple(values);
        }
        self.run(sql).await
    }

    /// Gives a user this API key in place of the one before.
    pub async fn set_api_key(&mut self, user: &str, key: &Secret) -> sqlx::Result<()> {
        let sql = Sql::new(
            "INSERT INTO api_keys (user_id, api_key) VALUES ($1, $2) \
             ON CONFLICT (user_id) DO UPDATE SET api_key = excluded.api_key",
        );
        self.run(sql.bind(user).bind(key.reveal())).await
    }

    /// Takes the API key of a user away; returns `false` if there was none.
    pub async fn remove_api_key(&mut self, user: &str) -> sqlx::Result<bool> {
        let sql = Sql::new("DELETE FROM api_keys WHERE user_id = ").push_bind(user);
        let removed: Option<(String,)> = self.one(sql.push(" RETURNING user_id")).await?;
        Ok(removed.is_some())
    }
}
