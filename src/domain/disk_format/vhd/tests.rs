//! Checks of whole, damaged, cut and dishonest virtual hard disks.

use super::samples::{BLOCK, DYNAMIC, FIXED, SampleFooter, dynamic, header, put, sign};
use super::{VhdCheck, VhdDisk, VhdError};

const LIMIT: u64 = 40 << 30;

fn check(bytes: &[u8]) -> Result<VhdDisk, VhdError> {
    let mut check = VhdCheck::new(LIMIT);
    check.feed(bytes);
    check.finish()
}

fn virtual_size(bytes: &[u8]) -> Result<u64, VhdError> {
    check(bytes).map(|disk| disk.virtual_size)
}

#[test]
fn a_fixed_and_a_dynamic_disk_are_valid() {
    assert_eq!(virtual_size(&FIXED.fixed()), Ok(FIXED.virtual_size));
    assert_eq!(virtual_size(&dynamic()), Ok(DYNAMIC.virtual_size));
}

#[test]
fn a_dynamic_disk_without_a_block_is_valid() {
    let disk = DYNAMIC.dynamic(&header(3), &[u32::MAX; 3], 0);
    assert_eq!(virtual_size(&disk), Ok(DYNAMIC.virtual_size));
}

#[test]
fn the_sizes_of_chunks_make_no_difference() {
    for disk in [FIXED.fixed(), dynamic(), vec![7; 3000]] {
        let whole = check(&disk);
        for size in [1, 7, 511, 513, 4096, 70_000] {
            // A byte at a time takes long for a large disk.
            if size == 1 && disk.len() > 10_000 {
                continue;
            }
            let mut check = VhdCheck::new(LIMIT);
            disk.chunks(size).for_each(|chunk| check.feed(chunk));
            assert_eq!(check.finish(), whole, "{size}");
        }
    }
}

#[test]
fn what_has_no_footer_is_no_vhd() {
    let vhdx = [&b"vhdxfile"[..], &[0; 4096]].concat();
    for bytes in [vec![], b"conectix".to_vec(), vec![0; 4096], vhdx] {
        assert_eq!(check(&bytes), Err(VhdError::NotVhd));
    }
}

#[test]
fn a_disk_larger_than_40_gb_is_refused_by_its_footer_alone() {
    let large = |footer: SampleFooter| SampleFooter {
        virtual_size: 41 << 30,
        ..footer
    };
    let entries = u32::try_from((41_usize << 30) / BLOCK).unwrap();
    let sparse = large(DYNAMIC).dynamic(&header(entries), &vec![u32::MAX; entries as usize], 0);
    assert!(sparse.len() < 100_000);
    for disk in [
        sparse,
        large(DYNAMIC).bytes().to_vec(),
        large(FIXED).bytes().to_vec(),
    ] {
        assert_eq!(check(&disk), Err(VhdError::DiskTooLarge(LIMIT)));
    }
}

#[test]
fn a_disk_of_exactly_40_gb_is_accepted() {
    let entries = u32::try_from((40_usize << 30) / BLOCK).unwrap();
    let footer = SampleFooter {
        virtual_size: LIMIT,
        ..DYNAMIC
    };
    let disk = footer.dynamic(&header(entries), &vec![u32::MAX; entries as usize], 0);
    assert_eq!(virtual_size(&disk), Ok(LIMIT));
}

#[test]
fn a_file_larger_than_the_limit_is_refused_before_all_else() {
    let mut check = VhdCheck::new(1000);
    check.feed(&[0; 1001]);
    assert_eq!(check.finish(), Err(VhdError::FileTooLarge(1000)));
}

#[test]
fn other_kinds_of_disks_are_refused() {
    for (kind, error) in [
        (0, VhdError::UnknownKind),
        (1, VhdError::UnknownKind),
        (5, VhdError::UnknownKind),
        (u32::MAX, VhdError::UnknownKind),
        (4, VhdError::HasParent),
    ] {
        let disk = SampleFooter { kind, ..DYNAMIC }.dynamic(&header(3), &[u32::MAX; 3], 0);
        assert_eq!(check(&disk), Err(error), "{kind}");
    }
}

#[test]
fn a_dynamic_disk_that_names_a_parent_has_one() {
    let mut header = header(3);
    put(&mut header, 40, &[9; 16]);
    sign(&mut header, 36);
    let disk = DYNAMIC.dynamic(&header, &[u32::MAX; 3], 0);
    assert_eq!(check(&disk), Err(VhdError::HasParent));
}

#[test]
fn a_uuid_of_zeros_is_refused() {
    let uuid = [0; 16];
    let disk = SampleFooter { uuid, ..FIXED }.fixed();
    assert_eq!(check(&disk), Err(VhdError::NoUuid));
    let disk = SampleFooter { uuid, ..DYNAMIC }.dynamic(&header(3), &[u32::MAX; 3], 0);
    assert_eq!(check(&disk), Err(VhdError::NoUuid));
}

#[test]
fn a_fixed_disk_of_another_length_than_it_says_is_invalid() {
    let longer = [vec![0; 512], FIXED.fixed()].concat();
    let shorter = FIXED.fixed().split_off(512);
    let empty = SampleFooter {
        virtual_size: 0,
        ..FIXED
    };
    for disk in [longer, shorter, empty.fixed()] {
        assert_eq!(check(&disk), Err(VhdError::Invalid));
    }
}

#[test]
fn blocks_that_overlap_or_leave_the_file_are_invalid() {
    let last = u32::try_from((2048 + 512 + BLOCK) / 512).unwrap();
    for table in [
        [4, 4, u32::MAX],
        [4, 5, u32::MAX],
        [last + 1, 4, u32::MAX],
        // In the table itself, the header and the footer in front.
        [3, last, u32::MAX],
        [0, last, u32::MAX],
        [u32::MAX - 1, 4, u32::MAX],
    ] {
        let disk = DYNAMIC.dynamic(&header(3), &table, 2);
        assert_eq!(check(&disk), Err(VhdError::Invalid), "{table:?}");
    }
}

#[test]
fn a_header_that_does_not_fit_the_disk_is_invalid() {
    let spoilt = |at: usize, news: &[u8]| {
        let mut header = header(3);
        put(&mut header, at, news);
        sign(&mut header, 36);
        DYNAMIC.dynamic(&header, &[u32::MAX; 3], 0)
    };
    for disk in [
        // Too few entries; a table before the header, in it, and behind the file; blocks of no size, and too small.
        spoilt(28, &2_u32.to_be_bytes()),
        spoilt(16, &0_u64.to_be_bytes()),
        spoilt(16, &1024_u64.to_be_bytes()),
        spoilt(16, &(u64::MAX - 3).to_be_bytes()),
        spoilt(32, &0_u32.to_be_bytes()),
        spoilt(32, &512_u32.to_be_bytes()),
        spoilt(32, &u32::MAX.to_be_bytes()),
    ] {
        assert_eq!(check(&disk), Err(VhdError::Invalid));
    }
}

#[test]
fn every_changed_bit_of_a_footer_or_header_is_found() {
    let disk = FIXED.fixed();
    for bit in 4096 * 8..disk.len() * 8 {
        let error = check(&flipped(&disk, bit));
        assert_eq!(error, Err(VhdError::NotVhd), "{bit}");
    }
    let disk = DYNAMIC.dynamic(&header(3), &[u32::MAX; 3], 0);
    let front = 0..1536 * 8;
    let end = (disk.len() - 512) * 8..disk.len() * 8;
    for bit in front.chain(end) {
        let error = check(&flipped(&disk, bit));
        assert_eq!(error, Err(VhdError::Invalid), "{bit}");
    }
}

fn flipped(disk: &[u8], bit: usize) -> Vec<u8> {
    let mut disk = disk.to_vec();
    disk[bit / 8] ^= 1 << (bit % 8);
    disk
}

#[test]
fn a_disk_that_is_cut_short_is_never_valid() {
    let disk = FIXED.fixed();
    for length in 0..disk.len() {
        assert_eq!(check(&disk[..length]), Err(VhdError::NotVhd), "{length}");
    }
    let disk = DYNAMIC.dynamic(&header(3), &[u32::MAX; 3], 0);
    for length in 0..disk.len() {
        let error = match length {
            ..512 => VhdError::NotVhd,
            _ => VhdError::Invalid,
        };
        assert_eq!(check(&disk[..length]), Err(error), "{length}");
    }
}

#[test]
fn every_code_has_a_reason_whose_message_begins_with_it() {
    for code in VhdError::CODES {
        let message = VhdError::of_code(code).unwrap().to_string();
        let begin = format!("{code}: The image cannot be imported. ");
        assert!(message.starts_with(&begin), "{message}");
    }
    assert_eq!(VhdError::of_code(112), None);
}

#[test]
fn the_message_has_the_code_and_the_reason() {
    let shown = |error: VhdError| error.to_string();
    let not_vhd = "396: The image cannot be imported. The file is not a valid VHD.";
    assert_eq!(shown(VhdError::NotVhd), not_vhd);
    let too_large = shown(VhdError::DiskTooLarge(LIMIT));
    assert!(too_large.ends_with("greater than 40 GB."), "{too_large}");
}
