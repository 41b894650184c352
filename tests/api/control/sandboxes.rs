//! Sandboxes: a cloud for each test.

use serde_json::json;

use crate::glance::glance;

#[tokio::test]
async fn a_sandbox_tells_where_it_is() {
    let glance = glance().await;
    let request = glance
        .control()
        .post("/sandboxes")
        .json(json!({ "name": "mine" }));
    let answer = request.await.is(201);
    let sandbox = answer.json();
    let url = sandbox["url"].as_str().unwrap();
    assert_eq!(
        url,
        format!(
            "{}/sandbox/{}",
            glance.url(),
            sandbox["id"].as_str().unwrap()
        )
    );
    assert_eq!(sandbox["auth_url"], format!("{url}/identity/v3"));
    assert_eq!(sandbox["image_url"], url);
    assert!(sandbox["openrc"].as_str().unwrap().contains(url));
    let made = sandbox["created_at"].as_str().unwrap();
    assert_eq!(
        (made.len(), &made[26..]),
        ("2026-01-01T12:00:00.000123Z".len(), "Z")
    );
    assert!(
        sandbox["clouds_yaml"]
            .as_str()
            .unwrap()
            .contains("  mine:\n")
    );
}

#[tokio::test]
async fn images_in_a_sandbox_are_nowhere_else() {
    let glance = glance().await;
    let (one, other) = (
        glance.sandbox().await.unwrap(),
        glance.sandbox().await.unwrap(),
    );
    let alice = |url: &str| glance.at(url, "alice:projA:member,reader");
    let image = alice(&one.url())
        .create_active(json!({ "name": "mine" }))
        .await;
    alice(&one.url()).get(&image).await.is(200);
    alice(&other.url()).get(&image).await.is(404);
    alice(&glance.url()).get(&image).await.is(404);
}

#[tokio::test]
async fn a_sandbox_has_a_keystone_and_a_catalog_of_its_own() {
    let glance = glance().await;
    let sandbox = glance.sandbox().await.unwrap();
    let body = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": {
            "name": "demo", "domain": { "id": "default" }, "password": "secret" } } },
        "scope": { "project": { "name": "demo", "domain": { "id": "default" } } },
    } });
    let person = glance.at(&sandbox.url(), "");
    let request = person.post("/identity/v3/auth/tokens").json(body);
    let request = request.header("Content-Type", "application/json");
    let answer = request.await.is(201);
    let token = answer.header("x-subject-token").to_owned();
    let services = answer.json()["token"]["catalog"].as_array().unwrap();
    let images = services.iter().find(|it| it["type"] == "image").unwrap();
    assert_eq!(images["endpoints"][0]["url"], sandbox.url());
    glance
        .at(&sandbox.url(), &token)
        .get("/v2/images")
        .await
        .is(200);
    glance.bearer(&token).get("/v2/images").await.is(401);
}

#[tokio::test]
async fn links_lead_back_into_the_sandbox() {
    let glance = glance().await;
    let sandbox = glance.sandbox().await.unwrap();
    let alice = glance.at(&sandbox.url(), "alice:projA:member,reader");
    let answer = alice.post("/v2/images").json(json!({})).await.is(201);
    let id = answer.json()["id"].as_str().unwrap();
    assert_eq!(
        answer.header("location"),
        format!("{}/v2/images/{id}", sandbox.url())
    );
    let versions = alice.get("/").await.is(300);
    let link = versions.json()["versions"][0]["links"][0]["href"]
        .as_str()
        .unwrap();
    assert_eq!(link, format!("{}/v2/", sandbox.url()));
}

#[tokio::test]
async fn a_sandbox_is_controlled_below_its_own_url() {
    let glance = glance().await;
    let sandbox = glance.sandbox().await.unwrap();
    let alice = glance.at(&sandbox.url(), "alice:projA:member,reader");
    let outside = glance.person("alice").create_active(json!({})).await;
    let inside = alice.create_active(json!({})).await;
    alice.post("/_lookalike/reset").await.is(204);
    alice.get(&inside).await.is(404);
    glance.person("alice").get(&outside).await.is(200);
    // It has none of its own.
    alice.get("/_lookalike/sandboxes").await.is(404);
}

#[tokio::test]
async fn a_sandbox_that_was_deleted_is_gone() {
    let glance = glance().await;
    let control = glance.control();
    let answer = control.post("/sandboxes").await.is(201);
    let (id, url) = (
        answer.json()["id"].as_str().unwrap(),
        answer.json()["url"].as_str().unwrap(),
    );
    let path = format!("/sandboxes/{id}");
    control.get(&path).await.is(200);
    control.delete(&path).await.is(204);
    control.delete(&path).await.is(404);
    let answer = glance.at(url, "a:b:member").get("/v2/images").await.is(404);
    assert!(answer.text().contains("no sandbox"));
    assert_eq!(
        control.get("/sandboxes").await.json(),
        &json!({ "sandboxes": [] })
    );
}

#[tokio::test]
async fn a_sandbox_that_nobody_uses_expires() {
    let glance = glance().await;
    let control = glance.control();
    let request = control
        .post("/sandboxes")
        .json(json!({ "expires_after_s": 0.01 }));
    let answer = request.await.is(201);
    let path = format!("/sandboxes/{}", answer.json()["id"].as_str().unwrap());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while control.get(&path).await.status == 200 {
        assert!(std::time::Instant::now() < deadline);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_a_sandbox_cannot_be_is_said() {
    let glance = glance().await;
    let refused = async |body| {
        let request = glance.control().post("/sandboxes").json(body);
        request.await.is(400).text().to_owned()
    };
    assert!(refused(json!({ "nmae": "x" })).await.contains("nmae"));
    assert!(refused(json!({ "name": "" })).await.contains("1 to 255"));
    assert!(
        refused(json!({ "expires_after_s": 0 }))
            .await
            .contains("expires_after_s")
    );
}

#[tokio::test]
async fn two_hundred_sandboxes_with_ten_clients_each_do_not_see_each_other() {
    let glance = glance().await;
    let mut all = tokio::task::JoinSet::new();
    for number in 0..200 {
        let sandbox = glance.sandbox().await.unwrap();
        let people: Vec<_> = (0..10)
            .map(|it| glance.at(&sandbox.url(), format!("p{it}:proj:member,reader")))
            .collect();
        all.spawn(async move {
            for (at, person) in people.iter().enumerate() {
                person
                    .create(json!({ "name": format!("{number}-{at}") }))
                    .await;
            }
            let names = people[0].names("").await;
            assert_eq!(names.len(), people.len());
            assert!(names.iter().all(|it| it.starts_with(&format!("{number}-"))));
            sandbox.remove().await;
        });
    }
    while let Some(ended) = all.join_next().await {
        ended.unwrap();
    }
}
