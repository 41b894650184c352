//! Tests of files that must not reach a hypervisor.

use super::super::samples::{
    DESCRIPTOR, METADATA, gpt, luks, mbr, qcow2, streamed_vmdk, vhdx, vmdk, with,
};
use super::super::{DiskFormatError, FormatInspector};
use super::judge;

#[test]
fn a_qcow2_that_reads_other_files_is_unsafe() {
    let backing_file = with(qcow2(), 8, &1_u64.to_be_bytes());
    let external_data = with(qcow2(), 79, &[0b100]);
    assert_eq!(judge(&backing_file, "qcow2"), Err(DiskFormatError::Unsafe));
    assert_eq!(judge(&external_data, "qcow2"), Err(DiskFormatError::Unsafe));
}

#[test]
fn a_qcow2_of_a_version_other_than_two_and_three_is_unsafe() {
    for (version, safe) in [(0, false), (1, false), (2, true), (3, true), (4, false)] {
        let bytes = with(qcow2(), 7, &[version]);
        assert_eq!(judge(&bytes, "qcow2").is_ok(), safe, "{version}");
    }
}

#[test]
fn a_qcow2_with_features_not_known_here_is_unsafe() {
    for bit in 0..64 {
        let bytes = with(qcow2(), 72, &(1_u64 << bit).to_be_bytes());
        assert_eq!(judge(&bytes, "qcow2").is_ok(), [0, 1, 3].contains(&bit));
    }
}

#[test]
fn luks_of_version_two_is_unsafe() {
    let bytes = with(luks(), 6, &[0, 2]);
    assert_eq!(judge(&bytes, "luks"), Err(DiskFormatError::Unsafe));
}

#[test]
fn partition_tables_that_make_no_sense_are_unsafe() {
    for (why, bytes) in [
        ("no partition", with(mbr(), 450, &[0])),
        ("boot flag", with(mbr(), 446 + 48, &[1])),
        ("protective, not alone", with(gpt(), 466, &[0x83])),
        ("protective, not first", with(mbr(), 462, &gpt()[446..462])),
        ("protective, cylinder", with(gpt(), 448, &[1])),
        ("protective, sector", with(gpt(), 454, &[2])),
    ] {
        assert_eq!(judge(&bytes, "gpt"), Err(DiskFormatError::Unsafe), "{why}");
        assert_eq!(judge(&bytes, "raw"), Err(DiskFormatError::Unsafe), "{why}");
    }
}

#[test]
fn the_check_of_a_partition_table_may_be_excused() {
    let bytes = with(mbr(), 450, &[0]);
    let report = |bytes: &[u8], check: &str| {
        let mut inspector = FormatInspector::new();
        inspector.feed(bytes);
        inspector.finish().excusing(&[check.to_owned()])
    };
    let length = i64::try_from(bytes.len()).ok();
    assert_eq!(report(&bytes, "mbr").check_claim("gpt", true), Ok(length));
    assert_eq!(report(&bytes, "mbr").check_claim("raw", true), Ok(length));
    let other = report(&bytes, "gptmbr").check_claim("gpt", true);
    assert_eq!(other, Err(DiskFormatError::Unsafe));
    let backed = with(qcow2(), 8, &1_u64.to_be_bytes());
    let other = report(&backed, "mbr").check_claim("qcow2", true);
    assert_eq!(other, Err(DiskFormatError::Unsafe));
}

#[test]
fn vmdk_descriptors_that_are_not_understood_are_unsafe() {
    for (old, new) in [
        ("monolithicSparse", "monolithicFlat"),
        ("createType", "type"),
        ("monolithicSparse\"\n\n", "monolithicSparse\n\n"),
        ("version=1", "what is this"),
        ("\"disk.vmdk\"", "\"/etc/passwd\""),
        ("RW 20480 SPARSE \"disk.vmdk\"\n", ""),
        ("version=1", "version=é"),
        ("# Disk", "\0"),
    ] {
        let bytes = vmdk(&DESCRIPTOR.replace(old, new));
        assert_eq!(judge(&bytes, "vmdk"), Err(DiskFormatError::Unsafe), "{new}");
    }
}

#[test]
fn a_vmdk_header_that_is_not_as_it_should_be_is_unsafe() {
    for (why, at, new) in [
        ("version", 4, 4_u8),
        ("descriptor elsewhere", 28, 2),
        ("no descriptor", 36, 0),
    ] {
        let bytes = with(vmdk(DESCRIPTOR), at, &[new]);
        assert_eq!(judge(&bytes, "vmdk"), Err(DiskFormatError::Unsafe), "{why}");
    }
}

#[test]
fn a_vmdk_whose_footer_tells_another_story_is_unsafe() {
    let start = streamed_vmdk().len() - 3 * 512;
    for (why, at, new) in [
        ("not announced", 12, 2),
        ("padding", 300, 1),
        ("magic", 512, b'X'),
        ("version", 516, 2),
        ("descriptor elsewhere", 540, 2),
        ("descriptor length", 548, 9),
        ("end of stream", 1024, 1),
        ("last byte", 1535, 1),
    ] {
        let bytes = with(streamed_vmdk(), start + at, &[new]);
        assert_eq!(judge(&bytes, "vmdk"), Err(DiskFormatError::Unsafe), "{why}");
    }
    let another = with(streamed_vmdk(), start + 512 + 56, &[0xFF; 8]);
    assert_eq!(judge(&another, "vmdk"), Err(DiskFormatError::Unsafe));
}

#[test]
fn a_vmdk_descriptor_of_other_files_is_unsafe() {
    let flat = DESCRIPTOR.replace("monolithicSparse", "monolithicFlat");
    assert_eq!(judge(flat.as_bytes(), "vmdk"), Err(DiskFormatError::Unsafe));
    assert_eq!(judge(flat.as_bytes(), "raw"), Err(DiskFormatError::Unsafe));
}

#[test]
fn offsets_that_lead_nowhere_end_in_a_refusal() {
    for (at, new) in [
        ((192 << 10) + 64, [0xFF; 8]),
        ((192 << 10) + 64, [0; 8]),
        (METADATA + 80, [0xFF; 8]),
    ] {
        let bytes = with(vhdx(), at, &new);
        assert_eq!(judge(&bytes, "vhdx"), Err(DiskFormatError::CutShort));
    }
    let descriptor = with(vmdk(DESCRIPTOR), 36, &[0xFF; 8]);
    assert_eq!(judge(&descriptor, "vmdk"), Err(DiskFormatError::CutShort));
}

#[test]
fn a_descriptor_without_end_is_not_kept_and_not_trusted() {
    let endless = format!("{DESCRIPTOR}#{}", "x".repeat(300_000));
    assert_eq!(judge(&vmdk(&endless), "vmdk"), Err(DiskFormatError::Unsafe));
}
