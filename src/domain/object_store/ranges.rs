//! Byte ranges of objects. Unlike Glance, Swift takes several at once and ignores what it cannot parse. Swift:
//! `Range` in `swift/common/swob.py`.

use crate::domain::range::ByteRange;

/// The greatest number of ranges of a request.
const MAX_RANGES: usize = 50;
/// The greatest number of ranges that overlap another.
const MAX_OVERLAPS: usize = 2;
/// The number of ranges from which on they must be in ascending order.
const MAX_NONASCENDING: usize = 8;

/// One range of a header: either end may be left out, but not both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RangeSpec {
    first: Option<u64>,
    last: Option<u64>,
}

/// The parts of an object that a `Range` header asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestedParts {
    /// All of it.
    Whole,
    /// One part or several, none of them empty.
    Some(Vec<ByteRange>),
    /// Nothing that the object has.
    Unsatisfiable,
}

impl RequestedParts {
    /// Parses a `Range` header for an object of this size in bytes. One that is not valid asks for the whole
    /// object.
    #[must_use]
    pub fn parse(header: &str, size: u64) -> Self {
        let Some(specs) = parse(header) else {
            return Self::Whole;
        };
        // The half-open ranges of Swift.
        let found: Vec<_> = specs.iter().filter_map(|spec| spec.within(size)).collect();
        if found.is_empty() || is_egregious(&found) {
            return Self::Unsatisfiable;
        }
        if size == 0 {
            return Self::Whole;
        }
        let parts = found.iter().map(|(start, end)| ByteRange {
            start: *start,
            end: end - 1,
        });
        Self::Some(parts.collect())
    }
}

impl RangeSpec {
    fn within(self, size: u64) -> Option<(u64, u64)> {
        match (self.first, self.last) {
            (None, None | Some(0)) => None,
            (None, Some(length)) => Some((size.saturating_sub(length), size)),
            (Some(first), _) if first >= size => None,
            (Some(first), None) => Some((first, size)),
            (Some(first), Some(last)) => Some((first, last.saturating_add(1).min(size))),
        }
    }
}

fn parse(header: &str) -> Option<Vec<RangeSpec>> {
    let header = header.replace(' ', "");
    let (unit, ranges) = header.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    ranges.split(',').map(parse_one).collect()
}

fn parse_one(range: &str) -> Option<RangeSpec> {
    let (first, last) = range.split_once('-')?;
    let spec = RangeSpec {
        first: number(first).ok()?,
        last: number(last).ok()?,
    };
    match (spec.first, spec.last) {
        (None, None) => None,
        (Some(first), Some(last)) if last < first => None,
        _ => Some(spec),
    }
}

/// The text that stands where a number is to be, and is none.
struct NotANumberError;

/// Returns a number, or that there is none.
fn number(text: &str) -> Result<Option<u64>, NotANumberError> {
    if text.is_empty() {
        return Ok(None);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotANumberError);
    }
    // More digits than 64 bits hold is beyond the end of everything.
    Ok(Some(text.parse().unwrap_or(u64::MAX)))
}

/// Returns whether so many ranges, or ranges so much in disorder, cost more than they are worth.
fn is_egregious(ranges: &[(u64, u64)]) -> bool {
    if ranges.len() > MAX_RANGES {
        return true;
    }
    let pairs = ranges
        .iter()
        .enumerate()
        .flat_map(|(index, one)| ranges.iter().skip(index + 1).map(move |two| (*one, *two)));
    if pairs.filter(|(one, two)| overlap(*one, *two)).count() > MAX_OVERLAPS {
        return true;
    }
    let is_ascending = ranges.is_sorted_by_key(|(start, _)| *start);
    !is_ascending && ranges.len() >= MAX_NONASCENDING
}

fn overlap((start, end): (u64, u64), (other_start, other_end): (u64, u64)) -> bool {
    let within = |value: u64, (start, end): (u64, u64)| start < value && value < end;
    let (one, two) = ((start, end), (other_start, other_end));
    within(other_start, one) || within(other_end, one) || within(start, two) || within(end, two)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(header: &str, size: u64) -> RequestedParts {
        RequestedParts::parse(header, size)
    }

    fn some(ranges: &[(u64, u64)]) -> RequestedParts {
        let ranges = ranges.iter();
        RequestedParts::Some(
            ranges
                .map(|(start, end)| ByteRange {
                    start: *start,
                    end: *end,
                })
                .collect(),
        )
    }

    #[test]
    fn ranges_are_read_as_swift_reads_them() {
        for (header, expected) in [
            ("bytes=0-4", some(&[(0, 4)])),
            ("BYTES = 5-", some(&[(5, 9)])),
            ("bytes=0-100", some(&[(0, 9)])),
            ("bytes=-3", some(&[(7, 9)])),
            ("bytes=-20", some(&[(0, 9)])),
            ("bytes=0-1,3-4", some(&[(0, 1), (3, 4)])),
            ("bytes=20-,3-4", some(&[(3, 4)])),
            ("bytes=10-", RequestedParts::Unsatisfiable),
            ("bytes=-0", RequestedParts::Unsatisfiable),
            ("bytes=5-2", RequestedParts::Whole),
            ("bytes=0-1,x", RequestedParts::Whole),
            ("bytes=-", RequestedParts::Whole),
            ("bytes=--1", RequestedParts::Whole),
            ("bits=0-1", RequestedParts::Whole),
            ("0-4", RequestedParts::Whole),
        ] {
            assert_eq!(parts(header, 10), expected, "{header}");
        }
    }

    #[test]
    fn an_empty_object_has_no_part_but_the_end() {
        assert_eq!(parts("bytes=0-", 0), RequestedParts::Unsatisfiable);
        assert_eq!(parts("bytes=-5", 0), RequestedParts::Whole);
    }

    #[test]
    fn too_many_ranges_are_refused() {
        let many: Vec<_> = (0..51).map(|n| format!("{n}-{n}")).collect();
        let header = format!("bytes={}", many.join(","));
        assert_eq!(parts(&header, 100), RequestedParts::Unsatisfiable);
        let overlapping = "bytes=0-9,0-8,0-7,1-6";
        assert_eq!(parts(overlapping, 100), RequestedParts::Unsatisfiable);
        let falling = "bytes=7-7,6-6,5-5,4-4,3-3,2-2,1-1,0-0";
        assert_eq!(parts(falling, 100), RequestedParts::Unsatisfiable);
    }
}
