//! Tasks between images and the object store, whose server dies while another one is there.

use std::time::Instant;

use http::Method;
use serde_json::{Value, json};

use super::both::Both;
use super::{PATIENCE, PAUSE};
use crate::database::Database;
use crate::exports::{Customer, OPTIONS, SEGMENTS, disk};
use crate::place::Place;

/// Begins a task at a server that is told to hold it while it is `processing`.
async fn begin_and_hold(both: &Both, which: usize, task: &Value) -> String {
    let ann = Customer::of(both.program(which));
    let pace = json!({ "processing": { "polls": 1_000_000 } }).to_string();
    ann.put("/_lookalike/pace", pace.into_bytes()).await;
    let task = ann.begin(task).await;
    let other = Customer::of(both.program(1 - which));
    wait(&other, &task, "processing").await;
    task
}

async fn wait(ann: &Customer, task: &str, status: &str) -> Value {
    let begin = Instant::now();
    loop {
        let seen = ann.get(task).await;
        if seen["status"] == status {
            return seen;
        }
        assert!(begin.elapsed() < PATIENCE, "not {status}: {seen}");
        tokio::time::sleep(PAUSE).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
async fn an_export_and_an_import_are_finished_by_another_server() {
    let database = Database::new().await;
    let place = Place::Postgres(&database);
    let mut both = Both::start_with(&database, "database:", &OPTIONS).await;
    let ann = Customer::of(both.program(0));
    ann.put("/v1/MossoCloudFS_929418/disks", vec![]).await;
    let image = ann.image(&disk()).await;
    let input = json!({ "image_uuid": image, "receiving_swift_container": "disks" });
    let export = json!({ "type": "export", "input": input });
    let export = begin_and_hold(&both, 0, &export).await;
    both.kill(0);
    let ann = Customer::of(both.program(1));
    let ended = wait(&ann, &export, "success").await;
    assert_eq!(ann.objects().await, 1 + SEGMENTS);
    let object = ended["result"]["export_location"].as_str().unwrap();
    let path = format!("/v1/MossoCloudFS_929418/{object}");
    let (status, fetched) = ann.ask(Method::GET, &path, "").await.unwrap();
    assert!(status == 200 && fetched == disk(), "{status}");

    both.restart(0).await;
    let input = json!({ "import_from": object, "image_properties": {} });
    let import = json!({ "type": "import", "input": input });
    let import = begin_and_hold(&both, 0, &import).await;
    both.kill(0);
    let ann = Customer::of(both.program(1));
    wait(&ann, &import, "success").await;
    let images = ann.get("/v2/images?image_type=import").await;
    assert_eq!(images["images"].as_array().unwrap().len(), 1);
    // The image, its segments, and the image that was made of them: what was begun before is gone.
    let begin = Instant::now();
    loop {
        let (kept, rest) = place.look().await;
        if (kept.len(), rest) == (1 + SEGMENTS + 1, 0) {
            return;
        }
        assert!(begin.elapsed() < PATIENCE, "{kept:?} and {rest} besides");
        tokio::time::sleep(PAUSE).await;
    }
}
