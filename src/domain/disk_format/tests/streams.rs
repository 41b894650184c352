//! No bytes do harm, and how they are cut into chunks makes no difference.

use proptest::prelude::*;

use super::super::samples::{METADATA, inspect_by};
use super::super::{FormatInspector, InspectionReport, RECOGNISED, bytes};
use super::samples;

/// Cuts bytes into chunks of these lengths, again and again.
fn inspect_in(lengths: &[usize], bytes: &[u8]) -> InspectionReport {
    let mut inspector = FormatInspector::new();
    let mut rest = bytes;
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, behind) = rest.split_at((*length).min(rest.len()));
        inspector.feed(chunk);
        rest = behind;
    }
    inspector.finish()
}

/// A file of some format with a few bytes changed, and cut off somewhere.
fn bent() -> impl Strategy<Value = Vec<u8>> {
    let place = prop_oneof![0_usize..1024, Just(METADATA), any::<usize>()];
    let change = (place, 0_usize..128, any::<u8>());
    let cut = prop_oneof![4 => Just(usize::MAX), 1 => any::<usize>()];
    let files = prop::sample::select(samples());
    (files, prop::collection::vec(change, 0..4), cut).prop_map(|((_, mut bytes), changes, cut)| {
        for (place, beyond, new) in changes {
            let at = (place % bytes.len()).saturating_add(beyond);
            if let Some(byte) = bytes.get_mut(at) {
                *byte = new;
            }
        }
        if cut < usize::MAX {
            bytes.truncate(cut % (bytes.len() + 1));
        }
        bytes
    })
}

proptest! {
    #[test]
    fn no_bytes_panic_and_any_chunks_of_them_give_the_same(
        bytes in prop::collection::vec(any::<u8>(), 0..3000),
        lengths in prop::collection::vec(1_usize..700, 1..5),
    ) {
        let whole = inspect_by(usize::MAX, &bytes);
        prop_assert_eq!(&inspect_in(&lengths, &bytes), &whole);
        prop_assert_eq!(&inspect_by(1, &bytes), &whole);
    }

    #[test]
    fn no_bent_file_panics_and_any_chunks_of_it_give_the_same(
        bytes in bent(),
        lengths in prop::collection::vec(1_usize..100_000, 1..5),
    ) {
        let whole = inspect_by(usize::MAX, &bytes);
        prop_assert_eq!(&inspect_in(&lengths, &bytes), &whole);
        for claimed in RECOGNISED {
            let _ = whole.check_claim(claimed, true);
        }
    }

    #[test]
    fn a_window_keeps_its_stretch_and_nothing_else(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        (start, length) in (0_usize..300, 0_usize..300),
        size in 1_usize..300,
    ) {
        let mut window = bytes::Window::new(start as u64, length);
        for (nth, chunk) in bytes.chunks(size).enumerate() {
            window.feed((nth * size) as u64, chunk);
        }
        let end = (start + length).min(bytes.len());
        prop_assert_eq!(window.bytes(), bytes.get(start..end).unwrap_or_default());
    }

    #[test]
    fn a_tail_keeps_the_last_bytes(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        size in 1_usize..300,
    ) {
        let mut tail = bytes::Tail::<64>::default();
        for chunk in bytes.chunks(size) {
            tail.feed(chunk);
        }
        prop_assert_eq!(tail.bytes(), bytes.last_chunk());
    }
}
