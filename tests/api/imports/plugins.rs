//! Plugins: what is done to imported data before it is stored.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;

use flate2::Compression;
use flate2::write::GzEncoder;
use lookalike::Config;
use lookalike::config::{Conversion, Plugin};
use serde_json::json;

use super::{from_here, glance_direct, imported, is_queued_again, raw, staged, web_download};
use crate::glance::{Glance, Image, Person, glance_with};
use crate::web::Web;

async fn with_plugin(plugin: Plugin) -> Glance {
    glance_with(|config: &mut Config| {
        config.tasks.image_import_plugins = vec![Plugin::NoOp, plugin];
        config.tasks.inject = vec![
            ("imported".into(), "yes".into()),
            ("os_glance_x".into(), "no".into()),
        ];
    })
    .await
}

#[tokio::test]
async fn imported_images_are_given_properties() {
    let glance = with_plugin(Plugin::InjectMetadata).await;
    let alice = glance.person("alice");
    let (image, _) = imported(&alice, &staged(&alice, "x").await, glance_direct()).await;
    assert_eq!(image["imported"], "yes");
    assert_eq!(image.get("os_glance_x"), None);
}

#[tokio::test]
async fn those_of_admins_are_not() {
    let glance = with_plugin(Plugin::InjectMetadata).await;
    let admin = glance.admin();
    let (image, _) = imported(&admin, &staged(&admin, "x").await, glance_direct()).await;
    assert_eq!(image.get("imported"), None);
}

#[tokio::test]
async fn compressed_data_is_unpacked() {
    let glance = with_plugin(Plugin::Decompression).await;
    let alice = glance.person("alice");
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&vec![7; 100_000]).unwrap();
    let image = raw(&alice).await;
    alice.stage(&image, packed.finish().unwrap()).await.is(204);
    let (image, task) = imported(&alice, &image, glance_direct()).await;
    assert_eq!(task["status"], "success");
    assert_eq!(image["size"], 100_000);
    let data = alice.get(image.at("/file")).await;
    assert!(data.body == vec![7; 100_000]);
}

#[tokio::test]
async fn other_data_is_left_as_it_is() {
    let glance = with_plugin(Plugin::Decompression).await;
    let alice = glance.person("alice");
    let (image, _) = imported(&alice, &staged(&alice, "plain").await, glance_direct()).await;
    assert_eq!(image["size"], 5);
}

#[tokio::test]
async fn what_is_meant_to_be_compressed_stays_so() {
    let glance = with_plugin(Plugin::Decompression).await;
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "raw", "container_format": "compressed" });
    let image = alice.create(fields).await;
    alice
        .stage(&image, &b"\x1f\x8b\x08 not even"[..])
        .await
        .is(204);
    let (image, _) = imported(&alice, &image, glance_direct()).await;
    assert_eq!(image["size"], 12);
}

#[tokio::test]
async fn what_cannot_be_unpacked_leaves_the_image_as_it_was() {
    let glance = with_plugin(Plugin::Decompression).await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    alice
        .stage(&image, &b"\x1f\x8b\x08 broken"[..])
        .await
        .is(204);
    let (image, task) = imported(&alice, &image, glance_direct()).await;
    assert_eq!(task["status"], "failure");
    is_queued_again(&image);
}

#[tokio::test]
async fn a_disk_that_is_not_what_it_says_is_not_converted() {
    let glance = with_plugin(Plugin::Conversion).await;
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "qcow2", "container_format": "bare" });
    let image = alice.create(fields).await;
    alice.stage(&image, "no disk").await.is(204);
    let (image, task) = imported(&alice, &image, glance_direct()).await;
    assert_eq!(task["status"], "failure");
    is_queued_again(&image);
}

/// A qcow2 of a disk of 512 bytes, without any of its tables: enough for a header.
fn qcow2() -> Vec<u8> {
    let mut bytes = vec![0; 512];
    bytes.splice(..8, *b"QFI\xfb\0\0\0\x03");
    bytes.splice(24..32, 512_u64.to_be_bytes());
    bytes
}

async fn disk(person: &Person, format: &str) -> Image {
    let fields = json!({ "disk_format": format, "container_format": "bare" });
    person.create(fields).await
}

/// A server that converts by a script that takes the place of `qemu-img`.
async fn converting(home: &tempfile::TempDir) -> Glance {
    let script = home.path().join("qemu-img");
    let text = r#"#!/bin/sh
        case $1 in
            info) echo '{"format": "qcow2", "virtual-size": 512}' ;;
            convert) for to; do :; done; printf 'converted' > "$to" ;;
        esac
    "#;
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, Permissions::from_mode(0o755)).unwrap();
    glance_with(|config: &mut Config| {
        from_here(config);
        config.tasks.image_import_plugins = vec![Plugin::Conversion];
        config.conversion.qemu_img = script;
    })
    .await
}

#[tokio::test]
async fn a_disk_is_converted() {
    let home = tempfile::tempdir().unwrap();
    let (glance, web) = (converting(&home).await, Web::serving(qcow2()).await);
    let alice = glance.person("alice");
    let image = disk(&alice, "qcow2").await;
    alice.stage(&image, qcow2()).await.is(204);
    let direct = imported(&alice, &image, glance_direct()).await;
    let image = disk(&alice, "qcow2").await;
    let fetched = imported(&alice, &image, web_download(&web.data())).await;
    for (image, task) in [direct, fetched] {
        assert_eq!(task["status"], "success", "{task}");
        assert_eq!(image["disk_format"], "raw");
        assert_eq!(
            (&image["size"], &image["virtual_size"]),
            (&json!(9), &json!(9))
        );
        let data = alice.get(image.at("/file")).await;
        assert_eq!(data.text(), "converted");
    }
}

#[tokio::test]
#[ignore = "needs qemu-img: scripts/test installs and runs it"]
async fn a_disk_is_converted_there_and_back_by_the_real_qemu_img() {
    let packing = |config: &mut Config| {
        config.tasks.image_import_plugins = vec![Plugin::Conversion];
        config.tasks.output_format = Conversion::Qcow2;
    };
    let (there, back) = (
        glance_with(packing).await,
        with_plugin(Plugin::Conversion).await,
    );
    let (alice, bob) = (there.person("alice"), back.person("bob"));
    let data = b"cirros".repeat(512);

    let image = disk(&alice, "raw").await;
    alice.stage(&image, data.clone()).await.is(204);
    let (image, task) = imported(&alice, &image, glance_direct()).await;
    assert_eq!(task["status"], "success", "{task}");
    assert_eq!(image["disk_format"], "qcow2");
    assert_eq!(image["virtual_size"], data.len());
    let packed = alice.get(image.at("/file")).await.is(200).body;
    assert!(packed.starts_with(b"QFI\xfb"));

    let image = disk(&bob, "qcow2").await;
    bob.stage(&image, packed).await.is(204);
    let (image, task) = imported(&bob, &image, glance_direct()).await;
    assert_eq!(task["status"], "success", "{task}");
    assert_eq!(image["disk_format"], "raw");
    assert!(bob.get(image.at("/file")).await.body == data);
}
