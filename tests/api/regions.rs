//! A cloud with several regions: one identity, and images and tasks that do not cross.

use lookalike::dialect::RACKSPACE;
use serde_json::{Value, json};

use crate::glance::{Answer, Glance, Image, Person, glance, glance_with};
use crate::imports::ended;

/// A cloud with three regions.
async fn cloud() -> Glance {
    glance_with(|config| config.regions = ["ORD", "DFW", "IAD"].map(str::to_owned).into()).await
}

/// Alice, who asks a region.
fn alice(glance: &Glance, region: &str) -> Person {
    let url = format!("{}/region/{region}", glance.url());
    glance.at(&url, "alice:alice-project:member,reader")
}

async fn raw(person: &Person) -> Image {
    let fields = json!({ "name": "x", "disk_format": "raw", "container_format": "bare" });
    person.create(fields).await
}

async fn ids(person: &Person, query: &str) -> Vec<String> {
    let list = person.get(format!("/v2/images{query}")).await.is(200);
    let images = list["images"].as_array().unwrap();
    images.iter().map(|image| id(image).to_owned()).collect()
}

fn id(document: &Value) -> &str {
    document["id"].as_str().unwrap()
}

#[tokio::test]
async fn an_image_is_where_it_was_made_and_nowhere_else() {
    let glance = cloud().await;
    let there = alice(&glance, "DFW");
    let image = there.create_active(json!({ "tags": ["t"] })).await;
    for (person, found) in [
        (there, true),
        (alice(&glance, "dfw"), true),
        (alice(&glance, "ORD"), false),
        (alice(&glance, "IAD"), false),
        (glance.person("alice"), false),
    ] {
        let status = if found { 200 } else { 404 };
        person.get(&image).await.is(status);
        person.get(image.at("/file")).await.is(status);
        person.get(image.at("/members")).await.is(status);
        for query in ["", "?tag=t", "?visibility=shared&sort=name:asc"] {
            assert_eq!(ids(&person, query).await.is_empty(), !found, "{query}");
        }
        if !found {
            person.set(&image, "name", "y").await.is(404);
            person.upload(&image, "data").await.is(404);
            person.put(image.at("/tags/x")).await.is(404);
            person.delete(&image).await.is(404);
        }
    }
}

#[tokio::test]
async fn the_first_region_is_also_at_the_root() {
    let glance = cloud().await;
    let image = glance.person("alice").create(json!({})).await;
    alice(&glance, "ORD").get(&image).await.is(200);
    let image = alice(&glance, "ORD").create(json!({})).await;
    glance.person("alice").get(&image).await.is(200);
}

#[tokio::test]
async fn links_lead_into_the_region() {
    let glance = cloud().await;
    for (region, below) in [("ORD", ""), ("IAD", "/region/IAD")] {
        let there = alice(&glance, region);
        let base = format!("{}{below}", glance.url());
        let made = there.post("/v2/images").json(json!({})).await.is(201);
        let path = format!("/v2/images/{}", id(made.json()));
        assert_eq!(made.header("location"), format!("{base}{path}"));
        // These are relative, as Glance's are.
        assert_eq!(made["self"], path);
        let versions = there.get("/versions").await.is(200);
        let link = &versions["versions"][0]["links"][0]["href"];
        assert_eq!(*link, format!("{base}/v2/"));
    }
}

#[tokio::test]
async fn the_catalogue_has_an_endpoint_for_each_region() {
    let glance = cloud().await;
    let user = json!({ "name": "demo", "password": "secret", "domain": { "id": "default" } });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let scope = json!({ "project": { "name": "demo", "domain": { "id": "default" } } });
    let body = json!({ "auth": { "identity": identity, "scope": scope } });
    let login = glance.nobody().post("/identity/v3/auth/tokens").json(body);
    let answer = login.await.is(201);
    let catalog = answer["token"]["catalog"].as_array().unwrap();
    for (kind, of_dfw) in [
        ("image", format!("{}/region/DFW", glance.url())),
        ("identity", format!("{}/identity/v3", glance.url())),
    ] {
        let service = catalog.iter().find(|service| service["type"] == kind);
        let endpoints = service.unwrap()["endpoints"].as_array().unwrap();
        assert_eq!(
            endpoints.len(),
            9,
            "{kind}: three interfaces in three regions"
        );
        let mut in_dfw = endpoints.iter().filter(|known| known["region"] == "DFW");
        assert!(in_dfw.all(|known| known["url"] == of_dfw), "{endpoints:?}");
    }
    let token = answer.header("x-subject-token").to_owned();
    let there = glance.at(&format!("{}/region/DFW", glance.url()), &token);
    let image = there.create(json!({})).await;
    there.get(&image).await.is(200);
    glance.bearer(&token).get(&image).await.is(404);
}

#[tokio::test]
async fn a_task_works_on_and_is_seen_in_its_region() {
    let glance = cloud().await;
    let there = alice(&glance, "DFW");
    let image = raw(&there).await;
    there.stage(&image, "data").await.is(204);
    let import = json!({ "method": { "name": "glance-direct" } });
    there.post(image.at("/import")).json(import).await.is(202);
    let tasks = there.get(image.at("/tasks")).await.is(200);
    let task = id(&tasks["tasks"][0]).to_owned();
    let admin_of = |region: &str| {
        let url = format!("{}/region/{region}", glance.url());
        glance.at(&url, "root:admin-project:admin,member,reader")
    };
    ended(&admin_of("DFW"), &image).await;
    assert_eq!(there.see(&image).await["status"], "active");
    for (region, status) in [("DFW", 200), ("ORD", 404)] {
        let admin = admin_of(region);
        admin.get(format!("/v2/tasks/{task}")).await.is(status);
        let list = admin.get("/v2/tasks").await.is(200);
        assert_eq!(
            list["tasks"].as_array().unwrap().len(),
            usize::from(status == 200)
        );
    }
}

#[tokio::test]
async fn what_a_project_uses_counts_in_each_region_by_itself() {
    let glance = glance_with(|config| {
        config.regions = ["ORD", "DFW"].map(str::to_owned).into();
        config.images.user_storage_quota = 10;
    })
    .await;
    for region in ["ORD", "DFW"] {
        let there = alice(&glance, region);
        let (one, two) = (raw(&there).await, raw(&there).await);
        there.upload(&one, "12345678").await.is(204);
        there.upload(&two, "12345678").await.is(413);
    }
}

#[tokio::test]
async fn an_id_is_given_once_in_all_regions() {
    let glance = cloud().await;
    let image = alice(&glance, "DFW").create(json!({})).await;
    let again = alice(&glance, "IAD").post("/v2/images");
    again.json(json!({ "id": image.id })).await.is(409);
}

#[tokio::test]
async fn a_region_that_there_is_not_is_an_unknown_path() {
    let glance = cloud().await;
    let unknown = |answer: Answer| answer.is(300).text().to_owned();
    let wrong = unknown(alice(&glance, "LON").get("/v2/images").await);
    assert_eq!(wrong, unknown(glance.person("alice").get("/x").await));
}

#[tokio::test]
async fn a_cloud_that_names_no_regions_has_one() {
    let glance = glance().await;
    let image = alice(&glance, "RegionOne").create(json!({})).await;
    glance.person("alice").get(&image).await.is(200);
}

#[tokio::test]
async fn a_snapshot_keeps_the_regions_of_images() {
    let glance = cloud().await;
    let there = alice(&glance, "IAD");
    let image = there.create_active(json!({})).await;
    let control = glance.control();
    control
        .request(http::Method::PUT, "/snapshots/s")
        .await
        .is(201);
    control.post("/reset").await.is(204);
    there.get(&image).await.is(404);
    control.post("/snapshots/s/load").await.is(204);
    there.get(&image).await.is(200);
    alice(&glance, "ORD").get(&image).await.is(404);
}

#[tokio::test]
async fn faults_and_the_journal_may_be_of_one_region() {
    let glance = cloud().await;
    let control = glance.control();
    let fault = json!({ "match": { "region": "DFW" }, "fault": { "status": 503 } });
    control.post("/faults").json(fault).await.is(201);
    alice(&glance, "DFW").get("/v2/images").await.is(503);
    alice(&glance, "ORD").get("/v2/images").await.is(200);
    glance.person("alice").get("/v2/images").await.is(200);
    for (region, count) in [("DFW", 1), ("ORD", 2), ("IAD", 0)] {
        let path = format!("/requests?region={region}");
        let found = control.get(path).await.is(200);
        let requests = found["requests"].as_array().unwrap();
        assert_eq!(requests.len(), count, "{region}");
        assert!(requests.iter().all(|request| request["region"] == region));
    }
    let fault = json!({ "match": { "region": "LON" }, "fault": { "status": 503 } });
    let refused = control.post("/faults").json(fault).await.is(400);
    let message = "there is no region LON; there are ORD, DFW, IAD";
    assert_eq!(refused["error"]["message"], message);
}

#[tokio::test]
async fn the_pace_may_be_of_one_region() {
    let glance = cloud().await;
    let pace = json!({ "rules": [{ "region": "DFW", "saving": { "seconds": 3600 } }] });
    glance.control().put("/pace").json(pace).await.is(200);
    for (region, status) in [("DFW", "saving"), ("ORD", "active")] {
        let there = alice(&glance, region);
        let image = raw(&there).await;
        there.upload(&image, "data").await.is(204);
        assert_eq!(there.see(&image).await["status"], status, "{region}");
    }
    let pace = json!({ "rules": [{ "region": "LON", "saving": { "seconds": 1 } }] });
    glance.control().put("/pace").json(pace).await.is(400);
}

#[tokio::test]
async fn a_seed_may_be_for_one_region() {
    let glance = cloud().await;
    let seed = json!({ "region": "IAD", "images": [{ "name": "there", "visibility": "public" }] });
    glance.control().post("/seeds").json(seed).await.is(201);
    for (region, count) in [("IAD", 1), ("ORD", 0)] {
        let there = alice(&glance, region);
        assert_eq!(ids(&there, "?name=there").await.len(), count, "{region}");
    }
}

#[tokio::test]
async fn a_container_is_where_it_was_made_and_nowhere_else() {
    let glance = glance_with(|config| {
        config.dialect.dialect = &RACKSPACE;
        config.regions = ["ORD", "DFW"].map(str::to_owned).into();
    })
    .await;
    let path = "/v1/MossoCloudFS_alice-project/c";
    let there = alice(&glance, "DFW");
    there.put(path).await.is(201);
    there.put(format!("{path}/o")).body("data").await.is(201);
    let answer = there.get(format!("{path}/o")).await.is(200);
    assert_eq!(answer.text(), "data");
    for here in [alice(&glance, "ORD"), glance.person("alice")] {
        here.get(path).await.is(404);
        here.get(format!("{path}/o")).await.is(404);
    }
    // So there may be one of the same name.
    glance.person("alice").put(path).await.is(201);
    there.get(format!("{path}/o")).await.is(200);
}

#[tokio::test]
async fn the_service_net_of_rackspace_is_in_every_region() {
    let glance = glance_with(|config| {
        config.dialect.dialect = &RACKSPACE;
        config.regions = ["ORD", "DFW"].map(str::to_owned).into();
    })
    .await;
    let base = glance.url();
    let log_in = glance.nobody().post("/v2.0/tokens");
    let log_in = log_in.header("Content-Type", "application/json");
    let key = json!({ "username": "rackspace", "apiKey": "0123456789abcdef0123456789abcdef" });
    let body = json!({ "auth": { "RAX-KSKEY:apiKeyCredentials": key } });
    let access = log_in.json(body).await.is(200)["access"].clone();
    let token = access["token"]["id"].as_str().unwrap();
    let services = access["serviceCatalog"].as_array().unwrap();
    let internal = |service: &str, region: &str| {
        let service = services.iter().find(|it| it["name"] == service).unwrap();
        let mut endpoints = service["endpoints"].as_array().unwrap().iter();
        let endpoint = endpoints.find(|it| it["region"] == region).unwrap();
        endpoint["internalURL"].as_str().unwrap().to_owned()
    };
    let images = internal("cloudImages", "DFW");
    assert_eq!(images, format!("{base}/region/DFW/snet/v2"));
    let there = glance.at(&images, token);
    let image = there
        .post("/images")
        .json(json!({ "name": "x" }))
        .await
        .is(201);
    let path = format!("/images/{}", id(image.json()));
    there.get(format!("/929418{path}")).await.is(200);
    glance
        .at(&internal("cloudImages", "ORD"), token)
        .get(&path)
        .await
        .is(404);
    let files = internal("cloudFiles", "DFW");
    assert_eq!(
        files,
        format!("{base}/region/DFW/snet/v1/MossoCloudFS_929418")
    );
    glance.at(&files, token).put("/c").await.is(201);
    glance
        .at(&files, token)
        .put("/c/o")
        .body("data")
        .await
        .is(201);
    let data = glance.at(&files, token).get("/c/o").await.is(200);
    assert_eq!(data.text(), "data");
    glance
        .at(&internal("cloudFiles", "ORD"), token)
        .get("/c/o")
        .await
        .is(404);
}
