//! Data in place of those that were not recorded: as long, other for other ones, and as a disk where they were one.

use bytes::Bytes;
use futures_util::{Stream, stream};

use crate::cli::recording::{BodyDigest, BodyWatch};

/// The length of a part.
const PART: u64 = 64 * 1024;

/// The length of the header of a disk.
const HEADER: usize = 512;

/// Returns the parts of the data that stand for those.
pub(super) fn parts(of: &BodyDigest) -> impl Iterator<Item = Bytes> + Send + use<> {
    let unit: Vec<u8> = of.sha256.bytes().collect();
    let header = of.qcow2.map(disk).unwrap_or_default();
    let bytes = of.bytes;
    (0..bytes.div_ceil(PART)).map(move |number| {
        let length = PART.min(bytes - number * PART);
        let length = usize::try_from(length).unwrap_or_default();
        let mut part: Vec<u8> = unit.iter().copied().cycle().take(length).collect();
        if number == 0 {
            let count = header.len().min(length);
            part.splice(..count, header.iter().copied().take(count));
        }
        part.into()
    })
}

/// Returns the data as the body of a request.
pub(super) fn body(of: &BodyDigest) -> reqwest::Body {
    reqwest::Body::wrap_stream(ready(of))
}

fn ready(of: &BodyDigest) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + use<> {
    stream::iter(parts(of).map(Ok))
}

/// Returns what is known of the data.
pub(super) fn digest(of: &BodyDigest) -> BodyDigest {
    let mut watch = BodyWatch::new(false);
    parts(of).for_each(|part| watch.add(&part));
    watch.digest()
}

/// Returns the header of a disk of this size in the format QCOW2.
fn disk(size: u64) -> Vec<u8> {
    let mut header = b"QFI\xfb\0\0\0\x03".to_vec();
    header.resize(20, 0);
    // The bits of a cluster, and the size of the disk.
    header.extend(16_u32.to_be_bytes());
    header.extend(size.to_be_bytes());
    header.resize(100, 0);
    // The bits of a reference count, and the length of the header.
    if let Some(place) = header.get_mut(96..100) {
        place.copy_from_slice(&4_u32.to_be_bytes());
    }
    header.extend(104_u32.to_be_bytes());
    header.resize(HEADER, 0);
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest_of(bytes: &[u8]) -> BodyDigest {
        let mut watch = BodyWatch::new(false);
        watch.add(bytes);
        watch.digest()
    }

    #[test]
    fn data_have_the_length_and_differ_where_the_recorded_ones_did() {
        let recorded = |byte| digest_of(&vec![byte; 70_000]);
        let (one, other) = (digest(&recorded(1)), digest(&recorded(2)));
        assert_eq!(one.bytes, 70_000);
        assert_ne!(one.sha256, other.sha256);
        assert_eq!(one, digest(&recorded(1)));
    }

    #[test]
    fn what_was_a_disk_is_one() {
        let recorded = digest_of(&disk(1 << 30));
        assert_eq!(recorded.qcow2, Some(1 << 30));
        assert_eq!(digest(&recorded).qcow2, Some(1 << 30));
    }
}
