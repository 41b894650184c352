//! The conditions of a request for an object. Swift: `_get_conditional_response_status` in
//! `swift/common/swob.py`.

use chrono::{DateTime, Utc};

use super::timestamp::rounded_up;

/// The conditions that headers of a request name.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// `If-Match`.
    pub matching: Option<String>,
    /// `If-None-Match`.
    pub none_matching: Option<String>,
    /// `If-Modified-Since`.
    pub modified_since: Option<DateTime<Utc>>,
    /// `If-Unmodified-Since`.
    pub unmodified_since: Option<DateTime<Utc>>,
}

/// The outcome of conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionOutcome {
    /// They hold.
    Met,
    /// The client has the object already: 304.
    NotModified,
    /// They do not hold: 412.
    Failed,
}

impl Conditions {
    /// Checks the conditions for an object with this `ETag`, with or without quotes, that was last written at a time.
    #[must_use]
    pub fn check(&self, etag: &str, modified: DateTime<Utc>) -> ConditionOutcome {
        let modified = rounded_up(modified);
        let etag = unquoted(etag);
        let matches = |header: &Option<String>| header.as_deref().map(|tags| has_tag(tags, etag));
        if matches(&self.none_matching) == Some(true) {
            return ConditionOutcome::NotModified;
        }
        if matches(&self.matching) == Some(false) {
            return ConditionOutcome::Failed;
        }
        if self.modified_since.is_some_and(|since| modified <= since) {
            return ConditionOutcome::NotModified;
        }
        if self.unmodified_since.is_some_and(|since| modified > since) {
            return ConditionOutcome::Failed;
        }
        ConditionOutcome::Met
    }
}

/// Returns whether a list of `ETag`s has one, or has `*`.
#[must_use]
pub fn has_tag(tags: &str, etag: &str) -> bool {
    let mut tags = tags.split(',').map(|tag| unquoted(tag.trim()));
    tags.any(|tag| tag == "*" || tag == etag)
}

/// Returns an `ETag` without its quotes.
#[must_use]
pub fn unquoted(etag: &str) -> &str {
    etag.trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn conditions_are_checked_in_the_order_of_swift() {
        let modified = time("2026-11-27T01:02:03.5Z");
        let check = |conditions: Conditions| conditions.check("\"abc\"", modified);
        let tags = |text: &str| Some(text.to_owned());
        let all = Conditions::default();
        assert_eq!(check(all.clone()), ConditionOutcome::Met);
        let none_match = Conditions {
            none_matching: tags("x, \"abc\""),
            matching: tags("x"),
            ..all.clone()
        };
        assert_eq!(check(none_match), ConditionOutcome::NotModified);
        let other = Conditions {
            matching: tags("x"),
            ..all.clone()
        };
        assert_eq!(check(other), ConditionOutcome::Failed);
        let any = Conditions {
            matching: tags("*"),
            ..all.clone()
        };
        assert_eq!(check(any), ConditionOutcome::Met);
        let since = |text| Conditions {
            modified_since: Some(time(text)),
            ..all.clone()
        };
        assert_eq!(check(since("2026-11-27T01:02:03Z")), ConditionOutcome::Met);
        assert_eq!(
            check(since("2026-11-27T01:02:04Z")),
            ConditionOutcome::NotModified
        );
        let until = |text| Conditions {
            unmodified_since: Some(time(text)),
            ..all.clone()
        };
        assert_eq!(
            check(until("2026-11-27T01:02:03Z")),
            ConditionOutcome::Failed
        );
        assert_eq!(check(until("2026-11-27T01:02:04Z")), ConditionOutcome::Met);
    }
}
