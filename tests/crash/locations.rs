//! Locations that are being added when the server dies: the next one goes on, and no image stays
//! locked.

use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Client, new_id};
use crate::database::Database;
use crate::imports::{OPTIONS, SIZE, Source, until};
use crate::program::Program;

/// Of what a [`Source`] gives.
const MD5: &str = "fdafd5d119ed8303007d7491441b8419";
const SHA256: &str = "dbac631a753b32f9022168f7acb363f1cbf9c9b97d9d6893c48c24886bf66508";

fn claim(value: &str) -> Value {
    json!({ "os_hash_algo": "sha256", "os_hash_value": value })
}

/// Options of a server on this directory that knows the web.
fn options<'a>(stores: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let own = [stores, "--default_store=here"];
    [&own[..], &OPTIONS[..], more].concat()
}

fn stores(data: &Path) -> String {
    let images = data.join("images");
    format!("--store=here=file://{},web=http:", images.display())
}

/// Asks for a location of a new image.
async fn locate(client: &Client, source: &Source, validation: Value) -> String {
    let id = new_id();
    assert_eq!(client.create(&id).await, Some(201));
    let body = json!({ "url": source.url, "validation_data": validation });
    assert_eq!(client.locate(&id, &body).await, Some(202));
    id
}

/// Waits until the image is in a state and a task still has it.
async fn until_locked(client: &Client, id: &str, status: &str) {
    loop {
        let image = client.show(id).await;
        let locked = image.get("os_glance_import_task").is_some();
        if image["status"] == status && locked {
            return;
        }
        assert!(locked, "the task ended: {image}");
    }
}

/// Kills the server twice while it reads the bytes, and has them read to their end then.
async fn survive(more: &[&str], validation: Value, during: &str, end: &str) -> Value {
    let (home, source) = (tempfile::tempdir().unwrap(), Source::new().await);
    let stores = stores(home.path());
    let options = options(&stores, more);
    let mut program = Program::start(home.path(), &options);
    let id = locate(&program.client(), &source, validation).await;
    for _ in 0..2 {
        until_locked(&program.client(), &id, during).await;
        program.kill();
        program = Program::start(home.path(), &options);
    }
    source.give();
    let image = until(&program.client(), &id, end).await;
    if end == "active" {
        let (status, bytes) = program.client().download(&id).await.unwrap();
        assert_eq!((status, bytes.len()), (200, SIZE));
    }
    image
}

async fn survive_each(more: &[&str]) {
    let image = survive(more, claim(SHA256), "importing", "active").await;
    assert_eq!(image["os_hash_value"], SHA256);
    let image = survive(more, json!({}), "active", "active").await;
    assert_eq!(image["checksum"], MD5);
    let wrong = claim(&"0".repeat(64));
    let image = survive(more, wrong, "importing", "queued").await;
    assert_eq!(image["os_hash_value"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_location_that_was_being_added_is_added_on_sqlite() {
    survive_each(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
async fn a_location_that_was_being_added_is_added_on_postgres() {
    let database = Database::new().await;
    survive_each(&[&database.option()]).await;
}

/// Wherever the task is when the server dies, the next brings it to its end.
#[tokio::test(flavor = "multi_thread")]
async fn a_location_is_added_whatever_dies() {
    let source = Source::new().await;
    source.give();
    for looks in 0..crate::rounds() {
        let home = tempfile::tempdir().unwrap();
        let stores = stores(home.path());
        let options = options(&stores, &[]);
        let mut program = Program::start(home.path(), &options);
        let client = program.client();
        let id = locate(&client, &source, claim(SHA256)).await;
        for _ in 0..looks * 3 {
            client.show(&id).await;
        }
        program.kill();
        let program = Program::start(home.path(), &options);
        let image = until(&program.client(), &id, "active").await;
        assert_eq!(image["os_hash_value"], SHA256);
    }
}

/// A task that nobody can bring to its end gives its image back.
#[tokio::test(flavor = "multi_thread")]
async fn a_location_that_cannot_be_read_any_more_gives_its_image_back() {
    let (home, source) = (tempfile::tempdir().unwrap(), Source::new().await);
    let stores = stores(home.path());
    let mut program = Program::start(home.path(), &options(&stores, &[]));
    let id = locate(&program.client(), &source, claim(SHA256)).await;
    until_locked(&program.client(), &id, "importing").await;
    program.kill();
    // Where the server may go no more.
    let program = Program::start(home.path(), &[&stores, "--default_store=here"]);
    let image = until(&program.client(), &id, "queued").await;
    assert_eq!(image["os_hash_value"], Value::Null);
}
