//! Imports that are under way when the server dies: the next one takes them up, and brings them to
//! their end.

use std::path::Path;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::client::{Client, new_id};
use crate::database::Database;
use crate::place::Place;
use crate::program::{Program, files, files_in};

/// What is imported: enough for several pieces.
pub(crate) const SIZE: usize = 700_000;

/// How often somebody looks how far an import is.
const LOOKS: usize = 100_000;

/// A server that keeps the second half of its data back until it is told to give it out.
pub(crate) struct Source {
    pub(crate) url: String,
    pub(crate) give: watch::Sender<bool>,
}

impl Source {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/data", listener.local_addr().unwrap());
        let (give, told) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, told.clone()));
            }
        });
        Self { url, give }
    }

    /// Gives all of its data from now on.
    pub(crate) fn give(&self) {
        self.give.send_replace(true);
    }
}

async fn serve(mut stream: TcpStream, mut told: watch::Receiver<bool>) {
    let mut request = [0; 4096];
    // Whoever asks may die.
    let _read = stream.read(&mut request).await;
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n");
    let _sent = stream.write_all(head.as_bytes()).await;
    let _sent = stream.write_all(&vec![7; SIZE / 2]).await;
    if told.wait_for(|it| *it).await.is_ok() {
        let _sent = stream.write_all(&vec![7; SIZE - SIZE / 2]).await;
    }
}

pub(crate) const OPTIONS: [&str; 2] = ["--import_allow_loopback=true", "--allowed_ports="];

pub(crate) async fn until(client: &Client, id: &str, status: &str) -> Value {
    let mut image = Value::Null;
    for _ in 0..LOOKS {
        image = client.show(id).await;
        if image["status"] == status && image.get("os_glance_import_task").is_none()
            || image["status"] == "importing" && status == "importing"
        {
            return image;
        }
    }
    panic!("{id} does not get to {status}: {image}");
}

/// It has all of the data, and nothing else lies about.
async fn is_whole(client: &Client, id: &str, data: &Path) {
    let (status, bytes) = client.download(id).await.unwrap();
    assert_eq!((status, bytes.len()), (200, SIZE));
    assert_eq!(files(data), [id]);
    assert!(files_in(&data.join("staging")).is_empty());
}

async fn survive_a_download(options: &[&str], data: &Path) {
    let source = Source::new().await;
    let options = [options, &OPTIONS[..]].concat();
    let mut program = Program::start(data, &options);
    let id = new_id();
    let client = program.client();
    assert_eq!(client.create(&id).await, Some(201));
    let body = json!({ "method": { "name": "web-download", "uri": source.url } });
    assert_eq!(client.import(&id, &body).await, Some(202));
    // Twice, so that what was taken up is taken up again.
    for _ in 0..2 {
        until(&program.client(), &id, "importing").await;
        program.kill();
        program = Program::start(data, &options);
    }
    source.give();
    let image = until(&program.client(), &id, "active").await;
    assert_eq!(image["size"], SIZE);
    is_whole(&program.client(), &id, data).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_was_killed_is_begun_again_on_sqlite() {
    let home = tempfile::tempdir().unwrap();
    survive_a_download(&[], home.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
async fn a_download_that_was_killed_is_begun_again_on_postgres() {
    let database = Database::new().await;
    let home = tempfile::tempdir().unwrap();
    survive_a_download(&[&database.option()], home.path()).await;
}

/// No sweep is needed for it: the default is one an hour.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_attempt_stored_and_did_not_record_goes_with_the_next_one() {
    let home = tempfile::tempdir().unwrap();
    let place = Place::Sqlite(home.path());
    let options = [&["--store=database:"], &OPTIONS[..]].concat();
    let (id, mut program) = (new_id(), Program::start(home.path(), &options));
    let (source, client) = (Source::new().await, program.client());
    assert_eq!(client.create(&id).await, Some(201));
    let body = json!({ "method": { "name": "web-download", "uri": source.url } });
    assert_eq!(client.import(&id, &body).await, Some(202));
    until(&program.client(), &id, "importing").await;
    program.kill();
    place.store_unrecorded(&id).await;
    assert_eq!(place.look().await.0, std::slice::from_ref(&id));
    let program = Program::start(home.path(), &options);
    source.give();
    until(&program.client(), &id, "active").await;
    assert_eq!(place.look().await, (vec![id], 0));
}

/// Wherever the import of staged data is when the server dies, it comes to its end.
#[tokio::test(flavor = "multi_thread")]
async fn staged_data_is_imported_whatever_dies() {
    let data = Bytes::from(vec![7; SIZE]);
    for looks in 0..crate::rounds() {
        let home = tempfile::tempdir().unwrap();
        let mut program = Program::start(home.path(), &OPTIONS);
        let (id, client) = (new_id(), program.client());
        assert_eq!(client.create(&id).await, Some(201));
        assert_eq!(client.stage(&id, data.clone()).await, Some(204));
        let body = json!({ "method": { "name": "glance-direct" } });
        assert_eq!(client.import(&id, &body).await, Some(202));
        for _ in 0..looks * 3 {
            client.show(&id).await;
        }
        program.kill();
        let program = Program::start(home.path(), &OPTIONS);
        until(&program.client(), &id, "active").await;
        is_whole(&program.client(), &id, home.path()).await;
    }
}

/// An import that nobody can bring to its end gives its image back.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_cannot_go_on_gives_its_image_back() {
    let home = tempfile::tempdir().unwrap();
    let (id, mut program) = (new_id(), Program::start(home.path(), &OPTIONS));
    let (source, client) = (Source::new().await, program.client());
    assert_eq!(client.create(&id).await, Some(201));
    let body = json!({ "method": { "name": "web-download", "uri": source.url } });
    assert_eq!(client.import(&id, &body).await, Some(202));
    until(&client, &id, "importing").await;
    program.kill();
    // Where the server may go no more.
    let program = Program::start(home.path(), &[]);
    let image = until(&program.client(), &id, "queued").await;
    assert!(image["size"].is_null());
    assert_eq!(files(home.path()), [""; 0]);
    let staging = home.path().join("staging");
    assert!(files_in(&staging).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn staging_that_was_killed_leaves_the_image_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    let mut program = Program::start(home.path(), &[]);
    let client = program.client();
    let id = new_id();
    assert_eq!(client.create(&id).await, Some(201));
    let (_held, body) = crate::client::held();
    let staging = tokio::spawn({
        let (client, id) = (client.clone(), id.clone());
        async move { client.stage(&id, body).await }
    });
    while client.show(&id).await["status"] != "uploading" {}
    program.kill();
    assert_eq!(staging.await.unwrap(), None);
    let program = Program::start(home.path(), &[]);
    let image = program.client().show(&id).await;
    assert_eq!(image["status"], "queued");
    let staging = home.path().join("staging");
    assert!(files_in(&staging).is_empty());
}
