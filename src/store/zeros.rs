//! The hashes of zeros, for the sizes in GiB that tests most often give generated images.
//!
//! Such an image has no bytes in a store, so the only work in creating it is to hash its zeros: that
//! takes seconds for each GiB and hash, and with this table no time. Any other size or pattern is
//! hashed in the background.
//!
//! `zeros.txt` has one line a size: the size in GiB, then MD5, SHA-1, SHA-256 and SHA-512 in hex. To
//! check a line: `head -c 20G /dev/zero | md5sum`.

use crate::config::Algorithm;

const TABLE: &str = include_str!("zeros.txt");

/// Returns the hash of this many zero bytes, in hex, if the table has it.
pub(super) fn hash(size: u64, algorithm: Algorithm) -> Option<&'static str> {
    let has_size = |columns: &std::str::SplitAsciiWhitespace<'_>| {
        let gib = columns
            .clone()
            .next()
            .and_then(|gib| gib.parse::<u64>().ok());
        gib.is_some_and(|gib| gib << 30 == size)
    };
    let mut lines = TABLE.lines().map(str::split_ascii_whitespace);
    let mut columns = lines.find(has_size)?;
    columns.nth(match algorithm {
        Algorithm::Md5 => 1,
        Algorithm::Sha1 => 2,
        Algorithm::Sha256 => 3,
        Algorithm::Sha512 => 4,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_four_hashes_of_the_right_length() {
        for line in TABLE.lines() {
            let columns: Vec<_> = line.split_ascii_whitespace().collect();
            let size = columns[0].parse::<u64>().unwrap() << 30;
            let lengths = columns[1..].iter().map(|hash| hash.len());
            assert_eq!(lengths.collect::<Vec<_>>(), [32, 40, 64, 128], "{line}");
            assert_eq!(hash(size, Algorithm::Sha512), Some(columns[4]));
        }
        assert_eq!(hash((1 << 30) + 1, Algorithm::Md5), None);
    }
}
