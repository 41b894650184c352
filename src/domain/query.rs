//! Queries for lists of images: filters, order and page.

mod filter;
mod rules;
mod sort;
mod timestamp;

pub use filter::{Comparison, ImageFilter};
pub use rules::{BooleanWords, ListRules, TimestampPrecision, VisibilityFilter};
pub use sort::{Direction, SortKey};
pub(super) use sort::{direction, unknown_key};

use super::member::MemberStatus;
use crate::{Error, Result};

/// The most filters of a list: an image has 128 tags at the most, unless its quota is another.
const MAX_FILTERS: usize = 200;

/// A query for a list of images.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageQuery {
    /// The parameter `visibility`.
    pub sight: Option<VisibilityFilter>,
    /// The member status that shared images must have for the caller's project; `None`: any.
    pub member_status: Option<MemberStatus>,
    /// The maximum number of images on the page.
    pub limit: i64,
    /// The sort keys and directions; the last key makes the order total.
    pub sort: Vec<(SortKey, Direction)>,
    /// True for hidden images only, false for the others only.
    pub os_hidden: bool,
    /// The parameter `protected`.
    pub protected: Option<bool>,
    /// The ID of the image after which the page begins.
    pub marker: Option<String>,
    /// All other parameters, not parsed yet: a caller who is not authorized to list gets that error
    /// first.
    others: Vec<(String, String)>,
    rules: &'static ListRules,
}

/// The limits of a page's length.
#[derive(Clone, Copy, Debug)]
pub struct PageLimits {
    /// The length of a page if the request has no limit.
    pub default: i64,
    /// The maximum length of a page.
    pub max: i64,
}

impl ImageQuery {
    /// Parses the query parameters of a request; the error is about the first wrong one in Glance's
    /// order. Glance: `RequestDeserializer.index` in `glance/api/v2/images.py`.
    pub fn read(
        parameters: &[(String, String)],
        limits: PageLimits,
        rules: &'static ListRules,
    ) -> Result<Self> {
        let last = |name: &str| {
            let found = parameters.iter().rev().find(|(key, _)| key == name);
            found.map(|(_, value)| value.as_str())
        };
        let sight = last("visibility").map(|word| read_sight(word, rules));
        let sight = sight.transpose()?;
        if last("changes-since").is_some() {
            return Err(Error::Invalid(
                "The \"changes-since\" filter is no longer available on v2.".into(),
            ));
        }
        let member_status = read_member_status(last("member_status"))?;
        let limit = read_limit(last("limit"), limits)?;
        let sort = sort::read(parameters, rules.sort_keys)?;
        let os_hidden = last("os_hidden").filter(|_| rules.has_field("os_hidden"));
        let os_hidden = read_bool("os_hidden", os_hidden, true)?.unwrap_or(false);
        let protected = match rules.protected {
            BooleanWords::Strict => read_bool("protected", last("protected"), false)?,
            BooleanWords::Any => last("protected").map(is_truth),
        };
        Ok(Self {
            sight,
            member_status,
            limit,
            sort,
            os_hidden,
            protected,
            marker: last("marker").map(str::to_owned),
            others: others(parameters, rules),
            rules,
        })
    }

    /// Parses the remaining parameters to filters; an image must match all of them.
    pub fn filters(&self) -> Result<Vec<ImageFilter>> {
        if self.others.len() > MAX_FILTERS {
            return Err(Error::Invalid(format!(
                "A list may have {MAX_FILTERS} filters at the most."
            )));
        }
        let filters: Result<Vec<_>> = self
            .others
            .iter()
            .map(|(name, value)| {
                if self.rules.has_field(name) {
                    ImageFilter::read(name, value)
                } else {
                    Ok(Some(ImageFilter::property(name, value)))
                }
            })
            .collect();
        let filters = filters?.into_iter().flatten();
        let filters = filters.map(ImageFilter::without_nul);
        Ok(match self.rules.timestamps {
            TimestampPrecision::Microseconds => filters.collect(),
            TimestampPrecision::Seconds => filters.flat_map(ImageFilter::by_the_second).collect(),
        })
    }
}

/// Returns the parameters that are filters: the last one of each name, and every `tag`.
fn others(parameters: &[(String, String)], rules: &ListRules) -> Vec<(String, String)> {
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
        let is_known = known.contains(&name.as_str()) && rules.has_field(name);
        if is_known || rules.ignored.contains(&name.as_str()) {
            continue;
        }
        match kept
            .iter_mut()
            .find(|(key, _)| key == name && name != "tag")
        {
            Some((_, kept)) => kept.clone_from(value),
            None => kept.push((name.clone(), value.clone())),
        }
    }
    kept
}

fn read_sight(word: &str, rules: &ListRules) -> Result<VisibilityFilter> {
    let found = word.parse().ok();
    let found = found.filter(|found| rules.visibilities.contains(found));
    found.ok_or_else(|| Error::Invalid(format!("Invalid visibility value: {word}")))
}

fn read_member_status(word: Option<&str>) -> Result<Option<MemberStatus>> {
    match word {
        None => Ok(Some(MemberStatus::Accepted)),
        Some("all") => Ok(None),
        Some(word) => match word.parse() {
            Ok(status) => Ok(Some(status)),
            Err(_) => Err(Error::Invalid(format!("Invalid status: {word}"))),
        },
    }
}

/// Parses the parameter `limit` and returns the length of the page.
pub(super) fn read_limit(text: Option<&str>, limits: PageLimits) -> Result<i64> {
    match text.map(whole_limit).transpose()? {
        None => Ok(limits.default.min(limits.max)),
        Some(limit) if limit < 0 => Err(Error::Invalid("limit param must be positive".into())),
        Some(limit) => Ok(limit.min(limits.max)),
    }
}

/// Parses a limit as Python's `int` does: blanks around it and a plus sign are allowed.
pub(super) fn whole_limit(text: &str) -> Result<i64> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
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

/// Returns true for a word that Python takes for true.
fn is_truth(word: &str) -> bool {
    let words = ["1", "t", "true", "on", "y", "yes"];
    let word = word.trim();
    words.iter().any(|truth| truth.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
