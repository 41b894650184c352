//! Pace: states that last as long as a test wants, without a test that sleeps.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::glance::{Glance, Image, Person, glance};
use crate::imports::ended;

async fn set(glance: &Glance, rules: Value) {
    glance.control().put("/pace").json(rules).await.is(200);
}

async fn raw(person: &Person, name: &str) -> Image {
    let fields = json!({ "name": name, "disk_format": "raw", "container_format": "bare" });
    person.create(fields).await
}

/// The states that the next looks at an image see.
async fn seen(person: &Person, image: &Image, looks: usize) -> Vec<String> {
    let mut seen = Vec::new();
    for _ in 0..looks {
        seen.push(
            person.see(image).await["status"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    seen
}

async fn import(person: &Person, image: &Image) {
    let body = json!({ "method": { "name": "glance-direct" } });
    person.post(image.at("/import")).json(body).await.is(202);
}

#[tokio::test]
async fn an_upload_is_seen_saving_as_often_as_it_is_to_be() {
    let glance = glance().await;
    let alice = glance.person("alice");
    set(&glance, json!({ "saving": { "polls": 2 } })).await;
    let image = raw(&alice, "x").await;
    alice.upload(&image, "data").await.is(204);
    assert_eq!(
        seen(&alice, &image, 4).await,
        ["saving", "saving", "active", "active"]
    );
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
}

#[tokio::test]
async fn an_upload_is_saving_until_its_time_has_come() {
    let glance = glance().await;
    let alice = glance.person("alice");
    set(&glance, json!({ "saving": { "seconds": 3600 } })).await;
    let image = raw(&alice, "x").await;
    alice.upload(&image, "data").await.is(204);
    assert_eq!(seen(&alice, &image, 2).await, ["saving", "saving"]);
    let resting = glance.control().get("/pace").await.is(200)["resting"].clone();
    assert_eq!(resting[0]["ids"], json!([image.id]));
    assert!(resting[0]["until"].is_string());
    glance.advance(TimeDelta::hours(1)).await.unwrap();
    assert_eq!(seen(&alice, &image, 1).await, ["active"]);
}

#[tokio::test]
async fn an_import_is_seen_in_every_state() {
    let glance = glance().await;
    let alice = glance.person("alice");
    set(
        &glance,
        json!({ "pending": { "polls": 1 }, "importing": { "polls": 2 } }),
    )
    .await;
    let image = raw(&alice, "x").await;
    alice.stage(&image, "data").await.is(204);
    import(&alice, &image).await;
    let states = seen(&alice, &image, 4).await;
    assert_eq!(states, ["uploading", "importing", "importing", "active"]);
}

#[tokio::test]
async fn whoever_looks_at_the_task_moves_it_on_as_well() {
    let glance = glance().await;
    let admin = glance.admin();
    set(
        &glance,
        json!({ "pending": { "polls": 1 }, "processing": { "polls": 1 } }),
    )
    .await;
    let image = raw(&admin, "x").await;
    admin.stage(&image, "data").await.is(204);
    import(&admin, &image).await;
    let tasks = admin.get("/v2/tasks").await.is(200);
    let task = format!("/v2/tasks/{}", tasks["tasks"][0]["id"].as_str().unwrap());
    for status in ["pending", "processing", "success"] {
        assert_eq!(admin.get(&task).await.is(200)["status"], status);
    }
}

#[tokio::test]
async fn many_that_rest_do_not_keep_others_from_being_done() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let slow = json!({ "image": "slow", "importing": { "polls": 1000 } });
    set(&glance, json!({ "rules": [slow] })).await;
    for _ in 0..15 {
        let image = raw(&alice, "slow").await;
        alice.stage(&image, "data").await.is(204);
        import(&alice, &image).await;
    }
    let image = raw(&alice, "fast").await;
    alice.stage(&image, "data").await.is(204);
    import(&alice, &image).await;
    assert_eq!(ended(&alice, &image).await["status"], "success");
}

#[tokio::test]
async fn an_import_fails_as_it_is_told() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let rule = json!({ "image": "bad-*", "importing": { "polls": 1 }, "outcome": { "failure": "no luck" } });
    set(&glance, rule).await;
    let image = raw(&alice, "bad-1").await;
    alice.stage(&image, "data").await.is(204);
    import(&alice, &image).await;
    assert_eq!(seen(&alice, &image, 2).await, ["importing", "queued"]);
    let task = ended(&alice, &image).await;
    assert_eq!(
        (&task["status"], &task["message"]),
        (&json!("failure"), &json!("no luck"))
    );
}

#[tokio::test]
async fn an_upload_fails_as_it_is_told() {
    let glance = glance().await;
    let alice = glance.person("alice");
    set(&glance, json!({ "outcome": { "failure": "no luck" } })).await;
    let image = raw(&alice, "x").await;
    alice.upload(&image, "data").await.is(503).says("no luck");
    assert_eq!(alice.see(&image).await["status"], "queued");
    set(
        &glance,
        json!({ "saving": { "polls": 1 }, "outcome": { "failure": "no luck" } }),
    )
    .await;
    alice.upload(&image, "data").await.is(204);
    assert_eq!(seen(&alice, &image, 2).await, ["saving", "queued"]);
}

#[tokio::test]
async fn a_rule_can_be_for_one_image() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let (slow, fast) = (raw(&alice, "x").await, raw(&alice, "x").await);
    set(
        &glance,
        json!({ "image": slow.id, "saving": { "polls": 1 } }),
    )
    .await;
    alice.upload(&slow, "data").await.is(204);
    alice.upload(&fast, "data").await.is(204);
    assert_eq!(seen(&alice, &fast, 1).await, ["active"]);
    assert_eq!(seen(&alice, &slow, 2).await, ["saving", "active"]);
}

#[tokio::test]
async fn without_rules_everything_goes_on() {
    let glance = glance().await;
    let alice = glance.person("alice");
    set(
        &glance,
        json!({ "saving": { "polls": 100 }, "importing": { "polls": 100 } }),
    )
    .await;
    let (one, other) = (raw(&alice, "x").await, raw(&alice, "y").await);
    alice.upload(&one, "data").await.is(204);
    alice.stage(&other, "data").await.is(204);
    import(&alice, &other).await;
    assert_eq!(seen(&alice, &other, 1).await, ["importing"]);
    glance.control().delete("/pace").await.is(204);
    for image in [&one, &other] {
        crate::wire::until(&alice, image, "active").await;
    }
    let shown = glance.control().get("/pace").await.is(200);
    assert_eq!(shown.json(), &json!({ "rules": [], "resting": [] }));
}

#[tokio::test]
async fn what_was_let_go_rests_in_no_later_state() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let rule = json!({ "pending": { "polls": 100 }, "importing": { "seconds": 3600 } });
    set(&glance, rule).await;
    let image = raw(&alice, "x").await;
    alice.stage(&image, "data").await.is(204);
    import(&alice, &image).await;
    assert_eq!(seen(&alice, &image, 1).await, ["uploading"]);
    glance.control().delete("/pace").await.is(204);
    crate::wire::until(&alice, &image, "active").await;
}

#[tokio::test]
async fn an_image_that_rests_can_be_deleted() {
    let glance = glance().await;
    let alice = glance.person("alice");
    set(&glance, json!({ "saving": { "polls": 100 } })).await;
    let image = raw(&alice, "x").await;
    alice.upload(&image, "data").await.is(204);
    alice.delete(&image).await.is(204);
    alice.get(&image).await.is(404);
}

#[tokio::test]
async fn a_reset_lets_nothing_rest() {
    let glance = glance().await;
    let alice = glance.person("alice");
    set(&glance, json!({ "saving": { "polls": 100 } })).await;
    let image = raw(&alice, "x").await;
    alice.upload(&image, "data").await.is(204);
    glance.control().post("/reset").await.is(204);
    alice.get(&image).await.is(404);
    let shown = glance.control().get("/pace").await.is(200);
    assert_eq!(shown.json(), &json!({ "rules": [], "resting": [] }));
}

#[tokio::test]
async fn what_is_no_pace_is_refused_and_named() {
    let glance = glance().await;
    for (rules, names) in [
        (
            json!({}),
            "rules, saving, pending, importing or outcome is needed",
        ),
        (json!({ "savin": { "polls": 1 } }), "savin"),
        (json!({ "saving": { "polls": -1 } }), "saving.polls"),
        (json!({ "saving": { "polls": 1, "seconds": 1 } }), "saving"),
        (json!({ "rules": [{ "image": "[" }] }), "rules[0]: image"),
        (json!([]), "object"),
    ] {
        let answer = glance.control().put("/pace").json(rules).await.is(400);
        let said = answer["error"]["message"].as_str().unwrap();
        assert!(said.contains(names), "{said}");
    }
}

#[tokio::test]
async fn a_pace_that_was_not_sent_leaves_the_one_that_is() {
    let glance = glance().await;
    set(&glance, json!({ "saving": { "polls": 1 } })).await;
    glance.control().put("/pace").await.is(400);
    let shown = glance.control().get("/pace").await.is(200);
    assert_eq!(shown["rules"], json!([{ "saving": { "polls": 1 } }]));
}
