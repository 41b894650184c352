//! What the journal does not tell.

use serde_json::json;

use super::requests;
use crate::glance::glance;

const JSON: &str = "application/json";

#[tokio::test]
async fn tokens_and_passwords_are_in_no_part_of_it() {
    let glance = glance().await;
    let login = json!({ "auth": {
        "identity": {
            "methods": ["password"],
            "password": { "user": {
                "name": "admin", "domain": { "id": "default" }, "password": "secret",
            } },
        },
        "scope": { "project": { "name": "admin", "domain": { "id": "default" } } },
    } });
    let login = glance.nobody().post("/identity/v3/auth/tokens").json(login);
    let answer = login.header("Content-Type", "application/json");
    let answer = answer.await.is(201);
    let token = answer.header("x-subject-token").to_owned();
    glance.bearer(&token).get("/v2/images").await.is(200);
    let validate = glance.bearer(&token).get("/identity/v3/auth/tokens");
    validate.header("X-Subject-Token", &token).await.is(200);
    let import = json!({ "method": {
        "name": "web-download",
        "uri": "http://bob:hunter2@127.0.0.1/x?X-Amz-Signature=5161e",
    } });
    let alice = glance.person("alice");
    let image = alice.create(json!({ "name": "cirros" })).await;
    alice.post(image.at("/import")).json(import).await;

    for route in ["/requests", "/requests.har"] {
        let answer = glance.control().get(route).await.is(200);
        for secret in [
            &token,
            "\"secret\"",
            "hunter2",
            "5161e",
            "alice:alice-project",
        ] {
            assert!(!answer.text().contains(secret), "{route} tells {secret}");
        }
    }
    let found = requests(&glance, "").await;
    let password = &found[0]["request_body"]["auth"]["identity"]["password"]["user"];
    assert_eq!(password["name"], "admin");
    assert_eq!(password["password"], "***");
    assert_eq!(found[0]["response_headers"]["x-subject-token"], "***");
    assert_eq!(found[1]["request_headers"]["x-auth-token"], "***");
    // Who it was is known all the same, to identity and images alike.
    assert!(found[0]["user"].is_string() && found[0]["project"].is_string());
    assert_eq!(found[0]["user"], found[1]["user"]);
    assert_eq!(found[1]["project"], found[2]["project"]);
    assert_eq!(
        found[4]["request_body"]["method"]["uri"],
        "http://bob:***@127.0.0.1/x?X-Amz-Signature=***"
    );
}

#[tokio::test]
async fn application_credentials_and_keys_are_in_no_part_of_it() {
    let glance = glance().await;
    let token = glance.token("demo", "demo").await.unwrap();
    let demo = glance.bearer(&token);
    let shown = demo.get("/identity/v3/auth/tokens");
    let shown = shown.header("X-Subject-Token", &token).await.is(200);
    let user = shown["token"]["user"]["id"].as_str().unwrap().to_owned();
    let body = json!({ "application_credential": { "name": "ci", "secret": "hunter1" } });
    let made = demo.post(format!("/identity/v3/users/{user}/application_credentials"));
    let made = made.header("Content-Type", JSON).json(body).await.is(201);
    let login = json!({ "auth": { "identity": {
        "methods": ["application_credential"],
        "application_credential": {
            "id": made["application_credential"]["id"], "secret": "hunter1",
        },
    } } });
    glance
        .nobody()
        .post("/identity/v3/auth/tokens")
        .header("Content-Type", JSON)
        .json(login)
        .await
        .is(201);
    let change = json!({ "user": { "password": "hunter2", "original_password": "hunter3" } });
    demo.post(format!("/identity/v3/users/{user}/password"))
        .header("Content-Type", JSON)
        .json(change)
        .await;
    let blob = r#"{"access": "a", "secret": "hunter4"}"#;
    demo.post("/identity/v3/credentials")
        .header("Content-Type", JSON)
        .json(json!({ "credential": { "type": "ec2", "blob": blob } }))
        .await;
    let image = demo.create(json!({})).await;
    let location = json!({ "url": "s3://AKIA:hunter5/x@s3.host/b/o", "metadata": {} });
    demo.patch(
        &image,
        json!([{ "op": "add", "path": "/locations/-", "value": location }]),
    )
    .await;
    demo.post(image.at("/locations"))
        .json(json!({ "url": "swift+http://a:u:hunter6@h/c/o" }))
        .await;
    demo.get("/v2/images?signature=hunter7&url=http%3A%2F%2Fu%3Ahunter8%40h")
        .header("Cookie", "a=hunter9")
        .header("X-Api-Key", "hunter10")
        .header("X-Service-Token", "hunter11")
        .header("X-Lookalike-Token", "hunter12")
        .header("X-Forwarded-Uri", "/v2/images?token=hunter13")
        .await;
    glance
        .fault(json!({ "fault": { "status": 503, "headers": { "Set-Cookie": "a=hunter14" } } }))
        .await
        .unwrap();
    demo.get("/v2/images").await.is(503);
    for route in ["/requests", "/requests.har"] {
        let told = glance.control().get(route).await.is(200);
        for secret in ["hunter", &token] {
            let place = told.text().find(secret);
            let near = place.map(|it| &told.text()[it.saturating_sub(200)..it + 10]);
            assert_eq!(near, None, "{route}");
        }
    }
}
