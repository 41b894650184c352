//! Formats times as the journal and the clocks of databases have them, to the microsecond.

use chrono::{DateTime, SecondsFormat, Utc};

pub(super) fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}
