//! Metadata definition tags as rows.

use chrono::{DateTime, Utc};

use crate::Result;
use crate::db::{Arg, Session, Sql, keyset};
use crate::domain::metadef::Timestamped;
use crate::domain::metadef::query::TagKey;
use crate::domain::metadef::tag::Tag;
use crate::domain::query::Direction;

const TAGS: &str = "SELECT t.name, t.position, t.created_at, t.updated_at \
                    FROM metadef_tags t WHERE t.namespace_id = ";

/// A page of a list of tags.
#[derive(Debug)]
pub struct TagPage<'a> {
    /// The sort key and direction.
    pub sort: (TagKey, Direction),
    /// The marker: the name of the last tag of the page before.
    pub marker: Option<&'a str>,
    /// The greatest number of tags; `None` for all.
    pub limit: Option<i64>,
}

struct TagRow {
    name: String,
    position: i64,
    created_at: DateTime<Utc>,
    updated_at: Option<DateTime<Utc>>,
}

crate::db::from_row!(TagRow {
    name,
    position,
    created_at,
    updated_at
});

impl TagRow {
    fn tag(self) -> Timestamped<Tag> {
        Timestamped {
            item: Tag { name: self.name },
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

impl Session {
    /// Returns the tags of a page, in order; `None` if there is no tag with the name of the marker.
    pub async fn tags(&mut self, namespace: &str, page: &TagPage<'_>) -> Result<Option<Vec<Tag>>> {
        let after = match page.marker {
            Some(marker) => match self.tag_row(namespace, marker).await? {
                None => return Ok(None),
                found => found,
            },
            None => None,
        };
        let (key, direction) = page.sort;
        let mut keys = vec![key];
        keys.extend(
            [TagKey::CreatedAt, TagKey::Id]
                .into_iter()
                .filter(|other| *other != key),
        );
        let mut sql = Sql::new(TAGS).push_bind(namespace);
        if let Some(after) = &after {
            let values: Vec<_> = keys
                .iter()
                .map(|key| (column(*key), direction, value(*key, after)))
                .collect();
            sql = keyset::after(sql.push(" AND "), &values);
        }
        let sql = keyset::order_by(sql, keys.iter().map(|key| (column(*key), direction)));
        let rows: Vec<TagRow> = self
            .all(match page.limit {
                Some(limit) => sql.limit(limit),
                None => sql,
            })
            .await?;
        let tags = rows.into_iter().map(|row| Tag { name: row.name });
        Ok(Some(tags.collect()))
    }

    /// Returns the tag with this name.
    pub async fn tag(&mut self, namespace: &str, name: &str) -> Result<Option<Timestamped<Tag>>> {
        Ok(self.tag_row(namespace, name).await?.map(TagRow::tag))
    }

    async fn tag_row(&mut self, namespace: &str, name: &str) -> Result<Option<TagRow>> {
        let sql = Sql::new(TAGS).push_bind(namespace);
        Ok(self.one(sql.push(" AND t.name = ").push_bind(name)).await?)
    }

    /// Adds tags to a namespace, behind those that it has; the namespace must be locked. `updated_at` is
    /// `None` for tags from a definition file.
    pub async fn insert_metadef_tags<'a>(
        &mut self,
        namespace: &str,
        tags: impl Iterator<Item = &'a Tag>,
        created_at: DateTime<Utc>,
        updated_at: Option<DateTime<Utc>>,
    ) -> Result<()> {
        let next = self.next_position("metadef_tags", namespace).await?;
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

    /// Renames the tag with this name at the commit.
    pub fn update_tag(&mut self, namespace: &str, name: &str, changed: &Timestamped<Tag>) {
        let sql = Sql::new("UPDATE metadef_tags SET name = ").push_bind(&changed.item.name);
        let sql = sql.push(", updated_at = ").push_bind(changed.updated_at);
        let sql = sql.push(" WHERE namespace_id = ").push_bind(namespace);
        self.queue(sql.push(" AND name = ").push_bind(name));
    }

    /// Deletes the tags of a namespace, or the one with this name, at the commit.
    pub fn delete_tags(&mut self, namespace: &str, only: Option<&str>) {
        self.remove("metadef_tags", namespace, only);
    }

    /// Deletes the tags of a namespace at once, so that others can be added.
    pub async fn clear_tags(&mut self, namespace: &str) -> Result<()> {
        let sql = Sql::new("DELETE FROM metadef_tags WHERE namespace_id = ").push_bind(namespace);
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

fn value(key: TagKey, row: &TagRow) -> Arg {
    match key {
        TagKey::Id => row.position.into(),
        TagKey::Name => (&row.name).into(),
        TagKey::CreatedAt => row.created_at.into(),
        TagKey::UpdatedAt => row.updated_at.unwrap_or(row.created_at).into(),
    }
}
