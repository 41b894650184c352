//! Routes that a dialect does not have, and the forms of its paths.

use std::collections::BTreeSet;

use lookalike::dialect::{BUILT_IN, Dialect, PCD, RACKSPACE};
use serde_json::json;

use crate::glance::{Glance, glance, glance_with};

async fn cloud(dialect: &'static Dialect) -> Glance {
    glance_with(|config| config.dialect.dialect = dialect).await
}

#[tokio::test]
async fn an_absent_route_answers_as_an_unknown_path() {
    let glance = cloud(&RACKSPACE).await;
    let admin = glance.admin();
    let unknown = admin.get("/v2/nonsense").await.is(404);
    for path in ["/v2/info/stores", "/v2/metadefs/namespaces", "/v2/cache"] {
        let absent = admin.get(path).await.is(404);
        assert_eq!(absent.body, unknown.body, "{path}");
        assert_eq!(absent.header("allow"), "", "{path}");
        admin.request(http::Method::TRACE, path).await.is(501);
        glance.nobody().get(path).await.is(401);
    }
}

#[tokio::test]
async fn every_route_that_a_dialect_lacks_is_missing_from_its_list() {
    let all: BTreeSet<_> = lookalike::routes(&lookalike::dialect::DEFAULT)
        .into_iter()
        .collect();
    for dialect in BUILT_IN {
        let own: BTreeSet<_> = lookalike::routes(dialect).into_iter().collect();
        assert!(own.is_subset(&all), "{}", dialect.name);
        let lacks = dialect.absent_routes.is_empty();
        assert_eq!(own == all, lacks, "{}", dialect.name);
    }
}

#[tokio::test]
async fn errors_are_text_whatever_is_accepted_where_the_dialect_says_so() {
    let glance = cloud(&RACKSPACE).await;
    let alice = glance.person("alice");
    for accept in ["application/json", "text/html", "*/*"] {
        let request = alice.get("/v2/images/none").header("Accept", accept);
        let answer = request.await.is(404);
        assert_eq!(answer.header("content-type"), "text/plain; charset=UTF-8");
        let text = "404 Not Found\n\nNo image found with ID none\n\n   ";
        assert_eq!(answer.text(), text, "{accept}");
    }
}

#[tokio::test]
async fn errors_of_the_default_dialect_are_what_is_accepted() {
    let glance = glance().await;
    let answer = glance.person("alice").get("/v2/images/none").await.is(404);
    assert_eq!(answer.header("content-type"), "application/json");
}

// 14 A2 row 10.
#[tokio::test]
async fn rackspace_lists_one_version_with_300_at_both_paths() {
    let glance = cloud(&RACKSPACE).await;
    for path in ["/", "/versions"] {
        let answer = glance.nobody().get(path).await.is(300);
        assert_eq!(answer["versions"].as_array().unwrap().len(), 1, "{path}");
    }
}

// 14 A5: `/v2/{tenant}/tasks`.
#[tokio::test]
async fn the_number_of_an_account_may_stand_in_every_path() {
    let glance = cloud(&RACKSPACE).await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "name": "one" })).await;
    let seen = alice.get(format!(
        "/v2/929418/images/{}",
        image["id"].as_str().unwrap()
    ));
    assert_eq!(seen.await.is(200)["name"], "one");
    alice.get("/v2/929418/schemas/image").await.is(200);
    glance.admin().get("/v2/929418/tasks").await.is(200);
}

// 11 §1.
#[tokio::test]
async fn json_may_end_a_path() {
    let glance = cloud(&RACKSPACE).await;
    let list = glance.person("alice").get("/v2/images.json?limit=2").await;
    assert_eq!(list.is(200)["first"], "/v2/images?limit=2");
}

// 14 B, first row.
#[tokio::test]
async fn pcd_has_images_and_identity_below_prefixes() {
    let glance = cloud(&PCD).await;
    let alice = glance.person("alice");
    for prefix in ["/glance", "/glance-admin", ""] {
        alice.get(format!("{prefix}/v2/images")).await.is(200);
        let versions = glance.nobody().get(format!("{prefix}/")).await.is(300);
        let link = &versions["versions"][0]["links"][0]["href"];
        assert_eq!(*link, format!("{}{prefix}/v2/", glance.url()));
    }
    for prefix in ["/keystone", "/identity"] {
        let version = glance.nobody().get(format!("{prefix}/v3")).await.is(200);
        let link = &version["version"]["links"][0]["href"];
        assert_eq!(*link, format!("{}{prefix}/v3/", glance.url()));
    }
}
