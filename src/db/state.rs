//! All rows of a cloud as one value that either database gives and takes.
//!
//! Which tables and columns there are is read from the database's own catalogue, so that none can
//! be forgotten. The database itself writes the rows as JSON and reads them again, some hundreds at
//! a time: nothing of them is looked at here.

mod shape;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::pool::State;
use super::{Db, Link, MIGRATIONS, Session, Sql};
use crate::{Error, Result};

pub use shape::{Kind, Shape};

/// Rows that stand in one part.
const ROWS: &str = "500";

/// What is no state of a cloud: which migrations there were, whose bytes the directories have, and
/// the bytes that lie in the database, which are kept and swept like those of any other store.
const APART: [&str; 4] = ["_sqlx_migrations", "cloud", "blobs", "blob_chunks"];

/// All rows of a cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// The last migration of the schema that they are of.
    pub schema: i64,
    /// The rows; those that others refer to first.
    pub parts: Vec<Part>,
}

/// Some rows of one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The table.
    pub table: String,
    /// What each row has, in this order.
    pub columns: Vec<String>,
    /// The rows, as a JSON list of lists. Times are RFC 3339, bytes are hex.
    pub rows: String,
}

/// A line of a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    table: String,
    columns: Vec<String>,
    rows: Value,
}

impl Default for Rows {
    /// A cloud without a row.
    fn default() -> Self {
        Self {
            schema: schema(),
            parts: Vec::new(),
        }
    }
}

/// The last migration that this program knows.
#[must_use]
pub fn schema() -> i64 {
    MIGRATIONS.iter().map(|it| it.version).max().unwrap_or(0)
}

impl Rows {
    /// The rows as lines of text, some of them on each.
    #[must_use]
    pub fn to_lines(&self) -> String {
        let line = |it: &Part| {
            let (table, columns) = (json!(it.table), json!(it.columns));
            let rows = &it.rows;
            format!("{{\"table\":{table},\"columns\":{columns},\"rows\":{rows}}}\n")
        };
        self.parts.iter().map(line).collect()
    }

    /// Reads such lines; `schema` is the last migration that they know.
    pub fn from_lines(schema: i64, lines: &[u8]) -> Result<Self, serde_json::Error> {
        let lines = lines.split(|it| *it == b'\n').filter(|it| !it.is_empty());
        let read = |line| {
            let Line {
                table,
                columns,
                rows,
            } = serde_json::from_slice(line)?;
            let rows = rows.to_string();
            Ok(Part {
                table,
                columns,
                rows,
            })
        };
        let parts = lines.map(read).collect::<Result<_, _>>()?;
        Ok(Self { schema, parts })
    }

    /// Removes all rows of a table.
    pub fn leave_out(&mut self, table: &str) {
        self.parts.retain(|it| it.table != table);
    }

    /// Changes the rows of one table, and removes those that are not to be kept.
    pub fn change(
        &mut self,
        table: &str,
        mut keep: impl FnMut(&mut Map<String, Value>) -> bool,
    ) -> Result<()> {
        for part in self.parts.iter_mut().filter(|it| it.table == table) {
            let rows: Vec<Vec<Value>> = serde_json::from_str(&part.rows).map_err(unreadable)?;
            let mut kept = Vec::new();
            for row in rows {
                let mut row: Map<_, _> = part.columns.iter().cloned().zip(row).collect();
                if keep(&mut row) {
                    kept.push(row.into_iter().map(|(_, it)| it).collect::<Vec<_>>());
                }
            }
            part.rows = json!(kept).to_string();
        }
        Ok(())
    }

    /// The rows of one table, each with the columns that are asked for, as they come.
    pub fn of<const N: usize>(&self, table: &str, columns: [&str; N]) -> Result<Vec<[Value; N]>> {
        let mut found = Vec::new();
        for part in self.parts.iter().filter(|it| it.table == table) {
            let places = columns.map(|it| part.columns.iter().position(|have| have == it));
            let rows: Vec<Vec<Value>> = serde_json::from_str(&part.rows).map_err(unreadable)?;
            found.extend(rows.into_iter().map(|row| {
                places.map(|it| it.and_then(|it| row.get(it)).cloned().unwrap_or_default())
            }));
        }
        Ok(found)
    }

    /// Sees that the rows have the columns and the kinds of values that the tables have, for they
    /// come from a file that anybody may have written.
    pub fn check(&self, shapes: &[Shape]) -> Result<()> {
        for part in &self.parts {
            let shape = shapes.iter().find(|it| it.name == part.table);
            let shape = shape.ok_or_else(|| wrong(&part.table, "there is no such table"))?;
            let kinds: Option<Vec<Kind>> = part.columns.iter().map(|it| shape.kind(it)).collect();
            let kinds = kinds.ok_or_else(|| wrong(&part.table, "it has other columns"))?;
            let rows: Vec<Vec<Value>> = serde_json::from_str(&part.rows)
                .map_err(|_| wrong(&part.table, "its rows are no list of lists"))?;
            let fits = |row: &Vec<Value>| {
                row.len() == kinds.len() && row.iter().zip(&kinds).all(|(it, kind)| kind.fits(it))
            };
            if !rows.iter().all(fits) {
                return Err(wrong(&part.table, "a row does not fit its columns"));
            }
        }
        Ok(())
    }
}

fn wrong(table: &str, why: &str) -> Error {
    Error::Invalid(format!("The rows of {table} cannot be taken: {why}."))
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("rows of a state cannot be read: {error}"))
}

impl Db {
    /// All rows, as they are at one moment.
    pub async fn dump(&self) -> Result<Rows> {
        let mut db = self.read().await?;
        let begin = match db.link {
            Link::Sqlite(_) => "BEGIN",
            Link::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        // First: whoever is given up while it begins leaves something to undo.
        db.set(State::Open);
        db.run(Sql::new(begin)).await?;
        let mut rows = Rows::default();
        for shape in db.shapes().await? {
            db.dump_table(&shape, &mut rows.parts).await?;
        }
        db.commit().await?;
        Ok(rows)
    }

    /// Makes these rows all that there are: in one transaction, so that nobody sees less.
    pub async fn restore(&self, rows: &Rows) -> Result<()> {
        let mut db = self.write().await?;
        let shapes = db.shapes().await?;
        db.empty(&shapes).await?;
        for shape in &shapes {
            for part in rows.parts.iter().filter(|it| it.table == shape.name) {
                let sql = db.fill(shape, part)?;
                db.run(sql).await?;
            }
        }
        db.commit().await?;
        self.frequency.forget();
        Ok(())
    }

    /// Removes all rows of the cloud. Its bytes stay until they are swept.
    pub async fn empty(&self) -> Result<()> {
        self.restore(&Rows::default()).await
    }

    /// The tables of the cloud.
    pub async fn shapes(&self) -> Result<Vec<Shape>> {
        self.read().await?.shapes().await
    }
}

impl Session {
    /// Removes all rows, and keeps other servers from writing some before the commit.
    async fn empty(&mut self, shapes: &[Shape]) -> Result<()> {
        if matches!(self.link, Link::Postgres(_)) {
            let names: Vec<_> = shapes.iter().map(|it| quoted(&it.name)).collect();
            // Others may still read what was.
            let lock = format!("LOCK TABLE {} IN EXCLUSIVE MODE", names.join(", "));
            self.run(Sql::new(&lock)).await?;
        }
        for shape in shapes.iter().rev() {
            self.run(Sql::new("DELETE FROM ").then(&quoted(&shape.name)))
                .await?;
        }
        Ok(())
    }

    async fn dump_table(&mut self, shape: &Shape, parts: &mut Vec<Part>) -> Result<()> {
        let columns = shape.columns.iter();
        let (list, values): (_, Vec<_>) = match self.link {
            Link::Sqlite(_) => (
                "json_array",
                columns.map(shape::Column::in_sqlite).collect(),
            ),
            Link::Postgres(_) => (
                "json_build_array",
                columns.map(shape::Column::in_postgres).collect(),
            ),
        };
        let sql = format!(
            "SELECT concat('[', string_agg(packed, ','), ']') FROM \
             (SELECT CAST({list}({}) AS TEXT) AS packed, \
             (row_number() OVER () - 1) / {ROWS} AS part FROM {}) AS packed \
             GROUP BY part ORDER BY part",
            values.join(", "),
            quoted(&shape.name),
        );
        let rows: Vec<(String,)> = self.all(Sql::new(&sql)).await?;
        parts.extend(rows.into_iter().map(|(rows,)| Part {
            table: shape.name.clone(),
            columns: shape.columns.iter().map(|it| it.name.clone()).collect(),
            rows,
        }));
        Ok(())
    }

    /// The statement that inserts some rows.
    fn fill(&self, shape: &Shape, part: &Part) -> Result<Sql> {
        let column = |name: &String| shape.columns.iter().find(|it| it.name == *name);
        let columns: Option<Vec<_>> = part.columns.iter().map(column).collect();
        let columns = columns.ok_or_else(|| wrong(&part.table, "it has other columns"))?;
        let places = columns.iter().enumerate();
        let (values, from): (Vec<_>, _) = match self.link {
            Link::Sqlite(_) => (
                places.map(|(at, it)| it.to_sqlite(at)).collect(),
                "json_each($1) AS r",
            ),
            Link::Postgres(_) => (
                places.map(|(at, it)| it.to_postgres(at)).collect(),
                "json_array_elements(CAST(CAST($1 AS TEXT) AS JSON)) AS r(value)",
            ),
        };
        let names: Vec<_> = columns.iter().map(|it| quoted(&it.name)).collect();
        let sql = format!(
            "INSERT INTO {} ({}) SELECT {} FROM {from}",
            quoted(&shape.name),
            names.join(", "),
            values.join(", "),
        );
        Ok(Sql::new(&sql).with(&part.rows))
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests;
