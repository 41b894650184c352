//! Platform9 PCD (spec 14 Part B, 11 Part B).

use lookalike::config::PublicUploads;
use lookalike::dialect::PCD;
use serde_json::{Value, json};

use crate::glance::{Glance, glance_with};

async fn pcd() -> Glance {
    glance_with(|config| config.dialect.dialect = &PCD).await
}

async fn divided() -> Glance {
    glance_with(|config| {
        config.dialect.dialect = &PCD;
        config.dialect.pcd_public_uploads = PublicUploads::Unusable;
    })
    .await
}

fn id(answer: &crate::glance::Answer) -> String {
    answer["id"].as_str().unwrap().to_owned()
}

/// Makes an image and uploads its data below a prefix; returns the path of the image.
async fn uploaded(glance: &Glance, prefix: &str) -> String {
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let made = alice.post(format!("{prefix}/v2/images")).json(fields);
    let image = format!("/v2/images/{}", id(&made.await.is(201)));
    let upload = alice.put(format!("{prefix}{image}/file")).body("data");
    let upload = upload.header("Content-Type", "application/octet-stream");
    upload.await.is(204);
    image
}

// 14 B, row 1.
#[tokio::test]
async fn the_catalogue_has_public_and_admin_endpoints_below_their_prefixes() {
    let glance = pcd().await;
    let token = glance.token("demo", "demo").await.unwrap();
    let catalog = glance.bearer(token).get("/keystone/v3/auth/catalog").await;
    let catalog = catalog.is(200);
    let services = catalog["catalog"].as_array().unwrap();
    let url = |kind: &str, interface: &str| {
        let service = services.iter().find(|it| it["type"] == kind).unwrap();
        let mut endpoints = service["endpoints"].as_array().unwrap().iter();
        let endpoint = endpoints.find(|it| it["interface"] == interface).unwrap();
        assert_eq!(endpoint["region"], "Infra");
        endpoint["url"].as_str().unwrap().replace(&glance.url(), "")
    };
    assert_eq!(url("image", "public"), "/glance");
    assert_eq!(url("image", "internal"), "/glance");
    assert_eq!(url("image", "admin"), "/glance-admin");
    assert_eq!(url("identity", "public"), "/keystone/v3");
    let image = services.iter().find(|it| it["type"] == "image").unwrap();
    assert_eq!(image["name"], "glance");
}

// 14 B, row 1.
#[tokio::test]
async fn one_logs_in_below_the_prefix_of_the_identity() {
    let glance = pcd().await;
    let user = json!({ "name": "demo", "password": "secret", "domain": { "id": "default" } });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let log_in = glance.nobody().post("/keystone/v3/auth/tokens");
    let log_in = log_in.header("Content-Type", "application/json");
    log_in
        .json(json!({ "auth": { "identity": identity } }))
        .await
        .is(201);
    let refused = glance.nobody().get("/glance/v2/images").await.is(401);
    let challenge = format!("Keystone uri=\"{}/keystone\"", glance.url());
    assert_eq!(refused.header("www-authenticate"), challenge);
}

// 14 B, row 2.
#[tokio::test]
async fn public_uploads_can_be_read_by_both_endpoints_unless_told_otherwise() {
    let glance = pcd().await;
    let image = uploaded(&glance, "/glance").await;
    for prefix in ["/glance", "/glance-admin", ""] {
        let data = glance.person("alice").get(format!("{prefix}{image}/file"));
        assert_eq!(data.await.is(200).text(), "data", "{prefix}");
    }
}

// 14 B, row 2.
#[tokio::test]
async fn unusable_public_uploads_are_not_there_for_the_admin_endpoint() {
    let glance = divided().await;
    let alice = glance.person("alice");
    for prefix in ["/glance", ""] {
        let image = uploaded(&glance, prefix).await;
        alice
            .get(format!("/glance-admin{image}/file"))
            .await
            .is(404);
        let shown = alice.get(format!("/glance-admin{image}")).await.is(200);
        assert_eq!(shown["status"], "active");
        alice.get(format!("/glance{image}/file")).await.is(200);
        alice.get(format!("{image}/file")).await.is(200);
    }
}

// 14 B, row 2.
#[tokio::test]
async fn admin_uploads_can_be_read_by_both_endpoints() {
    let glance = divided().await;
    let image = uploaded(&glance, "/glance-admin").await;
    for prefix in ["/glance", "/glance-admin"] {
        let data = glance.person("alice").get(format!("{prefix}{image}/file"));
        data.await.is(200);
    }
}

// 14 B, row 2.
#[tokio::test]
async fn what_is_imported_lies_where_the_import_was_asked_for() {
    let glance = divided().await;
    let alice = glance.person("alice");
    for (prefix, status) in [("/glance", 404), ("/glance-admin", 200)] {
        let fields = json!({ "disk_format": "raw", "container_format": "bare" });
        let made = alice.post(format!("{prefix}/v2/images")).json(fields).await;
        let image = format!("/v2/images/{}", id(&made.is(201)));
        let stage = alice.put(format!("{prefix}{image}/stage")).body("data");
        let stage = stage.header("Content-Type", "application/octet-stream");
        stage.await.is(204);
        let import = alice.post(format!("{prefix}{image}/import"));
        let import = import.json(json!({ "method": { "name": "glance-direct" } }));
        import.await.is(202);
        until_active(&glance, &image).await;
        let data = alice.get(format!("/glance-admin{image}/file")).await;
        assert_eq!(data.status, status, "{prefix}");
    }
}

async fn until_active(glance: &Glance, image: &str) {
    let wait = async {
        while glance.person("alice").get(image).await.is(200)["status"] != "active" {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let deadline = std::time::Duration::from_secs(20);
    tokio::time::timeout(deadline, wait).await.unwrap();
}

// 11 C, row 19; 14 B, row 5.
#[tokio::test]
async fn only_an_admin_deactivates_and_reactivates() {
    let glance = pcd().await;
    let image = uploaded(&glance, "").await;
    for action in ["deactivate", "reactivate"] {
        let path = format!("{image}/actions/{action}");
        let refused = glance.person("alice").post(&path).await.is(403);
        refused.says(&format!(
            "You are not authorized to complete {action} action."
        ));
        glance.admin().post(&path).await.is(204);
    }
}

// 14 B, row 5.
#[tokio::test]
async fn an_owner_cannot_change_the_owner() {
    let glance = pcd().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    for op in ["replace", "add"] {
        let change = json!([{ "op": op, "path": "/owner", "value": "bob-project" }]);
        alice.patch(&image, change).await.is(403);
    }
    let change = json!([{ "op": "replace", "path": "/owner", "value": "bob-project" }]);
    glance.admin().patch(&image, change).await.is(200);
}

// 14 B, row 3; 11 C, row 12.
#[tokio::test]
async fn a_list_takes_all_seventeen_parameters() {
    let glance = pcd().await;
    let alice = glance.person("alice");
    let made = alice
        .create_active(json!({ "name": "one", "tags": ["t"], "protected": true }))
        .await;
    let other = alice.create(json!({ "name": "two" })).await;
    let owner = alice.project();
    let created = made["created_at"].as_str().unwrap();
    for query in [
        "limit=1&sort=name:asc&owner=alice-project".to_owned(),
        format!(
            "marker={}&owner={owner}&sort_key=name&sort_dir=desc",
            other["id"].as_str().unwrap()
        ),
        "name=one".to_owned(),
        format!("owner={owner}&status=active"),
        "protected=true&visibility=shared".to_owned(),
        "tag=t".to_owned(),
        "os_hidden=false&name=one".to_owned(),
        "member_status=all&name=one".to_owned(),
        "size_min=4&size_max=4".to_owned(),
        format!("created_at=gte:{created}&size_min=1&size_max=9"),
        format!("updated_at=gte:{created}&name=one"),
    ] {
        let names = alice.names(&format!("?{query}")).await;
        assert_eq!(names, ["one"], "{query}");
    }
}

// 14 B: the seed.
#[tokio::test]
async fn a_new_cloud_has_the_images_of_the_seed() {
    let glance = pcd().await;
    let names = glance.person("alice").names("?sort=name:asc").await;
    assert_eq!(
        names,
        [
            "rocky-9-x86_64",
            "ubuntu-24.04-x86_64",
            "windows-server-2022"
        ]
    );
    let without = glance_with(|config| {
        config.dialect.dialect = &PCD;
        config.dialect.dialect_seed = false;
    });
    let list = without
        .await
        .person("alice")
        .get("/v2/images")
        .await
        .is(200);
    assert_eq!(list["images"], Value::Array(Vec::new()));
}

// 14 B, row 1, with regions.
#[tokio::test]
async fn every_region_has_both_faces_below_its_path() {
    let glance = glance_with(|config| {
        config.dialect.dialect = &PCD;
        config.dialect.pcd_public_uploads = PublicUploads::Unusable;
        config.regions = ["Infra", "Edge"].map(str::to_owned).into();
    })
    .await;
    let token = glance.token("demo", "demo").await.unwrap();
    let catalog = glance.bearer(&token).get("/keystone/v3/auth/catalog").await;
    let catalog = catalog.is(200);
    let services = catalog["catalog"].as_array().unwrap();
    let image = services.iter().find(|it| it["type"] == "image").unwrap();
    let url = |region: &str, interface: &str| {
        let mut endpoints = image["endpoints"].as_array().unwrap().iter();
        let found = endpoints.find(|it| it["region"] == region && it["interface"] == interface);
        found.unwrap()["url"].as_str().unwrap().to_owned()
    };
    let base = glance.url();
    assert_eq!(url("Infra", "admin"), format!("{base}/glance-admin"));
    assert_eq!(url("Edge", "public"), format!("{base}/region/Edge/glance"));
    let admin_of_edge = url("Edge", "admin");
    assert_eq!(admin_of_edge, format!("{base}/region/Edge/glance-admin"));
    let image = uploaded(&glance, "/region/Edge/glance").await;
    for (url, status) in [
        (admin_of_edge, 404),
        (url("Edge", "public"), 200),
        (url("Infra", "public"), 404),
    ] {
        let person = glance.at(&url, "alice:alice-project:member,reader");
        person.get(format!("{image}/file")).await.is(status);
        let shown = if url.contains("Edge") { 200 } else { 404 };
        person.get(&image).await.is(shown);
        let versions = person.get("/versions").await.is(200);
        let link = &versions["versions"][0]["links"][0]["href"];
        assert_eq!(*link, format!("{url}/v2/"));
    }
}

// 14 B, row 2.
#[tokio::test]
async fn the_journal_tells_the_faces_apart() {
    let glance = pcd().await;
    let alice = glance.person("alice");
    for prefix in ["/glance", "/glance-admin", ""] {
        alice.get(format!("{prefix}/v2/images")).await.is(200);
    }
    let requests = async |query: &str| {
        let answer = glance.control().get(format!("/requests{query}")).await;
        answer.is(200)["requests"].as_array().unwrap().clone()
    };
    let all = requests("").await;
    let interfaces: Vec<_> = all.iter().map(|it| it["interface"].as_str()).collect();
    assert_eq!(interfaces, [Some("public"), Some("admin"), None]);
    assert!(all.iter().all(|it| it["path"] == "/v2/images"));
    assert_eq!(requests("?interface=admin").await.len(), 1);
    let wrong = glance.control().get("/requests?interface=x").await.is(400);
    assert!(
        wrong.text().contains("public, internal, admin"),
        "{}",
        wrong.text()
    );
}

// 11 C, row 20; 14 B, row 4: errors are Glance's.
#[tokio::test]
async fn a_token_of_its_identity_is_good_for_images_and_errors_are_glances() {
    let glance = pcd().await;
    let user = json!({ "name": "demo", "password": "secret", "domain": { "id": "default" } });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let scope = json!({ "project": { "name": "demo", "domain": { "id": "default" } } });
    let log_in = glance.nobody().post("/keystone/v3/auth/tokens");
    let log_in = log_in.header("Content-Type", "application/json");
    let body = json!({ "auth": { "identity": identity, "scope": scope } });
    let token = log_in.json(body).await.is(201);
    let demo = glance.bearer(token.header("x-subject-token"));
    demo.get("/glance/v2/images").await.is(200);
    let missing = demo.get("/glance/v2/images/none");
    let missing = missing.header("Accept", "application/json").await.is(404);
    assert_eq!(missing["code"], "404 Not Found");
    let text = missing["message"].as_str().unwrap();
    assert!(text.contains("No image found with ID none"), "{text}");
}
