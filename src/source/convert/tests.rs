//! Conversions by a script in `qemu-img`'s place, and by `qemu-img` itself where there is one.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

/// A directory with an image in it, and room for the converted one.
struct Bench {
    directory: TempDir,
}

impl Bench {
    fn with(image: &[u8]) -> Self {
        let directory = TempDir::new().unwrap();
        fs::write(directory.path().join("image"), image).unwrap();
        Self { directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A converter that runs these lines of `sh` instead of `qemu-img`.
    fn script(&self, lines: &str) -> Converter {
        fs::write(self.path("script"), lines).unwrap();
        Converter {
            command: vec!["/bin/sh".into(), self.path("script").into()],
            patience: Duration::from_mins(1),
            limit: 1 << 20,
        }
    }

    async fn convert(
        &self,
        converter: &Converter,
        claimed: &str,
        target: Target,
    ) -> Result<Outcome, ConvertError> {
        let (from, to) = (self.path("image"), self.path("converted"));
        converter.convert(&from, claimed, target, &to).await
    }
}

/// A qcow2 of a disk of 512 bytes, without any of its tables: enough for a header.
fn qcow2() -> Vec<u8> {
    let mut bytes = vec![0; 512];
    bytes.splice(..8, *b"QFI\xfb\0\0\0\x03");
    bytes.splice(24..32, 512_u64.to_be_bytes());
    bytes
}

/// Says what `qemu-img info` would, and converts to bytes of its own.
fn saying(info: &str, converted: &str) -> String {
    format!(
        "case $1 in info) echo '{info}';; convert) for to; do :; done; printf '{converted}' > \"$to\";; esac"
    )
}

const INFO: &str = r#"{"format": "qcow2", "virtual-size": 512}"#;

#[tokio::test]
async fn an_image_is_converted() {
    let bench = Bench::with(&qcow2());
    let converter = bench.script(&saying(INFO, "disk"));
    let outcome = bench
        .convert(&converter, "qcow2", Target::Raw)
        .await
        .unwrap();
    let expected = Outcome::Converted {
        size: 4,
        virtual_size: 512,
    };
    assert_eq!(outcome, expected);
    assert_eq!(fs::read(bench.path("converted")).unwrap(), b"disk");
}

#[tokio::test]
async fn the_format_is_told_and_never_guessed() {
    let bench = Bench::with(&qcow2());
    let log = bench.path("log");
    let script = format!("echo \"$*\" >> {}\n{}", log.display(), saying(INFO, "disk"));
    let converter = bench.script(&script);
    bench
        .convert(&converter, "qcow2", Target::Raw)
        .await
        .unwrap();
    let said = fs::read_to_string(log).unwrap();
    let said = said.replace(&bench.directory.path().display().to_string(), "");
    assert_eq!(
        said,
        "info -f qcow2 --output=json -- /image\nconvert -f qcow2 -O raw -- /image /converted\n"
    );
}

#[tokio::test]
async fn an_image_of_the_wanted_format_stays_as_it_is() {
    let bench = Bench::with(&qcow2());
    let converter = bench.script(&saying(INFO, ""));
    let outcome = bench.convert(&converter, "qcow2", Target::Qcow2).await;
    assert_eq!(outcome.unwrap(), Outcome::Kept { virtual_size: 512 });
    assert!(!bench.path("converted").exists());
}

#[tokio::test]
async fn an_image_that_is_not_what_it_says_never_meets_qemu_img() {
    let bench = Bench::with(&qcow2());
    let converter = bench.script("touch \"$0.ran\"");
    for claimed in ["raw", "vmdk", "iso", "ami"] {
        let why = bench.convert(&converter, claimed, Target::Raw).await;
        let why = why.err().unwrap();
        assert!(matches!(why, ConvertError::Mismatch { .. }), "{why}");
    }
    assert!(!bench.path("script.ran").exists());
}

#[tokio::test]
async fn an_image_with_a_backing_file_never_meets_qemu_img() {
    let mut image = qcow2();
    image.splice(8..16, 256_u64.to_be_bytes());
    image.splice(16..20, 11_u32.to_be_bytes());
    image.splice(256..267, *b"/etc/passwd");
    let bench = Bench::with(&image);
    let converter = bench.script("touch \"$0.ran\"");
    let why = bench.convert(&converter, "qcow2", Target::Raw).await;
    let why = why.err().unwrap();
    assert!(matches!(why, ConvertError::Inspection(_)), "{why}");
    assert!(!bench.path("script.ran").exists());
}

#[tokio::test]
async fn what_qemu_img_says_of_an_image_is_judged_too() {
    for info in [
        r#"{"format": "raw", "virtual-size": 512}"#,
        r#"{"format": "qcow2", "virtual-size": 512, "backing-filename": "/etc/passwd"}"#,
        r#"{"format": "qcow2", "virtual-size": 512, "format-specific": {"data": {"data-file": "/etc/passwd"}}}"#,
    ] {
        let bench = Bench::with(&qcow2());
        let converter = bench.script(&saying(info, "disk"));
        let why = bench.convert(&converter, "qcow2", Target::Raw).await;
        let why = why.err().unwrap();
        assert!(matches!(why, ConvertError::Refused(_)), "{info}: {why}");
    }
}

#[tokio::test]
async fn a_disk_that_is_too_large_is_refused() {
    let bench = Bench::with(&qcow2());
    let info = r#"{"format": "qcow2", "virtual-size": 1048577}"#;
    let converter = bench.script(&saying(info, "disk"));
    let why = bench.convert(&converter, "qcow2", Target::Raw).await;
    let why = why.err().unwrap();
    assert!(matches!(why, ConvertError::TooLarge(1_048_576)), "{why}");
}

#[tokio::test]
async fn a_raw_disk_that_turns_out_to_be_another_format_is_refused_and_removed() {
    let bench = Bench::with(&qcow2());
    let converter = bench.script(&saying(INFO, "QED\\0%0508d"));
    let why = bench.convert(&converter, "qcow2", Target::Raw).await;
    let why = why.err().unwrap();
    assert!(matches!(why, ConvertError::Mismatch { .. }), "{why}");
    assert!(!bench.path("converted").exists());
}

#[tokio::test]
async fn a_failure_says_what_qemu_img_said() {
    let bench = Bench::with(&qcow2());
    let converter = bench.script("echo 'no such luck' >&2; exit 1");
    let why = bench.convert(&converter, "qcow2", Target::Raw).await;
    assert_eq!(
        why.err().unwrap().to_string(),
        "qemu-img failed: no such luck"
    );
}

#[tokio::test]
async fn a_run_that_takes_too_long_is_ended() {
    let bench = Bench::with(&qcow2());
    let converter = Converter {
        patience: Duration::from_millis(20),
        ..bench.script("while :; do :; done")
    };
    let why = bench.convert(&converter, "qcow2", Target::Raw).await;
    let why = why.err().unwrap();
    assert!(matches!(why, ConvertError::Slow(_)), "{why}");
}

#[tokio::test]
async fn without_qemu_img_that_is_said() {
    let bench = Bench::with(&qcow2());
    let converter = Converter {
        command: vec![bench.path("nothing").into()],
        ..bench.script("")
    };
    let why = bench.convert(&converter, "qcow2", Target::Raw).await;
    assert!(why.err().unwrap().to_string().contains("not installed"));
}

#[tokio::test]
async fn a_relative_path_is_never_given_away() {
    let converter = Converter::new(Path::new("qemu-img"), Duration::from_mins(1), 1 << 20);
    let (from, to) = (Path::new("nbd:image"), Path::new("/converted"));
    let why = converter.convert(from, "raw", Target::Qcow2, to).await;
    assert!(matches!(why, Err(ConvertError::Relative)));
}

#[tokio::test]
#[ignore = "needs qemu-img: scripts/test installs and runs it"]
async fn the_real_qemu_img_converts_there_and_back() {
    let disk = b"cirros".repeat(512);
    let bench = Bench::with(&disk);
    let converter = Converter::new(Path::new("qemu-img"), Duration::from_mins(1), 1 << 20);
    let there = bench.convert(&converter, "raw", Target::Qcow2).await;
    let virtual_size = disk.len() as u64;
    assert!(
        matches!(there.unwrap(), Outcome::Converted { virtual_size: it, .. } if it == virtual_size)
    );
    let (from, back) = (bench.path("converted"), bench.path("back"));
    let outcome = converter.convert(&from, "qcow2", Target::Raw, &back).await;
    let size = virtual_size;
    assert_eq!(outcome.unwrap(), Outcome::Converted { size, virtual_size });
    assert_eq!(fs::read(back).unwrap(), disk);
}
