//! The program, killed in the middle of its work: what it acknowledged is there when it starts again,
//! and nothing is half there. `LOOKALIKE_CRASH_ROUNDS` says how often it is killed.
#![cfg(unix)]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on shall fail"
)]

mod client;
mod database;
mod directories;
mod disk;
mod exports;
mod health;
mod imports;
mod ledger;
mod locations;
mod objects;
mod place;
mod program;
mod replicas;
#[path = "../s3/mod.rs"]
mod s3;
mod snapshots;
#[cfg(target_os = "linux")]
mod soak;
mod swift;
mod webhooks;
mod worker;

use std::path::Path;

use database::Database;
use ledger::Ledger;
use place::Place;
use program::Program;
use s3::S3;
use swift::Swift;
use worker::Work;

/// How often the program is killed when nothing is said.
const ROUNDS: u64 = 4;

fn rounds() -> u64 {
    let rounds = std::env::var("LOOKALIKE_CRASH_ROUNDS");
    rounds.map_or(ROUNDS, |it| it.parse().expect("a number of rounds"))
}

/// Kills the program in the middle of many requests, again and again.
async fn survive(options: &[&str], data: &Path, place: &Place<'_>) {
    let ledger = Ledger::default();
    for round in 0..rounds() {
        let mut program = Program::start(data, options);
        ledger.check(&program, place).await;
        let work = Work::begin(&program.client(), &ledger, round).await;
        program.kill();
        work.end().await;
    }
    let program = Program::start(data, options);
    ledger.check(&program, place).await;
    ledger.fill_what_is_queued(&program).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_on_sqlite() {
    let home = tempfile::tempdir().unwrap();
    survive(&[], home.path(), &Place::Data(home.path())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_with_full_durability() {
    let home = tempfile::tempdir().unwrap();
    survive(
        &["--durability=full"],
        home.path(),
        &Place::Data(home.path()),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
async fn what_was_acknowledged_survives_on_postgres() {
    let database = Database::new().await;
    let home = tempfile::tempdir().unwrap();
    survive(
        &[&database.option()],
        home.path(),
        &Place::Data(home.path()),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_where_the_database_is_the_store() {
    let home = tempfile::tempdir().unwrap();
    let place = Place::Sqlite(home.path());
    survive(&["--store=database:"], home.path(), &place).await;
    a_large_upload_that_dies_leaves_nothing(&["--store=database:"], home.path(), &place).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
async fn what_was_acknowledged_survives_where_a_postgres_is_the_store() {
    let database = Database::new().await;
    let home = tempfile::tempdir().unwrap();
    let options = ["--store=database:", &database.option()];
    let place = Place::Postgres(&database);
    survive(&options, home.path(), &place).await;
    a_large_upload_that_dies_leaves_nothing(&options, home.path(), &place).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_where_a_bucket_is_the_store() {
    let (home, s3) = (tempfile::tempdir().unwrap(), S3::start().await);
    let store = format!("--store={}", s3.url("a"));
    let place = Place::Bucket(&s3);
    survive(&[&store], home.path(), &place).await;
    a_large_upload_that_dies_leaves_nothing(&[&store], home.path(), &place).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_where_a_container_is_the_store() {
    let (home, swift) = (tempfile::tempdir().unwrap(), Swift::start().await);
    let store = format!("--store={}", swift.url("a"));
    let place = Place::Container(&swift);
    survive(&[&store], home.path(), &place).await;
    a_large_upload_that_dies_leaves_nothing(&[&store], home.path(), &place).await;
}

/// Kills the program when it has passed on some of what is uploaded.
async fn a_large_upload_that_dies_leaves_nothing(options: &[&str], data: &Path, place: &Place<'_>) {
    let mut program = Program::start(data, options);
    let (kept, _) = place.look().await;
    let (id, upload) = program.client().begin_large_upload().await;
    while place.look().await.1 == 0 {}

    program.kill();
    upload.abort();
    let program = Program::start(data, options);

    assert_eq!(place.look().await, (kept, 0));
    assert_eq!(program.client().show(&id).await["status"], "queued");
    assert_eq!(program.client().upload(&id, "again").await, Some(204));
}

/// Two servers share a database and a directory; what the living one does is left alone.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
async fn only_the_uploads_of_the_dead_are_given_up() {
    let database = Database::new().await;
    let home = tempfile::tempdir().unwrap();
    let option = database.option();
    let options = [option.as_str()];
    let mut dying = Program::start(home.path(), &options);
    let living = Program::start(home.path(), &options);
    let (lost, _lost) = dying.client().begin_upload().await;
    let (kept, upload) = living.client().begin_upload().await;

    dying.kill();
    let next = Program::start(home.path(), &options);

    assert_eq!(next.client().show(&lost).await["status"], "queued");
    assert_eq!(next.client().show(&kept).await["status"], "saving");
    assert_eq!(upload.finish().await, 204);
    assert_eq!(next.client().show(&kept).await["status"], "active");
    assert_eq!(program::files(home.path()), [kept]);
}
