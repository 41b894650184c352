//! Two servers that share a PostgreSQL and a store, and nothing on their disks: to their clients they
//! are one, and it does not matter which of them dies.

mod both;
mod exports;
mod linear;
mod rounds;

use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{Client, new_id};
use crate::database::Database;
use crate::imports::{OPTIONS, SIZE, Source};
use crate::place::Place;
use crate::s3::S3;
use both::Both;
use linear::one_after_the_other;
use rounds::survive;

/// How long a silent server is waited for: shorter than anybody would set it, so that tests do not
/// wait, and longer than a machine that is busy with many tests keeps a server from speaking.
const LEASE: u64 = 6;

/// How long anything may take that has to wait for the end of a lease.
const PATIENCE: Duration = Duration::from_secs(10 * LEASE);

/// What to do between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Waits until an image is in this state, and no task has it.
async fn until(client: &Client, id: &str, status: &str) {
    let begin = Instant::now();
    loop {
        let image = client.show(id).await;
        if image["status"] == status && image.get("os_glance_import_task").is_none() {
            return;
        }
        assert!(begin.elapsed() < PATIENCE, "not {status}: {image}");
        tokio::time::sleep(PAUSE).await;
    }
}

async fn gives(client: &Client, id: &str, data: &[u8]) {
    let (status, bytes) = client.download(id).await.expect("an answer");
    assert_eq!(status, 200);
    assert!(bytes == data, "{id}: other data");
}

/// A test for each kind of store that servers can share.
macro_rules! on_every_store {
    ($($(#[$doc:meta])* $test:ident => $database:ident, $bucket:ident;)*) => {$(
        $(#[$doc])*
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        #[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
        async fn $database() {
            let database = Database::new().await;
            let place = Place::Postgres(&database);
            $test(&mut Both::start(&database, "database:").await, &place).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        #[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
        async fn $bucket() {
            let database = Database::new().await;
            let s3 = S3::start().await;
            let place = Place::Bucket(&s3);
            $test(&mut Both::start(&database, &s3.url("a")).await, &place).await;
        }
    )*};
}

on_every_store! {
    one_server => two_servers_on_a_database_are_as_one, two_servers_on_a_bucket_are_as_one;
    finish_an_import => an_import_is_finished_by_another_server_from_the_database,
        an_import_is_finished_by_another_server_from_a_bucket;
    give_up_an_upload => an_upload_of_a_dead_server_is_given_up_by_another_in_the_database,
        an_upload_of_a_dead_server_is_given_up_by_another_in_a_bucket;
    wake_up_late => a_server_that_wakes_up_late_does_not_spoil_the_database,
        a_server_that_wakes_up_late_does_not_spoil_a_bucket;
    import_what_died => data_whose_staging_died_is_not_imported_from_the_database,
        data_whose_staging_died_is_not_imported_from_a_bucket;
    delete_large_images => large_images_go_from_the_database_whoever_deletes_them,
        large_images_go_from_a_bucket_whoever_deletes_them;
    survive => two_servers_on_a_database_survive_each_other,
        two_servers_on_a_bucket_survive_each_other;
}

/// What several clients ask of two servers at once has an order.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
async fn two_servers_answer_as_one_that_takes_one_request_after_the_other() {
    let database = Database::new().await;
    one_after_the_other(&Both::start(&database, "database:").await).await;
}

/// The one object of a small image is on its way when its server stops, and arrives when another has taken over
/// and has taken other data.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
async fn a_late_write_to_a_bucket_does_not_replace_what_came_after() {
    let (database, s3) = (Database::new().await, S3::start().await);
    let both = Both::start(&database, &s3.url("a")).await;
    let [one, other] = both.clients();
    let id = new_id();
    assert_eq!(one.create(&id).await, Some(201));
    s3.gate().close();
    let late = tokio::spawn({
        let (client, id) = (one.clone(), id.clone());
        async move { client.upload(&id, "of the late one").await }
    });
    s3.gate().reached().await;
    both.pause(0);
    until(&other, &id, "queued").await;
    assert_eq!(other.upload(&id, "of the other").await, Some(204));
    s3.gate().open();
    both.resume(0);
    assert_eq!(late.await.unwrap(), Some(410));
    for client in both.clients() {
        gives(&client, &id, b"of the other").await;
    }
    let begin = Instant::now();
    while Place::Bucket(&s3).look().await != (vec![id.clone()], 0) {
        assert!(begin.elapsed() < PATIENCE, "{:?}", s3.files());
        tokio::time::sleep(PAUSE).await;
    }
}

async fn one_server(both: &mut Both, place: &Place<'_>) {
    let [one, other] = both.clients();
    let (staged, uploaded) = (new_id(), new_id());
    assert_eq!(one.create(&staged).await, Some(201));
    assert_eq!(one.stage(&staged, "staged").await, Some(204));
    let body = json!({ "method": { "name": "glance-direct" } });
    assert_eq!(other.import(&staged, &body).await, Some(202));
    assert_eq!(other.create(&uploaded).await, Some(201));
    assert_eq!(one.upload(&uploaded, "uploaded").await, Some(204));
    until(&one, &staged, "active").await;
    for client in [&one, &other] {
        gives(client, &staged, b"staged").await;
        gives(client, &uploaded, b"uploaded").await;
    }
    assert_eq!(other.delete(&staged).await, Some(204));
    assert_eq!(one.download(&staged).await.unwrap().0, 404);
    assert_eq!(place.look().await, (vec![uploaded], 0));
}

async fn finish_an_import(both: &mut Both, place: &Place<'_>) {
    let [one, other] = both.clients();
    let (id, source) = (new_id(), Source::new().await);
    assert_eq!(one.create(&id).await, Some(201));
    let body = json!({ "method": { "name": "web-download", "uri": source.url } });
    assert_eq!(one.import(&id, &body).await, Some(202));
    crate::imports::until(&other, &id, "importing").await;
    both.kill(0);
    source.give.send(true).unwrap();
    until(&other, &id, "active").await;
    gives(&other, &id, &vec![7; SIZE]).await;
    assert_eq!(place.look().await, (vec![id], 0));
}

async fn give_up_an_upload(both: &mut Both, place: &Place<'_>) {
    let [one, other] = both.clients();
    let (id, upload) = one.begin_large_upload().await;
    let (kept, living) = other.begin_upload().await;
    while place.look().await.1 == 0 {}
    both.kill(0);
    upload.abort();
    until(&other, &id, "queued").await;
    assert_eq!(place.look().await, (vec![], 0), "{:?}", place.files());
    assert_eq!(other.upload(&id, "again").await, Some(204));
    assert_eq!(living.finish().await, 204);
    both.restart(0).await;
    gives(&both.clients()[0], &id, b"again").await;
    let mut images = vec![id, kept];
    images.sort_unstable();
    assert_eq!(place.look().await, (images, 0));
}

/// Its lease ended while it slept: by now the image has other data, which it must not touch.
async fn wake_up_late(both: &mut Both, place: &Place<'_>) {
    let [one, other] = both.clients();
    let (id, upload) = one.begin_upload().await;
    both.pause(0);
    until(&other, &id, "queued").await;
    assert_eq!(other.upload(&id, "of the other").await, Some(204));
    both.resume(0);
    // Of whatever became of it, the client learns that the image is not its own any more.
    assert_eq!(upload.finish().await, 410);
    for client in both.clients() {
        gives(&client, &id, b"of the other").await;
    }
    assert_eq!(place.look().await, (vec![id], 0));
}

/// It may be whole or not: nobody was told that it is, and it is put back.
async fn import_what_died(both: &mut Both, place: &Place<'_>) {
    let [one, other] = both.clients();
    let id = new_id();
    assert_eq!(one.create(&id).await, Some(201));
    let (_held, body) = crate::client::held();
    let staging = tokio::spawn({
        let (client, id) = (one.clone(), id.clone());
        async move { client.stage(&id, body).await }
    });
    while other.show(&id).await["status"] != "uploading" {}
    both.kill(0);
    assert_eq!(staging.await.unwrap(), None);
    let body = json!({ "method": { "name": "glance-direct" } });
    assert_eq!(other.import(&id, &body).await, Some(409));
    until(&other, &id, "queued").await;
    assert_eq!(other.upload(&id, "again").await, Some(204));
    gives(&other, &id, b"again").await;
    assert_eq!(place.look().await, (vec![id], 0));
}

async fn delete_large_images(both: &mut Both, place: &Place<'_>) {
    let clients = both.clients();
    let mut deletions = tokio::task::JoinSet::new();
    let mut images = Vec::new();
    for at in 0..6 {
        let id = new_id();
        let client = clients[at % 2].clone();
        assert_eq!(client.create(&id).await, Some(201));
        assert_eq!(client.upload(&id, vec![7; 20 << 20]).await, Some(204));
        images.push((client, id));
    }
    for (client, id) in images {
        deletions.spawn(async move { client.delete(&id).await });
    }
    while let Some(said) = deletions.join_next().await {
        assert_eq!(said.unwrap(), Some(204));
    }
    assert_eq!(place.look().await, (vec![], 0));
}
