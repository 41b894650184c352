//! The settings of what else no two runs have in common: the time, and what is drawn at random.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, boolean, moment, seed};
use super::shown;
use crate::runtime::clock::ClockSettings;

/// What the clock shows at the start where ids repeat: clients compare the end of a token with their
/// own time, so it lies ahead.
const BEGINNING: i64 = 1_893_456_000;

/// The advance of the clock for each request that may change something, where ids repeat.
const STEP: TimeDelta = TimeDelta::milliseconds(1);

/// The settings that make time and random values the same in every run.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Clock and determinism")
)]
pub struct DeterminismOptions {
    /// Time that the clock shows at start, such as 2030-01-01T00:00:00Z [default: the system time]
    #[cfg_attr(feature = "cli", arg(long = "clock", env = "LOOKALIKE_CLOCK", value_parser = moment, value_name = "TIME"))]
    pub clock: Option<DateTime<Utc>>,

    /// Start with a frozen clock; it moves only by requests to the control API
    #[cfg_attr(feature = "cli", arg(long = "clock-frozen", env = "LOOKALIKE_CLOCK_FROZEN", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub clock_frozen: bool,

    /// Make runs repeatable: derive ids, tokens and salts from this text, start the clock at 2030-01-01T00:00:00Z, and advance it by 1 ms per write request. Anybody who knows the text can compute every token: for tests only
    #[cfg_attr(feature = "cli", arg(long = "deterministic", env = "LOOKALIKE_DETERMINISTIC", value_parser = seed, value_name = "SEED", hide_env_values = true))]
    #[serde(serialize_with = "shown::stars_if_any")]
    pub deterministic: Option<String>,
}

impl DeterminismOptions {
    /// Returns the clock's start where the data holds nothing later than this moment.
    #[must_use]
    pub fn start(&self, latest: Option<DateTime<Utc>>) -> ClockSettings {
        let repeats = self.deterministic.is_some();
        let beginning = || DateTime::from_timestamp_secs(BEGINNING).filter(|_| repeats);
        let now = self.clock.or_else(beginning);
        // What is made in a second run comes after what the first one made.
        let after = latest.filter(|_| repeats).map(|latest| latest + STEP);
        ClockSettings {
            now: now.map(|now| after.map_or(now, |after| now.max(after))),
            frozen: repeats || self.clock_frozen,
            step: if repeats && !self.clock_frozen {
                STEP
            } else {
                TimeDelta::zero()
            },
        }
    }
}
