//! Imports of signed images.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use lookalike::Config;
use lookalike::config::Plugin;
use serde_json::{Value, json};

use super::{DATA, bad, good, image, is_queued, with_certificates};
use crate::glance::{Glance, glance_with, store};
use crate::imports::{ended, from_here, import, web_download};
use crate::web::Web;

async fn with_two_stores() -> Glance {
    glance_with(|config: &mut Config| {
        with_certificates(config);
        from_here(config);
        config.stores.store = ["fast=memory:?weight=10", "cheap=memory:"]
            .map(store)
            .into();
    })
    .await
}

fn direct() -> Value {
    json!({ "method": { "name": "glance-direct" } })
}

#[tokio::test]
async fn staged_data_is_checked_when_it_is_imported() {
    let glance = with_two_stores().await;
    let alice = glance.person("alice");
    for (properties, status, outcome) in
        [(good(), "active", "success"), (bad(), "queued", "failure")]
    {
        let image = image(&alice, properties).await;
        alice.stage(&image, DATA).await.is(204);
        import(&alice, &image, direct()).await.is(202);
        let task = ended(&alice, &image).await;
        assert_eq!(task["status"], outcome);
        assert_eq!(alice.see(&image).await["status"], status);
        if outcome == "failure" {
            assert_eq!(task["message"], "Task failed due to Internal Error");
        }
    }
}

#[tokio::test]
async fn fetched_data_is_checked() {
    let (glance, web) = (with_two_stores().await, Web::serving(DATA.into()).await);
    let alice = glance.person("alice");
    for (properties, outcome) in [(good(), "success"), (bad(), "failure")] {
        let image = image(&alice, properties).await;
        import(&alice, &image, web_download(&web.data()))
            .await
            .is(202);
        assert_eq!(ended(&alice, &image).await["status"], outcome);
    }
}

#[tokio::test]
async fn no_store_takes_data_that_was_not_signed() {
    let (glance, web) = (with_two_stores().await, Web::serving(DATA.into()).await);
    let alice = glance.person("alice");
    let image = image(&alice, bad()).await;
    let mut body = web_download(&web.data());
    body["stores"] = json!(["fast", "cheap"]);
    body["all_stores_must_succeed"] = false.into();
    import(&alice, &image, body).await.is(202);
    assert_eq!(ended(&alice, &image).await["status"], "failure");
    let image = alice.see(&image).await;
    is_queued(&image);
    assert_eq!(image["os_glance_failed_import"], "cheap,fast");
}

#[tokio::test]
async fn a_copy_is_checked_by_the_signature_that_the_image_has_by_then() {
    let glance = with_two_stores().await;
    let admin = glance.admin();
    for (properties, outcome) in [(good(), "success"), (bad(), "failure")] {
        let image = image(&admin, json!({})).await;
        admin.upload(&image, DATA).await.is(204);
        let operations = properties.as_object().unwrap().iter().map(
            |(name, value)| json!({ "op": "add", "path": format!("/{name}"), "value": value }),
        );
        let operations = operations.collect::<Vec<_>>().into();
        admin.patch(image.at(""), operations).await.is(200);
        let body = json!({ "method": { "name": "copy-image" }, "stores": ["cheap"] });
        import(&admin, &image, body).await.is(202);
        assert_eq!(ended(&admin, &image).await["status"], outcome);
        assert_eq!(admin.see(&image).await["status"], "active");
    }
}

#[tokio::test]
async fn the_signature_is_of_what_a_plugin_leaves() {
    let glance = glance_with(|config| {
        with_certificates(config);
        config.tasks.image_import_plugins = vec![Plugin::Decompression];
    })
    .await;
    let alice = glance.person("alice");
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(DATA.as_bytes()).unwrap();
    let image = image(&alice, good()).await;
    alice.stage(&image, packed.finish().unwrap()).await.is(204);
    import(&alice, &image, direct()).await.is(202);
    assert_eq!(ended(&alice, &image).await["status"], "success");
    assert_eq!(alice.get(image.at("/file")).await.text(), DATA);
}
