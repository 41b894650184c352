//! Metadata definition objects as rows.

use chrono::{DateTime, Utc};

use super::{json, parse};
use crate::Result;
use crate::db::{Arg, Session, Sql};
use crate::domain::metadef::Timestamped;
use crate::domain::metadef::object::MetadefObject;

const OBJECTS: &str = "SELECT o.name, o.description, o.required, o.properties, o.created_at, \
                       o.updated_at FROM metadef_objects o WHERE o.namespace_id = ";

struct ObjectRow {
    name: String,
    description: Option<String>,
    required: String,
    properties: String,
    created_at: DateTime<Utc>,
    updated_at: Option<DateTime<Utc>>,
}

crate::db::from_row!(ObjectRow {
    name,
    description,
    required,
    properties,
    created_at,
    updated_at
});

impl ObjectRow {
    fn object(self) -> Result<Timestamped<MetadefObject>> {
        let item = MetadefObject {
            name: self.name,
            description: self.description,
            required: Some(parse(&self.required)?),
            properties: Some(parse(&self.properties)?),
        };
        Ok(Timestamped {
            item,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

impl Session {
    /// Returns the objects of a namespace, sorted by name.
    pub async fn objects(&mut self, namespace: &str) -> Result<Vec<Timestamped<MetadefObject>>> {
        let sql = Sql::new(OBJECTS)
            .push_bind(namespace)
            .push(" ORDER BY o.name");
        let rows: Vec<ObjectRow> = self.all(sql).await?;
        rows.into_iter().map(ObjectRow::object).collect()
    }

    /// Returns the object with this name.
    pub async fn object(
        &mut self,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Timestamped<MetadefObject>>> {
        let sql = Sql::new(OBJECTS).push_bind(namespace);
        let row: Option<ObjectRow> = self.one(sql.push(" AND o.name = ").push_bind(name)).await?;
        row.map(ObjectRow::object).transpose()
    }

    /// Adds objects to a namespace.
    pub async fn insert_objects<'a>(
        &mut self,
        namespace: &str,
        objects: impl Iterator<Item = &'a Timestamped<MetadefObject>>,
    ) -> Result<()> {
        let into = "metadef_objects (namespace_id, name, description, required, properties, \
                    created_at, updated_at)";
        let row = |object: &Timestamped<MetadefObject>| -> Vec<Arg> {
            vec![
                namespace.into(),
                (&object.item.name).into(),
                (&object.item.description).into(),
                required(&object.item).into(),
                properties(&object.item).into(),
                object.created_at.into(),
                object.updated_at.into(),
            ]
        };
        self.add_rows(into, objects.map(row).collect()).await
    }

    /// Updates the object with this name at the commit.
    pub fn update_object(
        &mut self,
        namespace: &str,
        name: &str,
        changed: &Timestamped<MetadefObject>,
    ) {
        let item = &changed.item;
        let sql = Sql::new("UPDATE metadef_objects SET name = ").push_bind(&item.name);
        let sql = sql.push(", description = ").push_bind(&item.description);
        let sql = sql.push(", required = ").push_bind(required(item));
        let sql = sql.push(", properties = ").push_bind(properties(item));
        let sql = sql.push(", updated_at = ").push_bind(changed.updated_at);
        let sql = sql.push(" WHERE namespace_id = ").push_bind(namespace);
        self.queue(sql.push(" AND name = ").push_bind(name));
    }

    /// Deletes the objects of a namespace, or the one with this name, at the commit.
    pub fn delete_objects(&mut self, namespace: &str, only: Option<&str>) {
        self.remove("metadef_objects", namespace, only);
    }
}

fn required(object: &MetadefObject) -> String {
    object.required.as_ref().map_or_else(|| "[]".into(), json)
}

fn properties(object: &MetadefObject) -> String {
    object.properties.as_ref().map_or_else(|| "{}".into(), json)
}
