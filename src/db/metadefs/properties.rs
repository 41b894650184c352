//! Metadata definition properties as rows.

use chrono::{DateTime, Utc};

use super::{json, parse};
use crate::Result;
use crate::db::{Arg, Session, Sql};
use crate::domain::metadef::definition::{Definition, Definitions};
use crate::domain::metadef::property::Property;

impl Session {
    /// Returns the properties of a namespace, sorted by name.
    pub async fn properties(&mut self, namespace: &str) -> Result<Definitions> {
        let sql = Sql::new("SELECT p.name, p.definition FROM metadef_properties p ");
        let sql = sql.push("WHERE p.namespace_id = ").push_bind(namespace);
        let rows: Vec<(String, String)> = self.all(sql.push(" ORDER BY p.name")).await?;
        rows.into_iter()
            .map(|(name, text)| Ok((name, parse(&text)?)))
            .collect()
    }

    /// Returns the property with this name.
    pub async fn property(&mut self, namespace: &str, name: &str) -> Result<Option<Property>> {
        let sql = Sql::new("SELECT p.definition FROM metadef_properties p ");
        let sql = sql.push("WHERE p.namespace_id = ").push_bind(namespace);
        let row: Option<(String,)> = self.one(sql.push(" AND p.name = ").push_bind(name)).await?;
        row.map(|(text,)| {
            Ok(Property {
                name: name.to_owned(),
                definition: parse(&text)?,
            })
        })
        .transpose()
    }

    /// Adds properties to a namespace. `updated_at` is `None` for properties from a definition file.
    pub async fn insert_properties<'a>(
        &mut self,
        namespace: &str,
        properties: impl Iterator<Item = (&'a String, &'a Definition)>,
        created_at: DateTime<Utc>,
        updated_at: Option<DateTime<Utc>>,
    ) -> Result<()> {
        let into = "metadef_properties (namespace_id, name, definition, created_at, updated_at)";
        let row = |(name, definition): (&String, &Definition)| -> Vec<Arg> {
            vec![
                namespace.into(),
                name.into(),
                json(definition).into(),
                created_at.into(),
                updated_at.into(),
            ]
        };
        self.add_rows(into, properties.map(row).collect()).await
    }

    /// Updates the property with this name at the commit.
    pub fn update_property(
        &mut self,
        namespace: &str,
        name: &str,
        changed: &Property,
        at: DateTime<Utc>,
    ) {
        let sql = Sql::new("UPDATE metadef_properties SET name = ").push_bind(&changed.name);
        let sql = sql
            .push(", definition = ")
            .push_bind(json(&changed.definition));
        let sql = sql.push(", updated_at = ").push_bind(at);
        let sql = sql.push(" WHERE namespace_id = ").push_bind(namespace);
        self.queue(sql.push(" AND name = ").push_bind(name));
    }

    /// Deletes the properties of a namespace, or the one with this name, at the commit.
    pub fn delete_properties(&mut self, namespace: &str, only: Option<&str>) {
        self.remove("metadef_properties", namespace, only);
    }
}
