//! Tasks that are asked for by hand.

use serde_json::json;

use super::done;
use crate::glance::{glance, glance_storing};

#[tokio::test]
async fn a_task_is_answered_before_it_begins() {
    let glance = glance().await;
    let admin = glance.admin();
    let input = json!({ "image_id": "x" });
    let body = json!({ "type": "api_image_import", "input": input, "status": "success" });

    let answer = admin.post("/v2/tasks").json(body).await.is(201);

    assert_eq!(
        answer.keys(),
        [
            "id",
            "input",
            "type",
            "status",
            "owner",
            "message",
            "result",
            "created_at",
            "updated_at",
            "self",
            "schema",
            "image_id",
            "request_id",
            "user_id",
        ]
    );
    let path = format!("/v2/tasks/{}", answer["id"].as_str().unwrap());
    assert_eq!(answer["self"], path);
    assert_eq!(answer.header("location"), format!("{}{path}", glance.url()));
    assert_eq!(answer["status"], "pending");
    assert_eq!(answer["owner"], "admin-project");
    assert_eq!(answer["user_id"], "root");
    assert_eq!(answer["input"], input);
    assert_eq!(answer["message"], "");
    assert!(answer["result"].is_null());
    let request = answer.header("x-openstack-request-id");
    assert_eq!(answer["request_id"], request);
}

#[tokio::test]
async fn what_is_missing_is_said_by_the_task() {
    let glance = glance().await;
    let admin = glance.admin();
    for (kind, input, words) in [
        (
            "api_image_import",
            json!({}),
            "Input to api_image_import task is empty.",
        ),
        (
            "api_image_import",
            json!({ "a": 1 }),
            "Missing required 'image_id' field",
        ),
        (
            "location_import",
            json!({}),
            "Input to location_import task is empty.",
        ),
        (
            "location_import",
            json!({ "image_id": "x" }),
            "Input does not contain 'loc_url' field",
        ),
        (
            "import",
            json!({ "import_from": "http://192.0.2.1/x" }),
            "Input does not contain 'import_from_format' field",
        ),
    ] {
        let task = done(&admin, json!({ "type": kind, "input": input })).await;
        assert_eq!(task["status"], "failure");
        assert_eq!(task["message"], words);
    }
}

#[tokio::test]
async fn a_task_by_hand_does_not_touch_an_image_that_it_has_not_locked() {
    let glance = glance().await;
    let admin = glance.admin();
    let image = admin.create(json!({})).await;
    let input = json!({
        "image_id": image.id,
        "import_req": { "method": { "name": "web-download", "uri": "http://192.0.2.1/x" } },
        "backend": [null],
    });
    let task = done(
        &admin,
        json!({ "type": "api_image_import", "input": input }),
    )
    .await;
    assert_eq!(task["message"], "Task failed due to Internal Error");
    assert_eq!(admin.see(&image).await, image);
}

#[tokio::test]
async fn a_task_by_hand_reaches_no_file_that_is_no_images() {
    let home = tempfile::tempdir().unwrap();
    let mine = home.path().join("mine");
    std::fs::write(&mine, "dear to me").unwrap();
    let store = format!("file://{}", home.path().join("images").display());
    let glance = glance_storing(&[&store]).await;
    let admin = glance.admin();
    for image in [mine.to_str().unwrap(), "../mine", "../images/cloud"] {
        for method in ["glance-direct", "copy-image", "web-download"] {
            let uri = "http://192.0.2.1/x";
            let input = json!({
                "image_id": image,
                "import_req": { "method": { "name": method, "uri": uri } },
                "backend": [null],
            });
            let body = json!({ "type": "api_image_import", "input": input });
            assert_eq!(done(&admin, body).await["status"], "failure");
        }
    }
    assert_eq!(std::fs::read_to_string(mine).unwrap(), "dear to me");
    assert!(home.path().join("images/cloud").exists());
}

#[tokio::test]
async fn what_is_no_task_is_refused() {
    let glance = glance().await;
    let admin = glance.admin();
    for (body, words) in [
        ("[]", "Task 'type' is required"),
        (r#"{"type": "import"}"#, "Task 'input' is required"),
        (
            r#"{"type": "import", "input": null}"#,
            "Invalid location: None",
        ),
        (
            r#"{"type": "import", "input": {"import_from": "http://127.0.0.1/x"}}"#,
            "URI for legacy import task does not pass filtering: http://127.0.0.1/x",
        ),
        ("{", "Malformed JSON in request body."),
        ("5", "Unexpected body type. Expected list/dict."),
    ] {
        let answer = admin.post("/v2/tasks").body(body).await.is(400);
        answer.says(words);
    }
    let answer = admin.post("/v2/tasks").await.is(400);
    answer.says("Body expected in request.");
    let body = json!({ "type": "export", "input": {} });
    let answer = admin.post("/v2/tasks").json(body).await.is(400);
    answer.begins(
        "Provided object does not match schema 'task': 'export' is not one of ['import', \
         'api_image_import', 'location_import']",
    );
}

#[tokio::test]
async fn only_admins_have_to_do_with_tasks() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let words = "You are not authorized to complete tasks_api_access action.";
    alice.get("/v2/tasks").await.is(403).says(words);
    alice.get("/v2/tasks?limit=x").await.is(403).says(words);
    alice.get("/v2/tasks/x").await.is(403).says(words);
    alice.delete("/v2/tasks/x").await.is(403).says(words);
    let answer = alice.post("/v2/tasks").body("{").await;
    answer.is(403).says(words);
}
