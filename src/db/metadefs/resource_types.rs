//! Resource types, and which namespaces are for them, as rows.

use chrono::{DateTime, Utc};

use crate::Result;
use crate::db::{Arg, Session, Sql};
use crate::domain::metadef::Kept;
use crate::domain::metadef::resource_type::{Association, ResourceType};

const ASSOCIATIONS: &str = "SELECT a.namespace_id, a.resource_type, a.prefix, \
                            a.properties_target, a.created_at, a.updated_at \
                            FROM metadef_associations a \
                            WHERE a.namespace_id ";

#[derive(sqlx::FromRow)]
struct Row {
    namespace_id: String,
    resource_type: String,
    prefix: Option<String>,
    properties_target: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: Option<DateTime<Utc>>,
}

impl Row {
    fn association(self) -> Kept<Association> {
        let item = Association {
            name: self.resource_type,
            prefix: self.prefix,
            properties_target: self.properties_target,
        };
        Kept {
            item,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

type TypeRow = (String, DateTime<Utc>, Option<DateTime<Utc>>);

impl Session {
    /// Every resource type, the earliest first.
    pub async fn resource_types(&mut self) -> Result<Vec<Kept<ResourceType>>> {
        let sql = Sql::new("SELECT r.name, r.created_at, r.updated_at ");
        let sql = sql.then("FROM metadef_resource_types r ORDER BY r.position, r.name");
        let rows: Vec<TypeRow> = self.all(sql).await?;
        let types = rows.into_iter().map(|(name, created_at, updated_at)| Kept {
            item: ResourceType { name },
            created_at,
            updated_at,
        });
        Ok(types.collect())
    }

    /// Whether there is a resource type of this name.
    pub async fn is_resource_type(&mut self, name: &str) -> Result<bool> {
        let sql = Sql::new("SELECT r.name FROM metadef_resource_types r WHERE r.name = ");
        let row: Option<(String,)> = self.one(sql.bind(name)).await?;
        Ok(row.is_some())
    }

    /// What resource types these namespaces are for, each with its namespace's id, in the order in
    /// which it came to be for them.
    pub async fn associations(
        &mut self,
        namespaces: &[&str],
    ) -> Result<Vec<(String, Kept<Association>)>> {
        if namespaces.is_empty() {
            return Ok(Vec::new());
        }
        let ids = namespaces.iter().map(|it| Arg::from(*it));
        let sql = Sql::new(ASSOCIATIONS).then("IN ").row(ids);
        let rows: Vec<Row> = self
            .all(sql.then(" ORDER BY a.namespace_id, a.position"))
            .await?;
        let pairs = rows.into_iter();
        Ok(pairs
            .map(|it| (it.namespace_id.clone(), it.association()))
            .collect())
    }

    /// Adds what a namespace is for; resource types that there are not are made.
    pub async fn insert_associations<'a>(
        &mut self,
        namespace: &str,
        associations: impl Iterator<Item = &'a Kept<Association>> + Clone,
    ) -> Result<()> {
        if associations.clone().next().is_none() {
            return Ok(());
        }
        // Who makes types one after the other must not meet another who makes them otherwise.
        self.hold_word("metadef_resource_types").await?;
        for association in associations.clone() {
            self.insert_resource_type(association).await?;
        }
        let next = self.next_place("metadef_associations", namespace).await?;
        let into = "metadef_associations (namespace_id, resource_type, position, prefix, \
                    properties_target, created_at, updated_at)";
        let row = |(position, it): (i64, &Kept<Association>)| -> Vec<Arg> {
            vec![
                namespace.into(),
                (&it.item.name).into(),
                position.into(),
                (&it.item.prefix).into(),
                (&it.item.properties_target).into(),
                it.created_at.into(),
                it.updated_at.into(),
            ]
        };
        self.add_rows(into, (next..).zip(associations).map(row).collect())
            .await
    }

    async fn insert_resource_type(&mut self, association: &Kept<Association>) -> Result<()> {
        let sql = Sql::new(
            "INSERT INTO metadef_resource_types (name, position, created_at, updated_at) \
             SELECT $1, coalesce(max(r.position), 0) + 1, $2, $3 \
             FROM metadef_resource_types r WHERE TRUE ON CONFLICT DO NOTHING",
        );
        let sql = sql
            .with(&association.item.name)
            .with(association.created_at);
        Ok(self.run(sql.with(association.updated_at)).await?)
    }

    /// Changes how a namespace is for a resource type, at the commit.
    pub fn update_association(&mut self, namespace: &str, changed: &Kept<Association>) {
        let item = &changed.item;
        let sql = Sql::new("UPDATE metadef_associations SET prefix = ").bind(&item.prefix);
        let sql = sql
            .then(", properties_target = ")
            .bind(&item.properties_target);
        let sql = sql.then(", updated_at = ").bind(changed.updated_at);
        let sql = sql.then(" WHERE namespace_id = ").bind(namespace);
        self.queue(sql.then(" AND resource_type = ").bind(&item.name));
    }

    /// Ends, at the commit, that a namespace is for a resource type; the type stays.
    pub fn delete_association(&mut self, namespace: &str, resource_type: &str) {
        let sql =
            Sql::new("DELETE FROM metadef_associations WHERE namespace_id = ").bind(namespace);
        self.queue(sql.then(" AND resource_type = ").bind(resource_type));
    }
}
