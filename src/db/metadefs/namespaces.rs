//! Namespaces, as rows.

use crate::Result;
use crate::db::{Arg, Session, Sql, order};
use crate::domain::metadef::namespace::Namespace;
use crate::domain::metadef::query::NamespaceKey;
use crate::domain::query::Direction;

const NAMESPACES: &str = "SELECT n.id, n.namespace, n.display_name, n.description, n.visibility, \
                          n.protected, n.owner, n.created_at, n.updated_at \
                          FROM metadef_namespaces n WHERE ";

/// Whose namespaces are in a list.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// All there are.
    Anybodys,
    /// The public ones.
    Everybodys,
    /// Those, and a project's own.
    EverybodysAnd(&'a str),
}

/// A page of a list of namespaces.
#[derive(Debug)]
pub struct NamespacePage<'a> {
    /// Which of all there are.
    pub of: Whose<'a>,
    /// Of this visibility.
    pub visibility: Option<&'a str>,
    /// For one of these resource types.
    pub resource_types: Option<Vec<&'a str>>,
    /// Their order.
    pub sort: (NamespaceKey, Direction),
    /// The namespace that the page comes after.
    pub after: Option<&'a Namespace>,
    /// How many.
    pub limit: i64,
}

impl Session {
    /// The namespace of this name.
    pub async fn namespace(&mut self, name: &str) -> Result<Option<Namespace>> {
        let sql = Sql::new(NAMESPACES).then("n.namespace = ").bind(name);
        Ok(self.one(sql).await?)
    }

    /// The same, held until the commit, with all that is in it.
    pub async fn hold_namespace(&mut self, name: &str) -> Result<Option<Namespace>> {
        let sql = Sql::new(NAMESPACES).then("n.namespace = ").bind(name);
        Ok(self.hold(sql, "n").await?)
    }

    /// The namespaces of a page, in order.
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
            sql = order::beyond(sql.then(" AND "), &values);
        }
        let columns = keys.iter().map(|key| (column(*key), page.sort.1));
        Ok(self.all(order::by(sql, columns).limit(page.limit)).await?)
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
            new.visibility.word().into(),
            new.protected.into(),
            (&new.owner).into(),
            new.created_at.into(),
            new.updated_at.into(),
        ];
        self.add_rows(into, vec![row]).await
    }

    /// Changes a namespace, at the commit; its contents stay.
    pub fn update_namespace(&mut self, changed: &Namespace) {
        let sql = Sql::new("UPDATE metadef_namespaces SET namespace = ").bind(&changed.namespace);
        let sql = sql.then(", display_name = ").bind(&changed.display_name);
        let sql = sql.then(", description = ").bind(&changed.description);
        let sql = sql.then(", visibility = ").bind(changed.visibility.word());
        let sql = sql.then(", protected = ").bind(changed.protected);
        let sql = sql.then(", owner = ").bind(&changed.owner);
        let sql = sql.then(", updated_at = ").bind(changed.updated_at);
        self.queue(sql.then(" WHERE id = ").bind(&changed.id));
    }

    /// Deletes a namespace and all that is in it now, to make room for another of its name.
    pub async fn drop_namespace(&mut self, id: &str) -> Result<()> {
        let sql = Sql::new("DELETE FROM metadef_namespaces WHERE id = ").bind(id);
        Ok(self.run(sql).await?)
    }

    /// Deletes a namespace and all that is in it, at the commit.
    pub fn delete_namespace(&mut self, id: &str) {
        self.queue(Sql::new("DELETE FROM metadef_namespaces WHERE id = ").bind(id));
    }
}

impl NamespacePage<'_> {
    fn conditions(&self, sql: Sql) -> Sql {
        let mut sql = match self.of {
            Whose::Anybodys => sql.then("TRUE"),
            Whose::Everybodys => sql.then("n.visibility = 'public'"),
            Whose::EverybodysAnd(project) => sql
                .then("(n.visibility = 'public' OR n.owner = ")
                .bind(project)
                .then(")"),
        };
        if let Some(visibility) = self.visibility {
            sql = sql.then(" AND n.visibility = ").bind(visibility);
        }
        if let Some(types) = &self.resource_types {
            sql = sql.then(
                " AND n.id IN (SELECT a.namespace_id FROM metadef_associations a \
                 WHERE a.resource_type IN ",
            );
            sql = sql.row(types.iter().map(|it| Arg::from(*it))).then(")");
        }
        sql
    }

    /// What they are put in order by, to the last tie-breaker.
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

fn value(key: NamespaceKey, of: &Namespace) -> Arg {
    let text = |it: &Option<String>| Arg::from(it.as_deref().unwrap_or_default());
    match key {
        NamespaceKey::Id | NamespaceKey::CreatedAt => of.created_at.into(),
        NamespaceKey::Namespace => (&of.namespace).into(),
        NamespaceKey::DisplayName => text(&of.display_name),
        NamespaceKey::Description => text(&of.description),
        NamespaceKey::Visibility => of.visibility.word().into(),
        NamespaceKey::Protected => of.protected.into(),
        NamespaceKey::Owner => text(&of.owner),
        NamespaceKey::UpdatedAt => of.updated_at.unwrap_or(of.created_at).into(),
    }
}
