//! The way into a cloud, and its users.

use http::Method;
use serde_json::{Value, json};

use crate::glance::{Answer, Glance, glance, glance_with};

/// Logs in as a user that a cloud tells of.
async fn log_in(glance: &Glance, cloud: &Answer, user: &Value) -> Answer {
    let by = json!({ "name": user["name"], "password": user["password"],
        "domain": { "name": user["domain"] } });
    let mut auth = json!({ "identity": { "methods": ["password"], "password": { "user": by } } });
    if user["project"].is_string() {
        let domain = json!({ "name": user["project_domain"] });
        auth["scope"] = json!({ "project": { "name": user["project"], "domain": domain } });
    }
    let at = glance.at(cloud["auth_url"].as_str().unwrap(), "");
    let request = at.request(Method::POST, "/auth/tokens");
    let request = request.header("Content-Type", "application/json");
    request.json(json!({ "auth": auth })).await
}

fn user<'a>(cloud: &'a Answer, name: &str) -> &'a Value {
    let mut users = cloud["users"].as_array().unwrap().iter();
    users.find(|user| user["name"] == name).unwrap()
}

#[tokio::test]
async fn a_cloud_tells_where_it_is_and_how_clients_get_in() {
    let glance = glance().await;
    let sandbox = glance.sandbox().await.unwrap();
    for url in [glance.url(), sandbox.url()] {
        let control = glance.at(&format!("{url}/_lookalike"), "");
        let cloud = control.get("/cloud").await.is(200);
        assert_eq!(cloud["image_url"], url);
        assert_eq!(cloud["auth_url"], format!("{url}/identity/v3"));
        assert_eq!(cloud["control_url"], format!("{url}/_lookalike"));
        let auth = &cloud["cloud"]["auth"];
        assert_eq!(auth["auth_url"], cloud["auth_url"]);
        assert_eq!(auth["username"], "admin");
        assert_eq!(auth["password"], "secret");
        assert_eq!(cloud["cloud"]["region_name"], "RegionOne");
        let text = cloud["clouds_yaml"].as_str().unwrap();
        assert!(text.contains(&url), "{text}");
    }
}

#[tokio::test]
async fn every_user_of_the_start_logs_in_with_what_is_told() {
    let glance = glance().await;
    let cloud = glance.control().get("/cloud").await.is(200);
    let users = cloud["users"].as_array().unwrap();
    let names: Vec<_> = users
        .iter()
        .map(|user| user["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["admin", "alt", "demo", "demo_member", "demo_reader"]
    );
    for user in users {
        let token = log_in(&glance, &cloud, user).await.is(201);
        let roles = token["token"]["roles"].as_array().unwrap();
        for role in user["roles"].as_array().unwrap() {
            assert!(roles.iter().any(|given| given["name"] == *role), "{user}");
        }
    }
    assert_eq!(user(&cloud, "demo")["roles"], json!(["member", "reader"]));
    assert_eq!(user(&cloud, "admin")["system_roles"], json!(["admin"]));
}

#[tokio::test]
async fn so_does_every_user_of_a_sandbox_and_of_its_seed() {
    let glance = glance().await;
    let seed = json!({ "projects": [{ "name": "team" }], "users": [
        { "name": "eve", "password": "apple", "roles": { "team": ["member"], "demo": ["reader"] } },
    ] });
    let request = glance
        .control()
        .post("/sandboxes")
        .json(json!({ "seed": seed }));
    let sandbox = request.await.is(201);
    let users = sandbox["users"].as_array().unwrap();
    let eves: Vec<_> = users.iter().filter(|user| user["name"] == "eve").collect();
    let projects: Vec<_> = eves.iter().map(|eve| &eve["project"]).collect();
    assert_eq!(projects, ["demo", "team"]);
    for user in users {
        log_in(&glance, &sandbox, user).await.is(201);
    }
    let listed = glance.control().get("/sandboxes").await.is(200);
    assert!(listed["sandboxes"][0]["cloud"].is_object());
}

#[tokio::test]
async fn a_seed_that_is_applied_later_tells_its_passwords_too() {
    let glance = glance().await;
    let seed = json!({ "users": [{ "name": "eve", "password": "apple" }] });
    glance.control().post("/seeds").json(seed).await.is(201);
    let cloud = glance.control().get("/cloud").await.is(200);
    let eve = user(&cloud, "eve");
    assert_eq!(
        (&eve["password"], &eve["project"]),
        (&json!("apple"), &Value::Null)
    );
    log_in(&glance, &cloud, eve).await.is(201);
}

#[tokio::test]
async fn a_password_that_nobody_told_the_control_is_not_told() {
    let glance = glance().await;
    let cloud = glance.control().get("/cloud").await.is(200);
    let admin = log_in(&glance, &cloud, user(&cloud, "admin")).await;
    let admin = glance.at(
        cloud["auth_url"].as_str().unwrap(),
        admin.header("x-subject-token"),
    );
    let found = admin.get("/users?name=demo").await.is(200);
    let id = found["users"][0]["id"].as_str().unwrap();
    let change = admin.request(Method::PATCH, format!("/users/{id}"));
    let change = change.header("Content-Type", "application/json");
    let change = change.json(json!({ "user": { "password": "changed" } }));
    change.await.is(200);
    let cloud = glance.control().get("/cloud").await.is(200);
    assert_eq!(user(&cloud, "demo")["password"], Value::Null);
    assert_eq!(user(&cloud, "alt")["password"], "secret");
    assert_eq!(glance.users().await.unwrap().len(), 5);
}

#[tokio::test]
async fn with_a_keystone_elsewhere_there_are_no_users_and_no_passwords() {
    let glance = glance_with(|config| {
        config.keystone.keystone_url = Some("http://127.0.0.1:9/v3".into());
        config.keystone.keystone_password = Some(lookalike::config::Secret::new("x"));
    })
    .await;
    let cloud = glance.control().get("/cloud").await.is(200);
    assert_eq!(cloud["users"], json!([]));
    let auth = cloud["cloud"]["auth"].as_object().unwrap();
    assert!(!auth.contains_key("password"));
    assert_eq!(cloud["cloud"]["image_endpoint_override"], glance.url());
}

#[tokio::test]
async fn the_images_tell_the_names_of_the_servers_that_they_were_made_from() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for fields in [
        json!({ "instance_uuid": "1", "instance_name": "old" }),
        json!({ "instance_uuid": "1", "server_name": "new" }),
        json!({ "instance_uuid": "1" }),
        json!({ "instance_uuid": "2" }),
        json!({ "instance_name": "nobody" }),
    ] {
        alice.create(fields).await;
    }
    let gone = alice
        .create(json!({ "instance_uuid": "3", "server_name": "gone" }))
        .await;
    alice.delete(&gone).await.is(204);
    let servers = glance.control().get("/servers").await.is(200);
    assert_eq!(servers["servers"], json!({ "1": "new" }));
}

#[tokio::test]
async fn a_cloud_with_identity_v2_tells_how_to_log_in_by_an_api_key() {
    let glance = glance().await;
    let cloud = glance.control().get("/cloud").await.is(200);
    assert!(cloud["identity_v2"].is_null());
    let request = glance.control().post("/sandboxes");
    let sandbox = request
        .json(json!({ "dialect": "rackspace" }))
        .await
        .is(201);
    let way = &sandbox["identity_v2"];
    let url = format!("{}/v2.0/", sandbox["url"].as_str().unwrap());
    assert_eq!(way["auth_url"], url);
    assert_eq!(way["cloud"]["auth_type"], "rackspace_apikey");
    assert_eq!(way["cloud"]["region_name"], "ORD");
    let auth = &way["cloud"]["auth"];
    assert_eq!(auth["auth_url"], url);
    let key = json!({ "username": auth["username"], "apiKey": auth["api_key"] });
    let request = glance.at(&url, "").request(Method::POST, "tokens");
    let request = request.header("Content-Type", "application/json");
    let body = json!({ "auth": { "RAX-KSKEY:apiKeyCredentials": key } });
    request.json(body).await.is(200);
}
