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
}
