//! Byte ranges of image data, from `Range` and `Content-Range` of a request. Glance:
//! `glance/common/wsgi.py`.

use crate::{Error, Result};

/// A byte range: `start ≤ end`, both from 0 and inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// The offset of the first byte.
    pub start: u64,
    /// The offset of the last byte.
    pub end: u64,
}

impl ByteRange {
    /// Returns the number of bytes.
    #[must_use]
    pub fn length(self) -> u64 {
        self.end - self.start + 1
    }

    /// Parses a `Range` header for data of this size in bytes.
    pub fn from_range_header(header: &str, size: u64) -> Result<Self> {
        if header.contains(',') {
            return Err(Error::Invalid(
                "Requests with multiple ranges are not supported in Glance. You may make multiple \
                 single-range requests instead."
                    .into(),
            ));
        }
        let bad = || Error::InvalidRange("Invalid Range header.".into());
        let (unit, range) = header.split_once('=').ok_or_else(bad)?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return Err(bad());
        }
        let (first, last) = range.trim().split_once('-').ok_or_else(bad)?;
        // What follows the digits is not looked at.
        let digits = last.trim_start();
        let after = digits.find(|letter: char| !letter.is_ascii_digit());
        let last = digits
            .get(..after.unwrap_or(digits.len()))
            .unwrap_or_default();
        match (end(first), end(last)) {
            (RangeEnd::At(start), RangeEnd::At(last)) if last < start => Err(bad()),
            (RangeEnd::At(start), RangeEnd::At(last)) => Self::within(start, Some(last), size),
            (RangeEnd::At(start), RangeEnd::Open) => Self::within(start, None, size),
            // The last bytes; asking for all, for more, or for none of them gives everything.
            (RangeEnd::Open, RangeEnd::At(length)) => {
                let start = if length == 0 {
                    0
                } else {
                    size.saturating_sub(length)
                };
                Self::within(start, None, size)
            }
            _ => Err(bad()),
        }
    }

    /// Parses a `Content-Range` header, which Glance accepts as an older form of `Range`.
    pub fn from_content_range_header(header: &str, size: u64) -> Result<Self> {
        let bad = || Error::InvalidRange("Invalid Content-Range header.".into());
        let range = header.trim().strip_prefix("bytes").ok_or_else(bad)?;
        let (range, total) = range.trim_start().split_once('/').ok_or_else(bad)?;
        let (first, last) = range.split_once('-').ok_or_else(bad)?;
        let (RangeEnd::At(start), RangeEnd::At(end)) = (end(first), end(last)) else {
            return Err(bad());
        };
        let total = match total.trim() {
            "*" => None,
            total => match self::end(total) {
                RangeEnd::At(total) => Some(total),
                RangeEnd::Open | RangeEnd::Bad => return Err(bad()),
            },
        };
        if end < start || total.is_some_and(|total| end >= total) {
            return Err(bad());
        }
        if end >= size {
            return Err(outside("stop", "Content-Range", size));
        }
        Ok(Self { start, end })
    }

    fn within(start: u64, last: Option<u64>, size: u64) -> Result<Self> {
        if start >= size {
            return Err(outside("start", "Range", size));
        }
        let end = last.map_or(size - 1, |last| last.min(size - 1));
        Ok(Self { start, end })
    }
}

/// One end of a range in a header.
#[derive(Clone, Copy)]
enum RangeEnd {
    /// An offset.
    At(u64),
    /// The end is left out.
    Open,
    /// The text is not a number.
    Bad,
}

fn end(text: &str) -> RangeEnd {
    let text = text.trim();
    if text.is_empty() {
        RangeEnd::Open
    } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than 64 bits hold is beyond the end of everything.
        RangeEnd::At(text.parse().unwrap_or(u64::MAX))
    } else {
        RangeEnd::Bad
    }
}

fn outside(which: &str, header: &str, size: u64) -> Error {
    let title = if which == "start" {
        "Start"
    } else {
        "The stop"
    };
    let last = i128::from(size) - 1;
    Error::InvalidRange(format!(
        "Invalid {which} position in {header} header. {title} position MUST be in the inclusive \
         range [0, {last}]."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(header: &str, size: u64) -> std::result::Result<(u64, u64), u16> {
        match ByteRange::from_range_header(header, size) {
            Ok(part) => Ok((part.start, part.end)),
            Err(error) => Err(error.status()),
        }
    }

    #[test]
    fn ranges_are_read_as_glance_reads_them() {
        for (header, answer) in [
            ("bytes=0-4", Ok((0, 4))),
            ("bytes=5-", Ok((5, 9))),
            ("bytes=0-100", Ok((0, 9))),
            ("bytes=-3", Ok((7, 9))),
            ("bytes=-20", Ok((0, 9))),
            ("bytes=-10", Ok((0, 9))),
            ("bytes=-0", Ok((0, 9))),
            ("bytes=10-", Err(416)),
            ("bytes=20-30", Err(416)),
            ("bytes=5-2", Err(416)),
            ("bytes=5-5", Ok((5, 5))),
            ("bytes=9-9", Ok((9, 9))),
            ("bytes=a-b", Err(416)),
            ("bits=0-1", Err(416)),
            ("bytes=", Err(416)),
            ("bytes=-", Err(416)),
            ("0-4", Err(416)),
            ("bytes=0-1,3-4", Err(400)),
            ("BYTES=0-1", Ok((0, 1))),
            ("bytes = 0-1", Ok((0, 1))),
            ("bytes=0-1-2", Ok((0, 1))),
            ("bytes=5-x", Ok((5, 9))),
            ("bytes=--1", Err(416)),
            ("bytes=99999999999999999999-", Err(416)),
        ] {
            assert_eq!(ask(header, 10), answer, "{header}");
        }
    }

    #[test]
    fn a_range_has_as_many_bytes_as_it_names() {
        assert_eq!(ByteRange { start: 3, end: 3 }.length(), 1);
        assert_eq!(ByteRange { start: 3, end: 9 }.length(), 7);
    }

    #[test]
    fn a_range_that_begins_behind_the_end_is_told_where_it_may_begin() {
        let error = ByteRange::from_range_header("bytes=10-", 10).unwrap_err();
        let text = "Invalid start position in Range header. Start position MUST be in the \
                    inclusive range [0, 9].";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn an_empty_image_has_no_ranges() {
        assert_eq!(ask("bytes=0-", 0), Err(416));
        assert_eq!(ask("bytes=-1", 0), Err(416));
    }

    #[test]
    fn a_content_range_asks_too() {
        let ask = |header| {
            ByteRange::from_content_range_header(header, 10).map_err(|error| error.to_string())
        };
        assert_eq!(ask("bytes 0-4/10"), Ok(ByteRange { start: 0, end: 4 }));
        assert_eq!(ask("bytes 0-4/*"), Ok(ByteRange { start: 0, end: 4 }));
        let beyond = "Invalid stop position in Content-Range header. The stop position MUST be in \
                      the inclusive range [0, 9].";
        assert_eq!(ask("bytes 0-20/*"), Err(beyond.into()));
        assert_eq!(ask("bytes 20-30/*"), Err(beyond.into()));
        assert_eq!(ask("bytes 10-10/*"), Err(beyond.into()));
        let bad = "Invalid Content-Range header.";
        assert_eq!(ask("bytes 0-10/10"), Err(bad.into()));
        assert_eq!(ask("bytes 4-4/10"), Ok(ByteRange { start: 4, end: 4 }));
        assert_eq!(ask("bytes 0-4/x"), Err(bad.into()));
        assert!(ask("bytes */10").is_err());
        assert!(ask("bytes 4-0/10").is_err());
    }
}
