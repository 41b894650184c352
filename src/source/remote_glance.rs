//! A client for the Glance of another region, for the import method `glance-download`.
//!
//! Its URL comes from the catalog of the user's token, which no caller can write: so the filter of URLs does
//! not apply, as in Glance.

use bytes::Bytes;
use futures_util::Stream;
use reqwest::{Client, Response, redirect};
use serde_json::{Map, Value};

use crate::config::FilterOptions;

/// The Glance of another region.
#[derive(Debug)]
pub struct RemoteGlance {
    client: Client,
    endpoint: String,
    token: String,
}

/// The metadata of an image of another Glance.
#[derive(Debug)]
pub struct RemoteImage {
    /// The disk format.
    pub disk_format: Option<String>,
    /// The container format.
    pub container_format: Option<String>,
    /// All other fields that are text.
    pub properties: Vec<(String, String)>,
}

/// An error of a request to another Glance.
#[derive(Debug, thiserror::Error)]
pub enum RemoteGlanceError {
    /// There is no response.
    #[error("the other Glance does not answer: {0}")]
    Unavailable(#[from] reqwest::Error),
    /// The response has another status than 200.
    #[error("the other Glance answers {0}")]
    Status(reqwest::StatusCode),
    /// The image is not active.
    #[error("the image of the other Glance is {0}, not active")]
    NotActive(String),
}

impl RemoteGlance {
    /// Creates a client for this endpoint, with the timeouts of the settings.
    ///
    /// # Errors
    /// Fails if the HTTP client cannot be built.
    pub fn new(
        options: &FilterOptions,
        endpoint: &str,
        token: &str,
    ) -> Result<Self, RemoteGlanceError> {
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

    /// Returns the metadata of an image, which must be active.
    ///
    /// # Errors
    /// Fails if there is no response, or the image is not there or not active.
    #[tracing::instrument(level = "debug", skip_all, fields(endpoint = self.endpoint, image = id))]
    pub async fn describe(&self, id: &str) -> Result<RemoteImage, RemoteGlanceError> {
        let mut image: Map<String, Value> = self.get(id, "").await?.json().await?;
        let mut take = |name: &str| match image.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let status = take("status").unwrap_or_default();
        if status != "active" {
            return Err(RemoteGlanceError::NotActive(status));
        }
        let (disk_format, container_format) = (take("disk_format"), take("container_format"));
        let texts = image.into_iter().filter_map(|(name, value)| match value {
            Value::String(value) => Some((name, value)),
            _ => None,
        });
        Ok(RemoteImage {
            disk_format,
            container_format,
            properties: texts.collect(),
        })
    }

    /// Downloads the data of an image.
    ///
    /// # Errors
    /// Fails if there is no response, or its status is not 200.
    #[tracing::instrument(level = "debug", skip_all, fields(endpoint = self.endpoint, image = id))]
    pub async fn data(
        &self,
        id: &str,
    ) -> Result<impl Stream<Item = Result<Bytes, reqwest::Error>> + Send + use<>, RemoteGlanceError>
    {
        Ok(self.get(id, "/file").await?.bytes_stream())
    }

    async fn get(&self, id: &str, suffix: &str) -> Result<Response, RemoteGlanceError> {
        let url = format!("{}/v2/images/{id}{suffix}", self.endpoint);
        let request = self.client.get(url).header("X-Auth-Token", &self.token);
        let response = request.send().await?;
        match response.status() {
            reqwest::StatusCode::OK => Ok(response),
            other => Err(RemoteGlanceError::Status(other)),
        }
    }
}
