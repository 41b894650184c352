//! Resource types and their associations with namespaces as rows.

use chrono::{DateTime, Utc};

use crate::Result;
use crate::db::{Arg, Session, Sql};
use crate::domain::metadef::Timestamped;
use crate::domain::metadef::resource_type::{Association, ResourceType};

const ASSOCIATIONS: &str = "SELECT a.namespace_id, a.resource_type, a.prefix, \
                            a.properties_target, a.created_at, a.updated_at \
                            FROM metadef_associations a \
                            WHERE a.namespace_id ";

struct AssociationRow {
    namespace_id: String,
    resource_type: String,
    prefix: Option<String>,
    properties_target: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: Option<DateTime<Utc>>,
}

crate::db::from_row!(AssociationRow {
    namespace_id,
    resource_type,
    prefix,
    properties_target,
    created_at,
    updated_at,
});

impl AssociationRow {
    fn association(self) -> Timestamped<Association> {
        let item = Association {
            name: self.resource_type,
            prefix: self.prefix,
            properties_target: self.properties_target,
        };
        Timestamped {
            item,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

type TypeRow = (String, DateTime<Utc>, Option<DateTime<Utc>>);

impl Session {
    /// Returns all resource types, the oldest first.
    pub async fn resource_types(&mut self) -> Result<Vec<Timestamped<ResourceType>>> {
        let sql = Sql::new("SELECT r.name, r.created_at, r.updated_at ");
        let sql = sql.push("FROM metadef_resource_types r ORDER BY r.position, r.name");
        let rows: Vec<TypeRow> = self.all(sql).await?;
        let types = rows
            .into_iter()
            .map(|(name, created_at, updated_at)| Timestamped {
                item: ResourceType { name },
                created_at,
                updated_at,
            });
        Ok(types.collect())
    }

    /// Returns `true` if there is a resource type with this name.
    pub async fn is_resource_type(&mut self, name: &str) -> Result<bool> {
        let sql = Sql::new("SELECT r.name FROM metadef_resource_types r WHERE r.name = ");
        let row: Option<(String,)> = self.one(sql.push_bind(name)).await?;
        Ok(row.is_some())
    }

    /// Returns the associations of these namespaces, each with the id of its namespace, in the order in
    /// which they were added.
    pub async fn associations(
        &mut self,
        namespaces: &[&str],
    ) -> Result<Vec<(String, Timestamped<Association>)>> {
        if namespaces.is_empty() {
            return Ok(Vec::new());
        }
        let ids = namespaces.iter().map(|id| Arg::from(*id));
        let sql = Sql::new(ASSOCIATIONS).push("IN ").push_tuple(ids);
        let rows: Vec<AssociationRow> = self
            .all(sql.push(" ORDER BY a.namespace_id, a.position"))
            .await?;
        let pairs = rows.into_iter();
        Ok(pairs
            .map(|row| (row.namespace_id.clone(), row.association()))
            .collect())
    }

    /// Adds associations to a namespace; missing resource types are created.
    pub async fn insert_associations<'a>(
        &mut self,
        namespace: &str,
        associations: impl Iterator<Item = &'a Timestamped<Association>> + Clone,
    ) -> Result<()> {
        if associations.clone().next().is_none() {
            return Ok(());
        }
        // Two sessions that create types in different orders would deadlock.
        self.advisory_lock("metadef_resource_types").await?;
        for association in associations.clone() {
            self.insert_resource_type(association).await?;
        }
        let next = self
            .next_position("metadef_associations", namespace)
            .await?;
        let into = "metadef_associations (namespace_id, resource_type, position, prefix, \
                    properties_target, created_at, updated_at)";
        let row = |(position, association): (i64, &Timestamped<Association>)| -> Vec<Arg> {
            vec![
                namespace.into(),
                (&association.item.name).into(),
                position.into(),
                (&association.item.prefix).into(),
                (&association.item.properties_target).into(),
                association.created_at.into(),
                association.updated_at.into(),
            ]
        };
        self.add_rows(into, (next..).zip(associations).map(row).collect())
            .await
    }

    async fn insert_resource_type(&mut self, association: &Timestamped<Association>) -> Result<()> {
        let sql = Sql::new(
            "INSERT INTO metadef_resource_types (name, position, created_at, updated_at) \
             SELECT $1, coalesce(max(r.position), 0) + 1, $2, $3 \
             FROM metadef_resource_types r WHERE TRUE ON CONFLICT DO NOTHING",
        );
        let sql = sql
            .bind(&association.item.name)
            .bind(association.created_at);
        Ok(self.run(sql.bind(association.updated_at)).await?)
    }

    /// Updates an association at the commit.
    pub fn update_association(&mut self, namespace: &str, changed: &Timestamped<Association>) {
        let item = &changed.item;
        let sql = Sql::new("UPDATE metadef_associations SET prefix = ").push_bind(&item.prefix);
        let sql = sql
            .push(", properties_target = ")
            .push_bind(&item.properties_target);
        let sql = sql.push(", updated_at = ").push_bind(changed.updated_at);
        let sql = sql.push(" WHERE namespace_id = ").push_bind(namespace);
        self.queue(sql.push(" AND resource_type = ").push_bind(&item.name));
    }

    /// Deletes an association at the commit; the resource type stays.
    pub fn delete_association(&mut self, namespace: &str, resource_type: &str) {
        let sql =
            Sql::new("DELETE FROM metadef_associations WHERE namespace_id = ").push_bind(namespace);
        self.queue(sql.push(" AND resource_type = ").push_bind(resource_type));
    }
}
