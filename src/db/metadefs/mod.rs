//! Metadata definitions, as rows.

mod namespaces;
mod objects;
mod properties;
mod resource_types;
mod tags;

use serde::de::DeserializeOwned;

pub use namespaces::{NamespacePage, Whose};
pub use tags::TagPage;

use super::{Arg, Session, Sql};
use crate::{Error, Result};

/// How many arguments a statement has. SQLite looks each up by its name among all those before it: of
/// many, that takes longer than all else.
const ARGUMENTS: usize = 512;

/// Reads a column that holds JSON.
fn parse<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|error| Error::Internal(format!("a metadata definition in the database: {error}")))
}

/// JSON for a column.
fn json(value: &impl serde::Serialize) -> String {
    // What is written here came from JSON.
    serde_json::to_string(value).unwrap_or_default()
}

impl Session {
    /// Adds rows, many in a statement. `into` is the table with its columns.
    pub(super) async fn add_rows(&mut self, into: &str, rows: Vec<Vec<Arg>>) -> Result<()> {
        let columns = rows.first().map_or(1, Vec::len);
        let together = (ARGUMENTS / columns.max(1)).max(1);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut sql = Sql::new("INSERT INTO ").then(into).then(" VALUES ");
            for (place, row) in rows.by_ref().take(together).enumerate() {
                sql = sql.then(if place > 0 { ", " } else { "" }).row(row);
            }
            self.run(sql).await?;
        }
        Ok(())
    }

    /// The place after all that a table has of a namespace, which somebody holds meanwhile.
    async fn next_place(&mut self, table: &str, namespace: &str) -> Result<i64> {
        let sql = Sql::new("SELECT coalesce(max(position), 0) + 1 FROM ").then(table);
        let sql = sql.then(" WHERE namespace_id = ").bind(namespace);
        let next: Option<(i64,)> = self.one(sql).await?;
        Ok(next.map_or(1, |(it,)| it))
    }

    /// Deletes, at the commit, what a table has of a namespace; only one thing where it is named.
    fn remove(&mut self, from: &str, namespace: &str, only: Option<&str>) {
        let sql = Sql::new("DELETE FROM ").then(from);
        let sql = sql.then(" WHERE namespace_id = ").bind(namespace);
        self.queue(match only {
            Some(name) => sql.then(" AND name = ").bind(name),
            None => sql,
        });
    }
}
