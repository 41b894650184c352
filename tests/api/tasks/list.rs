//! Tasks in lists.

use serde_json::json;

use super::{ended, hopeless};
use crate::glance::{Answer, Glance, Person, glance};

fn ids(answer: &Answer) -> Vec<String> {
    let tasks = answer["tasks"].as_array().unwrap().iter();
    tasks
        .map(|it| it["id"].as_str().unwrap().to_owned())
        .collect()
}

/// A server with so many tasks that have ended, the latest first.
async fn with_tasks(count: usize) -> (Glance, Person, Vec<String>) {
    let glance = glance().await;
    let admin = glance.admin();
    let mut tasks = Vec::new();
    for _ in 0..count {
        let task = hopeless(&admin).await.is(201);
        let id = task["id"].as_str().unwrap().to_owned();
        ended(&admin, &id).await;
        tasks.insert(0, id);
    }
    (glance, admin, tasks)
}

#[tokio::test]
async fn a_list_tells_the_most_of_each() {
    let (_glance, admin, tasks) = with_tasks(2).await;
    let answer = admin.get("/v2/tasks").await.is(200);
    assert_eq!(answer.keys(), ["tasks", "first", "schema"]);
    assert_eq!(answer["first"], "/v2/tasks");
    assert_eq!(answer["schema"], "/v2/schemas/tasks");
    assert_eq!(ids(&answer), tasks);
    let keys: Vec<_> = answer["tasks"][0].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "id",
            "type",
            "status",
            "owner",
            "created_at",
            "updated_at",
            "self",
            "schema",
            "expires_at",
        ]
    );
}

#[tokio::test]
async fn pages_follow_each_other_in_every_order() {
    let (_glance, admin, tasks) = with_tasks(5).await;
    let keys = [
        "created_at",
        "id",
        "type",
        "status",
        "owner",
        "expires_at",
        "updated_at",
        "image_id",
        "user_id",
        "request_id",
    ];
    for key in keys {
        for way in ["asc", "desc"] {
            let mut seen = Vec::new();
            let mut next = Some(format!("/v2/tasks?limit=2&sort_key={key}&sort_dir={way}"));
            while let Some(page) = next {
                let answer = admin.get(page).await.is(200);
                seen.extend(ids(&answer));
                next = answer["next"].as_str().map(str::to_owned);
            }
            let mut all = seen.clone();
            all.sort_unstable();
            let mut expected = tasks.clone();
            expected.sort_unstable();
            assert_eq!(all, expected, "{key} {way}");
            if key == "id" {
                if way == "desc" {
                    expected.reverse();
                }
                assert_eq!(seen, expected);
            }
        }
    }
}

#[tokio::test]
async fn a_list_can_be_narrowed() {
    let (_glance, admin, tasks) = with_tasks(2).await;
    let count = async |query: &str| {
        let answer = admin.get(format!("/v2/tasks?{query}")).await.is(200);
        ids(&answer).len()
    };
    for (query, found) in [
        ("status=failure", 2),
        ("status=success", 0),
        ("type=import", 0),
        ("owner=admin-project", 2),
        ("owner=x", 0),
        ("user_id=root", 2),
        ("image_id=x", 0),
        ("created_at=x", 0),
        ("created_at=2001-01-01T00:00:00Z", 0),
        ("foo=x", 2),
        ("input=x", 2),
        ("limit=0", 0),
        ("limit=99999999999999999999", 2),
    ] {
        assert_eq!(count(query).await, found, "{query}");
    }
    assert_eq!(count(&format!("id={}", tasks[0])).await, 1);
    assert_eq!(count(&format!("marker={}", tasks[0])).await, 1);
}

#[tokio::test]
async fn links_repeat_the_question() {
    let (_glance, admin, tasks) = with_tasks(1).await;
    let answer = admin.get("/v2/tasks?foo=b&limit=1").await.is(200);
    assert_eq!(answer["first"], "/v2/tasks?foo=b&limit=1");
    let next = format!("/v2/tasks?foo=b&limit=1&marker={}", tasks[0]);
    assert_eq!(answer["next"], next);
}

#[tokio::test]
async fn what_is_no_question_is_refused() {
    let glance = glance().await;
    let admin = glance.admin();
    let unknown = "00000000-0000-0000-0000-000000000000";
    for (query, words) in [
        ("limit=x", "limit param must be an integer"),
        ("limit=-1", "limit param must be positive"),
        ("marker=x", "Invalid marker format"),
        (
            &format!("marker={unknown}"),
            &format!("Task with the given id {unknown} was not found"),
        ),
        ("sort_key=input", "Sort key supplied was not valid."),
        ("sort_dir=x", "Invalid sort direction: x"),
        ("status=x", "Invalid status value: x"),
        (
            "type=api_image_import",
            "Invalid type value: api_image_import",
        ),
    ] {
        let answer = admin.get(format!("/v2/tasks?{query}")).await.is(400);
        answer.says(words);
    }
}

#[tokio::test]
async fn admins_see_the_tasks_of_all_projects() {
    let (glance, _, tasks) = with_tasks(1).await;
    let other = glance.bearer("root:other-project:admin");
    let answer = other.get("/v2/tasks").await.is(200);
    assert_eq!(ids(&answer), tasks);
    assert_eq!(answer["tasks"][0]["owner"], json!("admin-project"));
}
