//! A policy file: YAML, which JSON is too, from names of rules to checks.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Spanned, options};

use super::check::Check;
use super::error::PolicyError;
use super::parse::{combine, parse};
use super::parse_single::parse_single;
use super::rule_index::RuleIndex;
use super::syntax_error::CheckSyntaxError;

/// A check as the file has it, not yet compiled.
#[derive(Debug)]
pub(super) enum RawCheck {
    /// No value, which lets everybody pass as the empty string does. So does, as in
    /// Glance, `!` without quotes, which in YAML is a tag before nothing.
    Nothing,
    /// A string in the policy language.
    Text(String),
    /// The older form of lists: one of the outer list must hold, all of an inner one.
    List(Vec<RawCheck>),
    /// A value that cannot be a check: a map, a number, a boolean.
    Other,
}

/// The checks of a file by the names of their rules, each with its line.
pub(super) type RawRules = BTreeMap<String, Spanned<RawCheck>>;

/// Parses the text of a policy file.
pub(super) fn read(text: &str) -> Result<RawRules, PolicyError> {
    // Of a key that is given twice, Glance takes the last.
    let options = options! {
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        with_snippet: false,
    };
    let rules: Option<RawRules> = serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| PolicyError::Unreadable(error.to_string()))?;
    Ok(rules.unwrap_or_default())
}

impl RawCheck {
    /// Compiles the check.
    pub(super) fn check(&self, names: &mut RuleIndex) -> Result<Check, CheckSyntaxError> {
        match self {
            Self::Nothing => Ok(Check::Always),
            Self::Text(text) => parse(text, names),
            Self::List(lists) if lists.is_empty() => Ok(Check::Always),
            Self::List(lists) => {
                let lists = lists.iter().filter(|list| !list.is_empty());
                let checks = lists.map(|list| list.inner_list(names));
                Ok(match checks.collect::<Result<Vec<_>, _>>()? {
                    none if none.is_empty() => Check::Never,
                    some => combine(some, Check::Any),
                })
            }
            Self::Other => Err(CheckSyntaxError::NotText),
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

    /// Compiles an inner list, or a single check in place of one.
    fn inner_list(&self, names: &mut RuleIndex) -> Result<Check, CheckSyntaxError> {
        let checks = match self {
            Self::List(list) => list.iter().map(|check| check.single(names)).collect(),
            _ => self.single(names).map(|check| vec![check]),
        };
        Ok(combine(checks?, Check::All))
    }

    fn single(&self, names: &mut RuleIndex) -> Result<Check, CheckSyntaxError> {
        match self {
            Self::Text(word) => parse_single(word, names),
            _ => Err(CheckSyntaxError::BadList),
        }
    }
}

impl<'de> Deserialize<'de> for RawCheck {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(RawCheckVisitor)
    }
}

/// A visitor that accepts any type, so that the error can name the rule.
struct RawCheckVisitor;

impl<'de> Visitor<'de> for RawCheckVisitor {
    type Value = RawCheck;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a check")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<RawCheck, E> {
        Ok(RawCheck::Text(text.to_owned()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<RawCheck, E> {
        Ok(RawCheck::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RawCheck, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(RawCheck::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawCheck, A::Error> {
        while map
            .next_entry::<de::IgnoredAny, de::IgnoredAny>()?
            .is_some()
        {}
        Ok(RawCheck::Other)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<RawCheck, E> {
        Ok(RawCheck::Other)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<RawCheck, E> {
        Ok(RawCheck::Other)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<RawCheck, E> {
        Ok(RawCheck::Other)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<RawCheck, E> {
        Ok(RawCheck::Other)
    }
}
