//! The life of an image: what every operation does in every state that it can be in.

use std::fmt::Write;

use bytes::Bytes;
use chrono::TimeDelta;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::glance::{Answer, Glance, Image, Person, Request, glance};

/// What keeps an image in its state.
#[derive(Default)]
struct Hold(Option<(mpsc::Sender<Bytes>, JoinHandle<Answer>)>);

/// Alice's image, in this state.
async fn image(glance: &Glance, state: &str) -> (Image, Hold) {
    let alice = glance.person("alice");
    if state == "queued" || state == "saving" {
        let fields = json!({ "name": "x", "disk_format": "raw", "container_format": "bare" });
        let image = alice.create(fields).await;
        let hold = if state == "saving" {
            fill(&alice, &image).await
        } else {
            Hold::default()
        };
        return (image, hold);
    }
    let image = alice.create_active(json!({ "name": "x" })).await;
    match state {
        "active" => {}
        "deactivated" => drop(alice.post(image.at("/actions/deactivate")).await.is(204)),
        "deleted" => drop(alice.delete(&image).await.is(204)),
        other => panic!("{other}"),
    }
    (image, Hold::default())
}

/// Begins an upload that does not end before the answer is dropped.
async fn fill(alice: &Person, image: &Image) -> Hold {
    let (data, receiver) = mpsc::channel(1);
    let stream = futures_util::stream::unfold(receiver, async |mut receiver| {
        let data: Bytes = receiver.recv().await?;
        Some((Ok::<_, std::io::Error>(data), receiver))
    });
    let request = alice.upload(image, reqwest::Body::wrap_stream(stream));
    let upload = tokio::spawn(request.into_future());
    data.send("some".into()).await.unwrap();
    while alice.see(image).await["status"] != "saving" {}
    Hold(Some((data, upload)))
}

fn operations(alice: &Person, admin: &Person, image: &Image) -> Vec<(&'static str, Request)> {
    vec![
        ("upload", alice.upload(image, "data")),
        ("download", alice.get(image.at("/file"))),
        ("download by admin", admin.get(image.at("/file"))),
        ("deactivate", alice.post(image.at("/actions/deactivate"))),
        ("reactivate", alice.post(image.at("/actions/reactivate"))),
        ("set disk_format", alice.set(image, "disk_format", "iso")),
        ("set name", alice.set(image, "name", "y")),
        ("put tag", alice.put(image.at("/tags/t"))),
        (
            "add member",
            alice
                .post(image.at("/members"))
                .json(json!({ "member": "m" })),
        ),
        ("delete", alice.delete(image)),
    ]
}

#[tokio::test]
async fn every_operation_does_in_every_state_what_it_may() {
    let glance = glance().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let count = {
        let (any, _) = image(&glance, "queued").await;
        operations(&alice, &admin, &any).len()
    };
    let mut table = String::new();
    for state in ["queued", "saving", "active", "deactivated", "deleted"] {
        writeln!(table, "\n{state}").unwrap();
        for turn in 0..count {
            let (image, hold) = image(&glance, state).await;
            let (name, request) = operations(&alice, &admin, &image).swap_remove(turn);
            let answer = request.await;
            let after = match alice.get(&image).await {
                it if it.status == 200 => it["status"].as_str().unwrap().to_owned(),
                _ => "deleted".to_owned(),
            };
            let says = match answer.status {
                400.. => answer.message().0.replace(&image.id, "{id}"),
                _ => String::new(),
            };
            let line = format!("  {name:18}{} {after:12}{says}", answer.status);
            writeln!(table, "{}", line.trim_end()).unwrap();
            if let Some((data, upload)) = hold.0 {
                drop(data);
                let end = if after == "deleted" { 410 } else { 204 };
                upload.await.unwrap().is(end);
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn an_upload_goes_on_while_the_clock_jumps() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for days in [1000, -2000] {
        let (image, hold) = image(&glance, "saving").await;
        glance.advance(TimeDelta::days(days)).await.unwrap();
        let (data, upload) = hold.0.unwrap();
        data.send(" more".into()).await.unwrap();
        drop(data);
        upload.await.unwrap().is(204);
        assert_eq!(alice.see(&image).await["status"], "active");
        let answer = alice.get(image.at("/file")).await.is(200);
        assert_eq!(answer.text(), "some more");
    }
}
