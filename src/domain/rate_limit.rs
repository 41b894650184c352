//! The limit on how often a caller may send requests.

use std::num::NonZeroU32;

use chrono::{DateTime, TimeDelta, Utc};

/// The greatest number of requests in a time, for each caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The number of requests in each minute.
    per_minute: NonZeroU32,
}

/// A text that is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number of requests above 0 with /min behind it is allowed, such as 60/min")]
pub struct RateLimitError;

impl RateLimit {
    /// Returns the limit of so many requests in each minute.
    #[must_use]
    pub const fn per_minute(per_minute: NonZeroU32) -> Self {
        Self { per_minute }
    }

    /// Returns the number of requests that are allowed in each [`SPAN`](Self::SPAN).
    #[must_use]
    pub const fn requests(self) -> u32 {
        self.per_minute.get()
    }

    /// The time in which the requests are counted.
    pub const SPAN: TimeDelta = TimeDelta::minutes(1);
}

impl std::str::FromStr for RateLimit {
    type Err = RateLimitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.trim().strip_suffix("/min").ok_or(RateLimitError)?;
        let number = number.trim_end().parse().map_err(|_| RateLimitError)?;
        Ok(Self::per_minute(number))
    }
}

impl std::fmt::Display for RateLimit {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}/min", self.per_minute)
    }
}

impl serde::Serialize for RateLimit {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// The caller has sent too many requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("only {} requests are allowed each minute", limit.requests())]
pub struct OverLimitError {
    /// The limit.
    pub limit: RateLimit,
    /// The moment of the request.
    pub now: DateTime<Utc>,
    /// The moment from which requests are allowed again.
    pub until: DateTime<Utc>,
}

impl OverLimitError {
    /// Returns the whole seconds to wait: one at least.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        let left = (self.until - self.now).num_milliseconds();
        (left + 999).div_euclid(1000).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_read_and_written_alike() {
        let limit: RateLimit = "60/min".parse().unwrap();
        assert_eq!(limit.requests(), 60);
        assert_eq!(limit.to_string(), "60/min");
        for wrong in [
            "",
            "60",
            "0/min",
            "-1/min",
            "60/s",
            "/min",
            "x/min",
            "99999999999/min",
        ] {
            assert_eq!(wrong.parse::<RateLimit>(), Err(RateLimitError), "{wrong}");
        }
    }

    #[test]
    fn a_part_of_a_second_is_waited_for_as_a_whole_one() {
        let now = DateTime::UNIX_EPOCH;
        let limit = "1/min".parse().unwrap();
        for (milliseconds, seconds) in [(60_000, 60), (59_001, 60), (1, 1), (0, 1)] {
            let until = now + TimeDelta::milliseconds(milliseconds);
            let error = OverLimitError { limit, now, until };
            assert_eq!(error.seconds(), seconds);
        }
    }
}
