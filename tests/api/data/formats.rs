//! What data says of its format, against what the image says.

use serde_json::{Value, json};

use super::{is_415, is_queued_again, of_format};
use crate::glance::{glance, glance_with};

/// So many bytes, with these marks.
fn disk(size: usize, marks: &[(usize, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0; size];
    for (at, mark) in marks {
        bytes[*at..*at + mark.len()].copy_from_slice(mark);
    }
    bytes
}

const SIZE: u64 = 10 << 20;

fn qcow2() -> Vec<u8> {
    disk(
        1024,
        &[
            (0, b"QFI\xfb"),
            (4, &[0, 0, 0, 3]),
            (24, &SIZE.to_be_bytes()),
        ],
    )
}

fn vhd() -> Vec<u8> {
    disk(1024, &[(0, b"conectix"), (40, &SIZE.to_be_bytes())])
}

fn vdi() -> Vec<u8> {
    disk(
        1024,
        &[
            (0x40, &0xBEDA_107F_u32.to_le_bytes()),
            (0x170, &SIZE.to_le_bytes()),
        ],
    )
}

fn vmdk() -> Vec<u8> {
    let descriptor = b"# Disk DescriptorFile\nversion=1\ncreateType=\"monolithicSparse\"\n\n\
        # Extent description\nRW 20480 SPARSE \"disk.vmdk\"\n";
    disk(
        1024,
        &[
            (0, b"KDMV\x01"),
            (12, &20480_u64.to_le_bytes()),
            (28, &[1]),
            (36, &[1]),
            (512, descriptor),
        ],
    )
}

fn iso() -> Vec<u8> {
    let marks: [(usize, &[u8]); 3] = [
        (32768, b"\x01CD001"),
        (32768 + 80, &[18, 0, 0, 0]),
        (32768 + 128, &[0, 8]),
    ];
    disk(36 << 10, &marks)
}

/// A disk with one partition; `and` makes it something else too.
fn partitioned(and: Vec<u8>) -> Vec<u8> {
    let mut bytes = and;
    bytes[446..462].copy_from_slice(&[0x80, 0, 2, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 16, 0, 0]);
    bytes[510..512].copy_from_slice(&[0x55, 0xAA]);
    bytes
}

#[tokio::test]
async fn the_virtual_size_is_what_the_format_says() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (format, data, size) in [
        ("raw", vec![7; 1000], json!(1000)),
        ("qcow2", qcow2(), json!(SIZE)),
        ("vhd", vhd(), json!(SIZE)),
        ("vdi", vdi(), json!(SIZE)),
        ("vmdk", vmdk(), json!(SIZE)),
        ("iso", iso(), json!(18 * 2048)),
        ("iso", partitioned(iso()), json!(18 * 2048)),
        ("raw", partitioned(vec![0; 2048]), json!(2048)),
        // Whatever it is, as a raw disk it is as large as it is.
        ("raw", qcow2(), json!(1024)),
        // Nobody knows how these look.
        ("ami", vec![7; 1000], Value::Null),
        ("ploop", vec![7; 1000], Value::Null),
    ] {
        let image = of_format(&alice, format).await;
        alice.upload(&image, data).await.is(204);
        assert_eq!(alice.see(&image).await["virtual_size"], size, "{format}");
    }
}

#[tokio::test]
async fn data_in_other_containers_is_not_looked_at() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for container in ["ovf", "docker", "compressed"] {
        let fields = json!({ "disk_format": "qcow2", "container_format": container });
        let image = alice.create(fields).await;
        alice.upload(&image, vec![7; 1000]).await.is(204);
        assert!(alice.see(&image).await["virtual_size"].is_null());
    }
}

#[tokio::test]
async fn data_of_another_format_is_refused_and_the_right_data_taken() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (format, data, words) in [
        (
            "qcow2",
            vec![7; 1000],
            "Image disk_format qcow2 does not match stream data raw",
        ),
        (
            "qcow2",
            vhd(),
            "Image disk_format qcow2 does not match stream data vhd",
        ),
        (
            "iso",
            qcow2(),
            "Image disk_format iso does not match stream data qcow2",
        ),
        (
            "ami",
            qcow2(),
            "Image disk_format ami does not match stream data qcow2",
        ),
        (
            "raw",
            partitioned(iso()),
            "Multiple formats detected: gpt,iso",
        ),
    ] {
        let image = of_format(&alice, format).await;

        let answer = alice.upload(&image, data).await;

        is_415(&answer, words);
        let type_words =
            "The request media type application/octet-stream is not supported by this server.";
        assert_eq!(answer.message().0, type_words);
        is_queued_again(&alice.see(&image).await);
        alice.get(image.at("/file")).await.is(204);
    }
    let image = of_format(&alice, "qcow2").await;
    alice.upload(&image, "raw").await.is(415);
    alice.upload(&image, qcow2()).await.is(204);
    assert_eq!(alice.get(image.at("/file")).await.body, qcow2());
}

#[tokio::test]
async fn a_mismatch_may_be_let_through() {
    let glance = glance_with(|it| it.images.require_image_format_match = false).await;
    let alice = glance.person("alice");
    for data in [vec![7; 1000], vhd()] {
        let image = of_format(&alice, "qcow2").await;
        alice.upload(&image, data).await.is(204);
        assert!(alice.see(&image).await["virtual_size"].is_null());
    }
}

#[tokio::test]
async fn the_check_of_a_partition_table_may_fail_where_it_is_not_fatal() {
    let mut disk = vec![0; 1024];
    disk[510..512].copy_from_slice(&[0x55, 0xAA]);
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = of_format(&alice, "raw").await;
    let answer = alice.upload(&image, disk.clone()).await;
    is_415(&answer, "Image failed safety checks");
    let change = json!({ "gpt_safety_checks_nonfatal": "mbr" });
    glance.control().patch("/config", change).await.is(200);
    alice.upload(&image, disk).await.is(204);
    assert_eq!(alice.see(&image).await["virtual_size"], 1024);
}

#[tokio::test]
async fn unsafe_data_is_always_refused() {
    for matching in [true, false] {
        let glance = glance_with(|it| it.images.require_image_format_match = matching).await;
        let alice = glance.person("alice");
        let mut backed = qcow2();
        backed[8..16].copy_from_slice(&100_u64.to_be_bytes());
        for (format, data) in [
            ("qcow2", backed),
            ("raw", disk(1024, &[(510, &[0x55, 0xAA])])),
            ("raw", disk(1024, &[(0, b"QED\0")])),
        ] {
            let image = of_format(&alice, format).await;
            let answer = alice.upload(&image, data).await;
            is_415(&answer, "Image failed safety checks");
            is_queued_again(&alice.see(&image).await);
            alice
                .upload(&image, if format == "raw" { vec![7; 9] } else { qcow2() })
                .await
                .is(204);
        }
    }
}

#[tokio::test]
async fn the_format_is_found_however_the_data_is_cut() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for size in [1, 7, 511, 513] {
        let image = of_format(&alice, "qcow2").await;
        let data = qcow2();
        let chunks = data
            .chunks(size)
            .map(|it| Ok::<_, std::io::Error>(it.to_vec()));
        let chunks: Vec<_> = chunks.collect();
        let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
        alice.upload(&image, body).await.is(204);
        assert_eq!(alice.see(&image).await["virtual_size"], SIZE);
    }
}

#[tokio::test]
async fn a_refusal_names_the_media_type_of_the_request_with_its_parameters() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = of_format(&alice, "qcow2").await;
    let request = alice.put(image.at("/file")).body("raw");
    let given = "application/octet-stream; charset=x";
    let answer = request.header("Content-Type", given).await.is(415);
    let (said, _) = answer.message();
    assert_eq!(
        said,
        format!("The request media type {given} is not supported by this server.")
    );
    for (given, shown) in [
        ("application/octet-stream ; q", "application/octet-stream "),
        ("text/plain;x=y", "text/plain"),
    ] {
        let request = alice.put(image.at("/file")).body("raw");
        let answer = request.header("Content-Type", given).await.is(415);
        let (said, detail) = answer.message();
        assert_eq!(
            said,
            format!("The request media type {given} is not supported by this server.")
        );
        assert_eq!(detail, format!("Invalid content type {shown}").trim());
    }
}
