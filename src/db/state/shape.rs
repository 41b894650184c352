//! What tables there are, as the database's own catalogue tells.

use std::collections::{HashMap, HashSet};

use chrono::DateTime;
use serde_json::Value;

use super::super::{Link, Session, Sql};
use super::{APART, quoted};
use crate::{Error, Result};

/// A table.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Its name.
    pub name: String,
    /// What its rows have.
    pub(super) columns: Vec<Column>,
}

impl Shape {
    /// What a column of this name has, if there is one.
    #[must_use]
    pub fn kind(&self, column: &str) -> Option<Kind> {
        let mut columns = self.columns.iter();
        columns.find(|it| it.name == column).map(|it| it.kind)
    }
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// What a column has: in all kinds, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Whole numbers.
    Int,
    /// Yes or no.
    Bool,
    /// Moments.
    Time,
    /// Bytes.
    Bytes,
}

impl Kind {
    /// The kind that a type of either database stands for.
    fn of(kind: &str) -> Option<Self> {
        match kind.to_ascii_lowercase().as_str() {
            "text" => Some(Self::Text),
            "bigint" => Some(Self::Int),
            "boolean" => Some(Self::Bool),
            "timestamptz" | "timestamp with time zone" => Some(Self::Time),
            "bytea" => Some(Self::Bytes),
            _ => None,
        }
    }

    /// Whether a value in a file can be one of these.
    pub(super) fn fits(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null) | (Self::Text, Value::String(_)) | (Self::Bool, Value::Bool(_)) => {
                true
            }
            (Self::Int, Value::Number(it)) => it.is_i64(),
            (Self::Time, Value::String(it)) => is_moment(it),
            (Self::Bytes, Value::String(it)) => {
                it.len() % 2 == 0 && it.bytes().all(|it| it.is_ascii_hexdigit())
            }
            _ => false,
        }
    }
}

/// Whether it is written as SQLite keeps it, for there it is compared as a text.
fn is_moment(text: &str) -> bool {
    DateTime::parse_from_rfc3339(text).is_ok_and(|it| {
        let same = it
            .to_utc()
            .to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false);
        same == text
    })
}

impl Column {
    /// A value as SQLite writes it.
    pub(super) fn in_sqlite(&self) -> String {
        let name = quoted(&self.name);
        match self.kind {
            Kind::Text | Kind::Int | Kind::Time => name,
            Kind::Bool => format!("json(CASE {name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"),
            Kind::Bytes => format!("CASE WHEN {name} IS NOT NULL THEN lower(hex({name})) END"),
        }
    }

    /// The same, as PostgreSQL does. A moment has as many digits as SQLite keeps of it: none, three
    /// or six.
    pub(super) fn in_postgres(&self) -> String {
        let name = quoted(&self.name);
        match self.kind {
            Kind::Text | Kind::Int | Kind::Bool => name,
            Kind::Time => format!(
                "regexp_replace(regexp_replace(\
                 to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), \
                 '000\\Z', ''), '\\.000\\Z', '') || '+00:00'"
            ),
            Kind::Bytes => format!("encode({name}, 'hex')"),
        }
    }

    /// The value at a place of a row, for SQLite.
    pub(super) fn to_sqlite(&self, at: usize) -> String {
        match self.kind {
            Kind::Bytes => format!("unhex(value ->> {at})"),
            _ => format!("value ->> {at}"),
        }
    }

    /// The same, for PostgreSQL.
    pub(super) fn to_postgres(&self, at: usize) -> String {
        match self.kind {
            Kind::Text => format!("value ->> {at}"),
            Kind::Int => format!("CAST(value ->> {at} AS BIGINT)"),
            Kind::Bool => format!("CAST(value ->> {at} AS BOOLEAN)"),
            Kind::Time => format!("CAST(value ->> {at} AS TIMESTAMPTZ)"),
            Kind::Bytes => format!("decode(value ->> {at}, 'hex')"),
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

/// Which table refers to which.
const SQLITE_REFERENCES: &str = "SELECT t.name, r.\"table\" FROM sqlite_schema t \
     JOIN pragma_foreign_key_list(t.name) r WHERE t.type = 'table'";

const POSTGRES_REFERENCES: &str = "SELECT CAST(t.relname AS TEXT), CAST(r.relname AS TEXT) \
     FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid \
     WHERE k.contype = 'f' AND t.relnamespace = CAST(current_schema() AS regnamespace)";

impl Session {
    /// The tables of the cloud; those that others refer to first.
    pub(super) async fn shapes(&mut self) -> Result<Vec<Shape>> {
        let (columns, references) = match self.link {
            Link::Sqlite(_) => (SQLITE_COLUMNS, SQLITE_REFERENCES),
            Link::Postgres(_) => (POSTGRES_COLUMNS, POSTGRES_REFERENCES),
        };
        let columns: Vec<(String, String, String)> = self.all(Sql::new(columns)).await?;
        let references: Vec<(String, String)> = self.all(Sql::new(references)).await?;
        let mut shapes: Vec<Shape> = Vec::new();
        for (table, name, kind) in columns {
            if APART.contains(&table.as_str()) {
                continue;
            }
            let unknown =
                || Error::Internal(format!("{table}.{name} is of an unknown type {kind}"));
            let kind = Kind::of(&kind).ok_or_else(unknown)?;
            let column = Column { name, kind };
            match shapes.last_mut() {
                Some(last) if last.name == table => last.columns.push(column),
                _ => shapes.push(Shape {
                    name: table,
                    columns: vec![column],
                }),
            }
        }
        ordered(shapes, &references)
    }
}

/// Tables behind those that they refer to.
fn ordered(shapes: Vec<Shape>, references: &[(String, String)]) -> Result<Vec<Shape>> {
    let mut needs: HashMap<&str, HashSet<&str>> = HashMap::new();
    for (table, other) in references.iter().filter(|(table, other)| table != other) {
        needs.entry(table).or_default().insert(other);
    }
    let (mut waiting, mut done, mut ordered) = (shapes, HashSet::new(), Vec::new());
    while !waiting.is_empty() {
        let ready = |it: &Shape| {
            let needs = needs.get(it.name.as_str());
            needs.is_none_or(|it| it.iter().all(|it| done.contains(*it)))
        };
        let (now, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(ready);
        if now.is_empty() {
            return Err(Error::Internal(
                "tables refer to each other in a circle".into(),
            ));
        }
        done.extend(now.iter().map(|it| it.name.clone()));
        ordered.extend(now);
        waiting = later;
    }
    Ok(ordered)
}
