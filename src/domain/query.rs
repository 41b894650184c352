//! What a request for a list of images asks: which, in which order, from where on.

mod filter;
mod moment;
mod sort;

pub use filter::{Compare, Filter};
pub use sort::{Direction, SortKey};
pub(super) use sort::{direction, unknown_key};

use super::image::Visibility;
use super::member::MemberStatus;
use super::words;
use crate::{Error, Result};

words! {
    /// What `visibility` may ask for.
    Sight {
        /// Those that everyone has in their lists.
        Public = "public",
        /// The caller's own.
        Private = "private",
        /// Those that are shared, by or with the caller.
        Shared = "shared",
        /// Those that everyone may look up.
        Community = "community",
        /// Every one that the caller may see.
        All = "all",
        /// None: an empty word is let pass and matches nothing.
        Nothing = "",
    }
}

impl Sight {
    /// The one visibility that is asked for, if it is one.
    #[must_use]
    pub fn visibility(self) -> Option<Visibility> {
        Visibility::from_word(self.word())
    }
}

/// A question for a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// `visibility`, where it was given.
    pub sight: Option<Sight>,
    /// What the caller's project must have made of images shared with it; nothing: anything.
    pub member_status: Option<MemberStatus>,
    /// Images on the page.
    pub limit: i64,
    /// The order, down to the last tie-breaker.
    pub sort: Vec<(SortKey, Direction)>,
    /// Whether hidden images are asked for; else only the others.
    pub os_hidden: bool,
    /// `protected`, where it was given.
    pub protected: Option<bool>,
    /// The image after which the page begins.
    pub marker: Option<String>,
    /// All other parameters, not yet understood: a caller who may not list hears that first.
    others: Vec<(String, String)>,
}

/// How long a page is.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// When the request does not say.
    pub default: i64,
    /// At the most.
    pub most: i64,
}

impl Query {
    /// Reads the parameters of a request, in the order in which Glance does: the first that is
    /// wrong is named.
    pub fn read(parameters: &[(String, String)], limits: Limits) -> Result<Self> {
        let last = |name: &str| {
            let found = parameters.iter().rev().find(|(it, _)| it == name);
            found.map(|(_, value)| value.as_str())
        };
        let sight = last("visibility").map(read_sight).transpose()?;
        if last("changes-since").is_some() {
            return Err(Error::Invalid(
                "The \"changes-since\" filter is no longer available on v2.".into(),
            ));
        }
        let member_status = read_member_status(last("member_status"))?;
        let limit = read_limit(last("limit"), limits)?;
        let sort = sort::read(parameters)?;
        let os_hidden = read_bool("os_hidden", last("os_hidden"), true)?.unwrap_or(false);
        let protected = read_bool("protected", last("protected"), false)?;
        Ok(Self {
            sight,
            member_status,
            limit,
            sort,
            os_hidden,
            protected,
            marker: last("marker").map(str::to_owned),
            others: others(parameters),
        })
    }

    /// What the images must have, all of it.
    pub fn filters(&self) -> Result<Vec<Filter>> {
        let filters: Result<Vec<_>> = self
            .others
            .iter()
            .map(|(name, value)| Filter::read(name, value))
            .collect();
        Ok(filters?
            .into_iter()
            .flatten()
            .map(Filter::findable)
            .collect())
    }
}

/// The parameters that are filters: the last of each name, but every `tag`.
fn others(parameters: &[(String, String)]) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = Vec::new();
    for (name, value) in parameters {
        let known = [
            "visibility",
            "member_status",
            "limit",
            "sort",
            "sort_key",
            "sort_dir",
            "os_hidden",
            "protected",
            "marker",
        ];
        if known.contains(&name.as_str()) {
            continue;
        }
        match kept.iter_mut().find(|(it, _)| it == name && name != "tag") {
            Some((_, kept)) => kept.clone_from(value),
            None => kept.push((name.clone(), value.clone())),
        }
    }
    kept
}

fn read_sight(word: &str) -> Result<Sight> {
    let sight = Sight::from_word(word);
    sight.ok_or_else(|| Error::Invalid(format!("Invalid visibility value: {word}")))
}

fn read_member_status(word: Option<&str>) -> Result<Option<MemberStatus>> {
    match word {
        None => Ok(Some(MemberStatus::Accepted)),
        Some("all") => Ok(None),
        Some(word) => match MemberStatus::from_word(word) {
            Some(status) => Ok(Some(status)),
            None => Err(Error::Invalid(format!("Invalid status: {word}"))),
        },
    }
}

/// The length of a page.
pub(super) fn read_limit(text: Option<&str>, limits: Limits) -> Result<i64> {
    match text.map(whole_limit).transpose()? {
        None => Ok(limits.default.min(limits.most)),
        Some(limit) if limit < 0 => Err(Error::Invalid("limit param must be positive".into())),
        Some(limit) => Ok(limit.min(limits.most)),
    }
}

/// Glance reads it as Python reads an `int`: blanks around it and a plus before it are fine.
pub(super) fn whole_limit(text: &str) -> Result<i64> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return Err(Error::Invalid("limit param must be an integer".into()));
    }
    // A number past 64 bits is past any limit, too.
    let size: i64 = digits.parse().unwrap_or(i64::MAX);
    Ok(if text.starts_with('-') { -size } else { size })
}

fn read_bool(name: &str, value: Option<&str>, any_case: bool) -> Result<Option<bool>> {
    let Some(value) = value else {
        return Ok(None);
    };
    let is = |word: &str| value == word || (any_case && value.eq_ignore_ascii_case(word));
    if is("true") {
        Ok(Some(true))
    } else if is("false") {
        Ok(Some(false))
    } else {
        Err(Error::Invalid(format!(
            "Invalid value '{value}' for '{name}' filter. Valid values are 'true' or 'false'."
        )))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Query> {
        let pairs: Vec<_> = form_urlencoded::parse(text.as_bytes())
            .into_owned()
            .collect();
        let limits = Limits {
            default: 25,
            most: 1000,
        };
        Query::read(&pairs, limits)
    }

    #[test]
    fn wrong_parameters_are_named_in_order() {
        for (query, said) in [
            ("visibility=x&limit=x", "Invalid visibility value: x"),
            (
                "changes-since=&limit=x",
                "The \"changes-since\" filter is no longer available on v2.",
            ),
            ("member_status=&limit=x", "Invalid status: "),
            ("limit=x&sort_key=x", "limit param must be an integer"),
            ("limit=-1", "limit param must be positive"),
            (
                "os_hidden=x",
                "Invalid value 'x' for 'os_hidden' filter. Valid values are 'true' or 'false'.",
            ),
            (
                "protected=True",
                "Invalid value 'True' for 'protected' filter. Valid values are 'true' or 'false'.",
            ),
        ] {
            assert_eq!(read(query).unwrap_err().to_string(), said, "{query}");
        }
    }

    #[test]
    fn a_limit_is_read_as_python_reads_it_and_capped() {
        for (query, limit) in [
            ("", 25),
            ("limit=+7", 7),
            ("limit=%2B7", 7),
            ("limit= 7 ", 7),
            ("limit=0", 0),
            ("limit=5000", 1000),
            ("limit=99999999999999999999", 1000),
        ] {
            assert_eq!(read(query).unwrap().limit, limit, "{query}");
        }
    }

    proptest! {
        #[test]
        fn no_query_text_panics(text in ".*") {
            if let Ok(query) = read(&text) {
                drop(query.filters());
            }
        }

        #[test]
        fn no_value_of_a_known_parameter_panics(
            name in "(name|created_at|size_min|tag|sort|sort_dir|limit|status|id)", value in ".*"
        ) {
            let limits = Limits { default: 25, most: 1000 };
            if let Ok(query) = Query::read(&[(name, value)], limits) {
                drop(query.filters());
                prop_assert!((0..=1000).contains(&query.limit));
                let keys: Vec<_> = query.sort.iter().map(|(key, _)| *key).collect();
                prop_assert!(keys.contains(&SortKey::Id), "every order is total");
            }
        }
    }
}
