//! The check of a virtual hard disk (VHD) while its bytes pass, as an import demands it of a file.
//!
//! Microsoft: Virtual Hard Disk Image Format Specification, version 1.0. A fixed disk is its contents and a footer;
//! a dynamic one has a copy of the footer in front, then a header, and a table of the blocks that exist. Nothing is
//! kept but the footers, the header and the table, which the check limits to 2.5 MiB.

mod error;
mod layout;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use super::bytes::{Tail, Window};
pub use error::VhdError;
use layout::{BlockTable, DynamicHeader, FOOTER, Footer, HEADER, VhdKind};

/// A valid virtual hard disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VhdDisk {
    /// The size of the disk inside, in bytes.
    pub virtual_size: u64,
}

/// A check of a stream of bytes, which should be a VHD.
#[derive(Debug)]
pub struct VhdCheck {
    /// The greatest size in bytes, of the file and of the disk inside.
    limit: u64,
    length: u64,
    front: Window,
    header: Option<Window>,
    table: Option<Window>,
    tail: Tail<FOOTER>,
}

impl VhdCheck {
    /// Creates a check that has seen no bytes. Neither the file nor the disk inside may be larger than `limit` bytes.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self {
            limit,
            length: 0,
            front: Window::new(0, FOOTER),
            header: None,
            table: None,
            tail: Tail::default(),
        }
    }

    /// Reads the next bytes of the stream. The sizes of the chunks make no difference.
    pub fn feed(&mut self, chunk: &[u8]) {
        let at = self.length;
        self.front.feed(at, chunk);
        if self.header.is_none() {
            self.header = self.copy_in_front().and_then(|footer| header_of(&footer));
        }
        if let Some(header) = &mut self.header {
            header.feed(at, chunk);
        }
        if self.table.is_none() {
            self.table = self.table_of_header();
        }
        if let Some(table) = &mut self.table {
            table.feed(at, chunk);
        }
        self.tail.feed(chunk);
        let passed = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        self.length = at.saturating_add(passed);
    }

    /// Returns the disk, after the last bytes.
    ///
    /// # Errors
    /// Fails if the file is no VHD, or one that cannot be imported. Of several reasons the first in this order counts:
    /// the size of the file, its footer, the kind of disk, its UUID, the size of the disk, all else.
    pub fn finish(self) -> Result<VhdDisk, VhdError> {
        if self.length > self.limit {
            return Err(VhdError::FileTooLarge(self.limit));
        }
        let (copy, end) = (
            self.copy_in_front(),
            self.tail.bytes().and_then(Footer::read),
        );
        // A disk of the fixed kind has no copy in front: there are its contents.
        let dynamic = copy.as_ref().filter(|copy| copy.kind != VhdKind::Fixed);
        let footer = end.as_ref().or(dynamic).ok_or(VhdError::NotVhd)?;
        match footer.kind {
            VhdKind::Fixed | VhdKind::Dynamic => {}
            VhdKind::Differencing => return Err(VhdError::HasParent),
            VhdKind::Other => return Err(VhdError::UnknownKind),
        }
        if footer.uuid == [0; 16] {
            return Err(VhdError::NoUuid);
        }
        if footer.virtual_size > self.limit {
            return Err(VhdError::DiskTooLarge(self.limit));
        }
        match (footer.kind, &copy, &end) {
            (VhdKind::Fixed, _, Some(end)) => self.check_fixed(end)?,
            // The copy says that the file was a VHD; without its end it is none any more.
            (_, Some(copy), Some(end)) if copy == end => self.check_dynamic(end)?,
            _ => return Err(VhdError::Invalid),
        }
        Ok(VhdDisk {
            virtual_size: footer.virtual_size,
        })
    }

    /// Returns the footer that is the first sector, where a dynamic disk has a copy of it.
    fn copy_in_front(&self) -> Option<Footer> {
        Footer::read(self.front.bytes().first_chunk()?)
    }

    /// Returns a buffer for the table that the header points to, once the header has passed.
    fn table_of_header(&self) -> Option<Window> {
        let header = DynamicHeader::read(self.header.as_ref()?.bytes())?;
        let entries = header.entries_for(self.copy_in_front()?.virtual_size)?;
        // Bytes before the header have passed.
        let behind = self.header.as_ref()?.start().saturating_add(HEADER as u64);
        (header.table >= behind).then(|| Window::new(header.table, entries.saturating_mul(4)))
    }

    /// Checks that a fixed disk is its contents and the footer.
    fn check_fixed(&self, footer: &Footer) -> Result<(), VhdError> {
        let contents = self.length.checked_sub(FOOTER as u64);
        if footer.virtual_size > 0 && contents == Some(footer.virtual_size) {
            return Ok(());
        }
        Err(VhdError::Invalid)
    }

    /// Checks the header of a dynamic disk, and that its blocks are in the file and do not overlap.
    fn check_dynamic(&self, footer: &Footer) -> Result<(), VhdError> {
        let header = self.header.as_ref().ok_or(VhdError::Invalid)?;
        let header = DynamicHeader::read(header.bytes()).ok_or(VhdError::Invalid)?;
        if header.parent != [0; 16] {
            return Err(VhdError::HasParent);
        }
        let table = self.table.as_ref().filter(|table| table.is_full());
        let table = table.ok_or(VhdError::Invalid)?;
        let end = self.length.saturating_sub(FOOTER as u64);
        let blocks = BlockTable {
            entries: table.bytes(),
            block_size: header.block_size,
            start: table.start(),
            end,
        };
        if footer.virtual_size > 0 && blocks.is_sound() {
            return Ok(());
        }
        Err(VhdError::Invalid)
    }
}

/// Returns a buffer for the header that the footer in front points to.
fn header_of(footer: &Footer) -> Option<Window> {
    let is_behind = footer.header >= FOOTER as u64;
    (footer.kind != VhdKind::Fixed && is_behind).then(|| Window::new(footer.header, HEADER))
}
