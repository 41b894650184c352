//! Another Glance, asked with a token of its own cloud.
//!
//! Its address comes from the catalog of that token, which no caller writes: so the filter of URLs
//! is not asked, as Glance does not ask it either.

use bytes::Bytes;
use futures_util::Stream;
use reqwest::{Client, Response, redirect};
use serde_json::{Map, Value};

use crate::config::FilterOptions;

/// Another Glance.
#[derive(Debug)]
pub struct Elsewhere {
    client: Client,
    endpoint: String,
    token: String,
}

/// What it says of an image.
#[derive(Debug)]
pub struct Described {
    /// How its bytes are to be read.
    pub disk_format: Option<String>,
    /// What they are wrapped in.
    pub container_format: Option<String>,
    /// Everything else that is text.
    pub properties: Vec<(String, String)>,
}

/// Why it did not give an image.
#[derive(Debug, thiserror::Error)]
pub enum ElsewhereError {
    /// It does not answer.
    #[error("the other Glance does not answer: {0}")]
    Away(#[from] reqwest::Error),
    /// It answers something else.
    #[error("the other Glance answers {0}")]
    Status(reqwest::StatusCode),
    /// Its image has no data to give.
    #[error("the image of the other Glance is {0}, not active")]
    State(String),
}

impl Elsewhere {
    /// The one at this endpoint.
    pub fn new(
        options: &FilterOptions,
        endpoint: &str,
        token: &str,
    ) -> Result<Self, ElsewhereError> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(options.import_connect_timeout)
            .read_timeout(options.import_read_timeout)
            .build()?;
        Ok(Self {
            client,
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
        })
    }

    /// What it says of an image, which must be one that has data.
    pub async fn describe(&self, id: &str) -> Result<Described, ElsewhereError> {
        let mut image: Map<String, Value> = self.get(id, "").await?.json().await?;
        let mut take = |name: &str| match image.remove(name) {
            Some(Value::String(it)) => Some(it),
            _ => None,
        };
        let status = take("status").unwrap_or_default();
        if status != "active" {
            return Err(ElsewhereError::State(status));
        }
        let (disk_format, container_format) = (take("disk_format"), take("container_format"));
        let texts = image.into_iter().filter_map(|(name, value)| match value {
            Value::String(value) => Some((name, value)),
            _ => None,
        });
        Ok(Described {
            disk_format,
            container_format,
            properties: texts.collect(),
        })
    }

    /// The data of an image.
    pub async fn data(
        &self,
        id: &str,
    ) -> Result<impl Stream<Item = Result<Bytes, reqwest::Error>> + Send + use<>, ElsewhereError>
    {
        Ok(self.get(id, "/file").await?.bytes_stream())
    }

    async fn get(&self, id: &str, rest: &str) -> Result<Response, ElsewhereError> {
        let url = format!("{}/v2/images/{id}{rest}", self.endpoint);
        let request = self.client.get(url).header("X-Auth-Token", &self.token);
        let response = request.send().await?;
        match response.status() {
            reqwest::StatusCode::OK => Ok(response),
            other => Err(ElsewhereError::Status(other)),
        }
    }
}
