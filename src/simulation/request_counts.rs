//! Counts the requests of each caller, where the cloud limits their rate.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};
use parking_lot::Mutex;

use crate::domain::digest::digest;
use crate::domain::rate_limit::{OverLimitError, RateLimit};

/// The greatest number of callers who are counted at a time. Of more, the ones who came first are forgotten.
const CALLERS: usize = 10_000;

/// The APIs that count by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CountedApi {
    /// The requests for tokens, which are counted by the name of the user.
    LogIn,
    /// All other requests to the identity.
    Identity,
    /// The Images API.
    Images,
}

/// The number of requests of each caller in the present span. Spans begin with a caller's first request.
#[derive(Debug, Default)]
pub struct RateCounts(Mutex<SpanCounts>);

/// An API and the digest of a caller's name, which may be of any length.
type Key = (CountedApi, String);

#[derive(Debug, Default)]
struct SpanCounts {
    spans: HashMap<Key, Span>,
    /// The keys by the beginning of their spans, the oldest first.
    order: VecDeque<(DateTime<Utc>, Key)>,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    begin: DateTime<Utc>,
    requests: u32,
}

impl RateCounts {
    /// Counts a request.
    ///
    /// # Errors
    ///
    /// Fails if the caller has reached the limit in this span; refused requests do not count.
    pub fn count(
        &self,
        limit: RateLimit,
        api: CountedApi,
        caller: &str,
        now: DateTime<Utc>,
    ) -> Result<(), OverLimitError> {
        let key = (api, digest(caller.as_bytes()));
        let mut counts = self.0.lock();
        // A clock that was put back begins a new span, too.
        let present = |begin: DateTime<Utc>| begin <= now && now < begin + RateLimit::SPAN;
        if let Some(span) = counts.spans.get_mut(&key)
            && present(span.begin)
        {
            if span.requests >= limit.requests() {
                let until = span.begin + RateLimit::SPAN;
                return Err(OverLimitError { limit, now, until });
            }
            span.requests += 1;
            return Ok(());
        }
        counts.begin(key, now);
        counts.forget(present);
        Ok(())
    }

    /// Returns the number of callers that are counted.
    #[cfg(test)]
    fn len(&self) -> (usize, usize) {
        let counts = self.0.lock();
        (counts.spans.len(), counts.order.len())
    }
}

impl SpanCounts {
    fn begin(&mut self, key: Key, now: DateTime<Utc>) {
        self.order.push_back((now, key.clone()));
        let span = Span {
            begin: now,
            requests: 1,
        };
        self.spans.insert(key, span);
    }

    /// Forgets the oldest spans: those that are over, and those beyond the greatest number.
    fn forget(&mut self, present: impl Fn(DateTime<Utc>) -> bool) {
        while let Some((begin, _)) = self.order.front() {
            if present(*begin) && self.order.len() <= CALLERS {
                return;
            }
            if let Some((begin, key)) = self.order.pop_front()
                && self.spans.get(&key).is_some_and(|span| span.begin == begin)
            {
                self.spans.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn limit(text: &str) -> RateLimit {
        text.parse().unwrap()
    }

    #[test]
    fn each_caller_of_each_api_is_counted_alone() {
        let counts = RateCounts::default();
        let one = limit("1/min");
        for api in [CountedApi::LogIn, CountedApi::Images] {
            for caller in ["a", "b"] {
                assert_eq!(counts.count(one, api, caller, START), Ok(()));
                let error = counts.count(one, api, caller, START).unwrap_err();
                assert_eq!(error.until, START + TimeDelta::minutes(1));
            }
        }
    }

    #[test]
    fn a_new_span_begins_when_the_clock_says_so() {
        let counts = RateCounts::default();
        let count = |seconds: i64| {
            let now = START + TimeDelta::seconds(seconds);
            counts.count(limit("2/min"), CountedApi::Images, "a", now)
        };
        assert!(count(0).is_ok() && count(30).is_ok());
        assert_eq!(count(59).unwrap_err().seconds(), 1);
        assert!(count(60).is_ok() && count(61).is_ok() && count(62).is_err());
        assert!(count(-100).is_ok(), "the clock was put back");
    }

    #[test]
    fn many_callers_take_no_more_than_a_bounded_room() {
        let counts = RateCounts::default();
        for number in 0..2 * CALLERS {
            let caller = number.to_string();
            counts
                .count(limit("1/min"), CountedApi::LogIn, &caller, START)
                .unwrap();
        }
        assert_eq!(counts.len(), (CALLERS, CALLERS));
        let later = START + TimeDelta::minutes(2);
        counts
            .count(limit("1/min"), CountedApi::LogIn, "x", later)
            .unwrap();
        assert_eq!(counts.len(), (1, 1));
    }
}
