//! Virtual hard disks, written byte by byte as the specification says.

use super::layout::{FOOTER, HEADER};

/// The size of a block in the samples, which is that of all common programs.
pub(super) const BLOCK: usize = 2 << 20;

/// The fields of a footer that tests set.
#[derive(Clone, Copy)]
pub(super) struct SampleFooter {
    pub(super) kind: u32,
    pub(super) virtual_size: u64,
    pub(super) uuid: [u8; 16],
}

pub(super) const FIXED: SampleFooter = SampleFooter {
    kind: 2,
    virtual_size: 4096,
    uuid: [7; 16],
};

/// A dynamic disk of two blocks and a half.
pub(super) const DYNAMIC: SampleFooter = SampleFooter {
    kind: 3,
    virtual_size: (BLOCK * 5 / 2) as u64,
    ..FIXED
};

impl SampleFooter {
    pub(super) fn bytes(self) -> [u8; FOOTER] {
        let mut footer = [0; FOOTER];
        let header = if self.kind == 2 { u64::MAX } else { 512 };
        put(&mut footer, 0, b"conectix");
        put(&mut footer, 8, &[0, 0, 0, 2, 0, 1, 0, 0]);
        put(&mut footer, 16, &header.to_be_bytes());
        put(&mut footer, 40, &self.virtual_size.to_be_bytes());
        put(&mut footer, 48, &self.virtual_size.to_be_bytes());
        put(&mut footer, 60, &self.kind.to_be_bytes());
        put(&mut footer, 68, &self.uuid);
        sign(&mut footer, 64);
        footer
    }

    /// Returns a fixed disk.
    pub(super) fn fixed(self) -> Vec<u8> {
        let size = usize::try_from(self.virtual_size).unwrap();
        let contents: Vec<u8> = (0..=250).cycle().take(size).collect();
        [contents, self.bytes().to_vec()].concat()
    }

    /// Returns a dynamic disk with this header, table and blocks.
    pub(super) fn dynamic(self, header: &[u8; HEADER], table: &[u32], blocks: usize) -> Vec<u8> {
        let mut entries: Vec<u8> = table.iter().flat_map(|entry| entry.to_be_bytes()).collect();
        entries.resize(entries.len().next_multiple_of(512), 0xFF);
        let blocks = vec![0x5A; blocks * (512 + BLOCK)];
        let footer = self.bytes();
        [&footer[..], header, &entries, &blocks, &footer].concat()
    }
}

/// Returns the header of a disk of so many blocks, whose table is at 1536.
pub(super) fn header(entries: u32) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    put(&mut header, 0, b"cxsparse");
    put(&mut header, 8, &u64::MAX.to_be_bytes());
    put(&mut header, 16, &1536_u64.to_be_bytes());
    put(&mut header, 24, &0x0001_0000_u32.to_be_bytes());
    put(&mut header, 28, &entries.to_be_bytes());
    put(
        &mut header,
        32,
        &u32::try_from(BLOCK).unwrap().to_be_bytes(),
    );
    sign(&mut header, 36);
    header
}

/// Returns a dynamic disk whose first and third block exist.
pub(super) fn dynamic() -> Vec<u8> {
    let second = u32::try_from((2048 + 512 + BLOCK) / 512).unwrap();
    DYNAMIC.dynamic(&header(3), &[second, u32::MAX, 4], 2)
}

pub(super) fn put(bytes: &mut [u8], at: usize, news: &[u8]) {
    bytes[at..at + news.len()].copy_from_slice(news);
}

/// Writes the checksum of a structure to this place.
pub(super) fn sign(bytes: &mut [u8], place: usize) {
    put(bytes, place, &[0; 4]);
    let sum: u32 = bytes.iter().map(|byte| u32::from(*byte)).sum();
    put(bytes, place, &(!sum).to_be_bytes());
}
