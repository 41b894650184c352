//! Killed while it keeps or loads a snapshot: afterwards there is the one state or the other, with all
//! bytes, and nothing lies about.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use tokio::task::JoinHandle;

use crate::client::new_id;
use crate::database::Database;
use crate::program::{Program, files};
use crate::rounds;

/// How many images a state has.
const IMAGES: usize = 40;

/// The images of a state, each with its bytes.
type World = BTreeMap<String, String>;

/// Adds images, with bytes that no other has.
async fn add(program: &Program, world: &mut World, images: usize) {
    for _ in 0..images {
        let (id, client) = (new_id(), program.client());
        assert_eq!(client.create(&id).await, Some(201));
        assert_eq!(
            client.upload(&id, format!("bytes of {id}")).await,
            Some(204)
        );
        world.insert(id.clone(), format!("bytes of {id}"));
    }
}

async fn control(url: &str, method: http::Method, path: &str) -> Option<u16> {
    let url = format!("{url}/_lookalike/snapshots/{path}");
    let answer = reqwest::Client::new().request(method, url).send().await;
    Some(answer.ok()?.status().as_u16())
}

/// What there is, read image by image.
async fn look(program: &Program) -> World {
    let url = format!("{}/v2/images?limit=1000", program.url());
    let request = reqwest::Client::new().get(url);
    let request = request.header("X-Auth-Token", "alice:projA:member,reader");
    let list = request.send().await.unwrap().text().await.unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    let mut world = World::new();
    for image in list["images"].as_array().unwrap() {
        let id = image["id"].as_str().unwrap();
        let (status, bytes) = program.client().download(id).await.unwrap();
        assert_eq!(status, 200, "{image}");
        world.insert(id.to_owned(), String::from_utf8(bytes.to_vec()).unwrap());
    }
    world
}

/// Waits until a file is there, if it is not too late for that, and then for as many looks at its
/// directory.
fn wait_for<T>(task: &JoinHandle<T>, file: &Path, looks: u64) {
    while !file.exists() && !task.is_finished() {}
    for _ in 0..looks {
        std::hint::black_box(file.parent().unwrap().read_dir().unwrap().count());
    }
}

/// The files that are kept for snapshots: by how many names.
fn saved_blobs(data: &Path) -> usize {
    let shelves = data.join("images/snapshots").read_dir();
    shelves.map_or(0, Iterator::count)
}

async fn a_load_leaves_the_one_or_the_other(options: &[&str], data: &Path) {
    let mut program = Program::start(data, options);
    let (mut old, mut new) = (World::new(), World::new());
    add(&program, &mut old, IMAGES).await;
    let put = http::Method::PUT;
    assert_eq!(control(program.url(), put.clone(), "old").await, Some(201));
    for id in old.keys().skip(IMAGES / 2) {
        assert_eq!(program.client().delete(id).await, Some(204));
    }
    new.extend(old.clone().into_iter().take(IMAGES / 2));
    add(&program, &mut new, IMAGES / 2).await;
    assert_eq!(control(program.url(), put, "new").await, Some(201));
    for round in 0..rounds() * 2 {
        let name = if round % 2 == 0 {
            "old/load"
        } else {
            "new/load"
        };
        let url = program.url().to_owned();
        let load = tokio::spawn(async move { control(&url, http::Method::POST, name).await });
        wait_for(&load, &data.join("snapshots/loading"), round * 97 % 400);
        program.kill();
        drop(load.await);

        program = Program::start(data, options);
        let found = look(&program).await;
        assert!(found == old || found == new, "{name}: {found:?}");
        assert!(!data.join("snapshots/loading").exists());
        let mut kept = files(data);
        kept.retain(|it| it.len() == 36);
        assert_eq!(kept, found.keys().cloned().collect::<Vec<_>>());
    }
    for (name, world) in [("old/load", &old), ("new/load", &new)] {
        assert_eq!(
            control(program.url(), http::Method::POST, name).await,
            Some(204)
        );
        assert_eq!(look(&program).await, *world);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_is_killed_leaves_the_one_state_or_the_other_on_sqlite() {
    let home = tempfile::tempdir().unwrap();
    a_load_leaves_the_one_or_the_other(&[], home.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
async fn a_load_that_is_killed_leaves_the_one_state_or_the_other_on_postgres() {
    let database = Database::new().await;
    let home = tempfile::tempdir().unwrap();
    a_load_leaves_the_one_or_the_other(&[&database.option()], home.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_was_not_finished_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (data, mut world) = (home.path(), World::new());
    let mut program = Program::start(data, &[]);
    add(&program, &mut world, IMAGES).await;
    for round in 0..rounds() {
        let url = program.url().to_owned();
        let save = tokio::spawn(async move { control(&url, http::Method::PUT, "new").await });
        wait_for(&save, &data.join("images/snapshots"), round * 97 % 400);
        program.kill();
        drop(save.await);

        program = Program::start(data, &[]);
        assert_eq!(look(&program).await, world);
        // The state at the start is saved, and the snapshot if it was finished.
        let finished = data.join("snapshots/new.json").exists();
        assert_eq!(saved_blobs(data), 1 + usize::from(finished));
        if finished {
            let done = control(program.url(), http::Method::POST, "new/load").await;
            assert_eq!(done, Some(204));
            assert_eq!(look(&program).await, world);
        }
    }
}
