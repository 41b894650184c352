//! Disks, compressed files and snapshots.

use std::io::{Cursor, sink};

use bytes::Bytes;
use futures_util::{FutureExt, stream};

use crate::cloud::snapshot::archive;
use crate::domain::disk_format::{FormatInspector, InspectionReport, VhdCheck};
use crate::source::decompress::{OutputLimits, decompress};

/// The most bytes that a compressed file may hold here.
const MOST: u64 = 1 << 20;

/// Formats that an image may claim.
const CLAIMS: [&str; 9] = [
    "raw", "qcow2", "vhd", "vhdx", "vmdk", "vdi", "iso", "gpt", "ploop",
];

fn inspected<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> InspectionReport {
    let mut inspector = FormatInspector::new();
    chunks.for_each(|chunk| inspector.feed(chunk));
    inspector.finish()
}

/// The first byte is the length of the chunks in which the rest comes, which must make no difference.
pub(super) fn disk_format(data: &[u8]) {
    let Some((length, disk)) = data.split_first() else {
        return;
    };
    let whole = inspected(std::iter::once(disk));
    let length = usize::from(*length).max(1) * 7;
    assert!(whole == inspected(disk.chunks(length)));
    for claim in CLAIMS {
        let strict = whole.check_claim(claim, true);
        let loose = whole.check_claim(claim, false);
        assert!(strict.is_err() || loose == strict);
        drop(loose);
    }
    let mut vhd = VhdCheck::new(MOST);
    disk.chunks(length).for_each(|chunk| vhd.feed(chunk));
    if let Ok(found) = vhd.finish() {
        assert!(found.virtual_size <= MOST);
    }
}

/// A compressed file or an archive.
pub(super) fn compressed(data: &[u8]) {
    let limits = OutputLimits::with_size(MOST);
    let written = decompress(Cursor::new(data), &mut sink(), limits);
    let size = written.ok().flatten();
    assert!(size.is_none_or(|size| size <= MOST));
}

/// The first byte is the length of the pieces in which the rest comes.
pub(super) fn snapshot(data: &[u8]) {
    let Some((length, file)) = data.split_first() else {
        return;
    };
    let pieces = file.chunks(usize::from(*length).max(1) * 64);
    let pieces: Vec<_> = pieces
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    let read = archive::read_texts(stream::iter(pieces));
    // All of it is there, so that nothing is waited for.
    drop(read.now_or_never());
}
