//! What there is before a route is tried.

use std::path::Path;

use http::Method;
use lookalike::Config;
use serde_json::{Value, json};

use super::shapes::{Caller, Payload, Shape, State};
use crate::glance::{Answer, Glance, Image, Person, Request, store};

/// The settings that let every route do what it is for.
pub(super) fn settings(config: &mut Config, home: &Path) {
    config.cache_node.image_cache_dir = Some(home.join("cache"));
    config.cache.cachemanage = true;
    config.stores.store = vec![
        store("here=memory:"),
        store("there=memory:"),
        store("web=http:"),
    ];
    // Nobody listens where the location leads.
    config.filter.import_allow_loopback = true;
    config.filter.allowed_ports = vec![];
}

/// A server with an image.
pub(super) struct World<'a> {
    glance: &'a Glance,
    image: Image,
    task: String,
}

impl<'a> World<'a> {
    pub(super) async fn new(glance: &'a Glance, state: State) -> Self {
        let owner = glance.person("olga");
        let fields = json!({ "name": "cirros", "tags": ["old"] });
        let image = match state {
            State::Queued | State::Staged => {
                let mut fields = fields;
                fields["disk_format"] = "raw".into();
                fields["container_format"] = "bare".into();
                owner.create(fields).await
            }
            State::Active | State::Deactivated | State::Copied => owner.create_active(fields).await,
        };
        let member = json!({ "member": "fred-project" });
        owner.post(image.at("/members")).json(member).await.is(200);
        if state == State::Deactivated {
            owner.post(image.at("/actions/deactivate")).await.is(204);
        }
        if state == State::Copied {
            copy(&glance.admin(), &image).await;
        }
        define(&glance.admin()).await;
        if state == State::Staged {
            owner.stage(&image, "data").await.is(204);
        }
        let task = json!({ "type": "location_import", "input": {} });
        let task = glance.admin().post("/v2/tasks").json(task).await.is(201);
        let task = task["id"].as_str().unwrap().to_owned();
        // It fails, and would change under the eyes of whoever compares.
        let path = format!("/v2/tasks/{task}");
        while glance.admin().get(&path).await.is(200)["status"] != "failure" {
            tokio::task::yield_now().await;
        }
        Self {
            glance,
            image,
            task,
        }
    }

    /// The image that routes are tried on.
    pub(super) fn image(&self) -> &Image {
        &self.image
    }

    /// All that there is of the image, and the task.
    pub(super) async fn everything(&self) -> Value {
        let (owner, admin) = (self.person(Caller::Owner), self.glance.admin());
        let members = owner.get(self.image.at("/members")).await.is(200);
        let tasks = owner.get(self.image.at("/tasks")).await.is(200);
        let data = owner.get(self.image.at("/file")).await;
        let task = admin.get(format!("/v2/tasks/{}", self.task)).await.is(200);
        let cache = admin.get("/v2/cache").await.is(200);
        let namespace = admin.get("/v2/metadefs/namespaces/ns").await.is(200);
        json!({
            "image": owner.see(&self.image).await.document,
            "members": members.json(),
            "tasks": tasks.json(),
            "data": [data.status, data.text()],
            "task": task.json(),
            "queue": cache["queued_images"],
            "namespace": namespace.json(),
        })
    }

    fn person(&self, caller: Caller) -> Person {
        let owner = self.glance.person("olga");
        match caller {
            Caller::Owner => owner,
            Caller::Reader => owner.with_roles("reader"),
            Caller::Roleless => owner.with_roles(""),
            Caller::Member => self.glance.person("fred"),
            Caller::Stranger => self.glance.person("eve"),
            Caller::Admin => self.glance.admin(),
        }
    }

    pub(super) async fn send(&self, shape: &Shape, caller: Caller, payload: Payload) -> Answer {
        self.request(&self.person(caller), shape, payload).await
    }

    pub(super) async fn send_without_token(&self, shape: &Shape) -> Answer {
        self.request(&self.glance.nobody(), shape, shape.good())
            .await
    }

    fn request(&self, person: &Person, shape: &Shape, payload: Payload) -> Request {
        let (method, path) = shape.route.split_once(' ').unwrap();
        let path = path
            .replace("{image}", &self.image.id)
            .replace("{task}", &self.task)
            .replace("{tag}", shape.name)
            .replace("{member}", "fred-project")
            .replace("{namespace}", "ns")
            .replace("{object}", "there")
            .replace("{property}", "there")
            .replace("{resource_type}", "there")
            .replace("{store}", "there")
            .replace("{name}", shape.name);
        let method: Method = method.parse().unwrap();
        let request = person.request(method, path);
        match payload {
            None => request,
            Some((kind, body)) => request.header("Content-Type", kind).body(body),
        }
    }
}

/// Copies an image into the other store, and waits until it is there.
async fn copy(admin: &Person, image: &Image) {
    let body = json!({ "method": { "name": "copy-image" }, "stores": ["there"] });
    admin.post(image.at("/import")).json(body).await.is(202);
    while admin.see(image).await["stores"] != "here,there" {
        tokio::task::yield_now().await;
    }
}

/// A namespace with one of everything.
async fn define(admin: &Person) {
    let namespace = json!({
        "namespace": "ns",
        "visibility": "public",
        "objects": [{ "name": "there" }],
        "properties": { "there": { "title": "There", "type": "string" } },
        "tags": [{ "name": "old" }],
        "resource_type_associations": [{ "name": "there" }],
    });
    let path = "/v2/metadefs/namespaces";
    admin.post(path).json(namespace).await.is(201);
}
