//! Removing every row there is, as when a cloud is made anew.

use super::{Db, Link, Session, Sql};
use crate::Result;

/// Tables that tell of the database itself rather than of the cloud in it.
const OWN: [&str; 2] = ["_sqlx_migrations", "cloud"];

impl Db {
    /// Removes all rows, in one transaction.
    pub async fn empty(&self) -> Result<()> {
        let mut session = self.write().await?;
        let tables = session.tables().await?;
        match &session.link {
            Link::Sqlite(_) => {
                // What refers to what is looked at when all is gone.
                session.queue(Sql::new("PRAGMA defer_foreign_keys = ON"));
                for table in tables {
                    session.queue(Sql::new(&format!("DELETE FROM \"{table}\"")));
                }
            }
            Link::Postgres(_) => {
                let tables: Vec<_> = tables.iter().map(|it| format!("\"{it}\"")).collect();
                session.queue(Sql::new(&format!("TRUNCATE {}", tables.join(", "))));
            }
        }
        Ok(session.commit().await?)
    }
}

impl Session {
    /// The tables that hold the cloud, by name.
    async fn tables(&mut self) -> Result<Vec<String>> {
        let sql = match &self.link {
            Link::Sqlite(_) => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            }
            Link::Postgres(_) => {
                "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()"
            }
        };
        let rows: Vec<(String,)> = self.all(Sql::new(sql)).await?;
        let names = rows.into_iter().map(|(name,)| name);
        Ok(names.filter(|it| !OWN.contains(&it.as_str())).collect())
    }
}
