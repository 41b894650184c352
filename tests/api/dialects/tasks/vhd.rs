//! Virtual hard disks of the fixed and of the dynamic kind, and some that are broken.

const BLOCK: u32 = 2 << 20;

/// The footer of a disk.
#[derive(Clone, Copy)]
pub(super) struct Footer {
    pub(super) kind: u32,
    pub(super) virtual_size: u64,
    pub(super) uuid: [u8; 16],
}

pub(super) const FIXED: Footer = Footer {
    kind: 2,
    virtual_size: 4096,
    uuid: [5; 16],
};

impl Footer {
    pub(super) fn bytes(self) -> Vec<u8> {
        let mut footer = vec![0; 512];
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

    /// A fixed disk of zeros.
    pub(super) fn fixed(self) -> Vec<u8> {
        let size = usize::try_from(self.virtual_size).unwrap();
        [vec![0; size], self.bytes()].concat()
    }

    /// A dynamic disk without a block, unless its kind is another one than fixed.
    pub(super) fn dynamic(mut self) -> Vec<u8> {
        if self.kind == 2 {
            self.kind = 3;
        }
        let entries = u32::try_from(self.virtual_size.div_ceil(BLOCK.into())).unwrap();
        let mut header = vec![0; 1024];
        put(&mut header, 0, b"cxsparse");
        put(&mut header, 8, &u64::MAX.to_be_bytes());
        put(&mut header, 16, &1536_u64.to_be_bytes());
        put(&mut header, 24, &0x0001_0000_u32.to_be_bytes());
        put(&mut header, 28, &entries.to_be_bytes());
        put(&mut header, 32, &BLOCK.to_be_bytes());
        sign(&mut header, 36);
        let table = vec![0xFF; (entries as usize * 4).next_multiple_of(512)];
        [self.bytes(), header, table, self.bytes()].concat()
    }
}

fn put(bytes: &mut [u8], at: usize, news: &[u8]) {
    bytes[at..at + news.len()].copy_from_slice(news);
}

fn sign(bytes: &mut [u8], place: usize) {
    let sum: u32 = bytes.iter().map(|byte| u32::from(*byte)).sum();
    put(bytes, place, &(!sum).to_be_bytes());
}
