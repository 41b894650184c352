//! Numbers from untrusted bytes, and buffers for the few bytes of a stream that matter.

/// Returns the `N` bytes at offset `at`, if there are so many.
pub(super) fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

pub(super) fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

pub(super) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

pub(super) fn le64(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}

pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_be_bytes)
}

pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

pub(super) fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_be_bytes)
}

/// A buffer for one range of a stream. Its memory grows with the bytes that arrive, not with the length
/// of the range.
#[derive(Debug)]
pub(super) struct Window {
    start: u64,
    length: usize,
    bytes: Vec<u8>,
}

impl Window {
    /// Creates a buffer for the `length` bytes from offset `start` of the stream.
    pub(super) fn new(start: u64, length: usize) -> Self {
        let bytes = Vec::new();
        Self {
            start,
            length,
            bytes,
        }
    }

    /// Takes the bytes that are missing from those at offset `at`. Bytes may come twice.
    pub(super) fn feed(&mut self, at: u64, chunk: &[u8]) {
        let missing = self.length - self.bytes.len();
        let next = u64::try_from(self.bytes.len())
            .map_or(u64::MAX, |kept| self.start.saturating_add(kept));
        let ahead = next.checked_sub(at).map(usize::try_from);
        if let Some(Ok(ahead)) = ahead
            && let Some(news) = chunk.get(ahead..)
        {
            let (wanted, _) = news.split_at(missing.min(news.len()));
            self.bytes.extend_from_slice(wanted);
        }
    }

    pub(super) fn start(&self) -> u64 {
        self.start
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() == self.length
    }
}

/// A buffer for the last `N` bytes of a stream.
#[derive(Debug, Default)]
pub(super) struct Tail<const N: usize> {
    bytes: Vec<u8>,
}

impl<const N: usize> Tail<N> {
    pub(super) fn feed(&mut self, chunk: &[u8]) {
        let news = chunk.last_chunk::<N>().map_or(chunk, <[u8; N]>::as_slice);
        let old = (self.bytes.len() + news.len()).saturating_sub(N);
        self.bytes.drain(..old);
        self.bytes.extend_from_slice(news);
    }

    /// Returns the last `N` bytes, if there were so many.
    pub(super) fn bytes(&self) -> Option<&[u8; N]> {
        self.bytes.first_chunk()
    }
}
