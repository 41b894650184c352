//! Metadata definitions as rows.

mod namespaces;
mod objects;
mod properties;
mod resource_types;
mod tags;

use serde::de::DeserializeOwned;

pub use namespaces::{NamespacePage, NamespaceScope};
pub use tags::TagPage;

use super::{Arg, Session, Sql};
use crate::{Error, Result};

/// The greatest number of arguments of a statement. SQLite looks each up by its name among all those
/// before it, which takes longer than anything else if there are many.
const ARGUMENTS_PER_STATEMENT: usize = 512;

/// Reads a column that holds JSON.
fn parse<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        Error::Internal(format!(
            "a metadata definition in the database cannot be read: {error}"
        ))
    })
}

/// Writes JSON for a column.
fn json(value: &impl serde::Serialize) -> String {
    // The value came from JSON.
    serde_json::to_string(value).unwrap_or_default()
}

impl Session {
    /// Adds rows, many in a statement. `into` is the table with its columns.
    ///
    /// # Errors
    /// Fails if a statement does.
    pub(super) async fn add_rows(&mut self, into: &str, rows: Vec<Vec<Arg>>) -> Result<()> {
        let columns = rows.first().map_or(1, Vec::len);
        let rows_per_statement = (ARGUMENTS_PER_STATEMENT / columns.max(1)).max(1);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut sql = Sql::new("INSERT INTO ").push(into).push(" VALUES ");
            for (index, row) in rows.by_ref().take(rows_per_statement).enumerate() {
                sql = sql.push(if index > 0 { ", " } else { "" }).push_tuple(row);
            }
            self.run(sql).await?;
        }
        Ok(())
    }

    /// Returns the position behind all rows of a namespace in a table; the namespace must be locked.
    async fn next_position(&mut self, table: &str, namespace: &str) -> Result<i64> {
        let sql = Sql::new("SELECT coalesce(max(position), 0) + 1 FROM ").push(table);
        let sql = sql.push(" WHERE namespace_id = ").push_bind(namespace);
        let next: Option<(i64,)> = self.one(sql).await?;
        Ok(next.map_or(1, |(next,)| next))
    }

    /// Deletes the rows of a namespace in a table, or the one with this name, at the commit.
    fn remove(&mut self, from: &str, namespace: &str, only: Option<&str>) {
        let sql = Sql::new("DELETE FROM ").push(from);
        let sql = sql.push(" WHERE namespace_id = ").push_bind(namespace);
        self.queue(match only {
            Some(name) => sql.push(" AND name = ").push_bind(name),
            None => sql,
        });
    }
}
