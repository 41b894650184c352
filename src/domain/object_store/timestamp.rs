//! The forms of times in answers of the object store. Swift: `swift/common/utils/timestamp.py`.

use chrono::{DateTime, TimeDelta, Timelike, Utc};

/// Returns seconds since 1970 with five decimals, as in `X-Timestamp`.
#[must_use]
pub fn seconds(time: DateTime<Utc>) -> String {
    let (seconds, micros) = (time.timestamp(), time.timestamp_subsec_micros());
    format!("{seconds:010}.{:05}", micros / 10)
}

/// Returns the time of a listing: ISO 8601 with microseconds and without a zone.
#[must_use]
pub fn iso(time: DateTime<Utc>) -> String {
    // Swift knows times to ten microseconds.
    let micros = time.timestamp_subsec_micros() / 10 * 10;
    format!("{}.{micros:06}", time.format("%Y-%m-%dT%H:%M:%S"))
}

/// Returns the time as an HTTP date, rounded up to a second as Swift does.
#[must_use]
pub fn http_date(time: DateTime<Utc>) -> String {
    rounded_up(time)
        .format("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

/// Returns the time rounded up to a second.
#[must_use]
pub fn rounded_up(time: DateTime<Utc>) -> DateTime<Utc> {
    let whole = time.with_nanosecond(0).unwrap_or(time);
    if time.timestamp_subsec_micros() / 10 > 0 {
        whole + TimeDelta::seconds(1)
    } else {
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_forms_of_swift() {
        let time: DateTime<Utc> = "2026-11-27T01:02:03.456789Z".parse().unwrap();
        assert_eq!(seconds(time), "1795741323.45678");
        assert_eq!(iso(time), "2026-11-27T01:02:03.456780");
        assert_eq!(http_date(time), "Fri, 27 Nov 2026 01:02:04 GMT");
        let whole: DateTime<Utc> = "2026-11-27T01:02:03Z".parse().unwrap();
        assert_eq!(http_date(whole), "Fri, 27 Nov 2026 01:02:03 GMT");
        assert_eq!(iso(whole), "2026-11-27T01:02:03.000000");
    }
}
