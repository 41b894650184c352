//! Namespaces: who may know of them, and what a request makes of one.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use indexmap::IndexSet;
use serde_json::{Map, Value};

use super::definition::{Definition, Definitions};
use super::object::Object;
use super::resource_type::Association;
use super::shape::Shape;
use super::tag::Tag;
use super::{failure, read};
use crate::domain::access::Caller;
use crate::domain::policy::PolicyTarget;
use crate::domain::words;
use crate::{Error, Result};

words! {
    /// Who may know of a namespace.
    Scope {
        /// Everybody.
        Public = "public",
        /// Its owner, and admins.
        Private = "private",
    }
}

/// A namespace, without what is in it.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
#[expect(
    clippy::struct_field_names,
    reason = "the API calls the name of a namespace so"
)]
pub struct Namespace {
    /// What its contents hang on; nobody is shown it.
    pub id: String,
    /// Its name, unique in the cloud.
    pub namespace: String,
    /// What people are shown instead.
    pub display_name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Who may know of it.
    #[sqlx(try_from = "String")]
    pub visibility: Scope,
    /// Whether it and its contents cannot be deleted.
    pub protected: bool,
    /// The project it belongs to.
    pub owner: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed; nothing for what a file brought.
    pub updated_at: Option<DateTime<Utc>>,
}

impl Namespace {
    /// Whether this caller may know that it exists.
    #[must_use]
    pub fn is_visible_to(&self, caller: &Caller) -> bool {
        caller.admin
            || self.owner.is_none()
            || self.visibility == Scope::Public
            || self.owner == caller.project
    }
}

/// What policy rules see of it.
impl PolicyTarget for Namespace {
    fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        match name {
            "project_id" => self.owner.as_deref().map(Cow::Borrowed),
            "visibility" => Some(Cow::Borrowed(self.visibility.word())),
            _ => None,
        }
    }

    fn is_null(&self, name: &str) -> bool {
        name == "project_id" && self.owner.is_none()
    }
}

/// What a request says of a namespace.
#[derive(Clone, Debug, PartialEq)]
pub struct NewNamespace {
    /// Its name.
    pub namespace: String,
    /// What people are shown instead.
    pub display_name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Who may know of it.
    pub visibility: Option<Scope>,
    /// Whether it cannot be deleted.
    pub protected: bool,
    /// The project it is to belong to.
    pub owner: Option<String>,
    /// What comes with it.
    pub contents: Contents,
}

/// What comes with a namespace; none is not the same as nothing, for it is not answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// The resource types it is for.
    pub associations: Option<Vec<Association>>,
    /// Properties.
    pub properties: Option<Definitions>,
    /// Objects.
    pub objects: Option<Vec<Object>>,
    /// Tags.
    pub tags: Option<Vec<Tag>>,
}

const READ_ONLY: [&str; 4] = ["self", "schema", "created_at", "updated_at"];

impl NewNamespace {
    /// Reads the body of a request.
    pub fn new(body: Value) -> Result<Self> {
        let mut members = read::members(body, Shape::Namespace, &READ_ONLY)?;
        let namespace = read::text(&mut members, "namespace").unwrap_or_default();
        if namespace.is_empty() {
            // Glance makes it, and nobody can name it again.
            return Err(Shape::Namespace.broken("'' is too short".into()));
        }
        let visibility = read::text(&mut members, "visibility");
        Ok(Self {
            namespace,
            display_name: read::text(&mut members, "display_name"),
            description: read::text(&mut members, "description"),
            visibility: visibility.and_then(|it| Scope::from_word(&it)),
            protected: members.get("protected") == Some(&Value::Bool(true)),
            owner: read::text(&mut members, "owner"),
            contents: Contents::take(members)?,
        })
    }

    /// As a namespace, of this owner where the request names none.
    #[must_use]
    pub fn namespace(&self, id: String, owner: Option<&str>, now: DateTime<Utc>) -> Namespace {
        Namespace {
            id,
            namespace: self.namespace.clone(),
            display_name: self.display_name.clone(),
            description: self.description.clone(),
            visibility: self.visibility.unwrap_or(Scope::Private),
            protected: self.protected,
            owner: self.owner.clone().or_else(|| owner.map(str::to_owned)),
            created_at: now,
            updated_at: Some(now),
        }
    }
}

impl Contents {
    fn take(mut members: Map<String, Value>) -> Result<Self> {
        let mut list = |name: &str| -> Option<Vec<Map<String, Value>>> {
            let items = members.shift_remove(name)?.as_array()?.clone();
            let objects = items.into_iter().map(|it| match it {
                Value::Object(members) => members,
                _ => Map::new(),
            });
            Some(objects.collect())
        };
        let associations = list("resource_type_associations");
        let objects = list("objects");
        Ok(Self {
            associations: associations
                .map(|it| it.into_iter().map(Association::take).collect())
                .transpose()?,
            properties: members
                .shift_remove("properties")
                .map(Definition::read_all)
                .transpose()?,
            objects: objects
                .map(|it| it.into_iter().map(Object::take).collect())
                .transpose()?,
            tags: members
                .shift_remove("tags")
                .map(|it| Tag::take_all(&it))
                .transpose()?,
        })
    }

    /// Refuses what comes twice, in the order in which Glance makes it.
    pub fn without_duplicates(&self, namespace: &str) -> Result<()> {
        let associations = self.associations.iter().flatten();
        unique(associations.map(|it| &it.name), |name| {
            failure::association_exists(name, namespace)
        })?;
        let objects = self.objects.iter().flatten();
        unique(objects.map(|it| &it.name), |name| {
            failure::object_exists(name, namespace)
        })?;
        let tags = self.tags.iter().flatten();
        unique(tags.map(|it| &it.name), |name| {
            failure::tag_exists(name, namespace)
        })
    }
}

/// Refuses the first name that was there before.
pub fn unique<'a>(
    names: impl Iterator<Item = &'a String>,
    refuse: impl Fn(&str) -> Error,
) -> Result<()> {
    let mut seen = IndexSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(refuse(name));
        }
    }
    Ok(())
}
