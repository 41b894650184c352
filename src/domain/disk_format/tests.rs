//! Tests of the detected format of bytes, and of the formats that an image may claim.

mod safety;
mod streams;

use super::DiskFormatError;
use super::samples::{
    DESCRIPTOR, DISK_SIZE, METADATA, gpt, inspect, iso, luks, mbr, qcow2, qed, streamed_vmdk, vdi,
    vhd, vhdx, vmdk, with,
};

const DISK: i64 = 10 << 20;

/// The verdict on an image that claims to be of a format and is required to be.
fn judge(bytes: &[u8], disk_format: &str) -> Result<Option<i64>, DiskFormatError> {
    inspect(bytes).check_claim(disk_format, true)
}

fn formats(bytes: &[u8]) -> Vec<&'static str> {
    inspect(bytes).formats().collect()
}

fn mismatch(claimed: &str, detected: &'static str) -> Result<Option<i64>, DiskFormatError> {
    Err(DiskFormatError::Mismatch {
        claimed: claimed.to_owned(),
        detected,
    })
}

/// A file of every format, which is safe but for qed.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("gpt", gpt()),
        ("gpt", mbr()),
        ("iso", iso()),
        ("luks", luks()),
        ("qcow2", qcow2()),
        ("qed", qed()),
        ("raw", vec![7; 100]),
        ("vdi", vdi()),
        ("vhd", vhd()),
        ("vhdx", vhdx()),
        ("vmdk", vmdk(DESCRIPTOR)),
        ("vmdk", streamed_vmdk()),
        ("vmdk", DESCRIPTOR.into()),
    ]
}

#[test]
fn every_format_is_recognised_and_no_other_with_it() {
    for (format, bytes) in samples() {
        assert_eq!(formats(&bytes), [format]);
    }
}

#[test]
fn the_size_of_the_disk_is_read_from_the_header() {
    for (format, bytes) in [
        ("qcow2", qcow2()),
        ("vhd", vhd()),
        ("vdi", vdi()),
        ("vhdx", vhdx()),
        ("vmdk", vmdk(DESCRIPTOR)),
        ("vmdk", streamed_vmdk()),
    ] {
        assert_eq!(judge(&bytes, format), Ok(Some(DISK)), "{format}");
    }
}

#[test]
fn the_size_of_an_iso_is_blocks_times_block_size() {
    assert_eq!(judge(&iso(), "iso"), Ok(Some(18 * 2048)));
}

#[test]
fn an_iso_without_a_primary_descriptor_first_has_no_known_size() {
    assert_eq!(judge(&with(iso(), 32768, b"\x00NSR02"), "iso"), Ok(None));
}

#[test]
fn the_size_of_raw_and_partitioned_disks_is_their_length() {
    assert_eq!(judge(&[7; 100], "raw"), Ok(Some(100)));
    assert_eq!(judge(&gpt(), "gpt"), Ok(Some(2048)));
    assert_eq!(judge(&mbr(), "gpt"), Ok(Some(2048)));
}

#[test]
fn the_size_of_luks_is_what_stands_behind_its_header() {
    assert_eq!(judge(&luks(), "luks"), Ok(Some(1000)));
}

#[test]
fn luks_that_ends_before_its_payload_has_no_known_size() {
    assert_eq!(judge(&luks()[..600], "luks"), Ok(None));
}

#[test]
fn a_size_that_is_zero_or_no_disk_can_have_is_not_known() {
    for size in [0, 1 << 63, u64::MAX] {
        let bytes = with(qcow2(), 24, &size.to_be_bytes());
        assert_eq!(judge(&bytes, "qcow2"), Ok(None));
    }
    let capacity = with(vmdk(DESCRIPTOR), 12, &[0xFF; 8]);
    assert_eq!(judge(&capacity, "vmdk"), Ok(None));
}

#[test]
fn no_bytes_at_all_are_raw() {
    assert_eq!(judge(b"", "raw"), Ok(None));
    assert_eq!(judge(b"", "qcow2"), mismatch("qcow2", "raw"));
}

#[test]
fn a_first_sector_that_is_not_whole_matches_nothing() {
    for bytes in [qcow2(), qed(), vdi(), gpt()] {
        assert_eq!(formats(&bytes[..511]), ["raw"]);
    }
    assert_eq!(formats(&iso()[..34 * 1024 - 1]), ["raw"]);
}

#[test]
fn a_file_that_is_cut_short_cannot_be_checked() {
    for (format, bytes) in [
        ("vhd", &vhd()[..511]),
        ("luks", &luks()[..591]),
        ("vmdk", &vmdk(DESCRIPTOR)[..63]),
        ("vmdk", &vmdk(DESCRIPTOR)[..1023]),
        ("vhdx", &vhdx()[..(256 << 10) - 1]),
        ("vhdx", &vhdx()[..METADATA + 95]),
        ("vhdx", &vhdx()[..DISK_SIZE + 7]),
    ] {
        assert_eq!(
            judge(bytes, format),
            Err(DiskFormatError::CutShort),
            "{format}"
        );
    }
}

#[test]
fn a_fat_file_system_is_not_a_partition_table() {
    let fat = with(with(mbr(), 0x10, &[2]), 0x15, &[0xF8]);
    assert_eq!(formats(&fat), ["raw"]);
}

#[test]
fn another_format_than_claimed_is_a_mismatch() {
    assert_eq!(judge(&[7; 100], "qcow2"), mismatch("qcow2", "raw"));
    assert_eq!(judge(&qcow2(), "vmdk"), mismatch("vmdk", "qcow2"));
    assert_eq!(judge(&qcow2(), "ami"), mismatch("ami", "qcow2"));
}

#[test]
fn a_format_that_cannot_be_recognised_is_taken_on_trust() {
    assert_eq!(judge(&[7; 100], "ami"), Ok(None));
    assert_eq!(judge(&[7; 100], "ploop"), Ok(None));
}

#[test]
fn an_image_that_claims_to_be_raw_may_be_anything_safe() {
    assert_eq!(judge(&qcow2(), "raw"), Ok(Some(512)));
    assert_eq!(judge(&qed(), "raw"), Err(DiskFormatError::Unsafe));
}

#[test]
fn an_iso_that_boots_as_a_disk_is_an_iso_but_not_raw() {
    let bytes = with(iso(), 0, &mbr());
    let several = DiskFormatError::Several(vec!["gpt", "iso"]);
    assert_eq!(judge(&bytes, "iso"), Ok(Some(18 * 2048)));
    assert_eq!(judge(&bytes, "gpt"), mismatch("gpt", "iso"));
    assert_eq!(judge(&bytes, "raw"), Err(several));
}

#[test]
fn any_other_two_formats_are_refused_together() {
    let bytes = with(iso(), 0, &qcow2());
    let several = DiskFormatError::Several(vec!["iso", "qcow2"]);
    assert_eq!(judge(&bytes, "iso"), Err(several.clone()));
    assert_eq!(judge(&bytes, "ami"), Err(several));
}

#[test]
fn refusals_speak_as_glance_does() {
    let says = |bytes: &[u8], format| judge(bytes, format).map_err(|refusal| refusal.to_string());
    let two = with(iso(), 0, &mbr());
    for (bytes, format, sentence) in [
        (&*two, "raw", "Multiple formats detected: gpt,iso"),
        (
            &[7; 9],
            "qcow2",
            "Image disk_format qcow2 does not match stream data raw",
        ),
        (&qed(), "qed", "Image failed safety checks"),
        (
            &vhd()[..9],
            "vhd",
            "Incomplete file cannot be safety checked",
        ),
        (&luks()[..99], "luks", "Image format inspection failed"),
    ] {
        assert_eq!(says(bytes, format), Err(sentence.to_owned()));
    }
}

#[test]
fn where_no_match_is_required_doubtful_bytes_are_taken_without_a_size() {
    let two = with(iso(), 0, &qcow2());
    for (bytes, format) in [(&*two, "iso"), (&[7; 9], "qcow2"), (&qed(), "qcow2")] {
        assert_eq!(inspect(bytes).check_claim(format, false), Ok(None));
    }
    assert_eq!(
        inspect(&luks()[..300]).check_claim("raw", false),
        Ok(Some(300))
    );
}

#[test]
fn where_no_match_is_required_unsafe_bytes_are_refused_all_the_same() {
    for format in ["qed", "raw"] {
        let verdict = inspect(&qed()).check_claim(format, false);
        assert_eq!(verdict, Err(DiskFormatError::Unsafe));
    }
}

#[test]
fn a_vmdk_descriptor_alone_has_no_size_to_read() {
    assert_eq!(
        judge(DESCRIPTOR.as_bytes(), "vmdk"),
        Err(DiskFormatError::Unreadable)
    );
}

#[test]
fn plain_text_is_raw() {
    let text = "Nothing to see here.\n".repeat(50);
    assert_eq!(formats(text.as_bytes()), ["raw"]);
}

#[test]
fn a_vhdx_without_the_way_to_its_size_has_no_known_size() {
    for (why, at) in [
        ("region table", 192 << 10),
        ("region", (192 << 10) + 48),
        ("metadata table", METADATA),
        ("item", METADATA + 64),
    ] {
        let bytes = with(vhdx(), at, b"?");
        assert_eq!(judge(&bytes, "vhdx"), Ok(None), "{why}");
    }
}

#[test]
fn a_vhdx_size_may_stand_within_the_room_of_the_metadata_table() {
    let moved = with(vhdx(), METADATA + 80, &[0, 1, 0, 0]);
    let bytes = with(moved, METADATA + 256, &[9]);
    assert_eq!(judge(&bytes, "vhdx"), Ok(Some(9)));
    assert_eq!(judge(&bytes[..METADATA + 264], "vhdx"), Ok(Some(9)));
}

#[test]
fn a_vhdx_size_that_is_no_number_of_eight_bytes_is_unreadable() {
    for length in [0, 4, 9] {
        let bytes = with(vhdx(), METADATA + 84, &[length]);
        assert_eq!(judge(&bytes, "vhdx"), Err(DiskFormatError::Unreadable));
    }
}
