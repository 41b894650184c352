//! Decompression of a small file in each format, made with the tool of that format.

use std::io::Cursor;

use super::*;

const DISK: &str = "cirros cirros cirros ";
const GZIP: &str = "1f8b08000000000002034bce2c2aca2f564846a1001e2e662915000000";
const XZ: &str = "fd377a585a000004e6d6b4460200210116000000742fe5a3e00014000c5d00319a4abdfb8cca3f30c41000003e20e048 \
    348d1eaa000128156aff06101fb6f37d010000000004595a";
const LZMA: &str = "5d00008000ffffffffffffffff00319a4abdfb8cca3f317472cfffffad120000";
const ZIP: &str = "504b0304140000000800000021001e2e66290b00000015000000080000006469736b2e696d674bce2c2aca2f564846a1 \
    00504b01021403140000000800000021001e2e66290b0000001500000008000000000000000000000080010000000064 \
    69736b2e696d67504b0506000000000100010036000000310000000000";
const ZIP_LZMA: &str = "504b03043f0002000e00000021001e2e66291c00000015000000080000006469736b2e696d67090405005d0000800000 \
    319a4abdfb8cca3f317472cfffffad120000504b01023f033f0002000e00000021001e2e66291c000000150000000800 \
    000000000000000000008001000000006469736b2e696d67504b0506000000000100010036000000420000000000";
const ZIP_TWO: &str = "504b0304140000000800000021001e2e66290b0000001500000001000000614bce2c2aca2f564846a100504b03041400 \
    00000800000021001e2e66290b0000001500000001000000624bce2c2aca2f564846a100504b01021403140000000800 \
    000021001e2e66290b0000001500000001000000000000000000000080010000000061504b0102140314000000080000 \
    0021001e2e66290b0000001500000001000000000000000000000080012a00000062504b050600000000020002005e00 \
    0000540000000000";
const ZIP_DIRECTORY: &str = "504b03041400000000000000210000000000000000000000000002000000612f504b0102140314000000000000002100 \
    000000000000000000000000020000000000000000000000800100000000612f504b0506000000000100010030000000 \
    200000000000";
const LHA: &str = "1e6e2d6c68302d1500000015000000000021002000086469736b2e696d670483636972726f7320636972726f73206369 \
    72726f732000";
const LHA_TWO: &str = "17b22d6c68302d150000001500000000002100200001610483636972726f7320636972726f7320636972726f732017b3 \
    2d6c68302d150000001500000000002100200001620483636972726f7320636972726f7320636972726f732000";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits.chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn decompressed_within(
    bytes: Vec<u8>,
    limits: OutputLimits,
) -> Result<Option<String>, DecompressError> {
    let mut into = Vec::new();
    let written = decompress(Cursor::new(bytes), &mut into, limits)?;
    assert_eq!(written.unwrap_or(0), into.len() as u64);
    Ok(written.map(|_| String::from_utf8_lossy(&into).into_owned()))
}

fn decompressed(bytes: Vec<u8>) -> Result<Option<String>, DecompressError> {
    decompressed_within(bytes, OutputLimits::with_size(1 << 20))
}

#[test]
fn each_format_is_decompressed() {
    for hex in [GZIP, XZ, LZMA, ZIP, ZIP_LZMA, LHA] {
        let disk = decompressed(bytes(hex)).unwrap();
        assert_eq!(disk.as_deref(), Some(DISK), "{hex}");
    }
}

#[test]
fn a_file_that_is_not_compressed_is_left_alone() {
    for plain in [b"".as_slice(), b"cirros", b"QFI\xfb", &[0x5d; 64], &[0; 64]] {
        assert_eq!(decompressed(plain.to_vec()).unwrap(), None);
    }
}

#[test]
fn concatenated_streams_are_one_file() {
    for hex in [GZIP, XZ] {
        let twice = bytes(hex).repeat(2);
        assert_eq!(decompressed(twice).unwrap(), Some(DISK.repeat(2)));
    }
}

#[test]
fn an_archive_must_hold_one_file() {
    for hex in [ZIP_TWO, ZIP_DIRECTORY, LHA_TWO] {
        let error = decompressed(bytes(hex)).err().unwrap();
        assert!(matches!(error, DecompressError::Files(_)), "{error}");
    }
}

#[test]
fn a_truncated_file_is_an_error() {
    for hex in [GZIP, XZ, LZMA, ZIP, ZIP_LZMA, LHA] {
        let whole = bytes(hex);
        let error = decompressed(whole[..whole.len() * 2 / 3].to_vec())
            .err()
            .unwrap();
        assert!(
            matches!(error, DecompressError::Broken(_)),
            "{hex}: {error}"
        );
    }
}

#[test]
fn a_damaged_file_is_an_error() {
    for (hex, at) in [(GZIP, 14), (XZ, 30), (ZIP, 42), (LHA, 40)] {
        let mut damaged = bytes(hex);
        damaged[at] ^= 0x10;
        let error = decompressed(damaged).err().unwrap();
        assert!(
            matches!(error, DecompressError::Broken(_)),
            "{hex}: {error}"
        );
    }
}

#[test]
fn the_size_limit_is_kept() {
    for hex in [GZIP, XZ, LZMA, ZIP, LHA] {
        assert!(decompressed_within(bytes(hex), OutputLimits::with_size(21)).is_ok());
        let error = decompressed_within(bytes(hex), OutputLimits::with_size(20))
            .err()
            .unwrap();
        assert!(
            matches!(error, DecompressError::TooLarge(20)),
            "{hex}: {error}"
        );
    }
}

#[test]
fn a_zip_with_a_long_directory_is_refused() {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let plain =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for number in 0..20_000 {
        let name = format!("a-file-of-which-there-are-many-{number}");
        archive.start_file(name, plain).unwrap();
    }
    let error = decompressed(archive.finish().unwrap().into_inner())
        .err()
        .unwrap();
    assert!(
        error.to_string().contains("too long for one file"),
        "{error}"
    );
}

#[test]
fn a_stream_that_needs_too_much_memory_is_refused() {
    let mut header = bytes(LZMA);
    header[1..5].copy_from_slice(&(1_u32 << 31).to_le_bytes());
    let error = decompressed(header).err().unwrap();
    assert!(matches!(error, DecompressError::Broken(_)), "{error}");
}

#[test]
fn the_ratio_applies_to_large_files_only() {
    assert_eq!(OutputLimits::with_size(5).size, 5);
    let zeros = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![0; 1 << 20]).unwrap();
        encoder.finish().unwrap()
    };
    assert!((1 << 20) / zeros.len() > 800);
    assert!(decompressed_within(zeros, OutputLimits::with_size(1 << 20)).is_ok());
}
