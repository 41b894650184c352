//! The clock, which a test can set, stop and move.

use serde_json::{Value, json};

use crate::glance::{Answer, Glance, glance, glance_with};
use crate::tasks::ended;

async fn set(glance: &Glance, wanted: Value) -> Answer {
    glance.control().put("/clock").json(wanted).await
}

async fn advance(glance: &Glance, seconds: impl Into<Value>) -> Answer {
    let by = json!({ "seconds": seconds.into() });
    glance.control().post("/clock/advance").json(by).await
}

#[tokio::test]
async fn it_shows_the_systems_time_at_first() {
    let glance = glance().await;
    let clock = glance.control().get("/clock").await.is(200);
    assert_eq!(clock.keys(), ["now", "frozen", "offset_s"]);
    assert_eq!(clock["frozen"], false);
    assert_eq!(clock["offset_s"], 0.0);
}

#[tokio::test]
async fn images_are_made_at_the_time_that_was_set() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let wanted = json!({ "now": "2030-01-01T01:00:00+01:00", "frozen": true });
    let clock = set(&glance, wanted).await.is(200);
    assert_eq!(clock["now"], "2030-01-01T00:00:00Z");
    assert_eq!(clock["frozen"], true);

    let image = alice.create(json!({})).await;
    assert_eq!(image["created_at"], "2030-01-01T00:00:00Z");
    let clock = advance(&glance, 86_400.5).await.is(200);
    assert_eq!(clock["now"], "2030-01-02T00:00:00.500Z");
    let answer = alice.set(&image, "name", "later").await.is(200);
    assert_eq!(answer["created_at"], "2030-01-01T00:00:00Z");
    assert_eq!(answer["updated_at"], "2030-01-02T00:00:00Z");
    assert_eq!(answer.header("date"), "Wed, 02 Jan 2030 00:00:00 GMT");
}

#[tokio::test]
async fn a_clock_that_runs_runs_on_from_the_time_that_was_set() {
    let glance = glance().await;
    let wanted = json!({ "now": "2030-01-01T00:00:00Z" });
    let clock = set(&glance, wanted).await.is(200);
    assert_eq!(clock["frozen"], false);
    assert!(
        clock["now"]
            .as_str()
            .unwrap()
            .starts_with("2030-01-01T00:0")
    );
    let stopped = set(&glance, json!({ "frozen": true })).await.is(200);
    let again = glance.control().get("/clock").await.is(200);
    assert_eq!(stopped["now"], again["now"]);
}

#[tokio::test]
async fn it_can_go_back_and_new_images_come_before_old_ones() {
    let glance = glance().await;
    let alice = glance.person("alice");
    set(&glance, json!({ "frozen": true })).await.is(200);
    alice.create(json!({ "name": "now" })).await;
    advance(&glance, -3600).await.is(200);
    alice.create(json!({ "name": "an hour ago" })).await;
    assert_eq!(alice.names("").await, ["now", "an hour ago"]);
    assert_eq!(
        alice.names("?sort=created_at:asc").await,
        ["an hour ago", "now"]
    );
}

#[tokio::test]
async fn images_of_one_moment_are_on_one_page_each() {
    let glance = glance().await;
    let alice = glance.person("alice");
    set(&glance, json!({ "frozen": true })).await.is(200);
    for _ in 0..5 {
        alice.create(json!({})).await;
    }
    let (mut seen, mut next) = (Vec::new(), "/v2/images?limit=2".to_owned());
    loop {
        let page = alice.get(&next).await.is(200);
        let images = page["images"].as_array().unwrap().iter();
        seen.extend(images.map(|it| it["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(path) => path.clone_into(&mut next),
            None => break,
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5);
}

#[tokio::test]
async fn tokens_expire_when_it_has_moved_on() {
    let glance = glance().await;
    // Stopped, so that a slow machine does not use up the last second of the token's hour.
    set(&glance, json!({ "frozen": true })).await.is(200);
    let token = glance.token("demo", "demo").await.unwrap();
    let demo = glance.bearer(token);
    demo.get("/v2/images").await.is(200);
    advance(&glance, 3599).await.is(200);
    demo.get("/v2/images").await.is(200);
    advance(&glance, 2).await.is(200);
    demo.get("/v2/images").await.is(401);
    advance(&glance, -100).await.is(200);
    demo.get("/v2/images").await.is(200);
}

#[tokio::test]
async fn tasks_are_forgotten_when_it_has_moved_on() {
    let glance = glance().await;
    let admin = glance.admin();
    let body = json!({ "type": "location_import", "input": {} });
    let task = admin.post("/v2/tasks").json(body).await.is(201);
    ended(&admin, task["id"].as_str().unwrap()).await;
    advance(&glance, 47 * 3600).await.is(200);
    let tasks = admin.get("/v2/tasks").await.is(200);
    assert_eq!(tasks["tasks"].as_array().unwrap().len(), 1);
    advance(&glance, 2 * 3600).await.is(200);
    let tasks = admin.get("/v2/tasks").await.is(200);
    assert_eq!(tasks["tasks"], json!([]));
}

#[tokio::test]
async fn a_task_is_gone_for_whoever_knows_its_id_when_it_has_moved_far_enough() {
    let glance = glance().await;
    let admin = glance.admin();
    let body = json!({ "type": "location_import", "input": {} });
    let task = admin.post("/v2/tasks").json(body).await.is(201);
    let id = task["id"].as_str().unwrap();
    ended(&admin, id).await;
    advance(&glance, 49 * 3600).await.is(200);
    let task = format!("/v2/tasks/{id}");
    admin.get(&task).await.is(200);
    // The sweep comes by itself: nobody lists anything.
    advance(&glance, 25 * 3600).await.is(200);
    let swept = async { while admin.get(&task).await.status != 404 {} };
    let soon = std::time::Duration::from_secs(10);
    tokio::time::timeout(soon, swept).await.unwrap();
}

#[tokio::test]
async fn everything_that_is_made_or_changed_has_its_time() {
    let glance = glance().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let time = |hour| format!("2030-01-01T0{hour}:00:00Z");
    set(&glance, json!({ "now": time(0), "frozen": true }))
        .await
        .is(200);
    let image = alice.create_active(json!({ "visibility": "shared" })).await;
    let uploaded = alice.see(&image).await;
    assert_eq!(uploaded["updated_at"], time(0));
    advance(&glance, 3600).await.is(200);
    alice.put(image.at("/tags/x")).await.is(204);
    assert_eq!(alice.see(&image).await["updated_at"], time(1));
    let member = alice
        .post(image.at("/members"))
        .json(json!({ "member": "bob-project" }))
        .await
        .is(200);
    assert_eq!(
        (&member["created_at"], &member["updated_at"]),
        (&json!(time(1)), &json!(time(1)))
    );
    let body = json!({ "namespace": "mine" });
    let namespace = admin
        .post("/v2/metadefs/namespaces")
        .json(body.clone())
        .await
        .is(201);
    assert_eq!(namespace["created_at"], time(1));
    let task = json!({ "type": "location_import", "input": {} });
    let task = admin.post("/v2/tasks").json(task).await.is(201);
    assert_eq!(task["created_at"], time(1));
    let task = ended(&admin, task["id"].as_str().unwrap()).await;
    assert_eq!(task["expires_at"], "2030-01-03T01:00:00Z");

    advance(&glance, 3600).await.is(200);
    let status = json!({ "status": "accepted" });
    let member = glance
        .person("bob")
        .put(image.at("/members/bob-project"))
        .json(status)
        .await
        .is(200);
    assert_eq!(
        (&member["created_at"], &member["updated_at"]),
        (&json!(time(1)), &json!(time(2)))
    );
    let namespace = admin
        .put("/v2/metadefs/namespaces/mine")
        .json(body)
        .await
        .is(200);
    assert_eq!(
        (&namespace["created_at"], &namespace["updated_at"]),
        (&json!(time(1)), &json!(time(2)))
    );
    let token = glance.token("demo", "demo").await.unwrap();
    let shown = glance.bearer(&token).get("/identity/v3/auth/tokens");
    let shown = shown.header("X-Subject-Token", &token).await.is(200);
    assert_eq!(shown["token"]["issued_at"], "2030-01-01T02:00:00.000000Z");
    assert_eq!(shown["token"]["expires_at"], "2030-01-01T03:00:00.000000Z");
}

#[tokio::test]
async fn a_token_lives_as_long_as_the_clock_stands() {
    let glance = glance().await;
    let end = json!({ "now": "2030-01-01T00:59:59.999Z" });
    set(
        &glance,
        json!({ "now": "2030-01-01T00:00:00Z", "frozen": true }),
    )
    .await
    .is(200);
    let demo = glance.bearer(glance.token("demo", "demo").await.unwrap());
    set(&glance, end).await.is(200);
    demo.get("/v2/images").await.is(200);
    set(&glance, json!({ "now": "2030-01-01T01:00:00Z" }))
        .await
        .is(200);
    demo.get("/v2/images").await.is(401);
}

/// The status of the only image in alice's list, which is no look at the image.
async fn listed(glance: &Glance) -> Value {
    let list = glance.person("alice").get("/v2/images").await.is(200);
    list["images"][0]["status"].clone()
}

#[tokio::test]
async fn what_waits_for_a_time_goes_on_as_soon_as_it_is_moved_there() {
    for frozen in [false, true] {
        let glance = glance().await;
        let alice = glance.person("alice");
        let now = json!({ "now": "2030-01-01T00:00:00Z", "frozen": frozen });
        set(&glance, now).await.is(200);
        let pace = json!({ "saving": { "seconds": 3600 } });
        glance.control().put("/pace").json(pace).await.is(200);
        alice.create_active(json!({})).await;
        assert_eq!(listed(&glance).await, "saving");
        if frozen {
            advance(&glance, 3600).await.is(200);
        } else {
            set(&glance, json!({ "now": "2030-01-01T02:00:00Z" }))
                .await
                .is(200);
        }
        while listed(&glance).await != "active" {}
    }
}

#[tokio::test]
async fn it_starts_as_it_is_told_and_goes_back_there() {
    let glance = glance_with(|config| {
        config.determinism.clock = Some("2030-01-01T00:00:00Z".parse().unwrap());
        config.determinism.clock_frozen = true;
    })
    .await;
    let control = glance.control();
    for back in ["DELETE /clock", "POST /reset"] {
        let clock = control.get("/clock").await.is(200);
        assert_eq!(clock["now"], "2030-01-01T00:00:00Z", "{back}");
        assert_eq!(clock["frozen"], true, "{back}");
        advance(&glance, 60).await.is(200);
        set(&glance, json!({ "frozen": false })).await.is(200);
        let (method, path) = back.split_once(' ').unwrap();
        let method = http::Method::from_bytes(method.as_bytes()).unwrap();
        control.request(method, path).await.is(204);
    }
    let clock = control.get("/clock").await.is(200);
    assert_eq!(clock["now"], "2030-01-01T00:00:00Z");
}

#[tokio::test]
async fn what_is_wrong_is_named_and_changes_nothing() {
    let glance = glance().await;
    set(
        &glance,
        json!({ "now": "2030-01-01T00:00:00Z", "frozen": true }),
    )
    .await
    .is(200);
    for (wanted, said) in [
        (json!({}), "now, frozen or both"),
        (json!({ "nwo": "2030-01-01T00:00:00Z" }), "nwo"),
        (
            json!({ "now": "2030-01-01" }),
            "now: \"2030-01-01\" is wrong",
        ),
        (json!({ "now": "2030-01-01T00:00:00" }), "now: "),
        (json!({ "now": 5 }), "expected a string"),
        (
            json!({ "now": "1969-12-31T23:59:59Z" }),
            "now: the clock goes from 1970",
        ),
        (
            json!({ "now": "9999-01-01T00:00:00Z", "frozen": false }),
            "9998",
        ),
        (json!({ "frozen": "yes" }), "expected a boolean"),
        (json!([]), "the body"),
    ] {
        let answer = set(&glance, wanted.clone()).await.is(400);
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(said), "{wanted}: {message}");
    }
    for seconds in [
        json!(null),
        json!("60"),
        json!(1e30),
        json!(-2e9),
        json!(3e11),
    ] {
        advance(&glance, seconds).await.is(400);
    }
    let more = json!({ "seconds": 1, "minutes": 1 });
    glance
        .control()
        .post("/clock/advance")
        .json(more)
        .await
        .is(400);
    let clock = glance.control().get("/clock").await.is(200);
    assert_eq!(clock["now"], "2030-01-01T00:00:00Z");
    assert_eq!(clock["frozen"], true);
}
