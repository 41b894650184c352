//! A database that is opened with another dialect or other regions: the catalogue follows the settings.

use std::collections::BTreeSet;

use lookalike::Config;
use lookalike::dialect::{Dialect, PCD, RACKSPACE};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::glance::{Glance, Person, database, glance_with};

/// What stays when a server ends.
struct Place {
    home: TempDir,
    database_url: Option<String>,
}

impl Place {
    async fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            database_url: database().await,
        }
    }

    async fn open(&self, change: impl FnOnce(&mut Config)) -> Glance {
        glance_with(|config| {
            config.ephemeral = false;
            config.data = self.home.path().join("data");
            config.database_url.clone_from(&self.database_url);
            change(config);
        })
        .await
    }

    async fn open_as(&self, dialect: &'static Dialect) -> Glance {
        self.open(|config| config.dialect.dialect = dialect).await
    }
}

fn regions(names: &'static [&'static str]) -> impl FnOnce(&mut Config) {
    move |config| config.regions = names.iter().map(|name| (*name).to_owned()).collect()
}

async fn admin(glance: &Glance) -> Person {
    let token = glance.token("admin", "admin").await.unwrap();
    glance.bearer(token)
}

/// Every endpoint of the catalogue as one line: region, name of the service, interface, and the URL behind the server's.
async fn catalogue(glance: &Glance) -> BTreeSet<String> {
    let answer = admin(glance).await.get("/identity/v3/auth/catalog").await;
    let answer = answer.is(200);
    let mut lines = BTreeSet::new();
    for service in answer["catalog"].as_array().unwrap() {
        for endpoint in service["endpoints"].as_array().unwrap() {
            let text = |value: &Value| value.as_str().unwrap().replace(&glance.url(), "");
            let (region, name) = (text(&endpoint["region"]), text(&service["name"]));
            let (interface, url) = (text(&endpoint["interface"]), text(&endpoint["url"]));
            // The id of the project is another one in each cloud.
            let url = url.split("MossoCloudFS_").next().unwrap_or_default();
            lines.insert(format!("{region} {name} {interface} {url}"));
        }
    }
    lines
}

/// The catalogue of a new cloud.
async fn fresh(change: impl FnOnce(&mut Config)) -> BTreeSet<String> {
    Place::new().await.open_fresh(change).await
}

impl Place {
    async fn open_fresh(&self, change: impl FnOnce(&mut Config)) -> BTreeSet<String> {
        // On PostgreSQL, not the copy that tests begin with: it has a catalogue already.
        catalogue(&glance_with(change).await).await
    }
}

#[tokio::test]
async fn the_catalogue_follows_the_dialect_there_and_back() {
    let place = Place::new().await;
    let glance = place.open(|_| {}).await;
    let first = catalogue(&glance).await;
    glance.stop().await;
    for dialect in [&RACKSPACE, &PCD] {
        let glance = place.open_as(dialect).await;
        let wanted = fresh(|config| config.dialect.dialect = dialect).await;
        assert_eq!(catalogue(&glance).await, wanted, "{}", dialect.name);
        glance.stop().await;
    }
    let glance = place.open(|_| {}).await;
    assert_eq!(catalogue(&glance).await, first);
    let regions = admin(&glance).await.get("/identity/v3/regions").await;
    assert_eq!(regions.is(200)["regions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_catalogue_follows_the_regions() {
    let place = Place::new().await;
    for names in [&["A", "B"][..], &["A", "B", "C"], &["C", "D"], &["D"]] {
        let glance = place.open(regions(names)).await;
        let wanted = fresh(regions(names)).await;
        assert_eq!(catalogue(&glance).await, wanted, "{names:?}");
        glance.stop().await;
    }
}

#[tokio::test]
async fn users_of_a_dialect_log_in_on_a_database_of_another() {
    let place = Place::new().await;
    place.open(|_| {}).await.stop().await;
    let glance = place.open_as(&RACKSPACE).await;
    let log_in = glance.nobody().post("/v2.0/tokens");
    let log_in = log_in.header("Content-Type", "application/json");
    let key = json!({ "username": "rackspace", "apiKey": "0123456789abcdef0123456789abcdef" });
    let body = json!({ "auth": { "RAX-KSKEY:apiKeyCredentials": key } });
    let access = log_in.json(body).await.is(200)["access"].clone();
    let roles = access["user"]["roles"].as_array().unwrap();
    assert!(
        roles
            .iter()
            .any(|role| role["name"] == "identity:user-admin")
    );
    let names = access["serviceCatalog"].as_array().unwrap().iter();
    let names: Vec<_> = names
        .map(|service| service["name"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"cloudImages") && names.contains(&"cloudFiles"),
        "{names:?}"
    );
}

#[tokio::test]
async fn what_somebody_changed_in_the_catalogue_stays() {
    let place = Place::new().await;
    let glance = place.open(regions(&["A", "B"])).await;
    let person = admin(&glance).await;
    let services = person.get("/identity/v3/services?type=image").await.is(200);
    let image = services["services"][0]["id"].as_str().unwrap().to_owned();
    let endpoints = person
        .get(format!("/identity/v3/endpoints?service_id={image}"))
        .await;
    let endpoints = endpoints.is(200);
    let removed = endpoints["endpoints"].as_array().unwrap().iter();
    let removed = removed
        .map(|endpoint| endpoint["id"].as_str().unwrap())
        .next()
        .unwrap();
    person
        .delete(format!("/identity/v3/endpoints/{removed}"))
        .await
        .is(204);
    let service = json!({ "service": { "type": "volume", "name": "cinder" } });
    let made = person
        .post("/identity/v3/services")
        .json(service)
        .await
        .is(201);
    let own = json!({ "endpoint": { "service_id": made["service"]["id"], "interface": "public",
        "region_id": "A", "url": "http://cinder.example" } });
    person
        .post("/identity/v3/endpoints")
        .json(own)
        .await
        .is(201);
    let before = catalogue(&glance).await;
    glance.stop().await;
    let glance = place.open(regions(&["A", "B"])).await;
    assert_eq!(catalogue(&glance).await, before);
    glance.stop().await;
    let glance = place.open(regions(&["A", "B", "C"])).await;
    let after = catalogue(&glance).await;
    assert!(after.is_superset(&before), "{after:?}");
    assert_eq!(after.len(), before.len() + 6);
}
