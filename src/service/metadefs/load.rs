//! Loading definitions that come from files rather than from a caller, as `glance-manage
//! db_load_metadefs` does.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::namespaces::fill;
use crate::app::App;
use crate::config::metadefs::{Existing, NAMESPACE_FIELDS, NAMESPACE_PARTS};
use crate::db::{Session, TagPage};
use crate::domain::metadef::Timestamped;
use crate::domain::metadef::definition::Definitions;
use crate::domain::metadef::namespace::{Contents, Namespace, NewNamespace};
use crate::domain::metadef::property::Property;
use crate::domain::metadef::query::TagKey;
use crate::domain::query::Direction;
use crate::{Error, Result};

/// The result of loading, by the names of the namespaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The namespaces that were created.
    pub made: Vec<String>,
    /// The namespaces that existed and were updated from the files.
    pub merged: Vec<String>,
    /// The namespaces that existed and were left as they were.
    pub skipped: Vec<String>,
}

/// A namespace as a file describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Described(NewNamespace);

/// Whose a namespace is of which the file does not say it.
const OWNER: &str = "admin";

impl Described {
    /// Reads what a file holds.
    pub fn read(document: Value) -> Result<Self> {
        let Value::Object(mut members) = document else {
            return Err(Error::Invalid("it holds no JSON object".into()));
        };
        let known = NAMESPACE_FIELDS.iter().chain(&NAMESPACE_PARTS);
        let heard = known.filter_map(|name| {
            let value = members.shift_remove(*name)?;
            // What is null, Glance takes for not said.
            (!value.is_null()).then(|| ((*name).to_owned(), value))
        });
        let new = NewNamespace::new(Value::Object(heard.collect::<Map<_, _>>()))?;
        new.contents.without_duplicates(&new.namespace)?;
        Ok(Self(new))
    }
}

/// Loads namespaces: all of them, or none.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn load(app: &App, described: &[Described], existing: Existing) -> Result<Loaded> {
    let mut db = app.db.write().await?;
    let loaded = load_within(app, &mut db, described, existing).await?;
    db.commit().await?;
    Ok(loaded)
}

/// Loads definitions within a transaction of the caller.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn load_within(
    app: &App,
    db: &mut Session,
    described: &[Described],
    existing: Existing,
) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    let mut latest = None;
    // Servers that start together load one after the other.
    db.advisory_lock("metadefs").await?;
    for Described(new) in described {
        let name = new.namespace.clone();
        let now = later(app.clock.now(), latest);
        latest = Some(now);
        let before = db.lock_namespace(&name).await?;
        match (before, existing) {
            (None, _) => {
                make(app, db, new, now).await?;
                loaded.made.push(name);
            }
            (Some(_), Existing::Skip) => loaded.skipped.push(name),
            (Some(before), Existing::Overwrite) => {
                db.drop_namespace(&before.id).await?;
                make(app, db, new, now).await?;
                loaded.merged.push(name);
            }
            (Some(before), Existing::Merge | Existing::PreferNew) => {
                let prefer_new = existing == Existing::PreferNew;
                merge(db, before, (new, now), prefer_new).await?;
                loaded.merged.push(name);
            }
        }
    }
    Ok(loaded)
}

/// Returns this time, or one after that of the namespace before: lists are in the order of the times, and so of the
/// files, although the clock may stand still.
fn later(now: DateTime<Utc>, latest: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let next = latest.map(|latest| latest + TimeDelta::microseconds(1));
    next.map_or(now, |next| next.max(now))
}

/// Returns the namespace of a file, created at this time.
fn described(new: &NewNamespace, id: String, now: DateTime<Utc>) -> Namespace {
    let mut namespace = new.namespace(id, Some(OWNER), now);
    namespace.updated_at = None;
    namespace
}

async fn make(app: &App, db: &mut Session, new: &NewNamespace, now: DateTime<Utc>) -> Result<()> {
    let namespace = described(new, app.new_id().to_string(), now);
    db.insert_namespace(&namespace).await?;
    fill(db, &namespace, &new.contents).await
}

/// Adds what is missing, and with `prefer_new` changes what is there.
async fn merge(
    db: &mut Session,
    before: Namespace,
    (new, now): (&NewNamespace, DateTime<Utc>),
    prefer_new: bool,
) -> Result<()> {
    let namespace = described(new, before.id.clone(), now);
    let there = ExistingContents::of(db, &before).await?;
    if prefer_new {
        let changed = Namespace {
            created_at: before.created_at,
            updated_at: Some(namespace.created_at),
            ..namespace.clone()
        };
        db.update_namespace(&changed);
        replace(db, &changed, &new.contents, &there);
    }
    fill(db, &namespace, &there.lacks(&new.contents)).await
}

/// Makes what is there as the file says, at the commit.
fn replace(db: &mut Session, namespace: &Namespace, contents: &Contents, there: &ExistingContents) {
    let now = namespace.updated_at.unwrap_or(namespace.created_at);
    for association in contents.associations.iter().flatten() {
        if there.associations.contains(&association.name) {
            db.update_association(&namespace.id, &Timestamped::new(association.clone(), now));
        }
    }
    for object in contents.objects.iter().flatten() {
        if there.objects.contains(&object.name) {
            let changed = Timestamped::new(object.clone(), now);
            db.update_object(&namespace.id, &object.name, &changed);
        }
    }
    let properties = contents
        .properties
        .iter()
        .flat_map(|property| property.iter());
    for (name, definition) in properties {
        if there.properties.contains_key(name) {
            let property = Property {
                name: name.clone(),
                definition: definition.clone(),
            };
            db.update_property(&namespace.id, name, &property, now);
        }
    }
    for tag in contents.tags.iter().flatten() {
        if there.tags.contains(&tag.name) {
            db.update_tag(
                &namespace.id,
                &tag.name,
                &Timestamped::new(tag.clone(), now),
            );
        }
    }
}

/// The existing contents of a namespace, by name.
struct ExistingContents {
    associations: HashSet<String>,
    properties: Definitions,
    objects: HashSet<String>,
    tags: HashSet<String>,
}

impl ExistingContents {
    async fn of(db: &mut Session, namespace: &Namespace) -> Result<Self> {
        let id = namespace.id.as_str();
        let every = TagPage {
            sort: (TagKey::Id, Direction::Ascending),
            marker: None,
            limit: None,
        };
        let associations = db.associations(&[id]).await?.into_iter();
        let objects = db.objects(id).await?.into_iter();
        let tags = db.tags(id, &every).await?.unwrap_or_default().into_iter();
        Ok(Self {
            associations: associations
                .map(|(_, association)| association.item.name)
                .collect(),
            properties: db.properties(id).await?,
            objects: objects.map(|object| object.item.name).collect(),
            tags: tags.map(|tag| tag.name).collect(),
        })
    }

    /// Returns the parts of this that are missing.
    fn lacks(&self, contents: &Contents) -> Contents {
        let mut missing = contents.clone();
        if let Some(it) = &mut missing.associations {
            it.retain(|value| !self.associations.contains(&value.name));
        }
        if let Some(it) = &mut missing.properties {
            it.retain(|name, _| !self.properties.contains_key(name));
        }
        if let Some(it) = &mut missing.objects {
            it.retain(|value| !self.objects.contains(&value.name));
        }
        if let Some(it) = &mut missing.tags {
            it.retain(|value| !self.tags.contains(&value.name));
        }
        missing
    }
}
