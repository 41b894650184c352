//! vhdx, of Hyper-V: its size is an item of its metadata region, which a region table points to.
//!
//! Source: MS-VHDX, 2.2.3 (region table) and 2.6 (metadata region).

use super::bytes::{Window, array, le16, le32, le64};
use super::{DetectedFormat, Safety};

const TABLE_AT: u64 = 192 * 1024;
const TABLE_END: u64 = 256 * 1024;
/// The size in bytes of the region table, and of the metadata table.
const TABLE: usize = 64 * 1024;
const ENTRY: usize = 32;

const METADATA_REGION: [u8; 16] =
    *b"\x06\xA2\x7C\x8B\x90\x47\x9A\x4B\xB8\xFE\x57\x5F\x05\x0F\x88\x6E";
const VIRTUAL_DISK_SIZE: [u8; 16] =
    *b"\x24\x42\xA5\x2F\x1B\xCD\x76\x48\xB2\x11\x5D\xBE\xD8\x3B\xF4\xB8";

/// A parser of a vhdx file: it reads one table after the other, each of which says where the next is.
#[derive(Debug)]
pub(super) struct Vhdx {
    regions: Window,
    metadata: Option<Window>,
    size: Option<SizeItem>,
}

/// The item with the size of the disk.
#[derive(Debug)]
struct SizeItem {
    bytes: Window,
    /// The offset of its end in the file.
    end: u64,
}

impl Vhdx {
    pub(super) fn open(head: &[u8]) -> Option<Self> {
        head.starts_with(b"vhdxfile").then(|| Self {
            regions: Window::new(TABLE_AT, TABLE),
            metadata: None,
            size: None,
        })
    }

    pub(super) fn feed(&mut self, at: u64, chunk: &[u8]) {
        if !self.regions.is_full() {
            self.regions.feed(at, chunk);
            if self.regions.is_full() {
                self.metadata = metadata(self.regions.bytes());
            }
        }
        if let Some(metadata) = &mut self.metadata
            && !metadata.is_full()
        {
            metadata.feed(at, chunk);
            if metadata.is_full() {
                self.size = size(metadata);
            }
        }
        if let Some(size) = &mut self.size {
            size.bytes.feed(at, chunk);
        }
    }

    pub(super) fn finish(mut self, length: u64) -> DetectedFormat {
        let metadata = self.metadata.as_ref();
        // The file may end before the end of the space that is reserved for its metadata table.
        let size = self.size.take().or_else(|| size(metadata?));
        let whole = match &size {
            Some(item) => item.end <= length,
            None => self.regions.is_full() && metadata.is_none_or(Window::is_full),
        };
        let disk = match size {
            Some(item) if whole && item.bytes.is_full() => le64(item.bytes.bytes(), 0),
            _ => Some(0),
        };
        DetectedFormat {
            format: "vhdx",
            disk,
            safety: if whole {
                Safety::Safe
            } else {
                Safety::CutShort
            },
        }
    }
}

/// Returns a buffer for the metadata table, which the region table points to.
fn metadata(regions: &[u8]) -> Option<Window> {
    const HEADER: usize = 16;
    if !regions.starts_with(b"regi") {
        return None;
    }
    let count = usize::try_from(le32(regions, 8)?).ok()?;
    let entry = entry(regions, HEADER, count, METADATA_REGION)?;
    let start = le64(entry, 16)?;
    // Bytes that have passed cannot be read again, so the file counts as cut short. (The format has no
    // region before 1 MiB.)
    let start = if start < TABLE_END { u64::MAX } else { start };
    Some(Window::new(start, TABLE))
}

/// Returns the item with the size, which the metadata table points to, with the bytes of it that are
/// within that table.
fn size(metadata: &Window) -> Option<SizeItem> {
    const HEADER: usize = 32;
    /// The largest length in bytes: a longer item counts as one of this length, as with Glance. Neither
    /// is a size.
    const ITEM_MAX: u64 = 64 * 1024;
    let table = metadata.bytes();
    if !table.starts_with(b"metadata") {
        return None;
    }
    let count = usize::from(le16(table, 10)?);
    let entry = entry(table, HEADER, count, VIRTUAL_DISK_SIZE)?;
    let start = metadata.start().saturating_add(u64::from(le32(entry, 16)?));
    let length = u64::from(le32(entry, 20)?).min(ITEM_MAX);
    let kept = if length == 8 { 8 } else { 0 };
    let mut bytes = Window::new(start, kept);
    bytes.feed(metadata.start(), table);
    let end = start.saturating_add(length);
    Some(SizeItem { bytes, end })
}

/// Returns the entry with this id from a table that must be complete.
fn entry(table: &[u8], header: usize, count: usize, id: [u8; 16]) -> Option<&[u8]> {
    let end = count.checked_mul(ENTRY)?.checked_add(header)?;
    let entries = table.get(header..end)?;
    entries
        .chunks_exact(ENTRY)
        .find(|entry| array(entry, 0) == Some(id))
}
