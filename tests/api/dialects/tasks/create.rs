//! Tasks asked for and shown (14 A5).

use serde_json::json;

use super::super::rackspace::user;
use super::{
    container, create, customer, done, ended, export_of, image, import_of, put, rackspace, vhd,
};

#[tokio::test]
async fn a5_who_tasks_are_for_the_roles_that_may_write_everything() {
    let glance = rackspace().await;
    let body = || import_of("exports/none.vhd");
    for roles in ["member,reader", "admin", "admin,member,reader"] {
        let person = glance.bearer(format_args!("ann:929418:{roles}"));
        create(&person, body()).await;
    }
    let person = glance.bearer("ann:929418:reader");
    person.post("/v2/tasks").json(body()).await.is(403);
    person.post("/v2/tasks").body("{").await.is(403);
    // What others of the account have asked for is theirs to read.
    let listed = person.get("/v2/tasks").await.is(200);
    let tasks = listed["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 3);
    let path = tasks[0]["self"].as_str().unwrap();
    person.get(path).await.is(200);
}

#[tokio::test]
async fn a5_who_a_creator_and_an_observer_ask_for_no_tasks() {
    let glance = rackspace().await;
    let admin = user(&glance, "rackspace").await;
    let task = create(&admin, import_of("exports/none.vhd")).await;
    assert_eq!(task["owner"], "929418");
    for name in ["rackspace-creator", "rackspace-observer"] {
        let person = user(&glance, name).await;
        let body = import_of("exports/none.vhd");
        person.post("/v2/tasks").json(body).await.is(403);
        let listed = person.get("/v2/tasks?type=import").await.is(200);
        assert_eq!(listed["tasks"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a5_message_is_empty_and_there_is_no_result_while_the_task_is_pending() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    let task = create(&ann, import_of("exports/none.vhd")).await;
    assert_eq!(
        task.keys(),
        [
            "id",
            "input",
            "type",
            "status",
            "owner",
            "message",
            "created_at",
            "updated_at",
            "self",
            "schema",
        ]
    );
    assert_eq!(task["message"], "");
    assert_eq!(task["status"], "pending");
    assert_eq!(task["type"], "import");
    assert_eq!(task["owner"], "929418");
}

#[tokio::test]
async fn a5_states_are_seen_one_after_the_other() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "disks").await;
    put(&ann, "disks/a.vhd", vhd::FIXED.fixed()).await;
    let image = image(&ann, "vhd", vhd::FIXED.dynamic()).await;
    let pace = json!({ "pending": { "polls": 1 }, "processing": { "polls": 1 } });
    glance.control().put("/pace").json(pace).await.is(200);
    for body in [
        import_of("disks/a.vhd"),
        export_of(&image.id, "disks"),
        import_of("disks/none.vhd"),
    ] {
        let task = create(&ann, body).await;
        let path = format!("/v2/tasks/{}", task["id"].as_str().unwrap());
        let mut seen = vec![task["status"].clone()];
        for _ in 0..3 {
            let task = ann.get(&path).await.is(200);
            seen.push(task["status"].clone());
            if task["status"] == "processing" {
                assert_eq!(task["message"], "");
                assert!(!task.keys().contains(&"result"));
                assert!(!task.keys().contains(&"expires_at"));
            }
        }
        let end = seen.pop().unwrap();
        assert_eq!(seen, ["pending", "pending", "processing"]);
        assert!(end == "success" || end == "failure", "{end}");
    }
}

#[tokio::test]
async fn a5_result_and_expiry_are_there_after_the_end() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "disks").await;
    put(&ann, "disks/a.vhd", vhd::FIXED.fixed()).await;
    let task = done(&ann, import_of("disks/a.vhd")).await;
    assert_eq!(task["status"], "success");
    assert_eq!(task["message"], "");
    assert_eq!(task["result"].as_object().unwrap().len(), 1);
    assert!(task["expires_at"].is_string());
    let task = done(&ann, import_of("disks/none.vhd")).await;
    assert_eq!(task.get("result"), None);
    assert!(task["expires_at"].is_string());
}

#[tokio::test]
async fn a5_a_task_of_another_account_is_not_found() {
    let glance = rackspace().await;
    let (ann, bob) = (customer(&glance, "929418"), customer(&glance, "929419"));
    let task = create(&ann, import_of("exports/none.vhd")).await;
    let path = format!("/v2/tasks/{}", task["id"].as_str().unwrap());
    bob.get(&path).await.is(404);
    ann.get(&path).await.is(200);
}

#[tokio::test]
async fn a5_a_task_is_not_deleted() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    let task = create(&ann, import_of("exports/none.vhd")).await;
    let path = format!("/v2/tasks/{}", task["id"].as_str().unwrap());
    ann.delete(&path).await.is(405);
    ann.get(&path).await.is(200);
}

#[tokio::test]
async fn a5_the_account_may_stand_in_the_path() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    let body = import_of("exports/none.vhd");
    let task = ann.post("/v2/929418/tasks").json(body).await.is(201);
    let id = task["id"].as_str().unwrap();
    ended(&ann, id).await;
    ann.get(format!("/v2/929418/tasks/{id}")).await.is(200);
}

#[tokio::test]
async fn a5_further_input_is_kept_and_means_nothing() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "disks").await;
    put(&ann, "disks/a.vhd", vhd::FIXED.fixed()).await;
    let mut body = import_of("disks/a.vhd");
    body["input"]["image_name"] = "mine".into();
    let task = done(&ann, body).await;
    assert_eq!(task["status"], "success");
    assert_eq!(task["input"]["image_name"], "mine");
}

#[tokio::test]
async fn b1_what_is_no_task_of_this_cloud_is_refused() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    for (body, words) in [
        (json!({}), "Task 'type' is required"),
        (json!({ "type": "export" }), "Task 'input' is required"),
        (
            json!({ "type": "api_image_import", "input": {} }),
            "'api_image_import' is not one of ['import', 'export']",
        ),
        (
            json!({ "type": "export", "input": "x" }),
            "'x' is not of type 'object'",
        ),
        (
            json!({ "type": "import", "input": null }),
            "None is not of type 'object'",
        ),
    ] {
        let refused = ann.post("/v2/tasks").json(body).await.is(400);
        assert!(refused.text().contains(words), "{}", refused.text());
    }
    ann.post("/v2/tasks").body("{").await.is(400);
}

#[tokio::test]
async fn b1_what_the_input_lacks_is_said_by_the_task() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    for (kind, input, message) in [
        ("export", json!({}), "Input to export task is empty."),
        ("import", json!({}), "Input to import task is empty."),
        (
            "export",
            json!({ "image_uuid": "x" }),
            "Input does not contain 'receiving_swift_container' field",
        ),
        (
            "export",
            json!({ "receiving_swift_container": "x" }),
            "Input does not contain 'image_uuid' field",
        ),
        (
            "import",
            json!({ "image_properties": {} }),
            "Input does not contain 'import_from' field",
        ),
        (
            "import",
            json!({ "import_from": "a/b" }),
            "Input does not contain 'image_properties' field",
        ),
    ] {
        let task = done(&ann, json!({ "type": kind, "input": input })).await;
        assert_eq!(task["message"], message);
        assert_eq!(task["status"], "failure");
    }
}

#[tokio::test]
async fn b1_the_schemas_of_tasks_have_the_types_and_not_the_origin() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    let task = ann.get("/v2/schemas/task").await.is(200);
    let tasks = ann.get("/v2/schemas/tasks").await.is(200);
    let item = &tasks["properties"]["tasks"]["items"];
    for schema in [&task["properties"], &item["properties"]] {
        assert_eq!(schema["type"]["enum"], json!(["import", "export"]));
        for absent in ["image_id", "request_id", "user_id"] {
            assert_eq!(schema.get(absent), None, "{absent}");
        }
    }
    for absent in ["input", "result", "message"] {
        assert_eq!(item["properties"].get(absent), None, "{absent}");
    }
}
