//! Lists of images: a question becomes one statement that reads little more than it answers.
//!
//! What a caller may see is several sets that do not overlap (everybody's, its own, what is shared
//! with it). Each is read from an index of its own, in the order asked for and from the marker on,
//! and no further than a page; then the best of these few are taken. So a page costs the same
//! however many images there are, and the thousandth page what the first does.

use std::cmp::Ordering;

use super::images::packed;
use super::row::unpack;
use super::sql::Arg;
use super::{Session, Sql, order};
use crate::Result;
use crate::domain::image::{Image, Visibility};
use crate::domain::member::MemberStatus;
use crate::domain::query::{Compare, Direction, Filter, SortKey};

/// Images that have a common ground for being seen.
#[derive(Clone, Debug, PartialEq)]
pub enum Set {
    /// All there are.
    Every {
        /// Only of this visibility.
        visibility: Option<Visibility>,
        /// Which community images are in.
        community: Community,
    },
    /// Those that are there for everybody, public or community.
    Open {
        /// Which of the two.
        visibility: Visibility,
        /// But not this project's.
        not_of: Option<String>,
    },
    /// A project's own.
    Own {
        /// The project.
        project: String,
        /// Only of this visibility.
        visibility: Option<Visibility>,
    },
    /// Those that other projects share with a project.
    Shared {
        /// The project.
        project: String,
        /// What it has made of them; nothing: anything.
        status: Option<MemberStatus>,
    },
}

/// Community images in a list of everything.
#[derive(Clone, Debug, PartialEq)]
pub enum Community {
    /// Everybody's.
    All,
    /// Only those of this project; none where there is no project.
    Of(Option<String>),
}

/// A page of a list.
#[derive(Debug)]
pub struct Page<'a> {
    /// The sets it is from.
    pub sets: Vec<Set>,
    /// Hidden images, or the others.
    pub os_hidden: bool,
    /// Protected images, or the others, or both.
    pub protected: Option<bool>,
    /// What they must have.
    pub filters: Vec<Filter>,
    /// Their order, total.
    pub sort: &'a [(SortKey, Direction)],
    /// The image that the page comes after.
    pub after: Option<&'a Image>,
    /// How many.
    pub limit: i64,
}

/// A tag or property that fewer images than this have is looked up first, and the images by it;
/// one that more have is checked while walking in order, for then it is soon met.
const RARE: i64 = 1000;

impl Session {
    /// The images of a page, in order. (Whether they are shared with the caller is not told.)
    pub async fn page(&mut self, page: &Page<'_>) -> Result<Vec<Image>> {
        if page.sets.is_empty() || page.limit == 0 || page.filters.contains(&Filter::Never) {
            return Ok(Vec::new());
        }
        let rare = self.rare(&page.filters).await?;
        let sql = Sql::new("SELECT string_agg(text, '') FROM (SELECT ");
        let sql = packed(sql, None).then(" AS text FROM images i WHERE ");
        let sql = match page.sets.as_slice() {
            [set] if rare.is_none() && !set.is_shared() => page.conditions(sql, set, None),
            sets => {
                let mut sql = sql.then("i.id IN (");
                for (place, set) in sets.iter().enumerate() {
                    sql = sql.then(if place > 0 { " UNION ALL " } else { "" });
                    sql = page.ids(sql, set, rare);
                }
                sql.then(")")
            }
        };
        let sql = page.order(sql).limit(page.limit);
        let row: Option<(Option<String>,)> = self.one(sql.then(") page")).await?;
        let text = row.and_then(|(it,)| it).unwrap_or_default();
        let found = unpack(&text)?.into_iter();
        let mut images: Vec<_> = found.map(|it| it.image).collect();
        // An aggregate promises no order. What comes nearly always is in it already.
        images.sort_by(|a, b| page.compare(a, b));
        Ok(images)
    }

    /// The filter that few images pass, if there is one.
    async fn rare<'a>(&mut self, filters: &'a [Filter]) -> Result<Option<&'a Filter>> {
        for filter in filters {
            if !has_rows(filter) {
                continue;
            }
            if self.is_rare(filter).await? {
                return Ok(Some(filter));
            }
        }
        Ok(None)
    }

    async fn is_rare(&mut self, filter: &Filter) -> Result<bool> {
        if let Some(rare) = self.frequency.rare(filter) {
            return Ok(rare);
        }
        let sql = rows_of(Sql::new("SELECT count(*) FROM (SELECT 1 FROM "), filter);
        let sql = sql.limit(RARE).then(") found");
        let count: Option<(i64,)> = self.one(sql).await?;
        let rare = count.is_some_and(|(it,)| it < RARE);
        self.frequency.remember(filter, rare);
        Ok(rare)
    }
}

/// Whether a filter is about rows of a table of their own.
fn has_rows(filter: &Filter) -> bool {
    matches!(filter, Filter::Tag(_) | Filter::Property(..))
}

/// The rows `d` that have the tag or property, as a FROM clause.
fn rows_of(sql: Sql, filter: &Filter) -> Sql {
    match filter {
        Filter::Tag(tag) => sql.then("image_tags d WHERE d.tag = ").bind(tag),
        Filter::Property(name, value) => sql
            .then("image_properties d WHERE d.name = ")
            .bind(name)
            // The index has the beginnings of values; see the migration.
            .then(" AND substr(d.value, 1, 200) = substr(")
            .bind(value)
            // Spelt so that SQLite does not put the value into the substr, for then it would not
            // know its index again.
            .then(", 1, 200) AND d.value || '' = ")
            .bind(value),
        _ => sql.then("image_tags d WHERE FALSE"),
    }
}

impl Page<'_> {
    /// The ids of the first images of one set, by way of a rare tag or property if there is one.
    fn ids(&self, sql: Sql, set: &Set, rare: Option<&Filter>) -> Sql {
        let sql = sql.then("SELECT id FROM (SELECT i.id FROM ");
        // A CROSS JOIN is one that SQLite does not turn round.
        let join = ") d CROSS JOIN images i WHERE i.id = d.image_id AND ";
        let sql = match (rare, set) {
            (Some(rare), _) => rows_of(sql.then("(SELECT d.image_id FROM "), rare).then(join),
            (None, Set::Shared { project, status }) => {
                shared_with(sql.then("("), project, *status).then(join)
            }
            (None, _) => sql.then("images i WHERE "),
        };
        let sql = self.order(self.conditions(sql, set, rare));
        sql.limit(self.limit).then(") s")
    }

    fn conditions(&self, sql: Sql, set: &Set, rare: Option<&Filter>) -> Sql {
        let sql = set.condition(sql.then("i.status <> 'deleted' AND "), rare.is_none());
        let mut sql = sql.then(" AND i.os_hidden = ").bind(self.os_hidden);
        if let Some(protected) = self.protected {
            sql = sql.then(" AND i.protected = ").bind(protected);
        }
        for filter in &self.filters {
            if Some(filter) != rare {
                sql = condition(sql.then(" AND "), filter);
            }
        }
        match self.after {
            Some(after) => self.beyond(sql.then(" AND "), after),
            None => sql,
        }
    }

    fn order(&self, sql: Sql) -> Sql {
        order::by(sql, self.sort.iter().map(|(key, way)| (column(*key), *way)))
    }

    /// The order between two images, as the database has it.
    fn compare(&self, a: &Image, b: &Image) -> Ordering {
        let mut keys = self.sort.iter().map(|(key, way)| {
            let order = compare(*key, a, b);
            match way {
                Direction::Ascending => order,
                Direction::Descending => order.reverse(),
            }
        });
        keys.find(|it| it.is_ne()).unwrap_or(Ordering::Equal)
    }

    /// What comes after this image.
    fn beyond(&self, sql: Sql, after: &Image) -> Sql {
        let keys: Vec<_> = self
            .sort
            .iter()
            .map(|(key, way)| (column(*key), *way, value(*key, after)))
            .collect();
        order::beyond(sql, &keys)
    }
}

impl Set {
    /// What sets its images apart; of shared ones not that they are, where they are found by the rows
    /// that share them.
    fn condition(&self, sql: Sql, found_by_it: bool) -> Sql {
        match self {
            Self::Every {
                visibility,
                community,
            } => {
                let sql = match visibility {
                    Some(it) => sql.then("i.visibility = ").bind(it.word()),
                    None => sql.then("TRUE"),
                };
                match community {
                    Community::All => sql,
                    Community::Of(owner) => sql
                        .then(" AND (i.visibility <> 'community' OR i.owner = ")
                        .bind(owner)
                        .then(")"),
                }
            }
            Self::Open { visibility, not_of } => {
                // Spelt out twice, for the partial indexes say it in these words.
                let sql = sql
                    .then("i.visibility IN ('public', 'community') AND i.visibility = ")
                    .bind(visibility.word());
                match not_of {
                    Some(project) => sql
                        .then(" AND (i.owner IS NULL OR i.owner <> ")
                        .bind(project)
                        .then(")"),
                    None => sql,
                }
            }
            Self::Own {
                project,
                visibility,
            } => {
                let sql = sql.then("i.owner = ").bind(project);
                match visibility {
                    Some(it) => sql.then(" AND i.visibility = ").bind(it.word()),
                    None => sql,
                }
            }
            Self::Shared { project, status } => {
                let sql = sql
                    .then("i.visibility = 'shared' AND (i.owner IS NULL OR i.owner <> ")
                    .bind(project)
                    .then(")");
                if found_by_it {
                    sql
                } else {
                    shared_with(sql.then(" AND i.id IN ("), project, *status).then(")")
                }
            }
        }
    }

    /// Whether it starts from the rows of members: few, and in no useful order.
    fn is_shared(&self) -> bool {
        matches!(self, Self::Shared { .. })
    }
}

/// The ids of the images that are shared with a project.
fn shared_with(sql: Sql, project: &str, status: Option<MemberStatus>) -> Sql {
    let sql = sql
        .then("SELECT m.image_id FROM image_members m WHERE NOT m.removed AND m.member = ")
        .bind(project);
    match status {
        Some(it) => sql.then(" AND m.status = ").bind(it.word()),
        None => sql,
    }
}

fn condition(sql: Sql, filter: &Filter) -> Sql {
    match filter {
        Filter::OneOf(field, values) => match values.as_slice() {
            [] => sql.then("FALSE"),
            [one] => sql.then("i.").then(field.word()).then(" = ").bind(one),
            several => {
                let sql = sql.then("i.").then(field.word()).then(" IN ");
                sql.row(several.iter().map(Arg::from))
            }
        },
        Filter::Exactly(field, number) => number_is(sql, field.word(), " = ", *number),
        Filter::AtLeast(field, number) => number_is(sql, field.word(), " >= ", *number),
        Filter::AtMost(field, number) => number_is(sql, field.word(), " <= ", *number),
        Filter::At(field, compare, at) => {
            let sign = match compare {
                Compare::Greater => " > ",
                Compare::GreaterOrEqual => " >= ",
                Compare::Less => " < ",
                Compare::LessOrEqual => " <= ",
                Compare::Equal => " = ",
                Compare::NotEqual => " <> ",
            };
            sql.then("i.").then(field.word()).then(sign).bind(*at)
        }
        // Not EXISTS, which PostgreSQL would turn into a join from the rows that are so common that
        // they were not to be started from. An image has at most one such row.
        Filter::Tag(tag) => sql
            .then("(SELECT 1 FROM image_tags d WHERE d.image_id = i.id AND d.tag = ")
            .bind(tag)
            .then(") = 1"),
        Filter::Property(name, value) => sql
            .then("(SELECT 1 FROM image_properties d WHERE d.image_id = i.id AND d.name = ")
            .bind(name)
            .then(" AND d.value = ")
            .bind(value)
            .then(") = 1"),
        Filter::Never => sql.then("FALSE"),
    }
}

fn number_is(sql: Sql, field: &str, sign: &str, number: i64) -> Sql {
    sql.then("i.").then(field).then(sign).bind(number)
}

/// Nothing counts as an empty text or 0 when images are put in order; the indexes say so too.
fn column(key: SortKey) -> &'static str {
    match key {
        SortKey::Name => "coalesce(i.name, '')",
        SortKey::Status => "i.status",
        SortKey::ContainerFormat => "coalesce(i.container_format, '')",
        SortKey::DiskFormat => "coalesce(i.disk_format, '')",
        SortKey::Size => "coalesce(i.size, 0)",
        SortKey::Id => "i.id",
        SortKey::CreatedAt => "i.created_at",
        SortKey::UpdatedAt => "i.updated_at",
    }
}

fn compare(key: SortKey, a: &Image, b: &Image) -> Ordering {
    let text = |a: &Option<String>, b: &Option<String>| {
        let (a, b) = (a.as_deref(), b.as_deref());
        a.unwrap_or_default().cmp(b.unwrap_or_default())
    };
    match key {
        SortKey::Name => text(&a.name, &b.name),
        SortKey::Status => a.status.word().cmp(b.status.word()),
        SortKey::ContainerFormat => text(&a.container_format, &b.container_format),
        SortKey::DiskFormat => text(&a.disk_format, &b.disk_format),
        SortKey::Size => a.data.size.unwrap_or(0).cmp(&b.data.size.unwrap_or(0)),
        SortKey::Id => a.id.cmp(&b.id),
        SortKey::CreatedAt => a.created_at.cmp(&b.created_at),
        SortKey::UpdatedAt => a.updated_at.cmp(&b.updated_at),
    }
}

fn value(key: SortKey, image: &Image) -> Arg {
    let text = |it: &Option<String>| Arg::from(it.as_deref().unwrap_or_default());
    match key {
        SortKey::Name => text(&image.name),
        SortKey::Status => image.status.word().into(),
        SortKey::ContainerFormat => text(&image.container_format),
        SortKey::DiskFormat => text(&image.disk_format),
        SortKey::Size => image.data.size.unwrap_or(0).into(),
        SortKey::Id => Arg::from(&image.id),
        SortKey::CreatedAt => image.created_at.into(),
        SortKey::UpdatedAt => image.updated_at.into(),
    }
}
