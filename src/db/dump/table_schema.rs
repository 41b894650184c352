//! The tables and their columns, read from the catalogue of the database.

use std::collections::{HashMap, HashSet};

use chrono::DateTime;
use serde_json::Value;

use super::super::{AnyConnection, Session, Sql};
use super::{EXCLUDED_TABLES, quoted};
use crate::{Error, Result};

/// A table.
#[derive(Clone, Debug)]
pub struct TableSchema {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub(super) columns: Vec<ColumnSchema>,
}

impl TableSchema {
    /// Returns the type of the column with this name, if there is one.
    #[must_use]
    pub fn column_type(&self, column: &str) -> Option<ColumnType> {
        let mut columns = self.columns.iter();
        columns
            .find(|found| found.name == column)
            .map(|found| found.column_type)
    }
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct ColumnSchema {
    pub(super) name: String,
    pub(super) column_type: ColumnType,
}

/// The type of a column; every column may be NULL in a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Text,
    /// 64-bit integers.
    Int,
    /// Booleans.
    Bool,
    /// Timestamps.
    Time,
    /// Bytes.
    Bytes,
}

impl ColumnType {
    /// Returns the type for a type name of either database.
    fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "text" => Some(Self::Text),
            "bigint" => Some(Self::Int),
            "boolean" => Some(Self::Bool),
            "timestamptz" | "timestamp with time zone" => Some(Self::Time),
            "bytea" => Some(Self::Bytes),
            _ => None,
        }
    }

    /// Returns `true` if a JSON value of a dump has this type.
    pub(super) fn accepts(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null) | (Self::Text, Value::String(_)) | (Self::Bool, Value::Bool(_)) => {
                true
            }
            (Self::Int, Value::Number(number)) => number.is_i64(),
            (Self::Time, Value::String(text)) => is_timestamp(text),
            (Self::Bytes, Value::String(text)) => {
                text.len() % 2 == 0 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
            }
            _ => false,
        }
    }
}

/// Returns `true` for a timestamp in the form in which SQLite keeps it, for SQLite compares it as text.
fn is_timestamp(text: &str) -> bool {
    DateTime::parse_from_rfc3339(text).is_ok_and(|time| {
        let canonical = time
            .to_utc()
            .to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false);
        canonical == text
    })
}

impl ColumnSchema {
    /// Returns the expression that dumps a value in SQLite.
    pub(super) fn in_sqlite(&self) -> String {
        let name = quoted(&self.name);
        match self.column_type {
            ColumnType::Text | ColumnType::Int | ColumnType::Time => name,
            ColumnType::Bool => {
                format!("json(CASE {name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)")
            }
            ColumnType::Bytes => {
                format!("CASE WHEN {name} IS NOT NULL THEN lower(hex({name})) END")
            }
        }
    }

    /// Returns the expression that dumps a value in PostgreSQL. A timestamp has as many decimals of a second
    /// as SQLite keeps of it: none, three or six.
    pub(super) fn in_postgres(&self) -> String {
        let name = quoted(&self.name);
        match self.column_type {
            ColumnType::Text | ColumnType::Int | ColumnType::Bool => name,
            ColumnType::Time => format!(
                "regexp_replace(regexp_replace(\
                 to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), \
                 '000\\Z', ''), '\\.000\\Z', '') || '+00:00'"
            ),
            ColumnType::Bytes => format!("encode({name}, 'hex')"),
        }
    }

    /// Returns the expression that reads the value at an index of a dumped row in SQLite.
    pub(super) fn to_sqlite(&self, index: usize) -> String {
        match self.column_type {
            ColumnType::Bytes => format!("unhex(value ->> {index})"),
            _ => format!("value ->> {index}"),
        }
    }

    /// Returns the expression that reads the value at an index of a dumped row in PostgreSQL.
    pub(super) fn to_postgres(&self, index: usize) -> String {
        match self.column_type {
            ColumnType::Text => format!("value ->> {index}"),
            ColumnType::Int => format!("CAST(value ->> {index} AS BIGINT)"),
            ColumnType::Bool => format!("CAST(value ->> {index} AS BOOLEAN)"),
            ColumnType::Time => format!("CAST(value ->> {index} AS TIMESTAMPTZ)"),
            ColumnType::Bytes => format!("decode(value ->> {index}, 'hex')"),
        }
    }
}

const SQLITE_COLUMNS: &str = "SELECT t.name, c.name, c.type FROM sqlite_schema t \
     JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' \
     ORDER BY t.name, c.cid";

const POSTGRES_COLUMNS: &str = "SELECT CAST(t.relname AS TEXT), CAST(c.attname AS TEXT), \
     format_type(c.atttypid, NULL) FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid \
     WHERE t.relnamespace = CAST(current_schema() AS regnamespace) AND t.relkind IN ('r', 'p') \
     AND c.attnum > 0 AND NOT c.attisdropped AND c.attgenerated = '' \
     ORDER BY t.relname, c.attnum";

/// Pairs of a table and a table that it refers to.
const SQLITE_REFERENCES: &str = "SELECT t.name, r.\"table\" FROM sqlite_schema t \
     JOIN pragma_foreign_key_list(t.name) r WHERE t.type = 'table'";

const POSTGRES_REFERENCES: &str = "SELECT CAST(t.relname AS TEXT), CAST(r.relname AS TEXT) \
     FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid \
     WHERE k.contype = 'f' AND t.relnamespace = CAST(current_schema() AS regnamespace)";

impl Session {
    /// Returns the tables of the cloud; those that others refer to come first.
    pub(super) async fn table_schemas(&mut self) -> Result<Vec<TableSchema>> {
        let (columns, references) = match self.connection {
            AnyConnection::Sqlite(_) => (SQLITE_COLUMNS, SQLITE_REFERENCES),
            AnyConnection::Postgres(_) => (POSTGRES_COLUMNS, POSTGRES_REFERENCES),
        };
        let columns: Vec<(String, String, String)> = self.all(Sql::new(columns)).await?;
        let references: Vec<(String, String)> = self.all(Sql::new(references)).await?;
        let mut table_schemas: Vec<TableSchema> = Vec::new();
        for (table, name, type_name) in columns {
            if EXCLUDED_TABLES.contains(&table.as_str()) {
                continue;
            }
            let unknown =
                || Error::Internal(format!("{table}.{name} has an unknown type {type_name}"));
            let column_type = ColumnType::from_name(&type_name).ok_or_else(unknown)?;
            let column = ColumnSchema { name, column_type };
            match table_schemas.last_mut() {
                Some(last) if last.name == table => last.columns.push(column),
                _ => table_schemas.push(TableSchema {
                    name: table,
                    columns: vec![column],
                }),
            }
        }
        sort_by_reference(table_schemas, &references)
    }
}

/// Sorts tables behind those that they refer to.
fn sort_by_reference(
    table_schemas: Vec<TableSchema>,
    references: &[(String, String)],
) -> Result<Vec<TableSchema>> {
    let mut needs: HashMap<&str, HashSet<&str>> = HashMap::new();
    for (table, other) in references.iter().filter(|(table, other)| table != other) {
        needs.entry(table).or_default().insert(other);
    }
    let (mut waiting, mut done, mut ordered) = (table_schemas, HashSet::new(), Vec::new());
    while !waiting.is_empty() {
        let ready = |table: &TableSchema| {
            let needs = needs.get(table.name.as_str());
            needs.is_none_or(|others| others.iter().all(|other| done.contains(*other)))
        };
        let (now, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(ready);
        if now.is_empty() {
            return Err(Error::Internal(
                "the tables refer to each other in a cycle".into(),
            ));
        }
        done.extend(now.iter().map(|table| table.name.clone()));
        ordered.extend(now);
        waiting = later;
    }
    Ok(ordered)
}
