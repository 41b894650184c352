//! Plugins: what is done to imported data before it is stored.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use lookalike::Config;
use lookalike::config::Plugin;
use serde_json::json;

use super::{glance_direct, imported, is_queued_again, raw, staged};
use crate::glance::{Glance, glance_with};

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
