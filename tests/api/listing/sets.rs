//! Which images a caller has in its lists at all.

use serde_json::json;

use crate::glance::{Glance, glance};

/// Alice's, Bob's and nobody's images of every visibility; and what is shared with Alice.
async fn world() -> Glance {
    let glance = glance().await;
    let admin = glance.admin();
    for (whose, owner) in [
        ("alice", Some("alice-project")),
        ("bob", Some("bob-project")),
        ("nobody", None),
    ] {
        for visibility in ["public", "community", "shared", "private"] {
            let name = format!("{whose} {visibility}");
            let fields = json!({ "name": name, "owner": owner, "visibility": visibility });
            admin.create(fields).await;
        }
    }
    for status in ["pending", "accepted", "rejected"] {
        let name = format!("bob {status}");
        let image = admin
            .create(json!({ "name": name, "owner": "bob-project" }))
            .await;
        let request = admin
            .post(image.at("/members"))
            .json(json!({ "member": "alice-project" }));
        request.await.is(200);
        let path = image.at("/members/alice-project");
        admin
            .put(path)
            .json(json!({ "status": status }))
            .await
            .is(200);
    }
    glance
}

#[tokio::test]
async fn a_list_has_what_is_the_callers_and_what_is_for_it() {
    let glance = world().await;
    let alice = glance.person("alice");
    let own = [
        "alice community",
        "alice private",
        "alice public",
        "alice shared",
    ];
    let public = ["bob public", "nobody public"];
    let community = ["bob community", "nobody community"];
    let cases: Vec<(&str, Vec<&str>)> = vec![
        ("", [&own[..], &public, &["bob accepted"]].concat()),
        (
            "visibility=all",
            [&own[..], &public, &community, &["bob accepted"]].concat(),
        ),
        ("visibility=public", [&own[2..3], &public].concat()),
        ("visibility=community", [&own[..1], &community].concat()),
        ("visibility=private", own[1..2].to_vec()),
        ("visibility=shared", [&own[3..], &["bob accepted"]].concat()),
        ("visibility=", vec![]),
        (
            "member_status=pending",
            [&own[..], &public, &["bob pending"]].concat(),
        ),
        (
            "member_status=rejected",
            [&own[..], &public, &["bob rejected"]].concat(),
        ),
        (
            "member_status=all",
            [
                &own[..],
                &public,
                &["bob accepted", "bob pending", "bob rejected"],
            ]
            .concat(),
        ),
        (
            "visibility=shared&member_status=pending",
            [&own[3..], &["bob pending"]].concat(),
        ),
        ("owner=bob-project", vec!["bob public", "bob accepted"]),
    ];
    for (query, mut expected) in cases {
        expected.sort_unstable();
        assert_eq!(
            alice.names(&format!("?sort=name:asc&{query}")).await,
            expected,
            "{query}"
        );
    }
}

#[tokio::test]
async fn an_admin_has_everything_but_the_communitys_of_others() {
    let glance = world().await;
    let admin = glance.bearer("root:alice-project:admin");
    for (query, count, without) in [
        ("", 13, "bob community"),
        ("visibility=all", 15, ""),
        ("visibility=public", 3, ""),
        ("visibility=community", 3, ""),
        ("visibility=private", 3, ""),
        ("visibility=shared", 6, ""),
        ("member_status=rejected", 13, "bob community"),
    ] {
        let names = admin.names(&format!("?{query}")).await;
        assert_eq!(names.len(), count, "{query}: {names:?}");
        assert!(!names.iter().any(|it| it == without));
    }
}

#[tokio::test]
async fn a_list_of_nothing_is_a_list() {
    let glance = glance().await;
    let answer = glance.person("alice").get("/v2/images").await.is(200);
    let expected = r#"{"images": [], "first": "/v2/images", "schema": "/v2/schemas/images"}"#;
    assert_eq!(answer.text(), expected);
}

#[tokio::test]
async fn an_image_in_a_list_is_what_it_is_alone() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice
        .create(json!({ "name": "x", "p": "y", "tags": ["t"] }))
        .await;
    let answer = alice.get("/v2/images").await.is(200);
    assert_eq!(answer["images"], json!([image.document]));
}
