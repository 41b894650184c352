//! Queries that would cost more than they are long.

use std::fmt::Display;
use std::time::{Duration, Instant};

use crate::glance::glance;

/// A parameter so many times, each with a number behind it.
fn repeated(text: impl Display, count: usize) -> String {
    let all: Vec<_> = (0..count).map(|number| format!("{text}{number}")).collect();
    all.join("&")
}

#[tokio::test]
async fn the_values_of_a_filter_do_not_cost_their_square() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let values = |count: usize| format!("/v2/images?name=in:{}a", "a,".repeat(count - 1));
    let start = Instant::now();
    alice.get(values(2000)).await.is(200);
    assert!(start.elapsed() < Duration::from_secs(1), "{start:?}");
    let answer = alice.get(values(2001)).await.is(400);
    answer.says("The operator 'in' may have 2000 values at the most.");
}

#[tokio::test]
async fn more_filters_than_a_statement_takes_are_refused() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for filter in ["tag=", "p"] {
        let query = repeated(filter, 200);
        alice.get(format!("/v2/images?{query}")).await.is(200);
        let query = repeated(filter, 201);
        let answer = alice.get(format!("/v2/images?{query}")).await.is(400);
        answer.says("A list may have 200 filters at the most.");
    }
}

#[tokio::test]
async fn more_parameters_than_any_query_needs_are_refused() {
    let glance = glance().await;
    let admin = glance.admin();
    let query = repeated("name=", 501);
    for path in [
        "/v2/images",
        "/v2/tasks",
        "/v2/metadefs/namespaces",
        "/v2/metadefs/namespaces/x/objects",
    ] {
        let answer = admin.get(format!("{path}?{query}")).await.is(400);
        answer.says("A query may have 500 parameters at the most.");
    }
    for path in ["users", "projects", "domains", "limits", "role_assignments"] {
        let path = format!("/identity/v3/{path}?{query}");
        let answer = admin.get(path).await.is(400);
        let words = "A query may have 500 parameters at the most.";
        assert_eq!(answer["error"]["message"], words);
    }
}

#[tokio::test]
async fn a_sort_key_counts_once_however_often_it_comes() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for name in ["b", "a", "c"] {
        alice.create(serde_json::json!({ "name": name })).await;
    }
    let query = format!("?sort={}name:asc", "name:asc,".repeat(2000));
    assert_eq!(alice.names(&query).await, ["a", "b", "c"]);
    let query = ["sort_key=name&sort_dir=asc"; 200].join("&");
    assert_eq!(alice.names(&format!("?{query}")).await, ["a", "b", "c"]);
}
