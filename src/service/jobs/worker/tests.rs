//! Tests of tasks of another server, and of the wait for tasks when a cloud closes.

use serde_json::{Map, json};

use super::*;
use crate::cloud::lease::DataLease;
use crate::cloud::open_mode::OpenMode;
use crate::config::Config;
use crate::domain::caller::Caller;
use crate::domain::task::{NewTask, TaskKind};
use crate::service::tasks::draft;

#[tokio::test]
async fn the_pace_of_a_task_is_given_up_when_another_server_does_it() {
    let config = Config::for_tests();
    let mut hold = DataLease::take(&config).unwrap();
    let app = App::open(config, &mut hold, OpenMode::Existing)
        .await
        .unwrap();
    app.set_pace(json!({ "pending": { "polls": 1 } })).unwrap();
    let mut ids = Vec::new();
    for server in [Some("another"), Some(&*app.uploads.server), None] {
        let new = NewTask {
            kind: TaskKind::LocationImport,
            input: Map::new(),
        };
        let task = draft(&app, &Caller::default(), &new, "");
        let mut db = app.db.write().await.unwrap();
        db.insert_task(&task, server.map(|server| (server, app.clock.system())));
        db.commit().await.unwrap();
        app.pace
            .follow(None, None, Some(&task.id), "R")
            .unwrap()
            .leave();
        ids.push(task.id);
    }
    // A task that is gone is nobody's either.
    app.pace
        .follow(None, None, Some("gone"), "R")
        .unwrap()
        .leave();
    let found = app.pace.find(&ids[2]).unwrap();
    give_up(&app).await.unwrap();
    assert!(app.pace.find("gone").is_none());
    assert!(app.pace.find(&ids[0]).is_none());
    assert!(app.pace.find(&ids[1]).is_some());
    drop(found);
    assert!(app.pace.find(&ids[2]).is_none());
}

#[tokio::test]
async fn a_cloud_ends_only_after_the_tasks_that_were_begun() {
    let app = App::for_tests().await;
    let mut watch = app.watch();
    let task = app.queue.begun.token();
    let soon = std::time::Duration::from_millis(20);
    assert!(tokio::time::timeout(soon, watch.end()).await.is_err());
    drop(task);
    watch.end().await;
}
