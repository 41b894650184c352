//! Tags of namespaces, as rows.

use chrono::{DateTime, Utc};

use crate::Result;
use crate::db::{Arg, Session, Sql, order};
use crate::domain::metadef::Kept;
use crate::domain::metadef::query::TagKey;
use crate::domain::metadef::tag::Tag;
use crate::domain::query::Direction;

const TAGS: &str = "SELECT t.name, t.position, t.created_at, t.updated_at \
                    FROM metadef_tags t WHERE t.namespace_id = ";

/// A page of a list of tags.
#[derive(Debug)]
pub struct TagPage<'a> {
    /// Their order.
    pub sort: (TagKey, Direction),
    /// The name of the tag that the page comes after.
    pub marker: Option<&'a str>,
    /// How many; none: all.
    pub limit: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    position: i64,
    created_at: DateTime<Utc>,
    updated_at: Option<DateTime<Utc>>,
}

impl Row {
    fn tag(self) -> Kept<Tag> {
        Kept {
            item: Tag { name: self.name },
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

impl Session {
    /// The tags of a page, in order; nothing if there is no tag of the marker's name.
    pub async fn tags(&mut self, namespace: &str, page: &TagPage<'_>) -> Result<Option<Vec<Tag>>> {
        let after = match page.marker {
            Some(marker) => match self.tag_row(namespace, marker).await? {
                None => return Ok(None),
                found => found,
            },
            None => None,
        };
        let (key, way) = page.sort;
        let mut keys = vec![key];
        keys.extend(
            [TagKey::CreatedAt, TagKey::Id]
                .into_iter()
                .filter(|it| *it != key),
        );
        let mut sql = Sql::new(TAGS).bind(namespace);
        if let Some(after) = &after {
            let values: Vec<_> = keys
                .iter()
                .map(|key| (column(*key), way, value(*key, after)))
                .collect();
            sql = order::beyond(sql.then(" AND "), &values);
        }
        let sql = order::by(sql, keys.iter().map(|key| (column(*key), way)));
        let rows: Vec<Row> = self
            .all(match page.limit {
                Some(limit) => sql.limit(limit),
                None => sql,
            })
            .await?;
        let tags = rows.into_iter().map(|it| Tag { name: it.name });
        Ok(Some(tags.collect()))
    }

    /// One tag.
    pub async fn tag(&mut self, namespace: &str, name: &str) -> Result<Option<Kept<Tag>>> {
        Ok(self.tag_row(namespace, name).await?.map(Row::tag))
    }

    async fn tag_row(&mut self, namespace: &str, name: &str) -> Result<Option<Row>> {
        let sql = Sql::new(TAGS).bind(namespace);
        Ok(self.one(sql.then(" AND t.name = ").bind(name)).await?)
    }

    /// Adds tags to a namespace, after those it has; somebody holds it meanwhile. `updated_at` is
    /// nothing for what a file brought.
    pub async fn insert_metadef_tags<'a>(
        &mut self,
        namespace: &str,
        tags: impl Iterator<Item = &'a Tag>,
        created_at: DateTime<Utc>,
        updated_at: Option<DateTime<Utc>>,
    ) -> Result<()> {
        let next = self.next_place("metadef_tags", namespace).await?;
        let row = |(position, tag): (i64, &Tag)| -> Vec<Arg> {
            vec![
                namespace.into(),
                (&tag.name).into(),
                position.into(),
                created_at.into(),
                updated_at.into(),
            ]
        };
        let into = "metadef_tags (namespace_id, name, position, created_at, updated_at)";
        self.add_rows(into, (next..).zip(tags).map(row).collect())
            .await
    }

    /// Gives the tag of this name another, at the commit.
    pub fn update_tag(&mut self, namespace: &str, name: &str, changed: &Kept<Tag>) {
        let sql = Sql::new("UPDATE metadef_tags SET name = ").bind(&changed.item.name);
        let sql = sql.then(", updated_at = ").bind(changed.updated_at);
        let sql = sql.then(" WHERE namespace_id = ").bind(namespace);
        self.queue(sql.then(" AND name = ").bind(name));
    }

    /// Deletes the tags of a namespace, or one of them, at the commit.
    pub fn delete_tags(&mut self, namespace: &str, only: Option<&str>) {
        self.remove("metadef_tags", namespace, only);
    }

    /// Deletes the tags of a namespace now, to make room for others.
    pub async fn clear_tags(&mut self, namespace: &str) -> Result<()> {
        let sql = Sql::new("DELETE FROM metadef_tags WHERE namespace_id = ").bind(namespace);
        Ok(self.run(sql).await?)
    }
}

fn column(key: TagKey) -> &'static str {
    match key {
        TagKey::Id => "t.position",
        TagKey::Name => "t.name",
        TagKey::CreatedAt => "t.created_at",
        TagKey::UpdatedAt => "coalesce(t.updated_at, t.created_at)",
    }
}

fn value(key: TagKey, of: &Row) -> Arg {
    match key {
        TagKey::Id => of.position.into(),
        TagKey::Name => (&of.name).into(),
        TagKey::CreatedAt => of.created_at.into(),
        TagKey::UpdatedAt => of.updated_at.unwrap_or(of.created_at).into(),
    }
}
