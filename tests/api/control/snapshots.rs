//! Snapshots: saved, loaded, carried elsewhere.

mod durable;

use std::time::Instant;

use lookalike::Seed;
use serde_json::{Value, json};

use crate::glance::{Glance, glance, glance_storing, glance_with};
use crate::s3::S3;

/// Saves what is, by this name.
async fn save(glance: &Glance, name: &str) {
    let path = format!("/snapshots/{name}");
    glance.control().put(path).await.is(201);
}

async fn load(glance: &Glance, name: &str) {
    let path = format!("/snapshots/{name}/load");
    glance.control().post(path).await.is(204);
}

async fn export(glance: &Glance, name: &str) -> Vec<u8> {
    let path = format!("/snapshots/{name}/export");
    let answer = glance.control().get(path).await.is(200);
    assert_eq!(answer.header("content-type"), "application/x-tar");
    answer.body.to_vec()
}

#[tokio::test]
async fn what_was_saved_comes_back_with_its_bytes() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice
        .create_active(json!({ "name": "cirros", "tags": ["a"], "x": "y" }))
        .await;
    let image = alice.see(&image).await;
    let queued = alice.create(json!({ "name": "queued" })).await;
    save(&glance, "ready").await;
    alice.delete(&image).await.is(204);
    alice.set(&queued, "name", "changed").await.is(200);
    alice.create(json!({ "name": "later" })).await;

    load(&glance, "ready").await;

    assert_eq!(alice.see(&image).await, image);
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
    assert_eq!(alice.see(&queued).await["name"], "queued");
    assert_eq!(alice.names("?sort=name:asc").await, ["cirros", "queued"]);
}

#[tokio::test]
async fn a_snapshot_survives_a_reset_and_can_be_loaded_again_and_again() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({ "name": "cirros" })).await;
    save(&glance, "ready").await;
    for _ in 0..3 {
        glance.control().post("/reset").await.is(204);
        alice.get(&image).await.is(404);
        load(&glance, "ready").await;
        assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
        alice.delete(&image).await.is(204);
    }
}

#[tokio::test]
async fn tokens_and_people_of_a_snapshot_are_there_again() {
    let glance = glance().await;
    let token = glance.token("demo", "demo").await.unwrap();
    save(&glance, "ready").await;
    glance.control().post("/reset").await.is(204);
    let demo = glance.bearer(token);
    demo.get("/v2/images").await.is(401);

    load(&glance, "ready").await;

    demo.get("/v2/images").await.is(200);
}

#[tokio::test]
async fn snapshots_are_listed_replaced_and_removed() {
    let glance = glance().await;
    let (control, alice) = (glance.control(), glance.person("alice"));
    alice.create_active(json!({ "name": "cirros" })).await;
    let made = control.put("/snapshots/b").await.is(201);
    assert_eq!(made["name"], "b");
    assert_eq!((&made["images"], &made["size"]), (&json!(1), &json!(4)));
    assert_eq!(made["bytes"], true);
    let light = control.put("/snapshots/a").json(json!({ "bytes": false }));
    assert_eq!(light.await.is(201)["bytes"], false);
    alice.create(json!({ "name": "later" })).await;
    control.put("/snapshots/b").await.is(201);

    let listed = control.get("/snapshots").await.is(200);
    let names = listed["snapshots"].as_array().unwrap().iter();
    let names: Vec<_> = names
        .map(|it| (it["name"].clone(), it["images"].clone()))
        .collect();
    assert_eq!(names, [("a".into(), 1.into()), ("b".into(), 2.into())]);
    assert_eq!(control.get("/snapshots/b").await.is(200)["images"], 2);

    control.delete("/snapshots/b").await.is(204);
    control.get("/snapshots/b").await.is(404);
    control.delete("/snapshots/b").await.is(404);
    control.post("/snapshots/b/load").await.is(404);
    control.get("/snapshots/b/export").await.is(404);
}

#[tokio::test]
async fn names_and_fields_that_cannot_be_are_refused() {
    let glance = glance().await;
    let control = glance.control();
    let start = glance.control().delete("/snapshots/start").await.is(400);
    assert!(start.text().contains("neither made nor removed"));
    for name in [".hidden", "a%2Fb", "start", "%20", &"x".repeat(65)] {
        control.put(format!("/snapshots/{name}")).await.is(400);
    }
    let wrong = control.put("/snapshots/a").json(json!({ "byte": true }));
    wrong.await.is(400);
    control.get("/snapshots/a").await.is(404);
}

#[tokio::test]
async fn without_bytes_they_are_found_by_their_hash_or_missed() {
    let glance = glance().await;
    let (control, alice) = (glance.control(), glance.person("alice"));
    let there = alice.create_active(json!({ "name": "there" })).await;
    let again = alice.create_active(json!({ "name": "again" })).await;
    let fields = json!({ "name": "gone", "disk_format": "raw", "container_format": "bare" });
    let gone = alice.create(fields).await;
    alice.upload(&gone, "others").await.is(204);
    let light = control
        .put("/snapshots/light")
        .json(json!({ "bytes": false }));
    light.await.is(201);
    alice.delete(&again).await.is(204);
    alice.delete(&gone).await.is(204);

    load(&glance, "light").await;

    for image in [&there, &again] {
        assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
    }
    assert_eq!(alice.see(&gone).await["status"], "active");
    assert_eq!(alice.see(&gone).await["size"], 6);
    alice.get(gone.at("/file")).await.is(204);
    let left = control.get("/snapshots").await.is(200);
    assert_eq!(left["snapshots"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn generated_data_is_carried_elsewhere_whatever_stores_are_there() {
    let seed = "images: [{name: generated, visibility: public, disk_format: raw, container_format: bare, \
                stores: [fast, cheap], data: {size: 1000, pattern: random(1)}}]";
    let seed = Seed::parse("generated", seed, None).unwrap();
    let there = glance_storing(&["fast=memory:", "cheap=memory:"]).await;
    there.plant(&seed).await.unwrap();
    save(&there, "ready").await;
    let archive = export(&there, "ready").await;
    let images = there.admin().get("/v2/images").await.is(200);
    let path = images["images"][0]["file"].as_str().unwrap();
    let data = there.admin().get(path).await.is(200).body;
    assert_eq!(data.len(), 1000);

    let renamed: &[_] = &["cheap=memory:", "other=memory:"];
    for (stores, shown) in [(&["memory:"][..], None), (renamed, Some("cheap"))] {
        let here = glance_storing(stores).await;
        let import = here.control().put("/snapshots/theirs/import");
        import.body(archive.clone()).await.is(201);
        load(&here, "theirs").await;
        assert_eq!(here.admin().get(path).await.is(200).body, data);
        let images = here.admin().get("/v2/images").await.is(200);
        let image = &images["images"][0];
        assert_eq!(image.get("stores").and_then(Value::as_str), shown);
    }
}

#[tokio::test]
async fn an_upload_that_runs_does_not_leak_into_what_is_loaded() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    save(&glance, "ready").await;
    let (go_on, told) = tokio::sync::oneshot::channel::<()>();
    let bytes = async_body(told);
    let upload = tokio::spawn({
        let (alice, image) = (alice.clone(), image.clone());
        async move { alice.upload(&image, bytes).await }
    });
    crate::wire::until(&alice, &image, "saving").await;

    load(&glance, "ready").await;
    go_on.send(()).ok();

    assert_ne!(upload.await.unwrap().status, 204);
    assert_eq!(alice.see(&image).await["status"], "queued");
    alice.upload(&image, "mine").await.is(204);
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "mine");
}

#[tokio::test]
async fn an_upload_that_ran_when_it_was_saved_is_given_up_when_it_is_loaded() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    let (go_on, told) = tokio::sync::oneshot::channel::<()>();
    let upload = tokio::spawn({
        let (alice, image) = (alice.clone(), image.clone());
        async move { alice.upload(&image, async_body(told)).await }
    });
    crate::wire::until(&alice, &image, "saving").await;
    save(&glance, "amid").await;
    go_on.send(()).unwrap();
    upload.await.unwrap().is(204);

    load(&glance, "amid").await;

    assert_eq!(alice.see(&image).await["status"], "queued");
    alice.upload(&image, "mine").await.is(204);
}

/// A body that ends when it is told to.
fn async_body(told: tokio::sync::oneshot::Receiver<()>) -> reqwest::Body {
    use futures_util::stream::{StreamExt, once};
    let begin = once(async { Ok::<_, std::io::Error>("begun".to_owned()) });
    let end = once(async {
        told.await.ok();
        Ok("ended".to_owned())
    });
    reqwest::Body::wrap_stream(begin.chain(end))
}

#[tokio::test]
async fn an_import_that_ran_when_it_was_saved_begins_again() {
    let glance = glance_with(crate::imports::from_here).await;
    let web = crate::web::Web::new().await;
    let alice = glance.person("alice");
    let image = crate::imports::raw(&alice).await;
    let body = crate::imports::web_download(&web.held());
    crate::imports::import(&alice, &image, body).await.is(202);
    crate::wire::until(&alice, &image, "importing").await;
    save(&glance, "amid").await;
    alice.delete(&image).await.is(204);

    load(&glance, "amid").await;
    // One for whoever asked before, who is no more.
    web.let_go();
    web.let_go();

    let image = crate::wire::until(&alice, &image, "active").await;
    assert_eq!(image["size"], crate::web::DATA.len());
}

#[tokio::test]
async fn bytes_of_every_kind_of_store_come_back() {
    let (home, s3) = (tempfile::tempdir().unwrap(), S3::start().await);
    let stores = [
        format!("file=file://{}", home.path().display()),
        "memory=memory:".to_owned(),
        "database=database:".to_owned(),
        format!("s3={}", s3.url("a")),
    ];
    let glance = glance_storing(&stores.each_ref().map(String::as_str)).await;
    let alice = glance.person("alice");
    let mut images = Vec::new();
    for kind in ["file", "memory", "database", "s3"] {
        let fields = json!({ "disk_format": "raw", "container_format": "bare" });
        let image = alice.create(fields).await;
        let upload = alice
            .upload(&image, kind)
            .header("x-image-meta-store", kind);
        upload.await.is(204);
        images.push((image, kind));
    }
    save(&glance, "ready").await;
    for (image, _) in &images {
        alice.delete(image).await.is(204);
    }

    load(&glance, "ready").await;

    for (image, kind) in &images {
        assert_eq!(alice.see(image).await["stores"], *kind);
        assert_eq!(alice.get(image.at("/file")).await.is(200).text(), *kind);
    }
    glance.control().delete("/snapshots/ready").await.is(204);
    assert!(s3.files().iter().all(|it| !it.contains("snapshots")));
    assert!(!home.path().join("snapshots").exists());
}

#[tokio::test]
async fn a_file_is_imported_where_database_and_stores_are_others() {
    let (home, s3) = (tempfile::tempdir().unwrap(), S3::start().await);
    let fast = format!("fast=file://{}", home.path().display());
    // The first is on PostgreSQL where there is one, the other never is.
    let from = glance_storing(&["slow=database:", &fast]).await;
    let bucket = crate::glance::store(&s3.url("b"));
    let to = glance_with(|it| {
        it.database_url = None;
        it.stores.store = vec![bucket];
    })
    .await;
    let (alice, there) = (from.person("alice"), to.person("alice"));
    let image = alice
        .create_active(json!({ "name": "é \"日本\"", "x": "" }))
        .await;
    let copied = alice
        .create(json!({ "disk_format": "raw", "container_format": "bare" }))
        .await;
    let upload = alice
        .upload(&copied, "fast")
        .header("x-image-meta-store", "fast");
    upload.await.is(204);
    save(&from, "ready").await;
    let file = export(&from, "ready").await;

    let control = to.control();
    let imported = control.put("/snapshots/theirs/import").body(file.clone());
    assert_eq!(imported.await.is(201)["images"], 2);
    there.get(&image).await.is(404);
    load(&to, "theirs").await;

    let seen = there.see(&image).await;
    assert_eq!(seen["name"], "é \"日本\"");
    assert_eq!(seen["created_at"], image["created_at"]);
    assert_eq!(there.get(image.at("/file")).await.is(200).text(), "data");
    assert_eq!(there.get(copied.at("/file")).await.is(200).text(), "fast");
    // And back again.
    save(&to, "mine").await;
    let back = from.control().put("/snapshots/back/import");
    back.body(export(&to, "mine").await).await.is(201);
    load(&from, "back").await;
    assert_eq!(alice.see(&image).await["stores"], "slow");
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
}

#[tokio::test]
async fn a_file_that_is_broken_or_foreign_or_newer_is_refused_whole() {
    let glance = glance().await;
    let (control, alice) = (glance.control(), glance.person("alice"));
    alice.create_active(json!({ "name": "cirros" })).await;
    save(&glance, "ready").await;
    let file = export(&glance, "ready").await;
    let refused = async |file: Vec<u8>, why: &str| {
        let answer = control
            .put("/snapshots/other/import")
            .body(file)
            .await
            .is(400);
        let message = answer["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(why), "{message}");
        control.get("/snapshots/other").await.is(404);
    };
    refused(Vec::new(), "no snapshot").await;
    refused(b"hello".to_vec(), "no snapshot").await;
    refused(vec![b'x'; 100_000], "no snapshot").await;
    for end in [600, 1500, file.len() / 2, file.len() - 1] {
        refused(file[..end].to_vec(), "").await;
    }
    let changed = |from: &[u8], to: &[u8]| {
        let at = file.windows(from.len()).rposition(|it| it == from).unwrap();
        let mut file = file.clone();
        file[at..at + to.len()].copy_from_slice(to);
        file
    };
    refused(
        changed(b"data\0\0", b"DATA\0\0"),
        "is not as it was written",
    )
    .await;
    refused(changed(b"\"version\": 1", b"\"version\": 9"), "newer").await;
    refused(
        changed(b"lookalike snapshot", b"somebody's picture"),
        "no snapshot",
    )
    .await;
    assert_eq!(alice.names("").await, ["cirros"]);
}

#[tokio::test]
async fn a_server_can_begin_with_a_file_and_goes_back_to_it() {
    let first = glance().await;
    let alice = first.person("alice");
    let image = alice.create_active(json!({ "name": "cirros" })).await;
    save(&first, "ready").await;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("ready.tar");
    std::fs::write(&path, export(&first, "ready").await).unwrap();

    let second = glance_with(|it| it.state.state = Some(path)).await;

    let alice = second.person("alice");
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
    for _ in 0..2 {
        alice.delete(&image).await.is(204);
        second.control().post("/reset").await.is(204);
        assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
    }
}

#[tokio::test]
#[ignore = "it measures"]
async fn what_resets_and_snapshots_of_a_thousand_images_cost() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for _ in 0..3 {
        for name in 0..1000 {
            alice
                .create(json!({ "name": name.to_string(), "tags": ["a"], "x": "y" }))
                .await;
        }
        let begin = Instant::now();
        save(&glance, "ready").await;
        let saved = begin.elapsed();
        let begin = Instant::now();
        glance.control().post("/reset").await.is(204);
        let reset = begin.elapsed();
        let begin = Instant::now();
        load(&glance, "ready").await;
        println!(
            "saved {saved:?}, reset {reset:?}, loaded {:?}",
            begin.elapsed()
        );
        glance.control().post("/reset").await.is(204);
    }
}
