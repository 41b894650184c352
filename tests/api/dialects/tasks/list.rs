//! Lists of tasks (14 A5).

use serde_json::Value;

use super::{create, customer, done, ended, export_of, import_of, rackspace};
use crate::glance::Person;

async fn listed(person: &Person, query: &str) -> Vec<Value> {
    let listed = person.get(format!("/v2/tasks{query}")).await.is(200);
    listed["tasks"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a5_a_list_has_the_tasks_of_the_account_without_input_and_result() {
    let glance = rackspace().await;
    let (ann, bob) = (customer(&glance, "929418"), customer(&glance, "929419"));
    create(&bob, import_of("a/b")).await;
    done(&ann, import_of("a/b")).await;
    let tasks = listed(&ann, "").await;
    assert_eq!(tasks.len(), 1);
    let mut keys: Vec<_> = tasks[0].as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "created_at",
            "expires_at",
            "id",
            "owner",
            "schema",
            "self",
            "status",
            "type",
            "updated_at"
        ]
    );
    assert_eq!(tasks[0]["owner"], "929418");
}

#[tokio::test]
async fn a5_lists_are_filtered_by_type_and_status() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    done(&ann, import_of("a/b")).await;
    done(&ann, export_of("x", "none")).await;
    for (query, types) in [
        ("?type=import", vec!["import"]),
        ("?type=export", vec!["export"]),
        ("?status=failure", vec!["export", "import"]),
        ("?status=success", vec![]),
        ("?type=import&status=failure", vec!["import"]),
    ] {
        let found = listed(&ann, query).await;
        let found: Vec<_> = found.iter().map(|task| task["type"].clone()).collect();
        assert_eq!(found, types, "{query}");
    }
    for query in ["?type=location_import", "?status=done"] {
        ann.get(format!("/v2/tasks{query}")).await.is(400);
    }
}

#[tokio::test]
async fn a5_lists_have_pages_in_both_directions() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    let mut ids = Vec::new();
    for _ in 0..3 {
        let task = create(&ann, import_of("a/b")).await;
        let id = task["id"].as_str().unwrap().to_owned();
        ended(&ann, &id).await;
        ids.push(id);
    }
    let names = |tasks: Vec<Value>| -> Vec<String> {
        let ids = tasks.iter().map(|task| task["id"].as_str().unwrap());
        ids.map(str::to_owned).collect()
    };
    let first = names(listed(&ann, "?limit=2&sort_dir=asc").await);
    assert_eq!(first.len(), 2);
    let query = format!("?limit=2&sort_dir=asc&marker={}", first[1]);
    let second = names(listed(&ann, &query).await);
    let both = [first, second].concat();
    assert_eq!(both.len(), 3);
    let mut back = names(listed(&ann, "?sort_dir=desc").await);
    back.reverse();
    assert_eq!(both, back);
    ids.sort();
    back.sort();
    assert_eq!(ids, back);
}
