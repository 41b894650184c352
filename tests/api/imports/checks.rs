//! What a request for an import has to be, in the order in which that is asked.

use lookalike::Config;
use serde_json::{Value, json};

use super::{
    copy_image, from_here, glance_direct, import, raw, several, staged, web_download, with,
    with_stores,
};
use crate::glance::{glance, glance_with};

#[tokio::test]
async fn the_methods_are_told() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let answer = alice.get("/v2/info/import").await.is(200);
    let value = json!(["glance-direct", "web-download", "copy-image"]);
    assert_eq!(answer["import-methods"]["value"], value);
    assert_eq!(
        answer.keys(),
        ["import-methods"],
        "and nothing else is said"
    );
    let answer = alice.post("/v2/images").json(json!({})).await.is(201);
    let header = answer.header("openstack-image-import-methods");
    assert_eq!(header, "glance-direct,web-download,copy-image");
}

#[tokio::test]
async fn a_request_names_a_method() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    for (body, words) in [
        (json!({}), "Import request requires a 'method' field."),
        (json!([]), "Import request requires a 'method' field."),
        (
            json!({ "method": {} }),
            "Import request requires a 'name' field.",
        ),
        (
            json!({ "method": { "name": "bogus" } }),
            "Unknown import method name 'bogus'.",
        ),
        (
            json!({ "method": { "name": "glance-download" } }),
            "Unknown import method name 'glance-download'.",
        ),
        (
            with(glance_direct(), "all_stores", "yes"),
            "'all_stores' must be boolean value only",
        ),
        (
            with(glance_direct(), "all_stores_must_succeed", 1),
            "'all_stores_must_succeed' must be boolean value only",
        ),
    ] {
        import(&alice, &image, body).await.is(400).says(words);
    }
    let answer = alice.post(image.at("/import")).await.is(400);
    answer.says("Body expected in request.");
}

#[tokio::test]
async fn the_image_is_in_the_state_that_the_method_is_for() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let (queued, staged) = (raw(&alice).await, staged(&alice, "x").await);
    let active = alice.create_active(json!({})).await;
    let active_words = "Image with status active cannot be target for import";
    let staged_words = "Image needs to be staged before 'glance-direct' method can be used";
    let queued_words = "Image needs to be in 'queued' state to use 'web-download' method";
    let copied_words = "Only images with status active can be targeted for copying";
    for (image, body, words) in [
        (&active, glance_direct(), active_words),
        (&active, web_download("x"), active_words),
        (&queued, glance_direct(), staged_words),
        (&staged, web_download("x"), queued_words),
        (&queued, copy_image(), copied_words),
        (&staged, copy_image(), copied_words),
    ] {
        import(&alice, image, body).await.is(409).says(words);
    }
}

#[tokio::test]
async fn the_formats_are_known_by_then() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let words = "'container_format' needs to be set before import";
    let answer = import(&alice, &image, web_download("x")).await;
    answer.is(409).says(words);
    alice.set(&image, "container_format", "bare").await.is(200);
    let words = "'disk_format' needs to be set before import";
    let answer = import(&alice, &image, web_download("x")).await;
    answer.is(409).says(words);
}

#[tokio::test]
async fn the_image_is_one_that_the_caller_may_change() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = staged(&alice, "x").await;
    let reader = alice.with_roles("reader");
    let answer = import(&reader, &image, glance_direct()).await.is(403);
    answer.says("You are not authorized to complete modify_image action.");
    let bob = glance.person("bob");
    let answer = import(&bob, &image, glance_direct()).await.is(404);
    answer.says("No image found with ID {id}");
    // The state comes before the rights.
    let active = alice.create_active(json!({})).await;
    import(&reader, &active, glance_direct()).await.is(409);
}

#[tokio::test]
async fn only_admins_copy() {
    let glance = several().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    let answer = import(
        &alice,
        &image,
        with(copy_image(), "stores", json!(["cheap"])),
    )
    .await;
    let words = "You are not authorized to complete copy_image action.";
    answer.is(403).says(words);
}

#[tokio::test]
async fn stores_are_named_in_one_way() {
    let glance = several().await;
    let alice = glance.person("alice");
    let image = staged(&alice, "x").await;
    let both = "All_stores parameter can't be used with x-image-meta-store header or stores \
                parameter";
    let stores = with(glance_direct(), "stores", json!(["fast"]));
    let all = with(stores.clone(), "all_stores", true);
    import(&alice, &image, all).await.is(400).says(both);

    let with_header = |body: Value| {
        let request = alice.post(image.at("/import")).json(body);
        request.header("X-Image-Meta-Store", "cheap")
    };
    let all = with(glance_direct(), "all_stores", true);
    with_header(all).await.is(400).says(both);
    let words = "Stores parameter and x-image-meta-store header can't be both specified";
    with_header(stores).await.is(400).says(words);
    let unknown = with(glance_direct(), "stores", json!(["fast", "nope"]));
    let answer = import(&alice, &image, unknown).await.is(409);
    answer.says("Store for identifier nope not found");
}

#[tokio::test]
async fn one_store_has_no_names() {
    let glance = glance_with(from_here).await;
    let alice = glance.person("alice");
    let queued = raw(&alice).await;
    let body = with(web_download("http://h/x"), "all_stores_must_succeed", false);
    let answer = import(&alice, &queued, body).await.is(400);
    answer.says("All_stores_must_succeed can only be set with enabled_backends http://h/x");
    let active = alice.create_active(json!({})).await;
    let answer = import(&glance.admin(), &active, copy_image()).await;
    answer.is(400);
}

#[tokio::test]
async fn a_url_passes_the_filter() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    for uri in [
        "ftp://a/b",
        "http://127.0.0.1/x",
        "http://h.invalid:81/x",
        "x",
    ] {
        let answer = import(&alice, &image, web_download(uri)).await.is(400);
        answer.says(&format!(
            "URI for web-download does not pass filtering: {uri}"
        ));
    }
    let body = json!({ "method": { "name": "web-download" } });
    let answer = import(&alice, &image, body).await.is(400);
    answer.says("URI for web-download does not pass filtering: None");
    assert_eq!(alice.see(&image).await.get("os_glance_import_task"), None);
}

#[tokio::test]
async fn another_glance_is_named_by_region_and_image() {
    let settings = |config: &mut Config| {
        with_stores(config);
        let method = lookalike::config::ImportMethod::GlanceDownload;
        config.tasks.enabled_import_methods = vec![method];
    };
    let glance = glance_with(settings).await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let mut body = json!({ "method": { "name": "glance-download" } });
    for (field, value, words) in [
        (
            "glance_region",
            "RegionTwo",
            "'glance_region' needs to be set for glance-download import method",
        ),
        (
            "glance_image_id",
            "x",
            "'glance_image_id' needs to be set for glance-download import method",
        ),
        ("", "", "Remote image id does not look like a UUID: x"),
    ] {
        let answer = import(&alice, &image, body.clone()).await.is(400);
        answer.says(words);
        body["method"][field] = value.into();
    }
}
