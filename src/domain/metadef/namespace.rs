//! Namespaces of metadata definitions, and requests to create or change them.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use indexmap::IndexSet;
use serde_json::{Map, Value, json};

use super::definition::{Definition, Definitions};
use super::object::MetadefObject;
use super::resource_type::Association;
use super::schema::MetadefSchema;
use super::tag::Tag;
use super::{body, errors};
use crate::domain::caller::Caller;
use crate::domain::policy::PolicyTarget;
use crate::domain::string_enum;
use crate::{Error, Result};

string_enum! {
    /// The visibility of a namespace.
    NamespaceVisibility {
        /// Everybody sees the namespace.
        Public = "public",
        /// The owner and admins see the namespace.
        Private = "private",
    }
}

/// A namespace, without its contents.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_field_names,
    reason = "the API calls the name of a namespace so"
)]
pub struct Namespace {
    /// The ID in the database; no response shows it.
    pub id: String,
    /// The name, unique in the cloud.
    pub namespace: String,
    /// The display name.
    pub display_name: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The visibility.
    pub visibility: NamespaceVisibility,
    /// True if the namespace and its contents cannot be deleted.
    pub protected: bool,
    /// The project that owns the namespace.
    pub owner: Option<String>,
    /// The time of creation.
    pub created_at: DateTime<Utc>,
    /// The time of the last change; `None` for a namespace loaded from a file.
    pub updated_at: Option<DateTime<Utc>>,
}

impl Namespace {
    /// Returns true if the caller may know that the namespace exists.
    #[must_use]
    pub fn is_visible_to(&self, caller: &Caller) -> bool {
        caller.admin
            || self.owner.is_none()
            || self.visibility == NamespaceVisibility::Public
            || self.owner == caller.project
    }
}

/// The fields that policy rules compare.
impl PolicyTarget for Namespace {
    fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        match name {
            "project_id" => self.owner.as_deref().map(Cow::Borrowed),
            "visibility" => Some(Cow::Borrowed(self.visibility.as_str())),
            _ => None,
        }
    }

    fn is_null(&self, name: &str) -> bool {
        name == "project_id" && self.owner.is_none()
    }

    fn to_json(&self) -> Value {
        json!({ "project_id": self.owner, "visibility": self.visibility.as_str() })
    }
}

/// A parsed request to create or change a namespace.
#[derive(Clone, Debug, PartialEq)]
pub struct NewNamespace {
    /// The name.
    pub namespace: String,
    /// The display name.
    pub display_name: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The visibility.
    pub visibility: Option<NamespaceVisibility>,
    /// True if the namespace cannot be deleted.
    pub protected: bool,
    /// The project that will own the namespace.
    pub owner: Option<String>,
    /// The contents in the request.
    pub contents: Contents,
}

/// The contents of a namespace in a request. The response leaves out a list that is `None`, but
/// shows an empty one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// The associations with resource types.
    pub associations: Option<Vec<Association>>,
    /// The properties.
    pub properties: Option<Definitions>,
    /// The objects.
    pub objects: Option<Vec<MetadefObject>>,
    /// The tags.
    pub tags: Option<Vec<Tag>>,
}

const READ_ONLY: [&str; 4] = ["self", "schema", "created_at", "updated_at"];

impl NewNamespace {
    /// Parses the body of a request.
    pub fn new(body: Value) -> Result<Self> {
        let mut members = body::members(body, MetadefSchema::Namespace, &READ_ONLY)?;
        let namespace = body::text(&mut members, "namespace").unwrap_or_default();
        if namespace.is_empty() {
            // Glance makes it, and nobody can name it again.
            return Err(MetadefSchema::Namespace.broken("'' is too short".into()));
        }
        let visibility = body::text(&mut members, "visibility");
        Ok(Self {
            namespace,
            display_name: body::text(&mut members, "display_name"),
            description: body::text(&mut members, "description"),
            visibility: visibility.and_then(|word| word.parse().ok()),
            protected: members.get("protected") == Some(&Value::Bool(true)),
            owner: body::text(&mut members, "owner"),
            contents: Contents::take(members)?,
        })
    }

    /// Returns the namespace that the request describes; `owner` is used if the request names none.
    #[must_use]
    pub fn namespace(&self, id: String, owner: Option<&str>, now: DateTime<Utc>) -> Namespace {
        Namespace {
            id,
            namespace: self.namespace.clone(),
            display_name: self.display_name.clone(),
            description: self.description.clone(),
            visibility: self.visibility.unwrap_or(NamespaceVisibility::Private),
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
            let objects = items.into_iter().map(|item| match item {
                Value::Object(members) => members,
                _ => Map::new(),
            });
            Some(objects.collect())
        };
        let associations = list("resource_type_associations");
        let objects = list("objects");
        Ok(Self {
            associations: associations
                .map(|list| list.into_iter().map(Association::take).collect())
                .transpose()?,
            properties: members
                .shift_remove("properties")
                .map(Definition::read_all)
                .transpose()?,
            objects: objects
                .map(|list| list.into_iter().map(MetadefObject::take).collect())
                .transpose()?,
            tags: members
                .shift_remove("tags")
                .map(|tags| Tag::take_all(&tags))
                .transpose()?,
        })
    }

    /// Refuses duplicates in the contents, in the order in which Glance creates them.
    pub fn without_duplicates(&self, namespace: &str) -> Result<()> {
        let associations = self.associations.iter().flatten();
        unique(associations.map(|association| &association.name), |name| {
            errors::association_exists(name, namespace)
        })?;
        let objects = self.objects.iter().flatten();
        unique(objects.map(|object| &object.name), |name| {
            errors::object_exists(name, namespace)
        })?;
        let tags = self.tags.iter().flatten();
        unique(tags.map(|tag| &tag.name), |name| {
            errors::tag_exists(name, namespace)
        })
    }
}

/// Refuses the first duplicate name.
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
