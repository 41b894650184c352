//! Work of one project that must not keep that of another from being done.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use futures_util::stream;
use serde_json::{Value, json};

use crate::glance::{Glance, Image, Person, glance_with};
use crate::server::{serve, serve_text};

/// A server with so many workers, which may fetch from this machine.
async fn glance(workers: u16) -> Glance {
    glance_with(|config| {
        config.filter.import_allow_loopback = true;
        config.filter.allowed_ports.clear();
        config.tasks.max_workers = workers;
    })
    .await
}

/// A server that sends one byte after the other, without end.
async fn serve_drops() -> String {
    let drops = || async {
        let drops = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Some((Ok::<_, Infallible>("."), ()))
        });
        Body::from_stream(drops)
    };
    serve(Router::new().fallback(drops)).await
}

async fn import(person: &Person, uri: &str) -> Image {
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = person.create(fields).await;
    let body = json!({ "method": { "name": "web-download", "uri": uri } });
    person.post(image.at("/import")).json(body).await.is(202);
    image
}

async fn becomes_active(person: &Person, image: &Image) {
    let active = async {
        while person.see(image).await["status"] != "active" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), active)
        .await
        .unwrap();
}

/// The tasks of a project that are under way.
async fn running(glance: &Glance, project: &str) -> usize {
    let tasks = glance
        .admin()
        .get("/v2/tasks?status=processing")
        .await
        .is(200);
    let tasks = tasks["tasks"].as_array().unwrap().iter();
    tasks.filter(|task| task["owner"] == project).count()
}

#[tokio::test]
async fn downloads_that_never_end_do_not_keep_those_of_others_waiting() {
    let glance = glance(3).await;
    let (drops, text) = (serve_drops().await, serve_text("data").await);
    let mallory = glance.person("mallory");
    for _ in 0..12 {
        import(&mallory, &drops).await;
    }
    while running(&glance, "mallory-project").await < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for name in ["alice", "bob"] {
        let person = glance.person(name);
        let images = [import(&person, &text).await, import(&person, &text).await];
        for image in &images {
            becomes_active(&person, image).await;
        }
    }
    assert_eq!(running(&glance, "mallory-project").await, 2);
}

#[tokio::test]
async fn one_worker_is_for_everybody() {
    let glance = glance(1).await;
    let text = serve_text("data").await;
    for name in ["alice", "bob"] {
        let person = glance.person(name);
        let image = import(&person, &text).await;
        becomes_active(&person, &image).await;
    }
}

#[tokio::test]
async fn a_server_that_drips_is_not_waited_for_without_end() {
    let glance = glance_with(|config| {
        config.filter.import_allow_loopback = true;
        config.filter.allowed_ports.clear();
        config.filter.import_total_timeout = Duration::from_millis(200);
    })
    .await;
    let drops = serve_drops().await;
    let alice = glance.person("alice");
    let image = import(&alice, &drops).await;
    let tasks = async || -> Value { alice.get(image.at("/tasks")).await.is(200).json().clone() };
    let ended = async {
        while tasks().await["tasks"][0]["status"] != "failure" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), ended)
        .await
        .unwrap();
    assert_eq!(alice.see(&image).await["status"], "queued");
}
