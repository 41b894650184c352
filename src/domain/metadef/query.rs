//! What a request for a list of metadata definitions asks.

use super::namespace::Scope;
use crate::domain::query::{Direction, Limits, direction, read_limit, unknown_key, whole_limit};
use crate::domain::words;
use crate::{Error, Result};

words! {
    /// What namespaces can be put in order by.
    NamespaceKey {
        /// When they were made, for Glance counts them.
        Id = "id",
        /// Their name.
        Namespace = "namespace",
        /// What people are shown.
        DisplayName = "display_name",
        /// What they are for.
        Description = "description",
        /// Who may know of them.
        Visibility = "visibility",
        /// Whether they are protected.
        Protected = "protected",
        /// Their project.
        Owner = "owner",
        /// When they were made.
        CreatedAt = "created_at",
        /// When they last changed.
        UpdatedAt = "updated_at",
    }
}

words! {
    /// What tags can be put in order by.
    TagKey {
        /// The order in which they came.
        Id = "id",
        /// Their name.
        Name = "name",
        /// When they came.
        CreatedAt = "created_at",
        /// When they last changed.
        UpdatedAt = "updated_at",
    }
}

/// A question for a list of namespaces.
#[derive(Clone, Debug, PartialEq)]
pub struct NamespaceQuery {
    /// Namespaces on the page.
    pub limit: i64,
    /// The name of the namespace after which the page begins.
    pub marker: Option<String>,
    /// The order; the name decides what is left open.
    pub sort: (NamespaceKey, Direction),
    /// Only those of this visibility; an empty word is none's.
    pub visibility: Option<String>,
    /// Only those for one of these resource types.
    pub resource_types: Option<Vec<String>>,
}

/// A question for a list of tags.
#[derive(Clone, Debug, PartialEq)]
pub struct TagQuery {
    /// Tags on the page; none: all.
    pub limit: Option<i64>,
    /// The tag after which the page begins.
    pub marker: Option<String>,
    /// The order.
    pub sort: (TagKey, Direction),
}

/// The parameters of a request; of several by one name the last counts.
struct Parameters<'a>(&'a [(String, String)]);

impl NamespaceQuery {
    /// Reads the parameters of a request: the first that is wrong is named, in Glance's order.
    pub fn read(parameters: &[(String, String)], limits: Limits) -> Result<Self> {
        let given = Parameters(parameters);
        let limit = given.last("limit");
        // That it is no number is seen first, that it is negative last.
        limit.map(whole_limit).transpose()?;
        let way = given.direction()?;
        let scopes = Scope::ALL.iter().map(|it| it.word());
        let visibility = given.visibility(&scopes.collect::<Vec<_>>())?;
        let limit = read_limit(limit, limits)?;
        let types = given.last("resource_types");
        Ok(Self {
            limit,
            marker: given.last("marker").map(str::to_owned),
            sort: (
                given.key(
                    NamespaceKey::from_word,
                    NamespaceKey::CreatedAt,
                    &words(NamespaceKey::ALL),
                )?,
                way,
            ),
            visibility,
            resource_types: types.map(|it| it.split(',').map(str::to_owned).collect()),
        })
    }
}

impl TagQuery {
    /// Reads the parameters of a request.
    pub fn read(parameters: &[(String, String)]) -> Result<Self> {
        let given = Parameters(parameters);
        let way = given.direction()?;
        given.visibility(&["public", "private", "shared"])?;
        let limit = given.last("limit").filter(|it| !it.is_empty());
        let marker = given.last("marker").filter(|it| !it.is_empty());
        Ok(Self {
            limit: limit.map(not_negative).transpose()?,
            marker: marker.map(str::to_owned),
            sort: (
                given.key(TagKey::from_word, TagKey::CreatedAt, &words(TagKey::ALL))?,
                way,
            ),
        })
    }
}

/// Checks the parameters of a list of objects, which have no effect.
pub fn check_objects(parameters: &[(String, String)]) -> Result<()> {
    let given = Parameters(parameters);
    given.direction()?;
    given.visibility(&["public", "private", "shared"])?;
    match given.last("limit").map(not_negative).transpose()? {
        Some(0) => Err(Error::Invalid("limit param must be positive".into())),
        _ => Ok(()),
    }
}

/// Checks `visibility` where a namespace is shown, where it has no effect.
pub fn check_shown(parameters: &[(String, String)]) -> Result<()> {
    let given = Parameters(parameters);
    given.visibility(&["public", "private"]).map(drop)
}

/// The resource type whose names properties are to have, if one is named.
#[must_use]
pub fn resource_type(parameters: &[(String, String)]) -> Option<&str> {
    let given = parameters
        .iter()
        .rev()
        .find(|(it, _)| it == "resource_type");
    let name = given.map(|(_, value)| value.as_str());
    name.filter(|it| !it.is_empty())
}

fn not_negative(text: &str) -> Result<i64> {
    let all = Limits {
        default: i64::MAX,
        most: i64::MAX,
    };
    read_limit(Some(text), all)
}

fn words<K: std::fmt::Display>(keys: &[K]) -> Vec<String> {
    keys.iter().map(ToString::to_string).collect()
}

impl Parameters<'_> {
    fn last(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(it, _)| it == name);
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

    fn key<K>(&self, read: impl Fn(&str) -> Option<K>, usual: K, all: &[String]) -> Result<K> {
        match self.last("sort_key") {
            None => Ok(usual),
            Some(word) => read(word).ok_or_else(|| unknown_key(word, all)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: Limits = Limits {
        default: 25,
        most: 1000,
    };

    fn pairs(query: &str) -> Vec<(String, String)> {
        form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    #[test]
    fn the_first_wrong_parameter_is_named() {
        for (query, said) in [
            ("limit=x&sort_dir=x", "limit param must be an integer"),
            (
                "limit=-1&sort_dir=x&visibility=x",
                "Invalid sort direction: x",
            ),
            ("limit=-1&visibility=x", "Invalid visibility value: x"),
            ("limit=-1&sort_key=x", "limit param must be positive"),
        ] {
            let error = NamespaceQuery::read(&pairs(query), LIMITS).unwrap_err();
            assert_eq!(error.to_string(), said, "{query}");
        }
    }

    #[test]
    fn objects_are_asked_for_with_care_and_to_no_effect() {
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
