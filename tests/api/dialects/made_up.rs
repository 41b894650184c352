//! A fourth cloud, made up here: a dialect is a table of data, and this is all that one takes.

use lookalike::dialect::{
    AbsentRoute, Dialect, ErrorForm, GLANCE, ImageRules, Interface, Mount, Paths,
};
use serde_json::json;

use crate::glance::{Glance, glance_with};

/// Nimbus keeps images below `/image`, has no image cache, lets nobody delete one by one's own, and tells errors as text.
static NIMBUS: Dialect = Dialect {
    name: "nimbus",
    title: "Nimbus Public Cloud",
    absent_routes: &[
        AbsentRoute::some("/v2/images/{image}/file", &["PUT"]),
        AbsentRoute::all("/v2/cache/{*}"),
    ],
    paths: Paths {
        mounts: &[Mount {
            prefix: "/image",
            onto: "",
            interface: Interface::Public,
        }],
        ..Paths::PLAIN
    },
    errors: ErrorForm::Text,
    images: &ImageRules {
        policy: &[("delete_image", "role:admin")],
        ..ImageRules::GLANCE
    },
    ..GLANCE
};

async fn nimbus() -> Glance {
    glance_with(|config| config.dialect.dialect = &NIMBUS).await
}

#[tokio::test]
async fn a_made_up_cloud_has_its_paths_routes_rules_and_errors() {
    let glance = nimbus().await;
    let alice = glance.person("alice");
    let made = alice.post("/image/v2/images").json(json!({})).await.is(201);
    let image = format!("/v2/images/{}", made["id"].as_str().unwrap());
    assert_eq!(
        made.header("location"),
        format!("{}/image{image}", glance.url())
    );
    let refused = alice.delete(&image).await.is(403);
    assert!(
        refused.text().starts_with("403 Forbidden\n\n"),
        "{}",
        refused.text()
    );
    glance.admin().post("/v2/cache/clean").await.is(404);
    let refused = alice.put(format!("{image}/file")).await.is(405);
    assert_eq!(refused.header("allow"), "GET");
    glance.admin().delete(&image).await.is(204);
}
