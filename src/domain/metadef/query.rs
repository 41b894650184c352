//! Queries for lists of metadata definitions.

use std::str::FromStr;

use super::namespace::NamespaceVisibility;
use crate::domain::query::{
    Direction, PageLimits, direction, read_limit, unknown_key, whole_limit,
};
use crate::domain::string_enum;
use crate::{Error, Result};

string_enum! {
    /// A sort key of namespaces.
    NamespaceKey {
        /// The time of creation: Glance's IDs are sequential.
        Id = "id",
        /// The name.
        Namespace = "namespace",
        /// The display name.
        DisplayName = "display_name",
        /// The description.
        Description = "description",
        /// The visibility.
        Visibility = "visibility",
        /// The flag `protected`.
        Protected = "protected",
        /// The owner.
        Owner = "owner",
        /// The time of creation.
        CreatedAt = "created_at",
        /// The time of the last change.
        UpdatedAt = "updated_at",
    }
}

string_enum! {
    /// A sort key of tags.
    TagKey {
        /// The order of creation.
        Id = "id",
        /// The name.
        Name = "name",
        /// The time of creation.
        CreatedAt = "created_at",
        /// The time of the last change.
        UpdatedAt = "updated_at",
    }
}

/// A query for a list of namespaces.
#[derive(Clone, Debug, PartialEq)]
pub struct NamespaceQuery {
    /// The maximum number of namespaces on the page.
    pub limit: i64,
    /// The name of the namespace after which the page begins.
    pub marker: Option<String>,
    /// The sort key and direction; the name breaks ties.
    pub sort: (NamespaceKey, Direction),
    /// The required visibility; an empty text matches nothing.
    pub visibility: Option<String>,
    /// The resource types of which a namespace must have one.
    pub resource_types: Option<Vec<String>>,
}

/// A query for a list of tags.
#[derive(Clone, Debug, PartialEq)]
pub struct TagQuery {
    /// The maximum number of tags on the page; `None`: all.
    pub limit: Option<i64>,
    /// The name of the tag after which the page begins.
    pub marker: Option<String>,
    /// The sort key and direction.
    pub sort: (TagKey, Direction),
}

/// The query parameters of a request; of several with one name the last counts.
struct QueryParameters<'a>(&'a [(String, String)]);

impl NamespaceQuery {
    /// Parses the query parameters of a request; the error is about the first wrong one in Glance's
    /// order.
    pub fn read(parameters: &[(String, String)], limits: PageLimits) -> Result<Self> {
        let query = QueryParameters(parameters);
        let limit = query.last("limit");
        // That it is no number is seen first, that it is negative last.
        limit.map(whole_limit).transpose()?;
        let direction = query.direction()?;
        let scopes = NamespaceVisibility::ALL
            .iter()
            .map(|visibility| visibility.as_str());
        let visibility = query.visibility(&scopes.collect::<Vec<_>>())?;
        let limit = read_limit(limit, limits)?;
        let types = query.last("resource_types");
        Ok(Self {
            limit,
            marker: query.last("marker").map(str::to_owned),
            sort: (
                query.key(NamespaceKey::CreatedAt, &names(NamespaceKey::ALL))?,
                direction,
            ),
            visibility,
            resource_types: types.map(|types| types.split(',').map(str::to_owned).collect()),
        })
    }
}

impl TagQuery {
    /// Parses the query parameters of a request.
    pub fn read(parameters: &[(String, String)]) -> Result<Self> {
        let query = QueryParameters(parameters);
        let direction = query.direction()?;
        query.visibility(&["public", "private", "shared"])?;
        let limit = query.last("limit").filter(|text| !text.is_empty());
        let marker = query.last("marker").filter(|text| !text.is_empty());
        Ok(Self {
            limit: limit.map(positive_limit).transpose()?,
            marker: marker.map(str::to_owned),
            sort: (
                query.key(TagKey::CreatedAt, &names(TagKey::ALL))?,
                direction,
            ),
        })
    }
}

/// Checks the query parameters of a list of objects, which have no effect.
pub fn check_objects(parameters: &[(String, String)]) -> Result<()> {
    let query = QueryParameters(parameters);
    query.direction()?;
    query.visibility(&["public", "private", "shared"])?;
    match query.last("limit").map(positive_limit).transpose()? {
        Some(0) => Err(Error::Invalid("limit param must be positive".into())),
        _ => Ok(()),
    }
}

/// Checks `visibility` in a request for one namespace, where it has no effect.
pub fn check_shown(parameters: &[(String, String)]) -> Result<()> {
    let query = QueryParameters(parameters);
    query.visibility(&["public", "private"]).map(drop)
}

/// Returns the resource type whose prefix the names of properties get, if the request names one.
#[must_use]
pub fn resource_type(parameters: &[(String, String)]) -> Option<&str> {
    let query = parameters
        .iter()
        .rev()
        .find(|(key, _)| key == "resource_type");
    let name = query.map(|(_, value)| value.as_str());
    name.filter(|name| !name.is_empty())
}

fn positive_limit(text: &str) -> Result<i64> {
    let all = PageLimits {
        default: i64::MAX,
        max: i64::MAX,
    };
    read_limit(Some(text), all)
}

fn names<K: std::fmt::Display>(keys: &[K]) -> Vec<String> {
    keys.iter().map(ToString::to_string).collect()
}

impl QueryParameters<'_> {
    fn last(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    fn direction(&self) -> Result<Direction> {
        let word = self.last("sort_dir");
        word.map_or(Ok(Direction::Descending), direction)
    }

    fn visibility(&self, words: &[&str]) -> Result<Option<String>> {
        match self.last("visibility") {
            Some(word) if !word.is_empty() && !words.contains(&word) => {
                Err(Error::Invalid(format!("Invalid visibility value: {word}")))
            }
            word => Ok(word.map(str::to_owned)),
        }
    }

    fn key<K: FromStr>(&self, default: K, all: &[String]) -> Result<K> {
        match self.last("sort_key") {
            None => Ok(default),
            Some(word) => word.parse().map_err(|_| unknown_key(word, all)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: PageLimits = PageLimits {
        default: 25,
        max: 1000,
    };

    fn pairs(query: &str) -> Vec<(String, String)> {
        form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    #[test]
    fn the_first_wrong_parameter_is_refused() {
        for (query, message) in [
            ("limit=x&sort_dir=x", "limit param must be an integer"),
            (
                "limit=-1&sort_dir=x&visibility=x",
                "Invalid sort direction: x",
            ),
            ("limit=-1&visibility=x", "Invalid visibility value: x"),
            ("limit=-1&sort_key=x", "limit param must be positive"),
        ] {
            let error = NamespaceQuery::read(&pairs(query), LIMITS).unwrap_err();
            assert_eq!(error.to_string(), message, "{query}");
        }
    }

    #[test]
    fn parameters_of_objects_are_checked_and_ignored() {
        for (query, fine) in [
            ("limit=1&sort_key=x&marker=y&visibility=shared", true),
            ("limit=0", false),
            ("limit=", false),
            ("sort_dir=x", false),
            ("visibility=x", false),
        ] {
            assert_eq!(check_objects(&pairs(query)).is_ok(), fine, "{query}");
        }
    }

    proptest! {
        #[test]
        fn no_query_panics(query in "(limit|marker|sort_key|sort_dir|visibility|resource_types)=.*") {
            let pairs = pairs(&query);
            drop(NamespaceQuery::read(&pairs, LIMITS));
            drop(TagQuery::read(&pairs));
            drop(check_objects(&pairs));
        }
    }
}
