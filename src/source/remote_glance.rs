//! A client for the Glance of another region, for the import method `glance-download`.
//!
//! Its URL comes from the catalog of the user's token. It passes the filter of URLs as any other, and so
//! does each redirect. Glance: `open_external_uri` in `glance/common/scripts/utils.py`.

use serde_json::{Map, Value};

use super::fetch::{FetchError, FetchedBody, Fetcher};
use crate::config::FilterOptions;

/// The greatest size of the description of an image, in bytes: Glance allows 128 properties of 64 KiB.
const DESCRIPTION_LIMIT: u64 = 16 << 20;

/// The Glance of another region.
#[derive(Debug)]
pub struct RemoteGlance {
    fetcher: Fetcher,
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
    /// There is no response with the status 200, or its URL may not be fetched.
    #[error("the other Glance: {0}")]
    Fetch(#[from] FetchError),
    /// The response is no description of an image.
    #[error("the other Glance does not answer with an image")]
    Unreadable,
    /// The image is not active.
    #[error("the image of the other Glance is {0}, not active")]
    NotActive(String),
}

impl RemoteGlance {
    /// Creates a client for this endpoint, with the filter and the timeouts of the settings.
    #[must_use]
    pub fn new(options: &FilterOptions, endpoint: &str, token: &str) -> Self {
        Self {
            fetcher: Fetcher::new(options),
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
        }
    }

    /// Returns the metadata of an image, which must be active.
    ///
    /// # Errors
    /// Fails if there is no response, or the image is not there or not active.
    #[tracing::instrument(level = "debug", skip_all, fields(endpoint = self.endpoint, image = id))]
    pub async fn describe(&self, id: &str) -> Result<RemoteImage, RemoteGlanceError> {
        let described = self
            .get(id, "", DESCRIPTION_LIMIT)
            .await?
            .into_bytes()
            .await?;
        let image = serde_json::from_slice(&described);
        let mut image: Map<String, Value> = image.map_err(|_| RemoteGlanceError::Unreadable)?;
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

    /// Downloads the data of an image, of at most `limit` bytes.
    ///
    /// # Errors
    /// Fails if there is no response, or its status is not 200.
    #[tracing::instrument(level = "debug", skip_all, fields(endpoint = self.endpoint, image = id))]
    pub async fn data(&self, id: &str, limit: u64) -> Result<FetchedBody, RemoteGlanceError> {
        Ok(self.get(id, "/file", limit).await?)
    }

    async fn get(&self, id: &str, suffix: &str, limit: u64) -> Result<FetchedBody, FetchError> {
        let url = format!("{}/v2/images/{id}{suffix}", self.endpoint);
        self.fetcher.get_with_token(&url, &self.token, limit).await
    }
}
