//! A client of these tests, who has the demo user's token.

use std::error::Error;

use lookalike::CloudHandle;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

/// Why a test cannot go on.
pub type Failure = Box<dyn Error>;

/// A client of one cloud.
pub struct Person {
    http: Client,
    images: String,
    token: String,
}

impl Person {
    /// Logs the demo user in.
    pub async fn of(cloud: &CloudHandle) -> Result<Self, Failure> {
        Ok(Self {
            http: Client::new(),
            images: format!("{}/v2/images", cloud.url()),
            token: cloud.token("demo", "demo").await?,
        })
    }

    /// Returns a request for the list of images.
    pub fn list(&self) -> RequestBuilder {
        self.with_token(self.http.get(&self.images))
    }

    /// Returns the status of the answer to a list.
    pub async fn status(&self) -> Result<u16, Failure> {
        Ok(self.list().send().await?.status().as_u16())
    }

    /// Returns the names of the images.
    pub async fn names(&self) -> Result<Vec<String>, Failure> {
        let listing: Value = self.list().send().await?.json().await?;
        let images = listing.get("images").and_then(Value::as_array);
        let images = images.ok_or("a list without images")?;
        let names = images
            .iter()
            .filter_map(|image| image.get("name")?.as_str());
        Ok(names.map(str::to_owned).collect())
    }

    /// Makes an image that has no data.
    pub async fn create(&self, name: &str) -> Result<Response, Failure> {
        let request = self.http.post(&self.images);
        let request = self.with_token(request).json(&json!({ "name": name }));
        Ok(request.send().await?.error_for_status()?)
    }

    fn with_token(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("X-Auth-Token", &self.token)
    }
}
