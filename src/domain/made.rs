//! Bytes that are made up: the same whenever they are read, from any place on, and kept nowhere.

use std::fmt;

/// What the URLs of made-up bytes begin with.
pub const SCHEME: &str = "made://";

/// Bytes that are made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Made {
    /// How many there are.
    pub size: u64,
    /// What they are.
    pub pattern: Pattern,
    /// What they look like to whoever reads their beginning.
    pub look: Look,
}

/// What made-up bytes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// All of them zero.
    #[default]
    Zeros,
    /// What Vigna's `SplitMix64`, started with this number, gives; the lowest byte of each word first.
    Random(u64),
}

/// The format that made-up bytes pass for: their beginning is a header of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Look {
    /// None: they are the pattern from the first byte on.
    #[default]
    Plain,
    /// An empty qcow2 disk of this size. Its first 256 KiB are zero but for the header.
    Qcow2(u64),
    /// A disc, as far as its first descriptor tells.
    Iso,
}

/// The step of `SplitMix64`.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// What a qcow2 needs before its data: header, table and block of counts, table of clusters.
const QCOW2_HEAD: u64 = 4 * CLUSTER;
const CLUSTER: u64 = 1 << 16;

/// Where a disc describes itself, and how large its blocks are.
const DESCRIPTOR: u64 = 16 * BLOCK;
const BLOCK: u64 = 2048;

impl Pattern {
    /// Reads `zeros`, `random` or `random(SEED)`.
    pub fn read(text: &str) -> Result<Self, String> {
        let seed = match text.trim() {
            "zeros" => return Ok(Self::Zeros),
            "random" => return Ok(Self::Random(0)),
            other => other
                .strip_prefix("random(")
                .and_then(|it| it.strip_suffix(')')),
        };
        let seed = seed.and_then(|it| it.trim().parse().ok());
        seed.map(Self::Random)
            .ok_or_else(|| format!("{text:?} is no pattern: zeros, random and random(NUMBER) are"))
    }
}

impl fmt::Display for Made {
    /// Pattern and look as a URL says them.
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pattern {
            Pattern::Zeros => to.write_str("zeros")?,
            Pattern::Random(seed) => write!(to, "random-{seed}")?,
        }
        match self.look {
            Look::Plain => Ok(()),
            Look::Qcow2(disk) => write!(to, "+qcow2-{disk}"),
            Look::Iso => to.write_str("+iso"),
        }
    }
}

impl Made {
    /// Where an image that has these bytes says they are: all that is needed to make them up again.
    #[must_use]
    pub fn url(&self, image: &str) -> String {
        format!("{SCHEME}{self}/{}/{image}", self.size)
    }

    /// The bytes that are at such a URL.
    #[must_use]
    pub fn at(url: &str) -> Option<Self> {
        let (words, rest) = url.strip_prefix(SCHEME)?.split_once('/')?;
        let (size, _) = rest.split_once('/')?;
        let (pattern, look) = words.split_once('+').unwrap_or((words, ""));
        let pattern = match pattern.split_once('-') {
            None if pattern == "zeros" => Pattern::Zeros,
            Some(("random", seed)) => Pattern::Random(seed.parse().ok()?),
            _ => return None,
        };
        let look = match look.split_once('-') {
            None if look.is_empty() => Look::Plain,
            None if look == "iso" => Look::Iso,
            Some(("qcow2", disk)) => Look::Qcow2(disk.parse().ok()?),
            _ => return None,
        };
        Some(Self {
            size: size.parse().ok()?,
            pattern,
            look,
        })
    }

    /// Writes what stands from this place on.
    pub fn fill(&self, at: u64, block: &mut [u8]) {
        match self.pattern {
            Pattern::Zeros => block.fill(0),
            Pattern::Random(seed) => fill_random(seed, at, block),
        }
        match self.look {
            Look::Plain => {}
            Look::Qcow2(disk) => {
                let zeros = usize::try_from(QCOW2_HEAD.saturating_sub(at)).unwrap_or(usize::MAX);
                for byte in block.iter_mut().take(zeros) {
                    *byte = 0;
                }
                lay(block, at, 0, &qcow2(disk));
            }
            Look::Iso => lay(block, at, DESCRIPTOR, &descriptor(self.size)),
        }
    }

    /// Whether every byte from this place on is zero.
    #[must_use]
    pub fn is_zero_from(&self, at: u64) -> bool {
        let head = match self.look {
            Look::Plain => 0,
            Look::Qcow2(_) => QCOW2_HEAD,
            Look::Iso => DESCRIPTOR + BLOCK,
        };
        self.pattern == Pattern::Zeros && at >= head
    }
}

fn word(seed: u64, place: u64) -> [u8; 8] {
    let mut it = seed.wrapping_add(place.wrapping_add(1).wrapping_mul(STEP));
    it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (it ^ (it >> 31)).to_le_bytes()
}

fn fill_random(seed: u64, at: u64, block: &mut [u8]) {
    let mut place = at / 8;
    let within = usize::try_from(at % 8).unwrap_or(0);
    let begun = if within == 0 { 0 } else { 8 - within };
    let (first, rest) = block.split_at_mut(begun.min(block.len()));
    if begun > 0 {
        let bytes = word(seed, place).into_iter().skip(within);
        first.iter_mut().zip(bytes).for_each(|(to, it)| *to = it);
        place += 1;
    }
    let (words, last) = rest.as_chunks_mut::<8>();
    for to in words {
        *to = word(seed, place);
        place += 1;
    }
    let bytes = word(seed, place);
    last.iter_mut().zip(bytes).for_each(|(to, it)| *to = it);
}

/// Puts `bytes`, which belong at `to`, into a block that begins at `at`, as far as they meet.
fn lay(block: &mut [u8], at: u64, to: u64, bytes: &[u8]) {
    for (place, byte) in (to..).zip(bytes) {
        let there = place
            .checked_sub(at)
            .and_then(|it| usize::try_from(it).ok());
        if let Some(there) = there.and_then(|it| block.get_mut(it)) {
            *there = *byte;
        }
    }
}

/// The header of an empty qcow2 (version 3): QEMU's `docs/interop/qcow2.txt`.
fn qcow2(disk: u64) -> Vec<u8> {
    let clusters = disk.div_ceil(CLUSTER * (CLUSTER / 8));
    let most = CLUSTER / 8;
    let clusters = u32::try_from(clusters.min(most)).unwrap_or(1);
    let mut header = b"QFI\xfb".to_vec();
    let mut narrow = |it: &[u32]| it.iter().for_each(|it| header.extend(it.to_be_bytes()));
    // Version; no backing file; bits of a cluster; the disk; no encryption; clusters, and where.
    narrow(&[3, 0, 0, 0, 16]);
    header.extend(disk.to_be_bytes());
    header.extend([0; 4]);
    header.extend(clusters.to_be_bytes());
    header.extend((3 * CLUSTER).to_be_bytes());
    header.extend(CLUSTER.to_be_bytes());
    // One cluster of counts; no snapshots; no features.
    header.extend(1u32.to_be_bytes());
    header.extend([0; 12 + 24]);
    // Sixteen bits a count; the header's length; no extensions.
    header.extend(4u32.to_be_bytes());
    header.extend(104u32.to_be_bytes());
    header.extend([0; 8]);
    header
}

/// The primary descriptor of a disc (ECMA-119, 8.4), as far as it is looked at.
fn descriptor(size: u64) -> Vec<u8> {
    let blocks = u32::try_from(size / BLOCK).unwrap_or(u32::MAX);
    let mut descriptor = vec![0; usize::try_from(BLOCK).unwrap_or_default()];
    lay(&mut descriptor, 0, 0, b"\x01CD001\x01");
    lay(&mut descriptor, 0, 80, &blocks.to_le_bytes());
    lay(&mut descriptor, 0, 84, &blocks.to_be_bytes());
    lay(&mut descriptor, 0, 128, &[0, 8, 8, 0]);
    descriptor
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(made: Made, from: u64, count: usize) -> Vec<u8> {
        let mut block = vec![7; count];
        made.fill(from, &mut block);
        block
    }

    #[test]
    fn random_bytes_are_those_of_splitmix64() {
        let made = Made {
            size: 64,
            pattern: Pattern::Random(1_234_567),
            look: Look::Plain,
        };
        // The first two numbers that the author's program prints for this seed.
        let words = [6_457_827_717_110_365_317_u64, 3_203_168_211_198_807_973];
        let expected: Vec<_> = words.iter().flat_map(|it| it.to_le_bytes()).collect();
        assert_eq!(bytes(made, 0, 16), expected);
    }

    #[test]
    fn a_part_is_the_same_wherever_reading_began() {
        for look in [Look::Plain, Look::Qcow2(1 << 30), Look::Iso] {
            let (size, pattern) = (300_000, Pattern::Random(3));
            let made = Made {
                size,
                pattern,
                look,
            };
            let whole = bytes(made, 0, 300_000);
            for from in [0, 1, 7, 8, 99, 100, 32_767, 32_770, 262_143, 262_150] {
                for count in [0, 1, 5, 8, 17, 2048] {
                    let part = bytes(made, from as u64, count);
                    assert_eq!(part, whole[from..from + count], "{look:?} {from} {count}");
                }
            }
        }
    }

    #[test]
    fn a_url_says_all_that_there_is_to_know() {
        for (pattern, look) in [
            (Pattern::Zeros, Look::Plain),
            (Pattern::Random(u64::MAX), Look::Qcow2(10)),
            (Pattern::Zeros, Look::Iso),
        ] {
            let made = Made {
                size: 5,
                pattern,
                look,
            };
            assert_eq!(Made::at(&made.url("x")), Some(made));
        }
        let made = Made::at("made://zeros/21474836480/x").unwrap();
        assert_eq!(made.size, 20 << 30);
        for wrong in [
            "made://ones/1/x",
            "made://zeros/x",
            "made://zeros/1",
            "memory:///x",
        ] {
            assert_eq!(Made::at(wrong), None, "{wrong}");
        }
    }
}
