//! Somebody who sends requests.

use std::fmt::Display;

use http::Method;
use serde_json::{Value, json};

use super::{Image, Request};

/// The media type of an ordinary PATCH.
const PATCH: &str = "application/openstack-images-v2.1-json-patch";

/// A client of one server, with one token or none.
#[derive(Clone)]
pub(crate) struct Person {
    url: String,
    http: reqwest::Client,
    token: Option<String>,
}

impl Person {
    pub(super) fn new(url: String, http: reqwest::Client, token: Option<String>) -> Self {
        Self { url, http, token }
    }

    /// The same person in the same project, with other roles.
    pub(crate) fn with_roles(&self, roles: impl Display) -> Self {
        let (person, _) = self.token().rsplit_once(':').unwrap();
        let token = Some(format!("{person}:{roles}"));
        Self {
            token,
            ..self.clone()
        }
    }

    /// The token that the person sends.
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    /// The project that the person works in.
    pub(crate) fn project(&self) -> &str {
        self.token().split(':').nth(1).unwrap()
    }

    pub(crate) fn get(&self, path: impl AsRef<str>) -> Request {
        self.request(Method::GET, path)
    }

    pub(crate) fn post(&self, path: impl AsRef<str>) -> Request {
        self.request(Method::POST, path)
    }

    pub(crate) fn put(&self, path: impl AsRef<str>) -> Request {
        self.request(Method::PUT, path)
    }

    pub(crate) fn delete(&self, path: impl AsRef<str>) -> Request {
        self.request(Method::DELETE, path)
    }

    /// A PATCH in the newer form: `[{"op": …, "path": …, "value": …}]`.
    pub(crate) fn patch(&self, path: impl AsRef<str>, operations: Value) -> Request {
        let request = self.request(Method::PATCH, path).json(operations);
        request.header("Content-Type", PATCH)
    }

    /// Sets one field or property.
    pub(crate) fn set(&self, image: &Image, name: &str, value: impl Into<Value>) -> Request {
        let value = value.into();
        self.patch(
            image,
            json!([{ "op": "add", "path": format!("/{name}"), "value": value }]),
        )
    }

    pub(crate) fn request(&self, method: Method, path: impl AsRef<str>) -> Request {
        let path = path.as_ref();
        let request = self.http.request(method, format!("{}{path}", self.url));
        let request = match &self.token {
            Some(token) => request.header("X-Auth-Token", token),
            None => request,
        };
        Request::new(request, path)
    }

    pub(crate) fn upload(&self, image: &Image, data: impl Into<reqwest::Body>) -> Request {
        let request = self.put(image.at("/file")).body(data);
        request.header("Content-Type", "application/octet-stream")
    }

    pub(crate) fn stage(&self, image: &Image, data: impl Into<reqwest::Body>) -> Request {
        let request = self.put(image.at("/stage")).body(data);
        request.header("Content-Type", "application/octet-stream")
    }

    /// Makes an image of these fields.
    pub(crate) async fn create(&self, fields: Value) -> Image {
        Image::of(self.post("/v2/images").json(fields).await.is(201))
    }

    /// Makes an image of these fields, with some data.
    pub(crate) async fn create_active(&self, mut fields: Value) -> Image {
        fields["disk_format"] = "raw".into();
        fields["container_format"] = "bare".into();
        let image = self.create(fields).await;
        self.upload(&image, "data").await.is(204);
        image
    }

    /// The image as it is now.
    pub(crate) async fn see(&self, image: &Image) -> Image {
        Image::of(self.get(image).await.is(200))
    }

    /// The names of the images in a list.
    pub(crate) async fn names(&self, query: &str) -> Vec<String> {
        let answer = self.get(format!("/v2/images{query}")).await.is(200);
        let images = answer["images"].as_array().unwrap().iter();
        images
            .map(|it| it["name"].as_str().unwrap().to_owned())
            .collect()
    }
}
