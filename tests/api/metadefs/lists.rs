//! Lists of namespaces: whose, in which order, page by page.

use serde_json::json;

use super::{NAMESPACES, full};
use crate::glance::{Glance, Person, glance};

async fn names(who: &Person, query: &str) -> Vec<String> {
    let path = format!("{NAMESPACES}{query}");
    who.named(path, "namespaces", "namespace").await
}

/// Four namespaces: two of the admin's, two of Alice's.
async fn some(glance: &Glance) -> Person {
    let admin = glance.admin();
    for (name, owner, visibility, text) in [
        ("open", "admin-project", "public", "b"),
        ("closed", "admin-project", "private", "a"),
        ("hers", "alice-project", "private", "d"),
        ("shown", "alice-project", "public", "c"),
    ] {
        let fields = json!({ "namespace": name, "owner": owner, "visibility": visibility, "display_name": text });
        admin.namespace(fields).await;
    }
    admin
}

#[tokio::test]
async fn a_caller_has_the_public_ones_and_its_own() {
    let glance = glance().await;
    let admin = some(&glance).await;
    assert_eq!(names(&admin, "").await, ["shown", "hers", "closed", "open"]);
    assert_eq!(
        names(&glance.person("alice"), "").await,
        ["shown", "hers", "open"]
    );
    assert_eq!(names(&glance.person("bob"), "").await, ["shown", "open"]);
    assert_eq!(
        names(&glance.bearer("eve:none:reader"), "").await,
        ["shown", "open"]
    );
}

#[tokio::test]
async fn every_order_walks_through_all_of_them() {
    let glance = glance().await;
    let admin = some(&glance).await;
    for key in [
        "id",
        "namespace",
        "display_name",
        "description",
        "visibility",
        "protected",
        "owner",
        "created_at",
        "updated_at",
    ] {
        for way in ["asc", "desc"] {
            let all = names(&admin, &format!("?sort_key={key}&sort_dir={way}")).await;
            let mut walked = Vec::new();
            let mut next = format!("{NAMESPACES}?limit=1&sort_key={key}&sort_dir={way}");
            loop {
                let page = admin.get(&next).await.is(200);
                let Some(link) = page["next"].as_str() else {
                    break;
                };
                walked.push(
                    page["namespaces"][0]["namespace"]
                        .as_str()
                        .unwrap()
                        .to_owned(),
                );
                next = link.to_owned();
            }
            assert_eq!(walked, all, "{key} {way}");
            assert_eq!(all.len(), 4);
        }
    }
    assert_eq!(
        names(&admin, "?sort_key=display_name&sort_dir=asc").await,
        ["closed", "open", "shown", "hers"]
    );
}

#[tokio::test]
async fn they_are_found_by_visibility_and_by_resource_type() {
    let glance = glance().await;
    let admin = some(&glance).await;
    admin.namespace(full("A")).await;
    assert_eq!(
        names(&admin, "?visibility=private").await,
        ["hers", "closed"]
    );
    assert_eq!(names(&admin, "?visibility=").await, [""; 0]);
    assert_eq!(names(&admin, "?resource_types=None,Server").await, ["A"]);
    assert_eq!(names(&admin, "?resource_types=").await, [""; 0]);
    let listed = admin
        .get(format!("{NAMESPACES}?resource_types=Server"))
        .await;
    let namespace = &listed["namespaces"][0];
    assert_eq!(namespace["resource_type_associations"][0]["prefix"], "hw_");
    assert_eq!(namespace["objects"], json!(null));
}

#[tokio::test]
async fn links_lead_to_the_first_page_and_to_the_next() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(json!({ "namespace": "A::B c" })).await;
    let page = admin
        .get(format!("{NAMESPACES}?limit=1&foo=bar"))
        .await
        .is(200);
    assert_eq!(page.keys(), ["namespaces", "next", "schema", "first"]);
    assert_eq!(page["first"], format!("{NAMESPACES}?limit=1&foo=bar"));
    assert_eq!(
        page["next"],
        format!("{NAMESPACES}?limit=1&foo=bar&marker=A%3A%3AB+c")
    );
}

#[tokio::test]
async fn wrong_parameters_and_markers_are_named() {
    let glance = glance().await;
    let admin = some(&glance).await;
    let bob = glance.person("bob");
    for (who, query, status, said) in [
        (&admin, "limit=-1", 400, "limit param must be positive"),
        (&admin, "limit=x", 400, "limit param must be an integer"),
        (&admin, "sort_dir=x", 400, "Invalid sort direction: x"),
        (
            &admin,
            "visibility=shared",
            400,
            "Invalid visibility value: shared",
        ),
        (
            &admin,
            "marker=none",
            404,
            "Metadata definition namespace=none was not found.",
        ),
        (
            &bob,
            "marker=closed",
            403,
            "Forbidding request, metadata definition namespace=closed is not visible.",
        ),
    ] {
        let answer = who.get(format!("{NAMESPACES}?{query}")).await;
        answer.is(status).says(said);
    }
}
