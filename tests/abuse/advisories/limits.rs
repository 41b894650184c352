//! What may be made without end, and files that cost more to read than they are long.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::glance::{glance, glance_with};

/// Nobody but an admin makes metadata definitions, which have no quota (OSSN-0088).
#[tokio::test]
async fn ossn_0088_metadata_definitions_are_not_for_everybody_to_make() {
    let glance = glance().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let namespaces = "/v2/metadefs/namespaces";
    let namespace = json!({ "namespace": "ns", "owner": "alice-project", "visibility": "public" });
    alice.post(namespaces).json(namespace.clone()).await.is(403);
    admin.post(namespaces).json(namespace).await.is(201);
    let property = json!({ "name": "x", "title": "x", "type": "string" });
    for (kind, body) in [
        ("objects", json!({ "name": "x" })),
        ("properties", property),
        ("tags", json!({ "tags": [{ "name": "x" }] })),
        ("tags/x", json!(null)),
        ("resource_types", json!({ "name": "x" })),
    ] {
        let request = alice.post(format!("{namespaces}/ns/{kind}"));
        let request = if body.is_null() {
            request
        } else {
            request.json(body)
        };
        request.await.is(403);
    }
}

/// What members of a project make has a bound (OSSN-0088).
#[tokio::test]
async fn ossn_0088_what_hangs_on_an_image_has_a_quota() {
    let glance = glance_with(|config| {
        config.images.image_property_quota = 2;
        config.images.image_tag_quota = 2;
        config.images.image_member_quota = 2;
        config.images.image_location_quota = 0;
    })
    .await;
    let alice = glance.person("alice");
    let image = alice
        .create(json!({ "a": "1", "b": "2", "tags": ["a", "b"] }))
        .await;
    alice.set(&image, "c", "3").await.is(413);
    alice.put(image.at("/tags/c")).await.is(413);
    for (member, status) in [("a", 200), ("b", 200), ("c", 413)] {
        let request = alice.post(image.at("/members"));
        request.json(json!({ "member": member })).await.is(status);
    }
}

/// The beginnings of disks whose headers announce more than there is, or lead in a circle.
fn liars() -> Vec<(&'static str, Vec<u8>)> {
    let with = |at: usize, what: &[u8], length: usize| {
        let mut bytes = vec![0; length];
        bytes[at..at + what.len()].copy_from_slice(what);
        bytes
    };
    let most = [0xff; 8];
    let mut qcow2 = with(0, b"QFI\xfb\0\0\0\x03", 1 << 16);
    // The length of the header, the offsets and sizes of its tables, and its extensions.
    qcow2[20..112].fill(0xff);
    let mut vmdk = with(0, b"KDMV\x01\0\0\0", 1 << 16);
    vmdk[28..36].copy_from_slice(&1_u64.to_le_bytes());
    vmdk[36..44].copy_from_slice(&most);
    let mut vhdx = with(0, b"vhdxfile", 1 << 20);
    vhdx[0x30000..0x30004].copy_from_slice(b"regi");
    vhdx[0x30008..0x3000c].fill(0xff);
    let mut gpt = with(510, &[0x55, 0xaa], 1 << 16);
    gpt[446..510].fill(0xff);
    gpt[512..520].copy_from_slice(b"EFI PART");
    gpt[520..604].fill(0xff);
    let mut iso = with(0x8001, b"CD001", 1 << 17);
    iso[0x8050..0x8060].fill(0xff);
    let luks = [b"LUKS\xba\xbe\0\x02".to_vec(), vec![0xff; 1 << 16]].concat();
    let text = b"# Disk DescriptorFile\n".repeat(1 << 15);
    vec![
        ("qcow2", qcow2),
        ("vmdk", vmdk),
        ("vmdk", text),
        ("vhdx", vhdx),
        ("raw", gpt),
        ("iso", iso),
        ("raw", luks),
        ("vhd", with(0, b"conectix", 1 << 16)),
        ("vdi", with(0x40, &[0x7f, 0x10, 0xda, 0xbe], 1 << 16)),
        ("qcow2", b"QED\0".repeat(1 << 12)),
    ]
}

/// No header makes the inspection of a disk take long or much memory (CVE-2015-5162).
#[tokio::test]
async fn ossa_2016_012_no_header_makes_a_parser_take_long() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (format, bytes) in liars() {
        for length in [bytes.len(), bytes.len() / 2, 600] {
            let fields = json!({ "disk_format": format, "container_format": "bare" });
            let image = alice.create(fields).await;
            let start = Instant::now();
            let answer = alice.upload(&image, bytes[..length].to_vec()).await;
            assert!(answer.status < 500, "{format}: {}", answer.text());
            let time = start.elapsed();
            assert!(time < Duration::from_secs(2), "{format}: {time:?}");
        }
    }
}

/// The memory that this process has taken at the most, in bytes.
#[cfg(target_os = "linux")]
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let kibibytes = line.split_whitespace().nth(1).unwrap();
    kibibytes.parse::<u64>().unwrap() << 10
}

/// The sizes that a header announces are not allocated (CVE-2015-5162).
#[cfg(target_os = "linux")]
#[tokio::test]
async fn ossa_2016_012_no_header_makes_a_parser_take_memory() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let before = peak_memory();
    for (format, bytes) in liars() {
        let fields = json!({ "disk_format": format, "container_format": "bare" });
        let image = alice.create(fields).await;
        alice.upload(&image, bytes).await;
    }
    let taken = peak_memory().saturating_sub(before);
    assert!(taken < 64 << 20, "{taken}");
}
