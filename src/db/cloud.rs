//! The name of a database, by which the directories of its bytes are known to be its own.

use super::{Session, Sql};
use crate::{Error, Result};

impl Session {
    /// The name that this database has; `new` if it had none.
    pub async fn cloud(&mut self, new: &str) -> Result<String> {
        let insert = Sql::new("INSERT INTO cloud (one, id) VALUES (TRUE, ").bind(new);
        self.run(insert.then(") ON CONFLICT DO NOTHING")).await?;
        let row: Option<(String,)> = self.one(Sql::new("SELECT id FROM cloud")).await?;
        let named = row.map(|(it,)| it);
        named.ok_or_else(|| Error::Internal("the database has no name".into()))
    }
}
