//! A policy file: YAML, which JSON is too, from names of rules to checks.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Spanned, options};

use super::BadPolicy;
use super::check::Check;
use super::names::Names;
use super::parse::{Flaw, one_or, parse};
use super::single::single;

/// A check as it stands in the file.
#[derive(Debug)]
pub(super) enum Written {
    /// Nothing at all, which lets everybody pass as the empty string does. So does, as in
    /// Glance, `!` without quotes, which in YAML is a tag before nothing.
    Nothing,
    /// In the policy language.
    Text(String),
    /// The old form: lists of checks that must all hold, of which one must hold.
    List(Vec<Written>),
    /// Anything that is not a check.
    Other,
}

/// The checks of a file by their rules' names, each with the line it stands on.
pub(super) type Rules = BTreeMap<String, Spanned<Written>>;

/// Reads a file.
pub(super) fn read(text: &str) -> Result<Rules, BadPolicy> {
    // Of a key that is given twice, Glance takes the last.
    let options = options! {
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        with_snippet: false,
    };
    let rules: Option<Rules> = serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| BadPolicy::Unreadable(error.to_string()))?;
    Ok(rules.unwrap_or_default())
}

impl Written {
    /// Compiles it.
    pub(super) fn check(&self, names: &mut Names) -> Result<Check, Flaw> {
        match self {
            Self::Nothing => Ok(Check::Always),
            Self::Text(text) => parse(text, names),
            Self::List(lists) if lists.is_empty() => Ok(Check::Always),
            Self::List(lists) => {
                let lists = lists.iter().filter(|it| !it.is_empty());
                let checks = lists.map(|it| it.all(names));
                Ok(match checks.collect::<Result<Vec<_>, _>>()? {
                    none if none.is_empty() => Check::Never,
                    some => one_or(some, Check::Any),
                })
            }
            Self::Other => Err(Flaw::NotText),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Text(text) => text.is_empty(),
            Self::List(list) => list.is_empty(),
            Self::Other => false,
        }
    }

    /// An inner list, or a single check in place of one.
    fn all(&self, names: &mut Names) -> Result<Check, Flaw> {
        let checks = match self {
            Self::List(list) => list.iter().map(|it| it.single(names)).collect(),
            _ => self.single(names).map(|it| vec![it]),
        };
        Ok(one_or(checks?, Check::All))
    }

    fn single(&self, names: &mut Names) -> Result<Check, Flaw> {
        match self {
            Self::Text(word) => single(word, names),
            _ => Err(Flaw::List),
        }
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

/// Takes whatever comes, so that the error can name the rule.
struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Written;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a check")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Written, E> {
        Ok(Written::Text(text.to_owned()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Written, E> {
        Ok(Written::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Written, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Written::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Written, A::Error> {
        while map
            .next_entry::<de::IgnoredAny, de::IgnoredAny>()?
            .is_some()
        {}
        Ok(Written::Other)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Written, E> {
        Ok(Written::Other)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Written, E> {
        Ok(Written::Other)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Written, E> {
        Ok(Written::Other)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Written, E> {
        Ok(Written::Other)
    }
}
