//! The structures of a VHD. All numbers are big-endian; offsets in the table of blocks are in sectors.

use crate::domain::disk_format::bytes::{array, be32, be64};

/// The size of a footer, in bytes.
pub(super) const FOOTER: usize = 512;

/// The size of the header of a dynamic disk, in bytes.
pub(super) const HEADER: usize = 1024;

const SECTOR: u64 = 512;

/// The smallest block that is accepted, in bytes: with smaller ones the table of a disk would not be small.
const BLOCK_MIN: u32 = 64 << 10;

/// The kind of a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VhdKind {
    Fixed,
    Dynamic,
    Differencing,
    Other,
}

/// The parts of a footer that matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Footer {
    pub(super) kind: VhdKind,
    /// The offset of the dynamic header.
    pub(super) header: u64,
    pub(super) virtual_size: u64,
    pub(super) uuid: [u8; 16],
    checksum: u32,
}

impl Footer {
    /// Reads a footer; `None` if the signature, the version or the checksum is wrong.
    pub(super) fn read(bytes: &[u8; FOOTER]) -> Option<Self> {
        const CHECKSUM: usize = 64;
        let checksum = be32(bytes, CHECKSUM)?;
        let is_footer = bytes.starts_with(b"conectix")
            && be32(bytes, 12)? == 0x0001_0000
            && checksum == checksum_of(bytes, CHECKSUM);
        if !is_footer {
            return None;
        }
        Some(Self {
            kind: match be32(bytes, 60)? {
                2 => VhdKind::Fixed,
                3 => VhdKind::Dynamic,
                4 => VhdKind::Differencing,
                _ => VhdKind::Other,
            },
            header: be64(bytes, 16)?,
            virtual_size: be64(bytes, 48)?,
            uuid: array(bytes, 68)?,
            checksum,
        })
    }
}

/// The parts of a dynamic disk's header that matter.
#[derive(Debug)]
pub(super) struct DynamicHeader {
    /// The offset of the table of blocks.
    pub(super) table: u64,
    entries: u32,
    pub(super) block_size: u32,
    /// The UUID of the disk that this one differs from; zeros if there is none.
    pub(super) parent: [u8; 16],
}

impl DynamicHeader {
    /// Reads a header; `None` if it is not all there, or no header of a version that is known.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        const CHECKSUM: usize = 36;
        let bytes: &[u8; HEADER] = bytes.first_chunk()?;
        let block_size = be32(bytes, 32)?;
        let is_header = bytes.starts_with(b"cxsparse")
            && be32(bytes, 24)? == 0x0001_0000
            && be32(bytes, CHECKSUM)? == checksum_of(bytes, CHECKSUM)
            && block_size.is_power_of_two()
            && block_size >= BLOCK_MIN;
        is_header.then_some(())?;
        Some(Self {
            table: be64(bytes, 16)?,
            entries: be32(bytes, 28)?,
            block_size,
            parent: array(bytes, 40)?,
        })
    }

    /// Returns how many blocks a disk of this size has; `None` if the table is too short for that.
    pub(super) fn entries_for(&self, virtual_size: u64) -> Option<usize> {
        let needed = virtual_size.div_ceil(u64::from(self.block_size));
        (needed <= u64::from(self.entries)).then_some(())?;
        usize::try_from(needed).ok()
    }
}

/// The table of the blocks of a dynamic disk.
#[derive(Debug)]
pub(super) struct BlockTable<'a> {
    pub(super) entries: &'a [u8],
    pub(super) block_size: u32,
    /// The offset of the table itself.
    pub(super) start: u64,
    /// The offset of the footer.
    pub(super) end: u64,
}

impl BlockTable<'_> {
    /// Returns `true` if all blocks lie behind the table and before the footer, and none in another.
    pub(super) fn is_sound(&self) -> bool {
        const UNUSED: u32 = u32::MAX;
        let (entries, _) = self.entries.as_chunks::<4>();
        let entries = entries.iter().map(|entry| u32::from_be_bytes(*entry));
        let mut used: Vec<u32> = entries.filter(|entry| *entry != UNUSED).collect();
        used.sort_unstable();
        // A block begins with a bit for each of its sectors.
        let bitmap = (u64::from(self.block_size) / SECTOR / 8).next_multiple_of(SECTOR);
        let length = bitmap + u64::from(self.block_size);
        let table = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        let mut free = self.start.saturating_add(table);
        used.into_iter().all(|entry| {
            let start = u64::from(entry) * SECTOR;
            let fits = start >= free && start + length <= self.end;
            free = start + length;
            fits
        })
    }
}

/// Returns the checksum of a structure: the complement of the sum of its bytes without the checksum at `place`.
fn checksum_of(bytes: &[u8], place: usize) -> u32 {
    let places = place..place + 4;
    let counted = bytes.iter().enumerate();
    let counted = counted.filter(|(at, _)| !places.contains(at));
    let sum: u32 = counted.map(|(_, byte)| u32::from(*byte)).sum();
    !sum
}
