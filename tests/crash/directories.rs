//! A store of several directories, of which another comes first after each crash.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::database::Database;
use crate::ledger::Ledger;
use crate::place::Place;
use crate::program::{Program, files_in};
use crate::rounds;
use crate::worker::Work;

/// A data directory, and the directories of the store.
struct Site {
    home: TempDir,
    directories: [PathBuf; 3],
    /// The further options of the program.
    more: Vec<String>,
}

impl Site {
    fn new(more: &[String]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let directories = ["a", "b", "c"].map(|name| home.path().join(name));
        Self {
            home,
            directories,
            more: more.to_vec(),
        }
    }

    /// Starts the program; the number says which directory comes first.
    fn start(&self, number: u64) -> Program {
        let words = (0..).zip(&self.directories).map(|(position, path)| {
            let priority = if number % 3 == position { 10 } else { 0 };
            format!(
                "filesystem_store_datadirs={}:{priority}",
                path.to_str().unwrap()
            )
        });
        let words: Vec<_> = words.collect();
        let store = format!("--store=file:?{}", words.join("&"));
        let options: Vec<_> = [&store].into_iter().chain(&self.more).collect();
        let options: Vec<_> = options.into_iter().map(String::as_str).collect();
        Program::start(&self.home.path().join("data"), &options)
    }

    fn place(&self) -> Place<'_> {
        Place::Directories(&self.directories)
    }

    /// Returns the numbers of files in the directories, with the mark of the owner.
    fn counts(&self) -> [usize; 3] {
        self.directories.each_ref().map(|path| files_in(path).len())
    }
}

/// Kills the program in the middle of many requests, again and again.
async fn survive(site: &Site) {
    let ledger = Ledger::default();
    let rounds = rounds().max(3);
    for round in 0..rounds {
        let mut program = site.start(round);
        ledger.check(&program, &site.place()).await;
        let work = Work::begin(&program.client(), &ledger, round).await;
        program.kill();
        work.end().await;
    }
    let program = site.start(rounds);
    ledger.check(&program, &site.place()).await;
    let counts = site.counts();
    assert!(counts.iter().all(|count| *count > 1), "{counts:?}");
    ledger.fill_what_is_queued(&program).await;
}

/// Kills the program when it has written some of what is uploaded, and fills the image in another directory.
async fn a_large_upload_that_dies_leaves_nothing(site: &Site) {
    for first in 0..3 {
        let mut program = site.start(first);
        let (kept, _) = site.place().look().await;
        let (id, upload) = program.client().begin_large_upload().await;
        while site.place().look().await.1 == 0 {}

        program.kill();
        upload.abort();
        let program = site.start(first + 1);

        assert_eq!(site.place().look().await, (kept.clone(), 0));
        assert_eq!(program.client().show(&id).await["status"], "queued");
        assert_eq!(program.client().upload(&id, "again").await, Some(204));
        let (found, rest) = site.place().look().await;
        assert_eq!((found.len(), rest), (kept.len() + 1, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_in_several_directories() {
    let site = Site::new(&[]);
    survive(&site).await;
    a_large_upload_that_dies_leaves_nothing(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
async fn what_was_acknowledged_survives_in_several_directories_on_postgres() {
    let database = Database::new().await;
    let site = Site::new(&[database.option()]);
    survive(&site).await;
    a_large_upload_that_dies_leaves_nothing(&site).await;
}
