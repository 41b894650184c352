//! The object store (14 A7): Swift v1.

mod access;
mod bulk;
mod containers;
mod copies;
mod downloads;
mod large;
mod life;
mod listings;
mod uploads;

use http::Method;
use lookalike::Config;
use lookalike::dialect::RACKSPACE;
use serde_json::Value;

use crate::glance::{Answer, Glance, Person, Request, glance_with};

/// The MD5 of `hello`.
const HELLO: &str = "5d41402abc4b2a76b9719d911017c592";

/// A cloud with an object store.
async fn cloud() -> Glance {
    cloud_with(|_| {}).await
}

/// A cloud with an object store and some other settings.
async fn cloud_with(change: impl FnOnce(&mut Config)) -> Glance {
    glance_with(|config| {
        config.dialect.dialect = &RACKSPACE;
        config.dialect.dialect_seed = false;
        change(config);
    })
    .await
}

/// Somebody's account.
struct Account {
    person: Person,
}

impl Account {
    fn of(person: Person) -> Self {
        Self { person }
    }

    /// The account of Alice in a cloud.
    fn alice(glance: &Glance) -> Self {
        Self::of(glance.person("alice"))
    }

    fn url(&self, path: &str) -> String {
        format!("/v1/MossoCloudFS_{}{path}", self.person.project())
    }

    fn request(&self, method: &str, path: &str) -> Request {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.person
            .request(method, self.url(path))
            .header("Accept", "*/*")
    }

    fn get(&self, path: &str) -> Request {
        self.request("GET", path)
    }

    fn head(&self, path: &str) -> Request {
        self.request("HEAD", path)
    }

    fn put(&self, path: &str) -> Request {
        self.request("PUT", path)
    }

    fn post(&self, path: &str) -> Request {
        self.request("POST", path)
    }

    fn delete(&self, path: &str) -> Request {
        self.request("DELETE", path)
    }

    /// Creates a container.
    async fn container(&self, name: &str) {
        self.put(&format!("/{name}")).await.is(201);
    }

    /// Stores an object.
    async fn object(&self, path: &str, bytes: impl Into<reqwest::Body>) -> Answer {
        self.put(path).body(bytes).await.is(201)
    }
}

/// The entries of a listing in JSON.
fn entries(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// The page of a status.
fn page(title: &str, sentence: &str) -> String {
    format!("<html><h1>{title}</h1><p>{sentence}</p></html>")
}
