//! The OpenAPI documents of the Images API and of the identity, as a server has them.

use std::collections::BTreeSet;

use http::Method;
use lookalike::config::{AuthMode, Secret};
use lookalike::dialect::RACKSPACE;
use serde_json::{Value, json};

use crate::glance::{Glance, glance, glance_storing, glance_with};

async fn document(glance: &Glance, name: &str) -> Value {
    let path = format!("/openapi/{name}.json");
    glance.control().get(path).await.is(200).json().clone()
}

fn schema<'a>(document: &'a Value, name: &str) -> &'a Value {
    &document["components"]["schemas"][name]
}

#[tokio::test]
async fn they_lead_to_the_apis_of_their_cloud() {
    let glance = glance().await;
    let url = glance.url();
    assert_eq!(document(&glance, "images").await["servers"][0]["url"], url);
    let identity = document(&glance, "identity").await;
    assert_eq!(identity["servers"][0]["url"], format!("{url}/identity"));
    let sandbox = glance.sandbox().await.unwrap();
    let control = glance.at(&format!("{}/_lookalike", sandbox.url()), "");
    let images = control.get("/openapi/images.json").await.is(200);
    assert_eq!(images["servers"][0]["url"], sandbox.url());
}

#[tokio::test]
async fn that_of_the_control_is_the_same_by_both_paths() {
    let glance = glance().await;
    let control = glance.control().get("/openapi.json").await.is(200);
    assert_eq!(&document(&glance, "control").await, control.json());
}

#[tokio::test]
async fn they_are_guarded_like_all_of_the_control() {
    let glance = glance_with(|it| it.control.control_token = Some(Secret::new("secret"))).await;
    for name in ["images", "identity", "control"] {
        let path = format!("/_lookalike/openapi/{name}.json");
        glance.nobody().get(path).await.is(401);
    }
}

#[tokio::test]
async fn a_cloud_with_another_keystone_has_no_document_of_an_identity() {
    let glance = glance_with(|config| {
        config.access.auth = vec![AuthMode::Keystone];
        config.keystone.keystone_url = Some("http://127.0.0.1:1/v3".into());
        config.keystone.keystone_username = "admin".into();
        config.keystone.keystone_password = Some(Secret::new("secret"));
        config.keystone.keystone_project_name = "admin".into();
    })
    .await;
    let control = glance.control();
    control.get("/openapi/identity.json").await.is(404);
    control.get("/openapi/images.json").await.is(200);
}

#[tokio::test]
async fn formats_are_those_of_the_settings() {
    let glance = glance_with(|config| config.images.disk_formats = vec!["raw".into()]).await;
    let images = document(&glance, "images").await;
    let formats = &schema(&images, "DiskFormat")["enum"];
    assert_eq!(*formats, json!([null, "raw"]));
}

#[tokio::test]
async fn import_methods_are_those_that_are_enabled() {
    let glance = glance().await;
    let body = json!({ "enabled_import_methods": ["web-download"] });
    let change = glance
        .control()
        .request(Method::PATCH, "/config")
        .json(body);
    change
        .header("Content-Type", "application/json")
        .await
        .is(200);
    let images = document(&glance, "images").await;
    let methods = schema(&images, "ImportRequest")["oneOf"]
        .as_array()
        .unwrap();
    assert_eq!(
        *methods,
        [json!({ "$ref": "#/components/schemas/ImportWeb" })]
    );
}

#[tokio::test]
async fn stores_are_named_where_they_have_names() {
    let stores = |document: &Value| document["components"]["parameters"]["store"]["schema"].clone();
    let unnamed = document(&glance().await, "images").await;
    assert!(stores(&unnamed)["enum"].is_null());
    let named = glance_storing(&["fast=memory:", "slow=memory:"]).await;
    let named = document(&named, "images").await;
    assert_eq!(stores(&named)["enum"], json!(["fast", "slow"]));
}

#[tokio::test]
async fn custom_properties_are_described_as_in_their_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let color = json!({ "type": "string", "enum": ["red", "blue"] });
    let text = json!({ "properties": { "color": color }, "required": ["color"] });
    std::fs::write(file.path(), text.to_string()).unwrap();
    let path = file.path().to_owned();
    let glance = glance_with(|config| config.rules.schema_image_file = Some(path)).await;
    let images = document(&glance, "images").await;
    let new = schema(&images, "NewImage");
    assert_eq!(new["properties"]["color"], color);
    assert_eq!(new["required"], json!(["color"]));
    assert!(schema(&images, "Image")["properties"]["color"].is_object());
}

/// Every path of the identity, with the methods that the document has for it.
fn described(identity: &Value) -> Vec<(String, BTreeSet<String>)> {
    let paths = identity["paths"].as_object().unwrap().iter();
    paths
        .map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            let methods = methods.filter(|method| *method != "parameters");
            (
                path.clone(),
                methods.map(|method| method.to_uppercase()).collect(),
            )
        })
        .collect()
}

/// Replaces the names of parameters by one value.
fn with_value(path: &str, value: &str) -> String {
    let parts = path.split(['{', '}']).enumerate();
    parts
        .map(|(place, part)| if place.is_multiple_of(2) { part } else { value })
        .collect()
}

#[tokio::test]
async fn every_path_of_the_identity_is_described_with_its_methods() {
    let glance = glance().await;
    let identity = document(&glance, "identity").await;
    let described = described(&identity);
    let known: BTreeSet<_> = lookalike::identity_paths()
        .iter()
        .map(|path| with_value(path, "*"))
        // The same document with a slash behind its path.
        .filter(|path| path != "/v3/")
        .collect();
    let paths: BTreeSet<_> = described
        .iter()
        .map(|(path, _)| with_value(path, "*"))
        .collect();
    assert_eq!(known, paths);
    for (path, mut methods) in described {
        let url = format!("/identity{}", with_value(&path, "none"));
        let unknown = Method::from_bytes(b"PROPFIND").unwrap();
        let answer = glance.nobody().request(unknown, url).await.is(405);
        let allowed: BTreeSet<_> = answer.header("allow").split(',').map(str::trim).collect();
        // Every path lists OPTIONS, and every GET answers HEAD.
        methods.insert("OPTIONS".into());
        if methods.contains("GET") {
            methods.insert("HEAD".into());
        }
        let methods: BTreeSet<_> = methods.iter().map(String::as_str).collect();
        assert_eq!(allowed, methods, "{path}");
    }
}

/// Logs a user in, and returns the token.
async fn token(glance: &Glance, user: &str) -> String {
    let domain = json!({ "id": "default" });
    let who = json!({ "name": user, "password": "secret", "domain": domain });
    let body = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": who } },
        "scope": { "project": { "name": user, "domain": domain } },
    } });
    let request = glance.nobody().post("/identity/v3/auth/tokens").json(body);
    let answer = request
        .header("Content-Type", "application/json")
        .await
        .is(201);
    answer.header("x-subject-token").to_owned()
}

/// Sends each operation of the identity about things that are not there, with the body of its example, and returns
/// the statuses with the names of the operations and their declarations.
async fn each(glance: &Glance, token: Option<&str>, query: &str) -> Vec<(String, u16, Value)> {
    let identity = document(glance, "identity").await;
    let person = match token {
        Some(token) => glance.bearer(token),
        None => glance.nobody(),
    };
    let mut answers = Vec::new();
    for (path, methods) in described(&identity) {
        for method in methods {
            let operation = &identity["paths"][&path][method.to_lowercase()];
            let url = format!("/identity{}{query}", with_value(&path, "none"));
            let request = person.request(method.parse().unwrap(), url);
            let request = request.header("X-Subject-Token", "none");
            let content = operation.pointer("/requestBody/content/application~1json");
            let example =
                content.and_then(|content| content["examples"]["request"]["$ref"].as_str());
            let request = match example {
                Some(reference) => {
                    let example = identity.pointer(&reference[1..]).unwrap();
                    let request = request.json(example["value"].clone());
                    request.header("Content-Type", "application/json")
                }
                None => request,
            };
            let status = request.await.status;
            answers.push((format!("{method} {path}"), status, operation.clone()));
        }
    }
    assert!(answers.len() > 120);
    answers
}

#[tokio::test]
async fn every_operation_of_the_identity_asks_for_a_token_unless_its_description_says_otherwise() {
    let glance = glance().await;
    for (name, status, operation) in each(&glance, None, "").await {
        let open = operation["security"] == json!([{}]);
        assert!(open || status == 401, "{name}: {status}");
    }
}

#[tokio::test]
async fn every_operation_of_the_identity_declares_how_it_refuses() {
    let glance = glance().await;
    let (admin, demo) = (token(&glance, "admin").await, token(&glance, "demo").await);
    let mut undeclared = BTreeSet::new();
    for (token, query) in [
        (&admin, ""),
        (&demo, ""),
        (&admin, "?x=%00"),
        (&admin, "?marker=none"),
    ] {
        for (name, status, operation) in each(&glance, Some(token), query).await {
            if operation["responses"].get(status.to_string()).is_none() {
                undeclared.insert(format!("{name}: {status}"));
            }
        }
    }
    assert!(undeclared.is_empty(), "{undeclared:#?}");
}

/// The document of an API of a Rackspace cloud.
async fn of_rackspace(name: &str) -> (Glance, Value) {
    let glance = glance_with(|config| config.dialect.dialect = &RACKSPACE).await;
    let document = document(&glance, name).await;
    (glance, document)
}

#[tokio::test]
async fn other_clouds_describe_neither_identity_v2_nor_an_object_store() {
    let glance = glance().await;
    for name in ["identity-v2", "object-store"] {
        let path = format!("/openapi/{name}.json");
        glance.control().get(path).await.is(404);
    }
}

#[tokio::test]
async fn every_operation_of_identity_v2_answers_as_it_is_described() {
    let (glance, document) = of_rackspace("identity-v2").await;
    for (path, methods) in described(&document) {
        let url = with_value(&path, "none");
        for method in &methods {
            let operation = &document["paths"][&path][method.to_lowercase()];
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = glance.nobody().request(method, &url).json(json!({}));
            let answer = request.header("Content-Type", "application/json").await;
            let status = answer.status.to_string();
            let known = operation["responses"].get(&status);
            assert!(known.is_some(), "{path}: {status} {}", answer.text());
        }
        glance.nobody().request(Method::PATCH, &url).await.is(405);
    }
}

#[tokio::test]
async fn every_path_of_the_object_store_has_the_methods_that_are_described() {
    let (glance, document) = of_rackspace("object-store").await;
    let alice = glance.person("alice");
    for (path, mut methods) in described(&document) {
        let path = path.replace("{account}", &format!("AUTH_{}", alice.project()));
        let url = with_value(&path, "none");
        let answer = alice.request(Method::PATCH, &url).await.is(405);
        let allowed = answer.header("allow").split(", ").map(str::to_owned);
        // OpenAPI knows no COPY; an account is not deleted, only what a list names; GET of `/info` answers HEAD.
        let mut allowed: BTreeSet<_> = allowed.filter(|method| method != "COPY").collect();
        if path.matches('/').count() == 2 {
            allowed.insert("DELETE".into());
        } else if path == "/info" {
            methods.insert("HEAD".into());
        }
        assert_eq!(allowed, methods.into_iter().collect(), "{path}");
    }
}

#[tokio::test]
async fn the_images_api_of_a_dialect_is_described_without_what_it_lacks() {
    let (_glance, document) = of_rackspace("images").await;
    assert!(document["paths"].get("/v2/cache").is_none());
    let schemas = &document["components"]["schemas"];
    let kinds = &schemas["NewTask"]["properties"]["type"]["enum"];
    assert_eq!(*kinds, json!(["export", "import"]));
}
