//! Each rule about what hangs on images (imports, locations, stores, tasks, the cache), once it lets
//! nobody pass.

use lookalike::Config;
use serde_json::{Value, json};

use super::overrides::{People, Row, are_hidden, are_named, image, people, shut_with};
use crate::glance::{Glance, Image, Person, store};

/// The rules that can be shut together, each naming itself: one is asked before the other where an
/// image leaves a store, and where its bytes are asked of one.
const TOGETHER: [&[&str]; 2] = [
    &[
        "modify_image",
        "copy_image",
        "add_image_location",
        "fetch_image_location",
        "get_image_location",
        "download_from_store",
        "stores_info_detail",
        "tasks_api_access",
        "cache_list",
        "cache_image",
        "cache_delete",
        "cache_clean",
        "cache_prune",
        "list_cached_nodes",
        "manage_image_cache",
    ],
    &["delete_image_location", "download_image"],
];

fn settings(config: &mut Config) {
    config.stores.store = ["one=memory:", "two=memory:", "web=http:"]
        .map(store)
        .into();
    config.filter.import_allow_loopback = true;
    config.cache.cachemanage = true;
}

fn import(method: &str) -> Value {
    json!({ "method": { "name": method, "uri": "http://127.0.0.1/x" }, "stores": ["two"] })
}

fn about_images(people: &People, image: &Image, queued: &Image) -> Vec<Row> {
    let People { alice, admin, .. } = people;
    let import_of = |person: &Person, image: &Image, method| {
        person.post(image.at("/import")).json(import(method))
    };
    let location = json!({ "url": "http://127.0.0.1/x" });
    let in_a_store = format!("/v2/stores/one/{}", image.id);
    let from_a_store = image.at("/file?prefer=one");
    vec![
        ("modify_image", alice.stage(queued, "data"), 404),
        (
            "modify_image",
            import_of(alice, queued, "web-download"),
            404,
        ),
        ("copy_image", import_of(admin, image, "copy-image"), 404),
        (
            "add_image_location",
            alice.post(queued.at("/locations")).json(location),
            404,
        ),
        (
            "fetch_image_location",
            admin.get(image.at("/locations")),
            404,
        ),
        ("get_image_location", admin.delete(&in_a_store), 404),
        ("delete_image_location", admin.delete(&in_a_store), 404),
        ("download_from_store", alice.get(&from_a_store), 404),
        ("download_image", alice.get(&from_a_store), 404),
    ]
}

fn about_the_server(people: &People, image: &Image) -> Vec<Row> {
    let admin = &people.admin;
    let cached = format!("/v2/cache/{}", image.id);
    let nodes = format!("/v2/cache/nodes/{}", image.id);
    let older = |what: &str| format!("/v2/{what}_images/{}", image.id);
    let task = json!({ "type": "import", "input": {} });
    vec![
        (
            "stores_info_detail",
            admin.get("/v2/info/stores/detail"),
            403,
        ),
        ("tasks_api_access", admin.get("/v2/tasks"), 403),
        ("tasks_api_access", admin.get("/v2/tasks/x"), 403),
        ("tasks_api_access", admin.delete("/v2/tasks/x"), 403),
        ("tasks_api_access", admin.post("/v2/tasks").json(task), 403),
        ("cache_list", admin.get("/v2/cache"), 403),
        ("cache_image", admin.put(&cached), 403),
        ("cache_delete", admin.delete(&cached), 403),
        ("cache_delete", admin.delete("/v2/cache"), 403),
        ("cache_clean", admin.post("/v2/cache/clean"), 403),
        ("cache_prune", admin.post("/v2/cache/prune"), 403),
        ("list_cached_nodes", admin.get(&nodes), 403),
        ("manage_image_cache", admin.get("/v2/cached_images"), 403),
        ("manage_image_cache", admin.delete("/v2/cached_images"), 403),
        ("manage_image_cache", admin.delete(older("cached")), 403),
        ("manage_image_cache", admin.get("/v2/queued_images"), 403),
        ("manage_image_cache", admin.delete("/v2/queued_images"), 403),
        ("manage_image_cache", admin.put(older("queued")), 403),
        ("manage_image_cache", admin.delete(older("queued")), 403),
    ]
}

async fn rows(glance: &Glance) -> Vec<Row> {
    let people = people(glance);
    let image = image(glance).await;
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let queued = people.alice.create(fields).await;
    let mut rows = about_images(&people, &image, &queued);
    rows.extend(about_the_server(&people, &image));
    rows
}

#[tokio::test]
async fn a_rule_that_is_shut_is_named() {
    for rules in TOGETHER {
        let (glance, _file) = shut_with(rules, settings).await;
        are_named(rules, rows(&glance).await).await;
    }
}

#[tokio::test]
async fn a_rule_is_not_named_to_whom_the_image_is_hidden() {
    for rules in TOGETHER {
        let hidden = [rules, &["get_image"]].concat();
        let (glance, _file) = shut_with(&hidden, settings).await;
        are_hidden(rules, rows(&glance).await).await;
    }
}

#[tokio::test]
async fn the_tasks_of_an_image_are_shown_to_those_who_may_get_it() {
    let (glance, _file) = shut_with(&["get_image"], settings).await;
    let image = image(&glance).await;
    for person in [glance.person("alice"), glance.admin()] {
        person.get(image.at("/tasks")).await.tells_nothing();
    }
}
