//! The smallest file of each format, for tests to change.

use super::{FormatInspector, InspectionReport};

/// Inspects bytes in chunks of `size` bytes.
pub(super) fn inspect_by(size: usize, bytes: &[u8]) -> InspectionReport {
    let mut inspector = FormatInspector::new();
    for chunk in bytes.chunks(size) {
        inspector.feed(chunk);
    }
    inspector.finish()
}

pub(super) fn inspect(bytes: &[u8]) -> InspectionReport {
    inspect_by(4096, bytes)
}

/// Writes `new` over the bytes at `at`.
pub(super) fn put(bytes: &mut [u8], at: usize, new: &[u8]) {
    bytes[at..at + new.len()].copy_from_slice(new);
}

/// Returns the bytes with `new` written over those at `at`.
pub(super) fn with(mut bytes: Vec<u8>, at: usize, new: &[u8]) -> Vec<u8> {
    put(&mut bytes, at, new);
    bytes
}

fn file(size: usize, marks: &[(usize, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0; size];
    for (at, mark) in marks {
        put(&mut bytes, *at, mark);
    }
    bytes
}

/// Of a disk of 10 MiB.
pub(super) fn qcow2() -> Vec<u8> {
    let size = (10_u64 << 20).to_be_bytes();
    file(512, &[(0, b"QFI\xfb"), (4, &[0, 0, 0, 3]), (24, &size)])
}

pub(super) fn qed() -> Vec<u8> {
    file(512, &[(0, b"QED\0")])
}

/// Of a disk of 10 MiB.
pub(super) fn vhd() -> Vec<u8> {
    let size = (10_u64 << 20).to_be_bytes();
    file(512, &[(0, b"conectix"), (40, &size)])
}

/// Of a disk of 10 MiB.
pub(super) fn vdi() -> Vec<u8> {
    let size = (10_u64 << 20).to_le_bytes();
    file(512, &[(0x40, &[0x7f, 0x10, 0xda, 0xbe]), (0x170, &size)])
}

/// Of 18 blocks of 2 KiB.
pub(super) fn iso() -> Vec<u8> {
    file(
        36 * 1024,
        &[
            (32768, b"\x01CD001"),
            (32768 + 80, &[18, 0, 0, 0]),
            (32768 + 128, &[0, 8]),
        ],
    )
}

/// With one partition, of type Linux.
pub(super) fn mbr() -> Vec<u8> {
    let partition = [0x80, 0, 2, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 16, 0, 0];
    file(2048, &[(446, &partition), (510, &[0x55, 0xAA])])
}

/// With the protective partition that a GPT hides behind.
pub(super) fn gpt() -> Vec<u8> {
    let partition = [0, 0, 2, 0, 0xEE, 0, 0, 0, 1, 0, 0, 0, 16, 0, 0, 0];
    file(2048, &[(446, &partition), (510, &[0x55, 0xAA])])
}

/// With a payload of 1000 bytes behind 4 sectors of header.
pub(super) fn luks() -> Vec<u8> {
    file(
        4 * 512 + 1000,
        &[(0, b"LUKS\xba\xbe"), (6, &[0, 1]), (104, &[0, 0, 0, 4])],
    )
}

/// The place of the metadata region in [`vhdx`].
pub(super) const METADATA: usize = 1 << 20;
/// The place of the disk's size in [`vhdx`].
pub(super) const DISK_SIZE: usize = METADATA + (64 << 10);

/// Of a disk of 10 MiB.
pub(super) fn vhdx() -> Vec<u8> {
    let region = b"\x06\xA2\x7C\x8B\x90\x47\x9A\x4B\xB8\xFE\x57\x5F\x05\x0F\x88\x6E";
    let item = b"\x24\x42\xA5\x2F\x1B\xCD\x76\x48\xB2\x11\x5D\xBE\xD8\x3B\xF4\xB8";
    let size = (10_u64 << 20).to_le_bytes();
    file(
        DISK_SIZE + 512,
        &[
            (0, b"vhdxfile"),
            (192 << 10, b"regi"),
            ((192 << 10) + 8, &[2]),
            ((192 << 10) + 48, region),
            ((192 << 10) + 66, &[0x10]),
            (METADATA, b"metadata"),
            (METADATA + 10, &[2]),
            (METADATA + 64, item),
            (METADATA + 82, &[1, 0, 8]),
            (DISK_SIZE, &size),
        ],
    )
}

pub(super) const DESCRIPTOR: &str = "# Disk DescriptorFile\nversion=1\ncreateType=\"monolithicSparse\"\n\n\
    # Extent description\nRW 20480 SPARSE \"disk.vmdk\"\n\nddb.adapterType = \"ide\"\n";

/// Of a disk of 20480 sectors, with this descriptor.
pub(super) fn vmdk(descriptor: &str) -> Vec<u8> {
    let sectors = descriptor.len().div_ceil(512);
    let mut bytes = file(
        512 + sectors * 512,
        &[
            (0, b"KDMV\x01"),
            (12, &20480_u64.to_le_bytes()),
            (28, &[1]),
            (36, &sectors.to_le_bytes()),
        ],
    );
    put(&mut bytes, 512, descriptor.as_bytes());
    bytes
}

/// A vmdk that has its grain directory in a footer; the footer's three sectors are its last.
pub(super) fn streamed_vmdk() -> Vec<u8> {
    let mut bytes = vmdk(&DESCRIPTOR.replace("monolithicSparse", "streamOptimized"));
    let header = bytes[..512].to_vec();
    put(&mut bytes, 56, &[0xFF; 8]);
    bytes.extend(vec![7; 5000]);
    bytes.extend(file(512, &[(0, &[1]), (12, &[3])]));
    bytes.extend(header);
    bytes.extend([0; 512]);
    bytes
}
