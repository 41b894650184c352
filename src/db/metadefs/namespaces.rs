//! Metadata definition namespaces as rows.

use crate::Result;
use crate::db::{Arg, Session, Sql, keyset};
use crate::domain::metadef::namespace::Namespace;
use crate::domain::metadef::query::NamespaceKey;
use crate::domain::query::Direction;

const NAMESPACES: &str = "SELECT n.id, n.namespace, n.display_name, n.description, n.visibility, \
                          n.protected, n.owner, n.created_at, n.updated_at \
                          FROM metadef_namespaces n WHERE ";

crate::db::from_row!(Namespace {
    id,
    namespace,
    display_name,
    description,
    visibility: String,
    protected,
    owner,
    created_at,
    updated_at,
});

/// The namespaces that a list has.
#[derive(Clone, Copy, Debug)]
pub enum NamespaceScope<'a> {
    /// All namespaces.
    All,
    /// The public ones.
    Public,
    /// The public ones and those of a project.
    PublicAndOwnedBy(&'a str),
}

/// A page of a list of namespaces.
#[derive(Debug)]
pub struct NamespacePage<'a> {
    /// The namespaces that the caller sees.
    pub scope: NamespaceScope<'a>,
    /// Only this visibility, if given.
    pub visibility: Option<&'a str>,
    /// Only namespaces for one of these resource types, if given.
    pub resource_types: Option<Vec<&'a str>>,
    /// The sort key and direction.
    pub sort: (NamespaceKey, Direction),
    /// The marker: the last namespace of the page before.
    pub after: Option<&'a Namespace>,
    /// The greatest number of namespaces.
    pub limit: i64,
}

impl Session {
    /// Returns the namespace with this name.
    pub async fn namespace(&mut self, name: &str) -> Result<Option<Namespace>> {
        let sql = Sql::new(NAMESPACES).push("n.namespace = ").push_bind(name);
        Ok(self.one(sql).await?)
    }

    /// Locks the namespace with this name, and so its contents, until the commit and returns it.
    pub async fn lock_namespace(&mut self, name: &str) -> Result<Option<Namespace>> {
        let sql = Sql::new(NAMESPACES).push("n.namespace = ").push_bind(name);
        Ok(self.lock_one(sql, "n").await?)
    }

    /// Returns the namespaces of a page, in order.
    pub async fn namespaces(&mut self, page: &NamespacePage<'_>) -> Result<Vec<Namespace>> {
        let types = page.resource_types.as_ref();
        if page.limit == 0 || types.is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let keys = page.keys();
        let mut sql = page.conditions(Sql::new(NAMESPACES));
        if let Some(after) = page.after {
            let values: Vec<_> = keys
                .iter()
                .map(|key| (column(*key), page.sort.1, value(*key, after)))
                .collect();
            sql = keyset::after(sql.push(" AND "), &values);
        }
        let columns = keys.iter().map(|key| (column(*key), page.sort.1));
        Ok(self
            .all(keyset::order_by(sql, columns).limit(page.limit))
            .await?)
    }

    /// Adds a namespace.
    pub async fn insert_namespace(&mut self, new: &Namespace) -> Result<()> {
        let into = "metadef_namespaces (id, namespace, display_name, description, visibility, \
                    protected, owner, created_at, updated_at)";
        let row = vec![
            (&new.id).into(),
            (&new.namespace).into(),
            (&new.display_name).into(),
            (&new.description).into(),
            new.visibility.as_str().into(),
            new.protected.into(),
            (&new.owner).into(),
            new.created_at.into(),
            new.updated_at.into(),
        ];
        self.add_rows(into, vec![row]).await
    }

    /// Updates a namespace at the commit; its contents stay.
    pub fn update_namespace(&mut self, changed: &Namespace) {
        let sql =
            Sql::new("UPDATE metadef_namespaces SET namespace = ").push_bind(&changed.namespace);
        let sql = sql
            .push(", display_name = ")
            .push_bind(&changed.display_name);
        let sql = sql.push(", description = ").push_bind(&changed.description);
        let sql = sql
            .push(", visibility = ")
            .push_bind(changed.visibility.as_str());
        let sql = sql.push(", protected = ").push_bind(changed.protected);
        let sql = sql.push(", owner = ").push_bind(&changed.owner);
        let sql = sql.push(", updated_at = ").push_bind(changed.updated_at);
        self.queue(sql.push(" WHERE id = ").push_bind(&changed.id));
    }

    /// Deletes a namespace and its contents at once, so that another of its name can be added.
    pub async fn drop_namespace(&mut self, id: &str) -> Result<()> {
        let sql = Sql::new("DELETE FROM metadef_namespaces WHERE id = ").push_bind(id);
        Ok(self.run(sql).await?)
    }

    /// Deletes a namespace and its contents at the commit.
    pub fn delete_namespace(&mut self, id: &str) {
        self.queue(Sql::new("DELETE FROM metadef_namespaces WHERE id = ").push_bind(id));
    }
}

impl NamespacePage<'_> {
    fn conditions(&self, sql: Sql) -> Sql {
        let mut sql = match self.scope {
            NamespaceScope::All => sql.push("TRUE"),
            NamespaceScope::Public => sql.push("n.visibility = 'public'"),
            NamespaceScope::PublicAndOwnedBy(project) => sql
                .push("(n.visibility = 'public' OR n.owner = ")
                .push_bind(project)
                .push(")"),
        };
        if let Some(visibility) = self.visibility {
            sql = sql.push(" AND n.visibility = ").push_bind(visibility);
        }
        if let Some(types) = &self.resource_types {
            sql = sql.push(
                " AND n.id IN (SELECT a.namespace_id FROM metadef_associations a \
                 WHERE a.resource_type IN ",
            );
            sql = sql
                .push_tuple(types.iter().map(|name| Arg::from(*name)))
                .push(")");
        }
        sql
    }

    /// Returns the sort keys down to the last tie-breaker.
    fn keys(&self) -> Vec<NamespaceKey> {
        let mut keys = vec![self.sort.0];
        for key in [NamespaceKey::CreatedAt, NamespaceKey::Namespace] {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }
}

fn column(key: NamespaceKey) -> &'static str {
    match key {
        NamespaceKey::Id | NamespaceKey::CreatedAt => "n.created_at",
        NamespaceKey::Namespace => "n.namespace",
        NamespaceKey::DisplayName => "coalesce(n.display_name, '')",
        NamespaceKey::Description => "coalesce(n.description, '')",
        NamespaceKey::Visibility => "n.visibility",
        NamespaceKey::Protected => "n.protected",
        NamespaceKey::Owner => "coalesce(n.owner, '')",
        NamespaceKey::UpdatedAt => "coalesce(n.updated_at, n.created_at)",
    }
}

fn value(key: NamespaceKey, namespace: &Namespace) -> Arg {
    let text = |text: &Option<String>| Arg::from(text.as_deref().unwrap_or_default());
    match key {
        NamespaceKey::Id | NamespaceKey::CreatedAt => namespace.created_at.into(),
        NamespaceKey::Namespace => (&namespace.namespace).into(),
        NamespaceKey::DisplayName => text(&namespace.display_name),
        NamespaceKey::Description => text(&namespace.description),
        NamespaceKey::Visibility => namespace.visibility.as_str().into(),
        NamespaceKey::Protected => namespace.protected.into(),
        NamespaceKey::Owner => text(&namespace.owner),
        NamespaceKey::UpdatedAt => namespace.updated_at.unwrap_or(namespace.created_at).into(),
    }
}
