//! Parses lengths of time and sizes.

use std::ops::RangeInclusive;
use std::time::Duration;

use bytesize::ByteSize;

const SECONDS_PER_HOUR: u64 = 3600;

/// Reads a length of time: a number of seconds, or numbers with units, such as `90m`, `1h30m` or `500ms`.
fn duration(text: &str) -> Option<Duration> {
    match text.trim().parse() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => humantime::parse_duration(text).ok(),
    }
}

/// Reads a length of time above nothing; parts of a second are allowed.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let allowed = "a number of seconds above 0, or a time such as 500ms, 90m or 1h30m, is allowed";
    let time = duration(text).filter(|time| !time.is_zero());
    time.ok_or_else(|| allowed.to_owned())
}

/// Makes a reader of whole seconds within some bounds.
pub(super) fn whole_seconds<T>(
    bounds: RangeInclusive<T>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static
where
    T: TryFrom<u64> + PartialOrd + std::fmt::Display + Clone + Send + Sync + 'static,
{
    move |text| {
        let time = duration(text).filter(|time| time.subsec_nanos() == 0);
        let seconds = time.and_then(|time| T::try_from(time.as_secs()).ok());
        seconds.filter(|seconds| bounds.contains(seconds)).ok_or_else(|| {
            let (least, most) = (bounds.start(), bounds.end());
            format!("a whole number of seconds, or a time such as 90m or 1h30m, of {least} to {most} seconds is allowed")
        })
    }
}

/// Reads whole hours: a number of them, or a time with units, such as `36h` or `2days`.
pub(super) fn hours(text: &str) -> Result<u32, String> {
    let allowed = "a whole number of hours, or a time such as 36h or 2days, is allowed";
    let units = || {
        let time = humantime::parse_duration(text).ok()?;
        let seconds = time.as_secs();
        let whole = time.subsec_nanos() == 0 && seconds.is_multiple_of(SECONDS_PER_HOUR);
        whole.then(|| u32::try_from(seconds / SECONDS_PER_HOUR).ok())?
    };
    let hours = text.trim().parse().ok().or_else(units);
    hours.ok_or_else(|| allowed.to_owned())
}

/// Reads a size in bytes as Glance reads its options: KB is 1024 bytes, and so on. Glance: `glance/api/common.py`.
pub(super) fn glance_size(text: &str) -> Result<u64, String> {
    let allowed =
        || "a whole number with B, KB, MB, GB, TB or nothing behind it is allowed".to_owned();
    let digits = text.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = text
        .split_at_checked(digits.unwrap_or(text.len()))
        .ok_or_else(allowed)?;
    let number: u64 = number.parse().map_err(|_| allowed())?;
    let power = match unit {
        "" | "B" => 0,
        "KB" => 1,
        "MB" => 2,
        "GB" => 3,
        "TB" => 4,
        _ => return Err(allowed()),
    };
    let bytes = number.checked_mul(1024u64.pow(power));
    bytes
        .filter(|bytes| i64::try_from(*bytes).is_ok())
        .ok_or_else(allowed)
}

/// Reads a size in bytes with the units of the SI and IEC: KB is 1000 bytes, KiB is 1024.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let size = text.trim().parse().ok().map(|ByteSize(bytes)| bytes);
    let size = size.filter(|bytes| i64::try_from(*bytes).is_ok());
    size.ok_or_else(|| {
        "a number of bytes, or a size such as 16MB (1000 × 1000) or 16MiB (1024 × 1024), is allowed"
            .into()
    })
}

/// Reads the size of a segment in bytes: at least one, and no more than the object store takes in one piece.
pub(super) fn segment_size(text: &str) -> Result<u64, String> {
    let size = size(text)?;
    if (1..=5 << 30).contains(&size) {
        return Ok(size);
    }
    Err("at least one byte and at most 5GiB is allowed".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_may_be_parts_but_not_nothing() {
        assert_eq!(seconds("0.25"), Ok(Duration::from_millis(250)));
        assert_eq!(seconds("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(seconds("1m 1s"), Ok(Duration::from_secs(61)));
        for bad in ["0", "0s", "-1", "inf", "NaN", "1x", "h", ""] {
            assert!(seconds(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn whole_seconds_may_have_units() {
        let read = whole_seconds(1..=u32::MAX);
        for (text, seconds) in [
            ("60", 60),
            ("60.0", 60),
            ("1h", 3600),
            ("90m", 5400),
            ("1h30m", 5400),
            ("1h 30min", 5400),
            ("2days", 172_800),
            ("4294967295", u32::MAX),
        ] {
            assert_eq!(read(text), Ok(seconds), "{text:?}");
        }
        for bad in [
            "0",
            "-1",
            "1.5",
            "1500ms",
            "4294967296",
            "9999y",
            "90 minutes ago",
            "",
        ] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
        assert_eq!(whole_seconds(0..=u32::MAX)("0"), Ok(0));
        let lease = whole_seconds(3..=u16::MAX);
        assert_eq!(lease("1m"), Ok(60));
        assert!(
            lease("2")
                .unwrap_err()
                .ends_with("of 3 to 65535 seconds is allowed")
        );
    }

    #[test]
    fn hours_are_whole() {
        for (text, number) in [
            ("48", 48),
            ("0", 0),
            ("36h", 36),
            ("2days", 48),
            ("120m", 2),
        ] {
            assert_eq!(hours(text), Ok(number), "{text:?}");
        }
        for bad in ["", "-1", "1.5", "90m", "1h1ms"] {
            assert!(hours(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_units_of_glance_are_powers_of_1024() {
        assert_eq!(glance_size("3"), Ok(3));
        assert_eq!(glance_size("2KB"), Ok(2048));
        assert_eq!(glance_size("1TB"), Ok(1 << 40));
        for bad in ["", "KB", "1 KB", "1kb", "1KiB", "-1", "9999999999TB", "1½"] {
            assert!(glance_size(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_segment_has_a_size() {
        assert_eq!(segment_size("125MiB"), Ok(125 << 20));
        assert_eq!(segment_size("5GiB"), Ok(5 << 30));
        for bad in ["0", "5368709121", "x"] {
            assert!(segment_size(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn other_sizes_tell_decimal_and_binary_units_apart() {
        for (text, bytes) in [
            ("16", 16),
            ("16B", 16),
            ("2KB", 2000),
            ("2kb", 2000),
            ("2KiB", 2048),
            ("1.5 MB", 1_500_000),
            ("16MiB", 16 << 20),
            ("1TiB", 1 << 40),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text:?}");
        }
        for bad in ["", "KB", "-1", "1 potato", "16EiB", "1½"] {
            assert!(size(bad).is_err(), "{bad:?}");
        }
    }
}
