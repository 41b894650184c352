//! The key manager: certificates to read.

use serde_json::{Value, json};

use super::{certificates, glance, good, property, with_certificates};
use crate::glance::{Glance, glance_with};

/// The path of a certificate.
fn path() -> String {
    let id = property(&good(), "img_signature_certificate_uuid");
    format!("/key-manager/v1/secrets/{id}")
}

/// The services in the catalogue of somebody who logs in.
async fn services(glance: &Glance) -> Vec<Value> {
    let domain = json!({ "id": "default" });
    let user = json!({ "name": "demo", "password": "secret", "domain": domain });
    let body = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": user } },
        "scope": { "project": { "name": "demo", "domain": domain } },
    }});
    let request = glance.nobody().post("/identity/v3/auth/tokens");
    let request = request.header("Content-Type", "application/json");
    let answer = request.json(body).await.is(201);
    answer["token"]["catalog"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_catalogue_names_it() {
    let glance = glance().await;
    let services = services(&glance).await;
    let mut services = services.iter();
    let found = services.find(|service| service["type"] == "key-manager");
    let found = found.unwrap();
    assert_eq!(found["name"], "barbican");
    let url = format!("{}/key-manager", glance.url());
    assert_eq!(found["endpoints"][0]["url"], url);
}

#[tokio::test]
async fn the_catalogue_of_an_existing_cloud_follows_the_setting() {
    let home = tempfile::tempdir().unwrap();
    for on in [false, true, false] {
        let glance = glance_with(|config| {
            config.database_url = None;
            config.ephemeral = false;
            home.path().clone_into(&mut config.data);
            if on {
                with_certificates(config);
            }
        })
        .await;
        let services = services(&glance).await;
        let mut services = services.iter();
        assert_eq!(services.any(|service| service["type"] == "key-manager"), on);
        glance.stop().await;
    }
}

#[tokio::test]
async fn its_version_is_found() {
    let glance = glance().await;
    let url = format!("{}/key-manager/v1/", glance.url());
    let nobody = glance.nobody();
    let answer = nobody.get("/key-manager").await.is(200);
    let version = &answer["versions"]["values"][0];
    assert_eq!([&version["id"], &version["status"]], ["v1", "stable"]);
    assert_eq!(version["links"][0]["href"], url);
    let answer = nobody.get("/key-manager/v1").await.is(200);
    assert_eq!(answer["version"]["id"], "v1");
}

#[tokio::test]
async fn a_certificate_is_described() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let answer = alice.get(path()).await.is(200);
    assert_eq!(answer["secret_type"], "certificate");
    assert_eq!(answer["status"], "ACTIVE");
    assert_eq!(
        answer["content_types"]["default"],
        "application/octet-stream"
    );
    assert_eq!(answer["secret_ref"], format!("{}{}", glance.url(), path()));
    assert!(answer.has("x-openstack-request-id"));
}

#[tokio::test]
async fn a_certificate_is_given_out() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let id = property(&good(), "img_signature_certificate_uuid");
    let pem = std::fs::read_to_string(certificates().join(format!("{id}.pem"))).unwrap();
    let answer = alice.get(format!("{}/payload", path())).await.is(200);
    assert_eq!(answer.text(), pem);
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    // The older way.
    let request = alice
        .get(path())
        .header("Accept", "application/octet-stream");
    assert_eq!(request.await.is(200).text(), pem);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (id, description) in [
        ("00000003-0000-4000-8000-000000000000", "Secret not found."),
        ("%2e%2e%2fkey", "Not Found. Provided secret id is invalid."),
        ("some", "Not Found. Provided secret id is invalid."),
    ] {
        let answer = alice
            .get(format!("/key-manager/v1/secrets/{id}/payload"))
            .await
            .is(404);
        assert_eq!(answer["description"], description);
    }
    alice.delete(path()).await.is(405);
}

#[tokio::test]
async fn without_a_token_nothing_is_given_out() {
    let glance = glance().await;
    let nobody = glance.nobody();
    nobody.get(path()).await.is(401);
    nobody.get(format!("{}/payload", path())).await.is(401);
}

#[tokio::test]
async fn without_certificates_there_is_none() {
    let glance = glance_with(|_| {}).await;
    // Like any path that Glance does not know.
    glance.person("alice").get(path()).await.is(300);
    let services = services(&glance).await;
    let mut services = services.iter();
    assert!(!services.any(|service| service["type"] == "key-manager"));
}
