//! Two servers on one PostgreSQL and one store, each with a data directory of its own.

use tempfile::TempDir;

use super::{LEASE, OPTIONS};
use crate::client::Client;
use crate::database::Database;
use crate::program::Program;

/// Both of them; one may be dead.
pub(super) struct Both {
    options: Vec<String>,
    homes: [TempDir; 2],
    programs: [Program; 2],
}

impl Both {
    /// Starts them at once, on a database that is empty.
    pub(super) async fn start(database: &Database, store: &str) -> Self {
        Self::start_with(database, store, &OPTIONS).await
    }

    /// Starts them with these options.
    pub(super) async fn start_with(database: &Database, store: &str, more: &[&str]) -> Self {
        let mut options = vec![
            database.option(),
            format!("--store={store}"),
            format!("--lease={LEASE}"),
        ];
        options.extend(more.iter().map(|option| (*option).to_owned()));
        let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [one, other] = &homes;
        let (one, other) = tokio::join!(start(one, &options), start(other, &options));
        Self {
            options,
            homes,
            programs: [one, other],
        }
    }

    /// Alice, talking to the one and to the other.
    pub(super) fn clients(&self) -> [Client; 2] {
        self.programs.each_ref().map(Program::client)
    }

    pub(super) fn program(&self, which: usize) -> &Program {
        &self.programs[which]
    }

    pub(super) fn kill(&mut self, which: usize) {
        self.programs[which].kill();
    }

    pub(super) fn pause(&self, which: usize) {
        self.programs[which].pause();
    }

    pub(super) fn resume(&self, which: usize) {
        self.programs[which].resume();
    }

    /// Starts one that was killed where it was before: it knows of itself that it died.
    pub(super) async fn restart(&mut self, which: usize) {
        self.programs[which] = start(&self.homes[which], &self.options).await;
    }

    /// Starts one in place of one that was killed, which nobody tells that there was another: the
    /// lease must end.
    pub(super) async fn replace(&mut self, which: usize) {
        self.homes[which] = tempfile::tempdir().unwrap();
        self.restart(which).await;
    }
}

/// Aside, for the bucket that it asks lives in this process.
async fn start(home: &TempDir, options: &[String]) -> Program {
    let (home, options) = (home.path().to_owned(), options.to_vec());
    let started = tokio::task::spawn_blocking(move || {
        let options: Vec<_> = options.iter().map(String::as_str).collect();
        Program::start(&home, &options)
    });
    started.await.unwrap()
}
