//! `--deterministic`: what a seed decides, and that it decides all of it.

use http::Method;
use lookalike::Config;
use serde_json::{Value, json};

use crate::glance::{Answer, Glance, Image, Person, glance_with};
use crate::imports::from_here;

/// Every answer of a story, byte for byte.
#[derive(Default)]
struct Transcript(Vec<String>);

impl Transcript {
    /// Sends it, and writes down what comes.
    async fn ask(
        &mut self,
        who: &Person,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut request = who.request(method.clone(), path);
        if method == Method::PATCH {
            let media = "application/openstack-images-v2.1-json-patch";
            request = request.header("Content-Type", media);
        } else if body.is_some() {
            request = request.header("Content-Type", "application/json");
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        self.note(&format!("{method} {path}"), request.await)
    }

    async fn get(&mut self, who: &Person, path: &str) -> Answer {
        self.ask(who, Method::GET, path, None).await
    }

    async fn post(&mut self, who: &Person, path: &str, body: Value) -> Answer {
        self.ask(who, Method::POST, path, Some(body)).await
    }

    fn note(&mut self, asked: &str, answer: Answer) -> Answer {
        // The port is another in every run.
        let host = answer.host().to_owned();
        let told = format!(
            "{asked}\n{} {:?}\n{}",
            answer.status,
            answer.headers,
            answer.text()
        );
        self.0.push(told.replace(&host, "HOST"));
        answer
    }
}

fn seeded(seed: &str) -> impl FnOnce(&mut Config) {
    move |config| {
        from_here(config);
        config.determinism.deterministic = Some(seed.to_owned());
    }
}

/// Looks, as often as it takes, without writing down what it sees.
async fn wait_for(who: &Person, path: &str, status: &str) {
    for _ in 0..20_000 {
        let answer = who.get(path).await;
        if answer["status"] == *status || answer["tasks"][0]["status"] == *status {
            return;
        }
    }
    panic!("{path} does not become {status}");
}

async fn log_in(glance: &Glance, told: &mut Transcript) -> Person {
    let body = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": {
            "name": "admin", "domain": { "id": "default" }, "password": "secret",
        }}},
        "scope": { "project": { "name": "admin", "domain": { "id": "default" } } },
    }});
    let answer = told
        .post(&glance.nobody(), "/identity/v3/auth/tokens", body)
        .await
        .is(201);
    glance.bearer(answer.header("x-subject-token"))
}

/// What people do with images, with tasks, and with Keystone.
async fn story(glance: &Glance) -> Vec<String> {
    let mut told = Transcript::default();
    let admin = log_in(glance, &mut told).await;
    for list in [
        "users",
        "projects",
        "roles",
        "role_assignments",
        "domains",
        "services",
    ] {
        told.get(&admin, &format!("/identity/v3/{list}"))
            .await
            .is(200);
    }
    let user = json!({ "user": { "name": "eve", "password": "x" } });
    told.post(&admin, "/identity/v3/users", user).await.is(201);
    let fields = json!({ "disk_format": "raw", "container_format": "bare", "b": "1", "a": "2" });
    let image = Image::of(
        told.post(&admin, "/v2/images", fields.clone())
            .await
            .is(201),
    );
    let uploaded = admin.upload(&image, "some data").await.is(204);
    told.note("upload", uploaded);
    for tag in ["x", "y", "a"] {
        told.ask(
            &admin,
            Method::PUT,
            &image.at(&format!("/tags/{tag}")),
            None,
        )
        .await
        .is(204);
    }
    let shared = json!([{ "op": "replace", "path": "/visibility", "value": "shared" }]);
    told.ask(&admin, Method::PATCH, image.as_ref(), Some(shared))
        .await
        .is(200);
    let member = json!({ "member": "somebody" });
    told.post(&admin, &image.at("/members"), member)
        .await
        .is(200);
    let other = Image::of(told.post(&admin, "/v2/images", fields).await.is(201));
    let staged = admin.stage(&other, "staged data").await.is(204);
    told.note("stage", staged);
    let import = json!({ "method": { "name": "glance-direct" } });
    told.post(&admin, &other.at("/import"), import)
        .await
        .is(202);
    wait_for(&admin, &other.at("/tasks"), "success").await;
    let uri = format!("{}/v2/images/none", glance.url());
    let input = json!({ "import_from": uri, "import_from_format": "raw", "image_properties": {} });
    let task = json!({ "type": "import", "input": input });
    let task = told.post(&admin, "/v2/tasks", task).await.is(201);
    let task = format!("/v2/tasks/{}", task["id"].as_str().unwrap());
    wait_for(&admin, &task, "failure").await;
    let namespace = json!({ "namespace": "N", "tags": [{ "name": "t" }] });
    told.post(&admin, "/v2/metadefs/namespaces", namespace)
        .await
        .is(201);
    for path in [
        image.as_ref(),
        other.as_ref(),
        &task,
        &other.at("/tasks"),
        &image.at("/members"),
        &image.at("/file"),
        "/v2/images",
        "/v2/images?limit=1",
        "/v2/tasks",
        "/v2/metadefs/namespaces",
        "/v2/schemas/image",
        "/v2/none",
        "/v2/images/none",
    ] {
        told.get(&admin, path).await;
    }
    told.get(&glance.nobody(), "/v2/images").await.is(401);
    log_in(glance, &mut told).await;
    told.0
}

#[tokio::test]
async fn a_story_that_is_told_twice_is_the_same_byte_for_byte() {
    let first = story(&glance_with(seeded("once")).await).await;
    let second = story(&glance_with(seeded("once")).await).await;
    assert_eq!(first.len(), second.len());
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(first, second);
    }
}

#[tokio::test]
async fn who_comes_first_decides_nothing_about_whom_a_store_fails() {
    let run = async |turned: bool| {
        let glance = glance_with(seeded("x")).await;
        let admin = glance.admin();
        let mut images = Vec::new();
        for _ in 0..12 {
            let fields = json!({ "disk_format": "raw", "container_format": "bare" });
            images.push(admin.create(fields).await);
        }
        let rule = json!({ "match": { "probability": 0.5 }, "fault": { "store": "away" } });
        glance.fault(rule).await.unwrap();
        if turned {
            images.reverse();
        }
        let mut statuses = Vec::new();
        for image in &images {
            statuses.push(admin.upload(image, "data").await.status);
        }
        if turned {
            statuses.reverse();
        }
        statuses
    };
    let statuses = run(false).await;
    assert!(statuses.contains(&204) && statuses.contains(&503));
    assert_eq!(statuses, run(true).await);
}

#[tokio::test]
async fn another_seed_gives_other_ids() {
    let id = async |seed| {
        let glance = glance_with(seeded(seed)).await;
        glance.admin().create(json!({})).await.id
    };
    assert_eq!(id("once").await, id("once").await);
    assert_ne!(id("once").await, id("twice").await);
}

#[tokio::test]
async fn the_clock_moves_a_millisecond_with_each_request_that_may_change_something() {
    let glance = glance_with(seeded("x")).await;
    let admin = glance.admin();
    let first = admin.create(json!({ "name": "first" })).await;
    assert_eq!(first["created_at"], "2030-01-01T00:00:00Z");
    for _ in 0..3 {
        admin.get(&first).await.is(200);
    }
    admin.create(json!({ "name": "second" })).await;
    assert_eq!(
        admin.names("").await,
        ["second", "first"],
        "the latest first"
    );
    let answer = admin.get("/v2/images").await;
    assert_eq!(answer.header("date"), "Tue, 01 Jan 2030 00:00:00 GMT");
}

#[tokio::test]
async fn how_often_somebody_looks_changes_nothing_of_what_comes_after() {
    let run = async |looks| {
        let glance = glance_with(seeded("x")).await;
        let admin = glance.admin();
        let image = admin.create(json!({})).await;
        for _ in 0..looks {
            admin.get(&image).await;
        }
        let next = admin.create(json!({})).await;
        let shown = admin.get(&next).await;
        (
            next.document,
            shown.header("x-openstack-request-id").to_owned(),
        )
    };
    assert_eq!(run(0).await, run(5).await);
}

#[tokio::test]
async fn data_that_is_there_already_is_gone_on_with_and_nothing_comes_twice() {
    let directory = tempfile::TempDir::new().unwrap();
    let data = directory.path().to_owned();
    let run = async || {
        let data = data.clone();
        let glance = glance_with(|config| {
            seeded("x")(config);
            config.database_url = None;
            config.ephemeral = false;
            config.data = data;
        })
        .await;
        let image = glance.admin().create(json!({})).await;
        glance.stop().await;
        image
    };
    let (first, second) = (run().await, run().await);
    assert_ne!(first.id, second.id);
}

#[tokio::test]
async fn after_a_reset_the_same_sequence_begins_again() {
    let glance = glance_with(seeded("x")).await;
    let told = async || {
        let mut told = Transcript::default();
        let admin = log_in(&glance, &mut told).await;
        let users = told.get(&admin, "/identity/v3/users").await.is(200);
        told.post(&admin, "/v2/images", json!({})).await.is(201);
        assert_eq!(users["users"].as_array().unwrap().len(), 5);
        told.0
    };
    // A database that was made from another knows users that no seed made.
    glance.control().post("/reset").await.is(204);
    let first = told().await;
    glance.control().post("/reset").await.is(204);
    assert_eq!(first, told().await);
    glance.reset().await.unwrap();
    let token = glance.token("demo", "demo").await.unwrap();
    glance.reset().await.unwrap();
    assert_eq!(token, glance.token("demo", "demo").await.unwrap());
}

#[tokio::test]
async fn with_a_clock_that_stands_no_request_moves_it() {
    let glance = glance_with(|config| {
        seeded("x")(config);
        config.determinism.clock_frozen = true;
        config.determinism.clock = Some("2031-01-01T00:00:00Z".parse().unwrap());
    })
    .await;
    glance.admin().create(json!({})).await;
    let clock = glance.control().get("/clock").await.is(200);
    assert_eq!(clock["now"], "2031-01-01T00:00:00Z");
    assert_eq!(clock["frozen"], true);
}
