//! Objects of namespaces, as rows.

use chrono::{DateTime, Utc};

use super::{json, parse};
use crate::Result;
use crate::db::{Arg, Session, Sql};
use crate::domain::metadef::Kept;
use crate::domain::metadef::object::Object;

const OBJECTS: &str = "SELECT o.name, o.description, o.required, o.properties, o.created_at, \
                       o.updated_at FROM metadef_objects o WHERE o.namespace_id = ";

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    description: Option<String>,
    required: String,
    properties: String,
    created_at: DateTime<Utc>,
    updated_at: Option<DateTime<Utc>>,
}

impl Row {
    fn object(self) -> Result<Kept<Object>> {
        let item = Object {
            name: self.name,
            description: self.description,
            required: Some(parse(&self.required)?),
            properties: Some(parse(&self.properties)?),
        };
        Ok(Kept {
            item,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

impl Session {
    /// The objects of a namespace, by their names.
    pub async fn objects(&mut self, namespace: &str) -> Result<Vec<Kept<Object>>> {
        let sql = Sql::new(OBJECTS).bind(namespace).then(" ORDER BY o.name");
        let rows: Vec<Row> = self.all(sql).await?;
        rows.into_iter().map(Row::object).collect()
    }

    /// One object.
    pub async fn object(&mut self, namespace: &str, name: &str) -> Result<Option<Kept<Object>>> {
        let sql = Sql::new(OBJECTS).bind(namespace);
        let row: Option<Row> = self.one(sql.then(" AND o.name = ").bind(name)).await?;
        row.map(Row::object).transpose()
    }

    /// Adds objects to a namespace.
    pub async fn insert_objects<'a>(
        &mut self,
        namespace: &str,
        objects: impl Iterator<Item = &'a Kept<Object>>,
    ) -> Result<()> {
        let into = "metadef_objects (namespace_id, name, description, required, properties, \
                    created_at, updated_at)";
        let row = |it: &Kept<Object>| -> Vec<Arg> {
            vec![
                namespace.into(),
                (&it.item.name).into(),
                (&it.item.description).into(),
                required(&it.item).into(),
                properties(&it.item).into(),
                it.created_at.into(),
                it.updated_at.into(),
            ]
        };
        self.add_rows(into, objects.map(row).collect()).await
    }

    /// Changes the object that has this name, at the commit.
    pub fn update_object(&mut self, namespace: &str, name: &str, changed: &Kept<Object>) {
        let item = &changed.item;
        let sql = Sql::new("UPDATE metadef_objects SET name = ").bind(&item.name);
        let sql = sql.then(", description = ").bind(&item.description);
        let sql = sql.then(", required = ").bind(required(item));
        let sql = sql.then(", properties = ").bind(properties(item));
        let sql = sql.then(", updated_at = ").bind(changed.updated_at);
        let sql = sql.then(" WHERE namespace_id = ").bind(namespace);
        self.queue(sql.then(" AND name = ").bind(name));
    }

    /// Deletes the objects of a namespace, or one of them, at the commit.
    pub fn delete_objects(&mut self, namespace: &str, only: Option<&str>) {
        self.remove("metadef_objects", namespace, only);
    }
}

fn required(object: &Object) -> String {
    object.required.as_ref().map_or_else(|| "[]".into(), json)
}

fn properties(object: &Object) -> String {
    object.properties.as_ref().map_or_else(|| "{}".into(), json)
}
