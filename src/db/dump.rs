//! Dump and restore of all rows of a cloud, in a form that both databases write and read.
//!
//! The tables and columns come from the catalogue of the database, so that none can be forgotten. The
//! database itself writes the rows as JSON and reads them, some hundreds at a time.

mod table_schema;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::pool::ConnectionState;
use super::{AnyConnection, Db, Session, Sql, latest_schema};
use crate::{Error, Result};

pub use table_schema::{ColumnType, TableSchema};

/// The number of rows in one [`TableRows`].
const ROWS_PER_PART: &str = "500";

/// The tables that are not part of a dump: the migrations, the id that the data directories refer to, the bytes of images in the
/// database, which are kept and swept like those of any other store, and notifications on their way.
const EXCLUDED_TABLES: [&str; 5] = [
    "_sqlx_migrations",
    "cloud",
    "blobs",
    "blob_chunks",
    "webhook_queue",
];

/// All rows of a cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct Dump {
    /// The number of the last migration of their schema.
    pub schema: i64,
    /// The rows; tables that others refer to come first.
    pub parts: Vec<TableRows>,
}

/// Some rows of one table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRows {
    /// The table.
    pub table: String,
    /// The columns of each row, in this order.
    pub columns: Vec<String>,
    /// The rows as a JSON list of lists. Timestamps are RFC 3339, bytes are hexadecimal.
    pub rows: String,
}

/// A line of a dump file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DumpLine {
    table: String,
    columns: Vec<String>,
    rows: Value,
}

impl Default for Dump {
    /// Returns the dump of an empty cloud.
    fn default() -> Self {
        Self {
            schema: latest_schema(),
            parts: Vec::new(),
        }
    }
}

impl Dump {
    /// Returns the dump as lines of JSON, one for each part.
    #[must_use]
    pub fn to_lines(&self) -> String {
        let line = |part: &TableRows| {
            let (table, columns) = (json!(part.table), json!(part.columns));
            let rows = &part.rows;
            format!("{{\"table\":{table},\"columns\":{columns},\"rows\":{rows}}}\n")
        };
        self.parts.iter().map(line).collect()
    }

    /// Reads such lines; `schema` is the number of the last migration of their schema.
    ///
    /// # Errors
    /// Fails if a line is not of this form.
    pub fn from_lines(schema: i64, lines: &[u8]) -> Result<Self, serde_json::Error> {
        let lines = lines
            .split(|line| *line == b'\n')
            .filter(|line| !line.is_empty());
        let read = |line| {
            let DumpLine {
                table,
                columns,
                rows,
            } = serde_json::from_slice(line)?;
            let rows = rows.to_string();
            Ok(TableRows {
                table,
                columns,
                rows,
            })
        };
        let parts = lines.map(read).collect::<Result<_, _>>()?;
        Ok(Self { schema, parts })
    }

    /// Removes all rows of a table.
    pub fn remove_table(&mut self, table: &str) {
        self.parts.retain(|part| part.table != table);
    }

    /// Changes the rows of one table, and removes those for which `keep` returns `false`.
    ///
    /// # Errors
    /// Fails if the rows are not valid JSON.
    pub fn edit_table(
        &mut self,
        table: &str,
        mut keep: impl FnMut(&mut Map<String, Value>) -> bool,
    ) -> Result<()> {
        for part in self.parts.iter_mut().filter(|part| part.table == table) {
            let rows: Vec<Vec<Value>> = serde_json::from_str(&part.rows).map_err(unreadable)?;
            let mut kept = Vec::new();
            for row in rows {
                let mut row: Map<_, _> = part.columns.iter().cloned().zip(row).collect();
                if keep(&mut row) {
                    kept.push(row.into_iter().map(|(_, value)| value).collect::<Vec<_>>());
                }
            }
            part.rows = json!(kept).to_string();
        }
        Ok(())
    }

    /// Returns these columns of the rows of one table, in no particular order.
    ///
    /// # Errors
    /// Fails if the rows are not valid JSON.
    pub fn columns_of<const N: usize>(
        &self,
        table: &str,
        columns: [&str; N],
    ) -> Result<Vec<[Value; N]>> {
        let mut found = Vec::new();
        for part in self.parts.iter().filter(|part| part.table == table) {
            let indexes = columns.map(|name| part.columns.iter().position(|column| column == name));
            let rows: Vec<Vec<Value>> = serde_json::from_str(&part.rows).map_err(unreadable)?;
            found.extend(rows.into_iter().map(|row| {
                indexes.map(|index| {
                    index
                        .and_then(|index| row.get(index))
                        .cloned()
                        .unwrap_or_default()
                })
            }));
        }
        Ok(found)
    }

    /// Checks that the rows have the columns and the types of these tables, for they come from a file that
    /// anybody may have written.
    ///
    /// # Errors
    /// Fails with `Error::Invalid` that names the table.
    pub fn validate(&self, table_schemas: &[TableSchema]) -> Result<()> {
        for part in &self.parts {
            let table = table_schemas.iter().find(|table| table.name == part.table);
            let table = table.ok_or_else(|| invalid(&part.table, "there is no such table"))?;
            let types: Option<Vec<ColumnType>> = part
                .columns
                .iter()
                .map(|name| table.column_type(name))
                .collect();
            let types = types.ok_or_else(|| invalid(&part.table, "the table has other columns"))?;
            let rows: Vec<Vec<Value>> = serde_json::from_str(&part.rows)
                .map_err(|_| invalid(&part.table, "they are not a list of lists"))?;
            let fits = |row: &Vec<Value>| {
                row.len() == types.len()
                    && row
                        .iter()
                        .zip(&types)
                        .all(|(value, column_type)| column_type.accepts(value))
            };
            if !rows.iter().all(fits) {
                return Err(invalid(&part.table, "a row does not fit its columns"));
            }
        }
        Ok(())
    }
}

fn invalid(table: &str, why: &str) -> Error {
    Error::Invalid(format!(
        "The rows of table {table} cannot be restored: {why}."
    ))
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the rows of a dump cannot be read: {error}"))
}

impl Db {
    /// Dumps all rows, as they are at one moment.
    ///
    /// # Errors
    /// Fails if a statement does.
    pub async fn dump(&self) -> Result<Dump> {
        let mut db = self.read().await?;
        let begin = match db.connection {
            AnyConnection::Sqlite(_) => "BEGIN",
            AnyConnection::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        // Before the statement: if this future is dropped while it runs, the connection needs a rollback.
        db.set_state(ConnectionState::InTransaction);
        db.run(Sql::new(begin)).await?;
        let mut dump = Dump::default();
        for table in db.table_schemas().await? {
            db.dump_table(&table, &mut dump.parts).await?;
        }
        db.commit().await?;
        Ok(dump)
    }

    /// Replaces all rows by those of a dump, in one transaction, and drops the notifications that are on their way.
    ///
    /// # Errors
    /// Fails if a statement does; then the rows stay as they were.
    pub async fn restore(&self, dump: &Dump) -> Result<()> {
        let mut db = self.write().await?;
        db.changes_all_images();
        let table_schemas = db.table_schemas().await?;
        db.delete_all(&table_schemas).await?;
        // Rows of an older schema are restored only to be converted, where there is no queue yet.
        if dump.schema >= latest_schema() {
            db.clear_notifications().await?;
        }
        for table in &table_schemas {
            for part in dump.parts.iter().filter(|part| part.table == table.name) {
                let sql = db.insert_rows(table, part)?;
                db.run(sql).await?;
            }
        }
        db.commit().await?;
        self.selectivity.clear();
        Ok(())
    }

    /// Removes all rows of the cloud; the bytes of its images stay until they are swept.
    ///
    /// # Errors
    /// Fails if a statement does.
    pub async fn clear(&self) -> Result<()> {
        self.restore(&Dump::default()).await
    }

    /// Returns the tables of the cloud; those that others refer to come first.
    ///
    /// # Errors
    /// Fails if a column has a type that neither database uses.
    pub async fn table_schemas(&self) -> Result<Vec<TableSchema>> {
        self.read().await?.table_schemas().await
    }
}

impl Session {
    /// Removes all rows, and keeps other servers from writing until the commit.
    async fn delete_all(&mut self, table_schemas: &[TableSchema]) -> Result<()> {
        if matches!(self.connection, AnyConnection::Postgres(_)) {
            let names: Vec<_> = table_schemas
                .iter()
                .map(|column| quoted(&column.name))
                .collect();
            // Others may still read the old rows.
            let lock = format!("LOCK TABLE {} IN EXCLUSIVE MODE", names.join(", "));
            self.run(Sql::new(&lock)).await?;
        }
        for table in table_schemas.iter().rev() {
            self.run(Sql::new("DELETE FROM ").push(&quoted(&table.name)))
                .await?;
        }
        Ok(())
    }

    async fn dump_table(&mut self, table: &TableSchema, parts: &mut Vec<TableRows>) -> Result<()> {
        let columns = table.columns.iter();
        let (list, values): (_, Vec<_>) = match self.connection {
            AnyConnection::Sqlite(_) => (
                "json_array",
                columns.map(table_schema::ColumnSchema::in_sqlite).collect(),
            ),
            AnyConnection::Postgres(_) => (
                "json_build_array",
                columns
                    .map(table_schema::ColumnSchema::in_postgres)
                    .collect(),
            ),
        };
        let sql = format!(
            "SELECT concat('[', string_agg(packed, ','), ']') FROM \
             (SELECT CAST({list}({}) AS TEXT) AS packed, \
             (row_number() OVER () - 1) / {ROWS_PER_PART} AS part FROM {}) AS packed \
             GROUP BY part ORDER BY part",
            values.join(", "),
            quoted(&table.name),
        );
        let rows: Vec<(String,)> = self.all(Sql::new(&sql)).await?;
        parts.extend(rows.into_iter().map(|(rows,)| {
            TableRows {
                table: table.name.clone(),
                columns: table
                    .columns
                    .iter()
                    .map(|column| column.name.clone())
                    .collect(),
                rows,
            }
        }));
        Ok(())
    }

    /// Returns the statement that inserts some rows.
    fn insert_rows(&self, table: &TableSchema, part: &TableRows) -> Result<Sql> {
        let column = |name: &String| table.columns.iter().find(|column| column.name == *name);
        let columns: Option<Vec<_>> = part.columns.iter().map(column).collect();
        let columns = columns.ok_or_else(|| invalid(&part.table, "the table has other columns"))?;
        let indexed = columns.iter().enumerate();
        let (values, from): (Vec<_>, _) = match self.connection {
            AnyConnection::Sqlite(_) => (
                indexed
                    .map(|(index, column)| column.to_sqlite(index))
                    .collect(),
                "json_each($1) AS r",
            ),
            AnyConnection::Postgres(_) => (
                indexed
                    .map(|(index, column)| column.to_postgres(index))
                    .collect(),
                "json_array_elements(CAST(CAST($1 AS TEXT) AS JSON)) AS r(value)",
            ),
        };
        let names: Vec<_> = columns.iter().map(|column| quoted(&column.name)).collect();
        let sql = format!(
            "INSERT INTO {} ({}) SELECT {} FROM {from}",
            quoted(&table.name),
            names.join(", "),
            values.join(", "),
        );
        Ok(Sql::new(&sql).bind(&part.rows))
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests;
