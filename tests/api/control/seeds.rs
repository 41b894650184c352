//! More of what a cloud has.

use serde_json::json;

use crate::glance::{Glance, glance, glance_with};

async fn names(glance: &Glance) -> Vec<String> {
    glance
        .person("ann")
        .names("?visibility=public&limit=100")
        .await
}

#[tokio::test]
async fn a_seed_is_added_to_the_cloud_until_it_is_reset() {
    let glance = glance().await;
    let seed = json!({
        "projects": [{ "name": "team" }],
        "images": [{ "name": "mine", "visibility": "public" }, { "name": "other", "owner": "team" }],
    });
    let answer = glance
        .control()
        .post("/seeds")
        .json(seed.clone())
        .await
        .is(201);
    assert_eq!(answer["made"]["images"], 2);
    assert_eq!(answer["made"]["projects"], 1);
    assert_eq!(answer["kept"]["images"], 0);
    assert_eq!(names(&glance).await, ["mine"]);

    let answer = glance.control().post("/seeds").json(seed).await.is(201);
    assert_eq!(answer["made"]["images"], 0);
    assert_eq!(answer["kept"]["images"], 2);
    assert_eq!(names(&glance).await, ["mine"]);

    glance.control().post("/reset").await.is(204);
    assert!(names(&glance).await.is_empty());
}

#[tokio::test]
async fn a_seed_may_be_yaml_or_the_name_of_a_built_in_one() {
    let glance = glance().await;
    let control = glance.control();
    control
        .post("/seeds")
        .body("images:\n- {name: mine, visibility: public}\n")
        .await
        .is(201);
    assert_eq!(names(&glance).await, ["mine"]);
    control.post("/seeds").json(json!("demo")).await.is(201);
    assert_eq!(names(&glance).await.len(), 7);
    let answer = control.post("/seeds").json(json!("dmeo")).await.is(400);
    assert_eq!(
        answer["error"]["message"],
        "no seed is built in as \"dmeo\"; these are: demo, rackspace, pcd"
    );
}

#[tokio::test]
async fn a_seed_without_a_word_is_refused() {
    let glance = glance().await;
    for body in ["", " \n", "{}", "{ }\n", "null", "# later\n", "---\n{}"] {
        let answer = glance.control().post("/seeds").body(body).await.is(400);
        let said = answer["error"]["message"].as_str().unwrap();
        assert!(
            said.starts_with("the body says nothing: a seed is needed"),
            "{said}"
        );
    }
    let control = glance.control();
    control.post("/seeds").body("images: []").await.is(201);
}

#[tokio::test]
async fn what_is_wrong_with_a_seed_is_said_and_nothing_is_added() {
    let glance = glance().await;
    let body = "images:\n- {name: a, visibility: public}\n- {name: b, visibility: publik}\n";
    let answer = glance.control().post("/seeds").body(body).await.is(400);
    let said = answer["error"]["message"].as_str().unwrap();
    let begin = "seed of the request: line 3: images: b: Provided object does not match schema";
    assert!(said.starts_with(begin), "{said}");
    assert!(names(&glance).await.is_empty());
}

#[tokio::test]
async fn a_request_cannot_have_files_of_the_server_read() {
    let glance = glance().await;
    let body =
        "images: [{name: a, disk_format: raw, container_format: bare, data: {file: /etc/hosts}}]";
    let answer = glance.control().post("/seeds").body(body).await.is(400);
    assert_eq!(
        answer["error"]["message"],
        "seed of the request: line 1: images: a: data: file: only a seed that a server begins with may \
         name files: start it with --seed FILE, or give the bytes as text, base64 or size"
    );
}

#[tokio::test]
async fn a_reset_plants_the_seeds_of_the_start_again() {
    let glance = glance_with(|it| it.seeds.seed = vec!["demo".into()]).await;
    let admin = glance.admin();
    let before = names(&glance).await;
    let rescue = "/v2/images/5eed0000-0000-4000-8000-000000000001";
    admin.delete(rescue).await.is(204);
    assert_ne!(names(&glance).await, before);
    glance.control().post("/reset").await.is(204);
    assert_eq!(names(&glance).await, before);
    let file = format!("{rescue}/file");
    assert_eq!(admin.get(file).await.is(200).body.len(), 1 << 20);
}

#[tokio::test]
async fn images_whose_id_a_seed_does_not_give_have_the_same_after_a_reset() {
    let glance = glance().await;
    let with_bytes = json!({
        "name": "a", "data": { "text": "abc" }, "visibility": "public",
        "disk_format": "raw", "container_format": "bare",
    });
    let without = json!({ "name": "b", "visibility": "public" });
    for images in [json!([without]), json!([with_bytes, without])] {
        let body = json!({ "seed": { "images": images } });
        let answer = glance.control().post("/sandboxes").json(body).await.is(201);
        let ann = glance.at(answer["url"].as_str().unwrap(), "ann:ann:member,reader");
        let ids = async || {
            let list = ann.get("/v2/images?sort_key=name").await.is(200);
            let images = list["images"].as_array().unwrap().clone();
            images.iter().map(|it| it["id"].clone()).collect::<Vec<_>>()
        };
        let before = ids().await;
        assert_eq!(before.len(), images.as_array().unwrap().len());
        for _ in 0..2 {
            ann.post("/_lookalike/reset").await.is(204);
            assert_eq!(ids().await, before);
        }
    }
}

#[tokio::test]
async fn a_sandbox_begins_with_the_seeds_of_the_server_or_with_its_own() {
    let glance = glance_with(|it| it.seeds.seed = vec!["demo".into()]).await;
    let own = json!({ "images": [{ "name": "mine", "visibility": "public" }] });
    for (body, expected) in [
        (json!({}), 6),
        (json!({ "seed": own }), 1),
        (json!({ "seed": {} }), 0),
        (json!({ "seed": "demo" }), 6),
    ] {
        let answer = glance.control().post("/sandboxes").json(body).await.is(201);
        let ann = glance.at(answer["url"].as_str().unwrap(), "ann:ann:member,reader");
        let list = "?visibility=public&limit=100";
        assert_eq!(ann.names(list).await.len(), expected);
        ann.post("/_lookalike/reset").await.is(204);
        assert_eq!(ann.names(list).await.len(), expected);
    }
    let wrong = json!({ "seed": { "images": [{ "name": "x", "min_disk": -1 }] } });
    let answer = glance
        .control()
        .post("/sandboxes")
        .json(wrong)
        .await
        .is(400);
    let said = answer["error"]["message"].as_str().unwrap();
    assert!(
        said.starts_with("seed of the sandbox: images: x: "),
        "{said}"
    );
}
