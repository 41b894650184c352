//! The filters and parts of lists, and the hierarchy of projects.

use http::Method;
use serde_json::json;

use super::{Cloud, cloud};

/// Three projects, one below another.
async fn three(cloud: &Cloud, admin: &str) -> [String; 3] {
    let new = |name: &str, parent: &str, tags: &[&str]| json!({ "name": name, "domain_id": "default", "parent_id": parent, "tags": tags });
    let apple = new("apple", "default", &["red", "round"]);
    let apple = cloud.create(admin, "projects", "project", apple).await;
    let pear = new("pear", &apple, &["green"]);
    let pear = cloud.create(admin, "projects", "project", pear).await;
    let plum = new("Plum", &pear, &["red"]);
    let plum = cloud.create(admin, "projects", "project", plum).await;
    [apple, pear, plum]
}

#[tokio::test]
async fn projects_are_filtered_by_parts_of_names_by_tags_and_by_parents() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let [apple, ..] = three(&cloud, &admin).await;
    for (query, names) in [
        ("name__startswith=p".to_owned(), vec!["pear"]),
        ("name__istartswith=p".to_owned(), vec!["Plum", "pear"]),
        (
            "name__contains=pl&name__endswith=e".to_owned(),
            vec!["apple"],
        ),
        ("tags=red,round".to_owned(), vec!["apple"]),
        ("tags-any=round,green".to_owned(), vec!["apple", "pear"]),
        ("tags=red&not-tags=round".to_owned(), vec!["Plum"]),
        (format!("parent_id={apple}"), vec!["pear"]),
        ("is_domain=true".to_owned(), vec!["Default"]),
    ] {
        let listed = cloud.get(&admin, &format!("/v3/projects?{query}")).await;
        assert_eq!(listed.is(200).names("projects"), names, "{query}");
    }
}

#[tokio::test]
async fn a_list_comes_in_parts_where_a_limit_is_asked_for() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let mut seen = Vec::new();
    let mut path = "/v3/users?limit=2".to_owned();
    loop {
        let part = cloud.get(&admin, &path).await.is(200);
        let names = part.names("users");
        assert!(names.len() <= 2);
        seen.extend(names.into_iter().map(str::to_owned));
        let Some(next) = part.body["links"]["next"].as_str() else {
            break;
        };
        assert_eq!(part.body["truncated"], true);
        path = next.split_once("/identity").unwrap().1.to_owned();
    }
    seen.sort();
    assert_eq!(seen, ["admin", "alt", "demo", "demo_member", "demo_reader"]);
    let words = "Marker nope could not be found.";
    let lost = cloud.get(&admin, "/v3/users?marker=nope").await;
    lost.is(404).says(words);
}

#[tokio::test]
async fn a_filter_that_is_not_of_its_form_is_refused() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    for path in [
        "/v3/users?enabled=maybe",
        "/v3/projects?name=",
        "/v3/projects?parent_id=nope",
        "/v3/endpoints?interface=private",
        "/v3/regions?nope=1",
        "/v3/limits?service_id=nope",
    ] {
        assert_eq!(cloud.get(&admin, path).await.status, 400, "{path}");
    }
}

#[tokio::test]
async fn a_project_shows_the_ids_above_and_below() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let [apple, pear, plum] = three(&cloud, &admin).await;
    let path = format!("/v3/projects/{pear}?parents_as_ids&subtree_as_ids");
    let shown = cloud.get(&admin, &path).await.is(200);
    let shown = &shown.body["project"];
    assert_eq!(shown["parents"], json!({ apple: { "default": null } }));
    assert_eq!(shown["subtree"], json!({ plum: null }));
    let path = format!("/v3/projects/{pear}?subtree_as_list&subtree_as_ids");
    cloud.get(&admin, &path).await.is(400);
}

#[tokio::test]
async fn a_branch_with_enabled_projects_is_not_disabled() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let [apple, ..] = three(&cloud, &admin).await;
    let off = json!({ "project": { "enabled": false } });
    let path = format!("/v3/projects/{apple}");
    cloud.patch(&admin, &path, off).await.is(403);
}

#[tokio::test]
async fn the_tags_of_a_project_are_set_one_by_one() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let [apple, ..] = three(&cloud, &admin).await;
    let tags = format!("/v3/projects/{apple}/tags");
    let one = format!("{tags}/ripe");
    cloud.get(&admin, &one).await.is(404);
    cloud.call(Method::PUT, &admin, &one).await.is(201);
    cloud.call(Method::PUT, &admin, &one).await.is(400);
    cloud.get(&admin, &one).await.is(204);
    let listed = cloud.get(&admin, &tags).await.is(200);
    assert_eq!(listed.body["tags"], json!(["red", "round", "ripe"]));
    cloud.call(Method::DELETE, &admin, &one).await.is(204);
    cloud.call(Method::DELETE, &admin, &tags).await.is(204);
    let listed = cloud.get(&admin, &tags).await.is(200);
    assert_eq!(listed.body["tags"], json!([]));
}

#[tokio::test]
async fn a_slash_at_the_end_does_not_count_and_a_doubled_one_is_led_away() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let plain = cloud.get(&admin, "/v3/users").await.is(200);
    let slash = cloud.get(&admin, "/v3/users/").await.is(200);
    assert_eq!(plain.body, slash.body);
    let stay = reqwest::redirect::Policy::none();
    let client = reqwest::Client::builder().redirect(stay).build().unwrap();
    let url = format!("{}/identity/v3//users?name=x", cloud.server.url());
    let answer = client.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 308);
    assert_eq!(answer.headers()["location"], cloud.link("/users?name=x"));
}
