//! Disks whose headers lead to files of the machine that opens them: in no way does such an image become active.

use std::time::Duration;

use serde_json::json;

use crate::glance::{Glance, Person, glance_with};
use crate::server::serve;

/// Writes bytes into others.
fn put(bytes: &mut [u8], at: usize, new: &[u8]) {
    bytes[at..at + new.len()].copy_from_slice(new);
}

/// A disk of 1 MiB in qcow2, with these bytes at these places of its header.
fn qcow2(marks: &[(usize, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0; 1 << 16];
    put(&mut bytes, 0, b"QFI\xfb\0\0\0\x03");
    put(&mut bytes, 24, &(1_u64 << 20).to_be_bytes());
    put(&mut bytes, 0x200, b"/etc/passwd");
    for (at, new) in marks {
        put(&mut bytes, *at, new);
    }
    bytes
}

/// A sparse VMDK with this descriptor.
fn vmdk(descriptor: &str) -> Vec<u8> {
    let mut bytes = vec![0; 1 << 16];
    put(&mut bytes, 0, b"KDMV\x01\0\0\0");
    put(&mut bytes, 12, &2048_u64.to_le_bytes());
    put(&mut bytes, 28, &1_u64.to_le_bytes());
    put(&mut bytes, 36, &20_u64.to_le_bytes());
    put(&mut bytes, 512, descriptor.as_bytes());
    bytes
}

fn descriptor(kind: &str, extent: &str) -> String {
    format!("# Disk DescriptorFile\nversion=1\ncreateType=\"{kind}\"\n\n{extent}\n")
}

/// Disks that are dangerous to open, and the formats that they may be said to have.
fn disks() -> Vec<(&'static str, &'static [&'static str], Vec<u8>)> {
    let flat = "RW 2048 FLAT \"/etc/passwd\" 0";
    let mut polyglot = vec![0; 1 << 17];
    put(&mut polyglot, 0, &qcow2(&[])[..0x400]);
    put(&mut polyglot, 0x8000, b"\x01CD001");
    let mut gpt = vec![0; 1 << 16];
    put(&mut gpt, 510, &[0x55, 0xaa]);
    put(&mut gpt, 446, &[0x7f; 64]);
    vec![
        (
            "a qcow2 with a backing file",
            &["qcow2", "raw"],
            qcow2(&[(8, &0x200_u64.to_be_bytes()), (16, &11_u32.to_be_bytes())]),
        ),
        (
            "a qcow2 with an external data file",
            &["qcow2", "raw"],
            qcow2(&[(72, &4_u64.to_be_bytes())]),
        ),
        (
            "a qcow2 with a feature that nobody knows",
            &["qcow2", "raw"],
            qcow2(&[(72, &(1_u64 << 40).to_be_bytes())]),
        ),
        (
            "an old qcow2 with an external data file",
            &["qcow2", "raw"],
            qcow2(&[(4, &[0, 0, 0, 2]), (72, &4_u64.to_be_bytes())]),
        ),
        (
            "a qcow2 said to be something else",
            &["iso", "vmdk"],
            qcow2(&[]),
        ),
        ("a qed", &["qcow2", "raw"], b"QED\0".repeat(1 << 12)),
        (
            "a vmdk that is another file",
            &["vmdk", "raw"],
            descriptor("monolithicFlat", flat).into_bytes(),
        ),
        (
            "a sparse vmdk that is another file",
            &["vmdk", "raw"],
            vmdk(&descriptor("monolithicFlat", flat)),
        ),
        (
            "a sparse vmdk with a second extent",
            &["vmdk", "raw"],
            vmdk(&descriptor(
                "twoGbMaxExtentSparse",
                &format!("RW 2048 SPARSE \"disk.vmdk\"\n{flat}"),
            )),
        ),
        (
            "a qcow2 that is an ISO too",
            &["iso", "qcow2", "raw"],
            polyglot,
        ),
        ("a partition table that is none", &["iso", "qcow2"], gpt),
    ]
}

/// A server that converts nothing and may fetch from this machine.
async fn glance() -> Glance {
    glance_with(|config| {
        config.filter.import_allow_loopback = true;
        config.filter.allowed_ports.clear();
    })
    .await
}

/// Imports to a new image, and returns the state of its task when it has ended.
async fn import(person: &Person, format: &str, uri: Option<&str>, data: &[u8]) -> String {
    let fields = json!({ "disk_format": format, "container_format": "bare" });
    let image = person.create(fields).await;
    let method = if let Some(uri) = uri {
        json!({ "name": "web-download", "uri": uri })
    } else {
        person.stage(&image, data.to_vec()).await.is(204);
        json!({ "name": "glance-direct" })
    };
    let body = json!({ "method": method });
    person.post(image.at("/import")).json(body).await.is(202);
    loop {
        let tasks = person.get(image.at("/tasks")).await.is(200);
        let status = tasks["tasks"][0]["status"].as_str().unwrap().to_owned();
        if status == "success" || status == "failure" {
            assert_eq!(
                person.see(&image).await["status"] == "active",
                status == "success"
            );
            return status;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn a_disk_that_leads_to_other_files_is_not_taken_in_any_way() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (what, formats, bytes) in disks() {
        let served = bytes.clone();
        let routes = axum::Router::new().fallback(move || async move { served });
        let uri = serve(routes).await;
        for format in formats {
            let fields = json!({ "disk_format": format, "container_format": "bare" });
            let image = alice.create(fields).await;
            let answer = alice.upload(&image, bytes.clone()).await;
            assert_eq!(answer.status, 415, "{what} as {format}: {}", answer.text());
            assert_eq!(alice.see(&image).await["status"], "queued", "{what}");
            alice.get(image.at("/file")).await.is(204);
            for uri in [None, Some(&*uri)] {
                let ended = import(&alice, format, uri, &bytes).await;
                assert_eq!(ended, "failure", "{what} as {format}, {uri:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_disk_that_leads_nowhere_is_taken() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let sparse = vmdk(&descriptor(
        "monolithicSparse",
        "RW 2048 SPARSE \"disk.vmdk\"",
    ));
    for (format, bytes) in [("qcow2", qcow2(&[])), ("vmdk", sparse)] {
        let fields = json!({ "disk_format": format, "container_format": "bare" });
        let image = alice.create(fields).await;
        alice.upload(&image, bytes.clone()).await.is(204);
        assert_eq!(import(&alice, format, None, &bytes).await, "success");
    }
}
