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
mod disk;
mod imports;
mod ledger;
mod program;
mod worker;

use std::path::Path;

use database::Database;
use ledger::Ledger;
use program::Program;
use worker::Work;

/// How often the program is killed when nothing is said.
const ROUNDS: u64 = 4;

fn rounds() -> u64 {
    let rounds = std::env::var("LOOKALIKE_CRASH_ROUNDS");
    rounds.map_or(ROUNDS, |it| it.parse().expect("a number of rounds"))
}

/// Kills the program in the middle of many requests, again and again.
async fn survive(options: &[&str], data: &Path) {
    let ledger = Ledger::default();
    for round in 0..rounds() {
        let mut program = Program::start(data, options);
        ledger.check(&program, data).await;
        let work = Work::begin(&program.client(), &ledger, round).await;
        program.kill();
        work.end().await;
    }
    let program = Program::start(data, options);
    ledger.check(&program, data).await;
    ledger.fill_what_is_queued(&program).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_on_sqlite() {
    let home = tempfile::tempdir().unwrap();
    survive(&[], home.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_with_full_durability() {
    let home = tempfile::tempdir().unwrap();
    survive(&["--durability=full"], home.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_on_postgres() {
    let Some(database) = Database::new().await else {
        return;
    };
    let home = tempfile::tempdir().unwrap();
    survive(&[&database.option()], home.path()).await;
}

/// Two servers share a database and a directory; what the living one does is left alone.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_uploads_of_the_dead_are_given_up() {
    let Some(database) = Database::new().await else {
        return;
    };
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
