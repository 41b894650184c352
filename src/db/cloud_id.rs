//! The id of the cloud in a database, by which its data directories are recognised.

use super::{Session, Sql};
use crate::{Error, Result};

impl Session {
    /// Returns the id of the cloud in this database, which becomes `new` if there is none yet.
    pub async fn cloud_id(&mut self, new: &str) -> Result<String> {
        let insert = Sql::new("INSERT INTO cloud (one, id) VALUES (TRUE, ").push_bind(new);
        self.run(insert.push(") ON CONFLICT DO NOTHING")).await?;
        let row: Option<(String,)> = self.one(Sql::new("SELECT id FROM cloud")).await?;
        row.map(|(id,)| id)
            .ok_or_else(|| Error::Internal("the database has no cloud id".into()))
    }
}
