//! Timestamps in a query, in the forms of ISO 8601 that Glance reads.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};

/// Parses a timestamp down to the microsecond: a year and as much more as is given, with or without
/// dashes and colons. Without an offset it is in UTC.
pub(super) fn parse_timestamp(text: &str) -> Option<DateTime<Utc>> {
    let mut rest = TimestampParser(text);
    let day = rest.day()?;
    if rest.is_empty() {
        return Some(day.and_time(NaiveTime::MIN).and_utc());
    }
    if !rest.skip("T") && !rest.skip(" ") {
        return None;
    }
    let time = rest.time()?;
    let offset = rest.offset()?;
    let at = day.and_time(time).checked_sub_signed(offset)?;
    rest.is_empty().then(|| at.and_utc())
}

/// The part of a timestamp that is not parsed yet.
struct TimestampParser<'a>(&'a str);

impl TimestampParser<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Consumes a text if it comes next.
    fn skip(&mut self, text: &str) -> bool {
        let after = self.0.strip_prefix(text);
        self.0 = after.unwrap_or(self.0);
        after.is_some()
    }

    /// Parses a number of `least` to `most` digits.
    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let digits = self.0.bytes().take(most).take_while(u8::is_ascii_digit);
        let count = digits.count();
        let (number, rest) = self.0.split_at_checked(count)?;
        if count < least {
            return None;
        }
        self.0 = rest;
        number.parse().ok()
    }

    fn day(&mut self) -> Option<NaiveDate> {
        let year = self.number(4, 4).filter(|year| *year > 0)?;
        let year = i32::try_from(year).ok()?;
        if self.is_empty() {
            return NaiveDate::from_ymd_opt(year, 1, 1);
        }
        let dashed = self.skip("-");
        let month = self.number(if dashed { 1 } else { 2 }, 2)?;
        if self.is_empty() {
            // Six digits could be anything.
            return NaiveDate::from_ymd_opt(year, month, 1).filter(|_| dashed);
        }
        let least = if self.skip("-") { 1 } else { 2 };
        NaiveDate::from_ymd_opt(year, month, self.number(least, 2)?)
    }

    fn time(&mut self) -> Option<NaiveTime> {
        let hour = self.number(2, 2)?;
        let minute = self.part(2)?;
        let second = self.part(1)?;
        let micro = if self.skip(".") || self.skip(",") {
            self.fraction()?
        } else {
            0
        };
        NaiveTime::from_hms_micro_opt(hour, minute, second, micro)
    }

    /// Parses minutes or seconds; zero if there are none. After a colon they are required.
    fn part(&mut self, least: usize) -> Option<u32> {
        if self.skip(":") || self.0.starts_with(|letter: char| letter.is_ascii_digit()) {
            self.number(least, 2)
        } else {
            Some(0)
        }
    }

    /// Parses the digits after the decimal point as microseconds; further digits are cut off.
    fn fraction(&mut self) -> Option<u32> {
        let end = self.0.find(|letter: char| !letter.is_ascii_digit());
        let (digits, rest) = self.0.split_at_checked(end.unwrap_or(self.0.len()))?;
        self.0 = rest;
        let six: String = digits.chars().chain("000000".chars()).take(6).collect();
        six.parse().ok().filter(|_| !digits.is_empty())
    }

    /// Parses the offset from UTC.
    fn offset(&mut self) -> Option<Duration> {
        if self.is_empty() || self.skip("Z") {
            return Some(Duration::zero());
        }
        let behind = self.skip("-");
        if !behind && !self.skip("+") {
            return None;
        }
        let hours = self.number(2, 2)?;
        let minutes = self.part(2)?;
        let ahead = Duration::minutes(i64::from(hours * 60 + minutes));
        Some(if behind { -ahead } else { ahead })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_come_in_many_forms() {
        for (text, at) in [
            ("2014", "2014-01-01T00:00:00Z"),
            ("2014-02", "2014-02-01T00:00:00Z"),
            ("2014-2-3", "2014-02-03T00:00:00Z"),
            ("20140203", "2014-02-03T00:00:00Z"),
            ("2014-02-03T04", "2014-02-03T04:00:00Z"),
            ("2014-02-03 04:05", "2014-02-03T04:05:00Z"),
            ("20140203T040506Z", "2014-02-03T04:05:06Z"),
            ("2014-02-03T04:05:06,5Z", "2014-02-03T04:05:06.5Z"),
            ("2014-02-03T04:05:06.1234567", "2014-02-03T04:05:06.123456Z"),
            ("2014-02-03T04:05:06+01:30", "2014-02-03T02:35:06Z"),
            ("2014-02-03T04:05:06-0100", "2014-02-03T05:05:06Z"),
            ("2014-02-03T04:05:06-01", "2014-02-03T05:05:06Z"),
        ] {
            assert_eq!(parse_timestamp(text), at.parse().ok(), "{text}");
        }
    }

    #[test]
    fn other_text_is_not_a_timestamp() {
        for text in [
            "",
            "x",
            "0000-01-01",
            "201402",
            "2014-13-01",
            "2014-02-30",
            "2014-W01-1",
            "2014-001",
            " 2014-02-03",
            "2014-02-03T",
            "2014-02-03T24:00:00",
            "2014-02-03T04:05:60",
            "2014-02-03T04:05:06z",
            "2014-02-03T04:05:06.",
            "2014-02-03T04:05:06+1",
            "99999-01-01",
        ] {
            assert_eq!(parse_timestamp(text), None, "{text:?}");
        }
    }
}
