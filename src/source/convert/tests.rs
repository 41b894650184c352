//! Conversions by a script in `qemu-img`'s place, and by `qemu-img` itself where there is one.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

const LIMITS: HelperLimits = HelperLimits {
    timeout: Duration::from_mins(1),
    cpu_time: Duration::from_mins(1),
    memory: 2 << 30,
};

/// The rules of Glance's defaults.
fn rules() -> ConversionRules {
    ConversionRules {
        vmdk_types: vec!["streamOptimized".into(), "monolithicSparse".into()],
        nonfatal: Vec::new(),
    }
}

/// A directory with an image, and room for the converted one.
struct Workspace {
    directory: TempDir,
}

impl Workspace {
    fn with(image: &[u8]) -> Self {
        let directory = TempDir::new().unwrap();
        fs::write(directory.path().join("image"), image).unwrap();
        Self { directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Returns a converter that runs these lines of `sh` instead of `qemu-img`.
    fn script(&self, lines: &str) -> Converter {
        fs::write(self.path("script"), lines).unwrap();
        Converter {
            helper: Helper {
                command: vec!["/bin/sh".into(), self.path("script").into()],
                limits: LIMITS,
            },
            limit: 1 << 20,
            rules: rules(),
        }
    }

    async fn convert(
        &self,
        converter: &Converter,
        claimed: &str,
        target: TargetFormat,
    ) -> Result<ConversionOutcome, ConvertError> {
        let (from, to) = (self.path("image"), self.path("converted"));
        converter.convert(&from, claimed, target, &to).await
    }
}

/// Returns the header of a qcow2 of 512 bytes, without its tables.
fn qcow2() -> Vec<u8> {
    let mut bytes = vec![0; 512];
    bytes.splice(..8, *b"QFI\xfb\0\0\0\x03");
    bytes.splice(24..32, 512_u64.to_be_bytes());
    bytes
}

/// Returns a script that prints this report for `info` and writes these bytes for `convert`.
fn fake_qemu_img(info: &str, converted: &str) -> String {
    format!(
        "case $1 in info) echo '{info}';; convert) for to; do :; done; printf '{converted}' > \"$to\";; esac"
    )
}

const INFO: &str = r#"{"format": "qcow2", "virtual-size": 512}"#;

#[tokio::test]
async fn an_image_is_converted() {
    let workspace = Workspace::with(&qcow2());
    let converter = workspace.script(&fake_qemu_img(INFO, "disk"));
    let outcome = workspace
        .convert(&converter, "qcow2", TargetFormat::Raw)
        .await
        .unwrap();
    let expected = ConversionOutcome::Converted {
        size: 4,
        virtual_size: 512,
    };
    assert_eq!(outcome, expected);
    assert_eq!(fs::read(workspace.path("converted")).unwrap(), b"disk");
}

#[tokio::test]
async fn the_format_is_given_and_never_guessed() {
    let workspace = Workspace::with(&qcow2());
    let log = workspace.path("log");
    let script = format!(
        "echo \"$*\" >> {}\n{}",
        log.display(),
        fake_qemu_img(INFO, "disk")
    );
    let converter = workspace.script(&script);
    workspace
        .convert(&converter, "qcow2", TargetFormat::Raw)
        .await
        .unwrap();
    let log = fs::read_to_string(log).unwrap();
    let log = log.replace(&workspace.directory.path().display().to_string(), "");
    assert_eq!(
        log,
        "info -f qcow2 --output=json -- /image\nconvert -f qcow2 -O raw -- /image /converted\n"
    );
}

#[tokio::test]
async fn a_vhd_is_dynamic_and_keeps_the_size_of_the_disk() {
    let workspace = Workspace::with(&qcow2());
    let log = workspace.path("log");
    let script = format!(
        "echo \"$*\" >> {}\n{}",
        log.display(),
        fake_qemu_img(INFO, "conectix%0504d")
    );
    let converter = workspace.script(&script);
    workspace
        .convert(&converter, "qcow2", TargetFormat::Vhd)
        .await
        .unwrap();
    let log = fs::read_to_string(log).unwrap();
    let options = "convert -f qcow2 -O vpc -o subformat=dynamic,force_size=on -- ";
    assert!(log.contains(options), "{log}");
}

#[tokio::test]
async fn an_image_of_the_target_format_is_not_converted() {
    let workspace = Workspace::with(&qcow2());
    let converter = workspace.script(&fake_qemu_img(INFO, ""));
    let outcome = workspace
        .convert(&converter, "qcow2", TargetFormat::Qcow2)
        .await;
    assert_eq!(
        outcome.unwrap(),
        ConversionOutcome::Unchanged { virtual_size: 512 }
    );
    assert!(!workspace.path("converted").exists());
}

#[tokio::test]
async fn qemu_img_never_reads_an_image_of_another_format() {
    let workspace = Workspace::with(&qcow2());
    let converter = workspace.script("touch \"$0.ran\"");
    for claimed in ["raw", "vmdk", "iso", "ami"] {
        let error = workspace
            .convert(&converter, claimed, TargetFormat::Raw)
            .await;
        let error = error.err().unwrap();
        assert!(matches!(error, ConvertError::Mismatch { .. }), "{error}");
    }
    assert!(!workspace.path("script.ran").exists());
}

#[tokio::test]
async fn qemu_img_never_reads_an_image_with_a_backing_file() {
    let mut image = qcow2();
    image.splice(8..16, 256_u64.to_be_bytes());
    image.splice(16..20, 11_u32.to_be_bytes());
    image.splice(256..267, *b"/etc/passwd");
    let workspace = Workspace::with(&image);
    let converter = workspace.script("touch \"$0.ran\"");
    let error = workspace
        .convert(&converter, "qcow2", TargetFormat::Raw)
        .await;
    let error = error.err().unwrap();
    assert!(matches!(error, ConvertError::Inspection(_)), "{error}");
    assert!(!workspace.path("script.ran").exists());
}

#[tokio::test]
async fn the_report_of_qemu_img_is_checked_too() {
    for info in [
        r#"{"format": "raw", "virtual-size": 512}"#,
        r#"{"format": "qcow2", "virtual-size": 512, "backing-filename": "/etc/passwd"}"#,
        r#"{"format": "qcow2", "virtual-size": 512, "format-specific": {"data": {"data-file": "/etc/passwd"}}}"#,
    ] {
        let workspace = Workspace::with(&qcow2());
        let converter = workspace.script(&fake_qemu_img(info, "disk"));
        let error = workspace
            .convert(&converter, "qcow2", TargetFormat::Raw)
            .await;
        let error = error.err().unwrap();
        assert!(matches!(error, ConvertError::Unsafe(_)), "{info}: {error}");
    }
}

#[tokio::test]
async fn a_disk_that_is_too_large_is_refused() {
    let workspace = Workspace::with(&qcow2());
    let info = r#"{"format": "qcow2", "virtual-size": 1048577}"#;
    let converter = workspace.script(&fake_qemu_img(info, "disk"));
    let error = workspace
        .convert(&converter, "qcow2", TargetFormat::Raw)
        .await;
    let error = error.err().unwrap();
    assert!(
        matches!(error, ConvertError::TooLarge(1_048_576)),
        "{error}"
    );
}

#[tokio::test]
async fn a_result_with_the_header_of_another_format_is_refused_and_removed() {
    let workspace = Workspace::with(&qcow2());
    let converter = workspace.script(&fake_qemu_img(INFO, "QED\\0%0508d"));
    let error = workspace
        .convert(&converter, "qcow2", TargetFormat::Raw)
        .await;
    let error = error.err().unwrap();
    assert!(matches!(error, ConvertError::Mismatch { .. }), "{error}");
    assert!(!workspace.path("converted").exists());
}

#[tokio::test]
async fn an_error_has_the_message_of_qemu_img() {
    let workspace = Workspace::with(&qcow2());
    let converter = workspace.script("echo 'no such luck' >&2; exit 1");
    let error = workspace
        .convert(&converter, "qcow2", TargetFormat::Raw)
        .await;
    assert_eq!(
        error.err().unwrap().to_string(),
        "qemu-img failed: no such luck"
    );
}

#[tokio::test]
async fn a_run_that_takes_too_long_is_killed() {
    let workspace = Workspace::with(&qcow2());
    let mut converter = workspace.script("while :; do :; done");
    converter.helper.limits.timeout = Duration::from_millis(20);
    let error = workspace
        .convert(&converter, "qcow2", TargetFormat::Raw)
        .await;
    let error = error.err().unwrap();
    assert!(matches!(error, ConvertError::Timeout(_)), "{error}");
}

#[tokio::test]
async fn a_run_that_writes_without_end_is_killed() {
    let workspace = Workspace::with(&qcow2());
    for output in [1, 2] {
        let converter = workspace.script(&format!("exec yes >&{output}"));
        let error = workspace
            .convert(&converter, "qcow2", TargetFormat::Raw)
            .await;
        let error = error.err().unwrap().to_string();
        assert_eq!(error, "qemu-img failed: it writes more than 1048576 bytes");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_run_has_limits_of_memory_and_of_a_processors_time() {
    let workspace = Workspace::with(&qcow2());
    // The limits are set once it runs.
    let limits =
        "while [ \"$(ulimit -c)\" != 0 ]; do :; done; ulimit -v >&2; ulimit -t >&2; exit 1";
    let mut converter = workspace.script(limits);
    converter.helper.limits.memory = 1 << 29;
    let error = workspace
        .convert(&converter, "qcow2", TargetFormat::Raw)
        .await;
    let error = error.err().unwrap().to_string();
    assert_eq!(error, "qemu-img failed: 524288\n30");
    let mut converter = workspace.script("while :; do :; done");
    converter.helper.limits.cpu_time = Duration::from_secs(1);
    let error = workspace
        .convert(&converter, "qcow2", TargetFormat::Raw)
        .await;
    let error = error.err().unwrap().to_string();
    assert!(error.contains("SIGXCPU"), "{error}");
}

#[tokio::test]
async fn a_missing_qemu_img_is_an_error() {
    let workspace = Workspace::with(&qcow2());
    let mut converter = workspace.script("");
    converter.helper.command = vec![workspace.path("nothing").into()];
    let error = workspace
        .convert(&converter, "qcow2", TargetFormat::Raw)
        .await;
    assert!(error.err().unwrap().to_string().contains("not installed"));
}

#[tokio::test]
async fn a_relative_path_is_refused() {
    let converter = Converter::new(Path::new("qemu-img"), LIMITS, 1 << 20, rules());
    let (from, to) = (Path::new("nbd:image"), Path::new("/converted"));
    let error = converter
        .convert(from, "raw", TargetFormat::Qcow2, to)
        .await;
    assert!(matches!(error, Err(ConvertError::RelativePath)));
}

#[tokio::test]
#[ignore = "needs qemu-img: scripts/test installs and runs it"]
async fn the_real_qemu_img_converts_there_and_back() {
    let disk = b"cirros".repeat(512);
    let workspace = Workspace::with(&disk);
    let converter = Converter::new(Path::new("qemu-img"), LIMITS, 1 << 20, rules());
    let there = workspace
        .convert(&converter, "raw", TargetFormat::Qcow2)
        .await;
    let virtual_size = disk.len() as u64;
    assert!(
        matches!(there.unwrap(), ConversionOutcome::Converted { virtual_size: size, .. } if size == virtual_size)
    );
    let (from, back) = (workspace.path("converted"), workspace.path("back"));
    let outcome = converter
        .convert(&from, "qcow2", TargetFormat::Raw, &back)
        .await;
    let size = virtual_size;
    assert_eq!(
        outcome.unwrap(),
        ConversionOutcome::Converted { size, virtual_size }
    );
    assert_eq!(fs::read(back).unwrap(), disk);
}

#[tokio::test]
#[ignore = "needs qemu-img: scripts/test installs and runs it"]
async fn the_real_qemu_img_writes_a_valid_vhd() {
    use crate::domain::disk_format::VhdCheck;

    let disk = b"cirros".repeat(512);
    let workspace = Workspace::with(&disk);
    let converter = Converter::new(Path::new("qemu-img"), LIMITS, 1 << 20, rules());
    let there = workspace.convert(&converter, "raw", TargetFormat::Vhd);
    assert!(matches!(
        there.await.unwrap(),
        ConversionOutcome::Converted { .. }
    ));
    let mut check = VhdCheck::new(40 << 30);
    check.feed(&fs::read(workspace.path("converted")).unwrap());
    let found = check.finish().unwrap();
    assert_eq!(found.virtual_size, disk.len() as u64);
    let (from, back) = (workspace.path("converted"), workspace.path("back"));
    let outcome = converter
        .convert(&from, "vhd", TargetFormat::Raw, &back)
        .await;
    outcome.unwrap();
    assert_eq!(fs::read(back).unwrap(), disk);
}

/// Returns a small vmdk in one file.
fn vmdk() -> Vec<u8> {
    let descriptor = b"# Disk DescriptorFile\nversion=1\ncreateType=\"monolithicSparse\"\n\n\
        # Extent description\nRW 1 SPARSE \"disk.vmdk\"\n";
    let mut bytes = vec![0; 1024];
    bytes.splice(..5, *b"KDMV\x01");
    bytes.splice(12..13, [1]);
    bytes.splice(28..29, [1]);
    bytes.splice(36..37, [1]);
    bytes.splice(512..512 + descriptor.len(), descriptor.iter().copied());
    bytes
}

#[tokio::test]
async fn a_vmdk_of_a_type_that_is_not_allowed_is_refused() {
    let workspace = Workspace::with(&vmdk());
    let report = |kind: &str| {
        let data = serde_json::json!({ "data": { "create-type": kind } });
        let report =
            serde_json::json!({ "format": "vmdk", "virtual-size": 512, "format-specific": data });
        format!("echo '{report}'")
    };
    let types = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    for (allowed, kind, why) in [
        (types(&["monolithicSparse"]), "monolithicSparse", None),
        (
            types(&["streamOptimized"]),
            "monolithicSparse",
            Some("does not have its type"),
        ),
        (types(&[""]), "monolithicSparse", Some("allows no vmdk")),
        (types(&[]), "monolithicSparse", Some("allows no vmdk")),
        (types(&["monolithicSparse"]), "", Some("is not known")),
    ] {
        let mut converter = workspace.script(&report(kind));
        converter.rules.vmdk_types = allowed;
        let outcome = workspace
            .convert(&converter, "vmdk", TargetFormat::Vmdk)
            .await;
        let error = outcome.err().map(|error| error.to_string());
        match why {
            None => assert_eq!(error, None),
            Some(why) => assert!(
                error.as_ref().is_some_and(|error| error.contains(why)),
                "{error:?}"
            ),
        }
    }
}

#[tokio::test]
async fn a_partition_table_that_makes_no_sense_is_converted_where_its_check_may_fail() {
    let mut disk = vec![0; 1024];
    disk.splice(510..512, [0x55, 0xAA]);
    let workspace = Workspace::with(&disk);
    let mut converter = workspace.script(r#"echo '{"format": "raw", "virtual-size": 1024}'"#);
    let outcome = workspace
        .convert(&converter, "raw", TargetFormat::Raw)
        .await;
    assert!(matches!(outcome, Err(ConvertError::Inspection(_))));
    converter.rules.nonfatal = vec!["mbr".to_owned()];
    let outcome = workspace
        .convert(&converter, "raw", TargetFormat::Raw)
        .await;
    let virtual_size = 1024;
    assert_eq!(
        outcome.unwrap(),
        ConversionOutcome::Unchanged { virtual_size }
    );
}
