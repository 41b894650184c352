//! The formats that the first bytes alone are enough to recognise and to check.

use super::bytes::{array, be16, be32, be64, le16, le32, le64};
use super::{DetectedFormat, Safety};

/// A function that looks for the signature of one format in the first bytes of a stream of some length.
type HeaderParser = fn(&[u8], u64) -> Option<DetectedFormat>;

/// The parsers of all formats of this file.
pub(super) const ALL: [HeaderParser; 7] = [gpt, iso, luks, qcow2, qed, vdi, vhd];

const SECTOR: usize = 512;

/// Returns the first sector, which must be complete for a format to be recognised.
fn sector(head: &[u8]) -> Option<&[u8; SECTOR]> {
    head.first_chunk()
}

/// qcow2: QEMU's `docs/interop/qcow2.txt`.
fn qcow2(head: &[u8], _: u64) -> Option<DetectedFormat> {
    const EXTERNAL_DATA_FILE: u64 = 1 << 2;
    /// The bits for dirty, corrupt, external data and compression type; later ones are not known.
    const KNOWN: u64 = 0b1111;
    let header = sector(head)?;
    if !header.starts_with(b"QFI\xfb") {
        return None;
    }
    let version = be32(header, 4)?;
    let backing_file = be64(header, 8)?;
    // Version 2 has no feature bits, but Glance looks for the external data file there as well.
    let features = be64(header, 72)?;
    let safe = backing_file == 0
        && features & EXTERNAL_DATA_FILE == 0
        && (version == 2 || version == 3 && features & !KNOWN == 0);
    Some(DetectedFormat {
        format: "qcow2",
        disk: be64(header, 24),
        safety: Safety::from_check(safe),
    })
}

/// qed, qcow2's abandoned rival, is recognised only to be refused.
fn qed(head: &[u8], length: u64) -> Option<DetectedFormat> {
    sector(head)?
        .starts_with(b"QED\0")
        .then_some(DetectedFormat {
            format: "qed",
            disk: Some(length),
            safety: Safety::Unsafe,
        })
}

/// vhd, which QEMU calls vpc: a dynamic disk has a copy of its footer in front.
fn vhd(head: &[u8], _: u64) -> Option<DetectedFormat> {
    if !head.starts_with(b"conectix") {
        return None;
    }
    let (disk, safety) = match sector(head) {
        Some(footer) => (be64(footer, 40), Safety::Safe),
        None => (Some(0), Safety::CutShort),
    };
    Some(DetectedFormat {
        format: "vhd",
        disk,
        safety,
    })
}

/// vdi, of `VirtualBox`.
fn vdi(head: &[u8], _: u64) -> Option<DetectedFormat> {
    let header = sector(head)?;
    (le32(header, 0x40)? == 0xBEDA_107F).then_some(DetectedFormat {
        format: "vdi",
        disk: le64(header, 0x170),
        safety: Safety::Safe,
    })
}

/// ISO 9660 (ECMA-119, 8.4) and UDF.
fn iso(head: &[u8], _: u64) -> Option<DetectedFormat> {
    const SYSTEM_AREA: usize = 32 * 1024;
    const PRIMARY: u8 = 1;
    let descriptor: [u8; 2048] = array(head, SYSTEM_AREA)?;
    let [kind, name @ ..] = array::<6>(&descriptor, 0)?;
    if ![b"CD001", b"NSR02", b"NSR03"].contains(&&name) {
        return None;
    }
    let blocks = u64::from(le32(&descriptor, 80)?);
    let block_size = u64::from(le16(&descriptor, 128)?);
    let size = blocks.saturating_mul(block_size);
    Some(DetectedFormat {
        format: "iso",
        disk: Some(if kind == PRIMARY { size } else { 0 }),
        safety: Safety::Safe,
    })
}

/// GPT, and the MBR it hides behind: the UEFI specification, chapter 5.
fn gpt(head: &[u8], length: u64) -> Option<DetectedFormat> {
    let sector = sector(head)?;
    let marked = sector.ends_with(&[0x55, 0xAA]);
    // A FAT file system ends its first sector in the same way: two FATs, on a fixed disk.
    let is_fat = array(sector, 0x10)? == [2] && array(sector, 0x15)? == [0xF8];
    (marked && !is_fat).then(|| DetectedFormat {
        format: "gpt",
        disk: Some(length),
        safety: Safety::from_check(partitions_are_sane(sector)),
    })
}

/// Returns `true` if the four partition entries make sense: some are used, and a protective one is
/// the only one, the first, and in the right place.
fn partitions_are_sane(sector: &[u8; SECTOR]) -> bool {
    const TABLE: usize = 446;
    const PROTECTIVE: u8 = 0xEE;
    let (table, _) = sector.split_at(TABLE).1.as_chunks::<16>();
    let mut used = [false; 4];
    let mut is_protected = false;
    for (entry, used) in table.iter().zip(&mut used) {
        let [boot, start @ .., kind, _, _, _, l0, l1, l2, l3, _, _, _, _] = *entry;
        if !matches!(boot, 0x00 | 0x80) {
            return false;
        }
        *used = kind != 0;
        if kind == PROTECTIVE {
            is_protected = true;
            let lba = u32::from_le_bytes([l0, l1, l2, l3]);
            if start != [0x00, 0x02, 0x00] || lba != 1 {
                return false;
            }
        }
    }
    if is_protected {
        used == [true, false, false, false]
    } else {
        used.contains(&true)
    }
}

/// LUKS version 1; version 2 has the same signature and is refused.
fn luks(head: &[u8], length: u64) -> Option<DetectedFormat> {
    /// The length in bytes with all key slots.
    const HEADER: usize = 592;
    /// The length in bytes without the key slots.
    const FIELDS: usize = 168;
    if !head.starts_with(b"LUKS\xba\xbe") {
        return None;
    }
    let disk = array::<FIELDS>(head, 0).and_then(|fields| {
        let payload = u64::from(be32(&fields, 104)?) * 512;
        // Glance would show a file that ends before its payload with a negative size.
        Some(length.saturating_sub(payload))
    });
    let safety = if head.len() < HEADER {
        Safety::CutShort
    } else {
        Safety::from_check(be16(head, 6)? == 1)
    };
    Some(DetectedFormat {
        format: "luks",
        disk,
        safety,
    })
}
