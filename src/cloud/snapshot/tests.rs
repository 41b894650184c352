//! Tests of servers that died beside others that live.

use std::fs::{self, File};

use super::*;

/// A directory that several servers use.
struct Shared {
    home: tempfile::TempDir,
    config: Config,
}

impl Shared {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let config = Config {
            ephemeral: false,
            data: home.path().to_owned(),
            // Nobody asks it anything here.
            database_url: Some("postgres://nowhere/none".into()),
            ..Config::for_tests()
        };
        for directory in ["servers", "snapshots"] {
            fs::create_dir(home.path().join(directory)).unwrap();
        }
        Self { home, config }
    }

    /// A server that is or was there: it lives as long as the answer is locked.
    fn server(&self, name: &str) -> File {
        File::create(self.home.path().join("servers").join(name)).unwrap()
    }

    /// Says that a server loads something.
    async fn loading(&self, server: &str) {
        let home = Some(self.home.path().join("snapshots"));
        let (registry, _) = Registry::open(home, server.into()).unwrap();
        let label = Label {
            name: "ready".into(),
            created_at: chrono::DateTime::UNIX_EPOCH,
            bytes: true,
        };
        let state = State::default();
        let about = about("1".into(), label, &state).unwrap();
        let blob_stores = registry.begin("1").await.unwrap();
        let snapshot = registry.fill(about, state.rows, blob_stores).await.unwrap();
        registry.intend(&snapshot).await.unwrap();
    }

    fn there(&self, file: &str) -> bool {
        self.home.path().join("snapshots").join(file).exists()
    }

    /// Returns what a server that starts now begins with, and leaves of it.
    async fn start(&self) -> OpenMode {
        let hold = DataLease::take(&self.config).unwrap();
        let (snapshots, left) = Snapshots::open(&self.config, &hold).unwrap();
        let begin = snapshots
            .broken_off(&left, &hold, self.home.path())
            .await
            .unwrap();
        snapshots.tidy(&App::for_tests().await, left).await.unwrap();
        begin
    }
}

#[tokio::test]
async fn a_load_that_goes_on_is_left_to_its_server() {
    let shared = Shared::new();
    let living = shared.server("living");
    living.lock().unwrap();
    shared.loading("living").await;
    assert!(matches!(Box::pin(shared.start()).await, OpenMode::Existing));
    assert!(shared.there("loading") && shared.there("1.rows"));
}

#[tokio::test]
async fn a_load_whose_server_died_beside_others_is_given_up() {
    let shared = Shared::new();
    let living = shared.server("living");
    living.lock().unwrap();
    shared.server("dead");
    shared.loading("dead").await;
    assert!(matches!(Box::pin(shared.start()).await, OpenMode::Existing));
    assert!(!shared.there("loading") && !shared.there("1.rows"));
}

#[tokio::test]
async fn a_load_whose_server_died_before_others_did_is_given_up() {
    let shared = Shared::new();
    shared.server("dead");
    shared.server("other");
    shared.loading("dead").await;
    assert!(matches!(Box::pin(shared.start()).await, OpenMode::Existing));
    assert!(!shared.there("loading"));
}

#[tokio::test]
async fn a_load_whose_server_died_alone_is_ended() {
    let shared = Shared::new();
    shared.server("dead");
    shared.loading("dead").await;
    assert!(matches!(
        Box::pin(shared.start()).await,
        OpenMode::Snapshot { .. }
    ));
    assert!(!shared.there("loading"));
}

#[tokio::test]
async fn a_load_whose_snapshot_is_gone_does_not_keep_a_server_from_starting() {
    let shared = Shared::new();
    shared.server("dead");
    shared.loading("dead").await;
    fs::remove_file(shared.home.path().join("snapshots/1.rows")).unwrap();
    assert!(matches!(Box::pin(shared.start()).await, OpenMode::Existing));
    assert!(!shared.there("loading"));
}

#[tokio::test]
async fn drafts_of_the_dead_are_removed_and_those_of_the_living_are_not() {
    let shared = Shared::new();
    let drafts = ["loading.new", "a.json.new", "1.rows.new"];
    for draft in drafts {
        fs::write(shared.home.path().join("snapshots").join(draft), "{").unwrap();
    }
    let living = shared.server("living");
    living.lock().unwrap();
    Box::pin(shared.start()).await;
    assert!(drafts.iter().all(|draft| shared.there(draft)));
    drop(living);
    Box::pin(shared.start()).await;
    assert!(!drafts.iter().any(|draft| shared.there(draft)));
}
