//! A client of the Images API.

use lookalike::with_causes;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Body, Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use crate::cli::address::segment;
use crate::cli::capture::clouds::CloudEntry;
use crate::cli::capture::images::{Glance, ImageDocument};
use crate::cli::capture::login::{GlanceEndpoint, describe, log_in};
use crate::cli::failure::CliError;

/// A Glance, and who asks it.
#[derive(Debug)]
pub(super) struct ImageService(Glance);

impl ImageService {
    /// Logs in to a cloud of clouds.yaml, or to that of the variables `OS_…`.
    ///
    /// # Errors
    ///
    /// Settings that name no cloud, and a Keystone that refuses.
    pub(super) async fn of_cloud(name: Option<&str>) -> Result<Self, CliError> {
        let cloud = match name {
            Some(name) => CloudEntry::named(name),
            None => CloudEntry::from_environment(),
        };
        let cloud = cloud.map_err(CliError::usage)?;
        let http = cloud.data_client().map_err(CliError::usage)?;
        let endpoint = log_in(&cloud, &http).await.map_err(CliError::start)?;
        Ok(Self(Glance { http, endpoint }))
    }

    /// Returns the Glance at a URL, which is asked with a token.
    pub(super) fn at(url: &str, token: Option<&str>) -> Self {
        let url = url.trim_end_matches('/').trim_end_matches("/v2").to_owned();
        let token = token.map(str::to_owned);
        Self(Glance {
            http: Client::new(),
            endpoint: GlanceEndpoint {
                url,
                token,
                identity: None,
                about: Value::Null,
            },
        })
    }

    /// Returns every image that the user may see, the oldest first.
    pub(super) async fn images(&self) -> Result<Vec<ImageDocument>, CliError> {
        self.0.images().await.map_err(CliError::start)
    }

    /// Returns an image; nothing if the user sees none with this id.
    pub(super) async fn image(&self, id: &str) -> Result<Option<ImageDocument>, CliError> {
        let path = format!("/v2/images/{}", segment(id)?);
        let response = self.send(self.request(Method::GET, &path)).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        match document(checked(response).await?).await? {
            Value::Object(image) => Ok(Some(image)),
            _ => Err(CliError::start(format!("{path} is no image"))),
        }
    }

    /// Returns the document at a path.
    pub(super) async fn get(&self, path: &str) -> Result<Value, CliError> {
        document(self.success(self.request(Method::GET, path)).await?).await
    }

    /// Sends a document.
    pub(super) async fn send_json(
        &self,
        method: Method,
        path: &str,
        media_type: &str,
        body: &Value,
    ) -> Result<(), CliError> {
        let request = self
            .request(method, path)
            .header(CONTENT_TYPE, media_type)
            .body(body.to_string());
        self.success(request).await.map(drop)
    }

    /// Sends a request without a body.
    pub(super) async fn call(&self, method: Method, path: &str) -> Result<(), CliError> {
        self.success(self.request(method, path)).await.map(drop)
    }

    /// Sends a request without a body, but with a header.
    pub(super) async fn call_with(
        &self,
        method: Method,
        path: &str,
        (name, value): (&'static str, &str),
    ) -> Result<(), CliError> {
        let request = self.request(method, path).header(name, value);
        self.success(request).await.map(drop)
    }

    /// Asks for the data of an image.
    pub(super) async fn data(&self, id: &str) -> Result<Response, CliError> {
        let path = format!("/v2/images/{}/file", segment(id)?);
        self.success(self.request(Method::GET, &path)).await
    }

    /// Uploads the data of an image.
    pub(super) async fn upload(
        &self,
        id: &str,
        size: Option<u64>,
        data: Body,
    ) -> Result<(), CliError> {
        let path = format!("/v2/images/{}/file", segment(id)?);
        let mut request = self
            .request(Method::PUT, &path)
            .header(CONTENT_TYPE, "application/octet-stream");
        if let Some(size) = size {
            request = request.header("Content-Length", size);
        }
        self.success(request.body(data)).await.map(drop)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let GlanceEndpoint { url, token, .. } = &self.0.endpoint;
        let request = self.0.http.request(method, format!("{url}{path}"));
        let request = request.header("Accept", "application/json, */*");
        match token {
            Some(token) => request.header("X-Auth-Token", token),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, CliError> {
        let response = request.send().await;
        response.map_err(|error| CliError::start(with_causes(&error)))
    }

    async fn success(&self, request: RequestBuilder) -> Result<Response, CliError> {
        checked(self.send(request).await?).await
    }
}

async fn checked(response: Response) -> Result<Response, CliError> {
    if response.status().is_success() {
        return Ok(response);
    }
    let url = response.url().to_string();
    let answer = describe(response).await;
    Err(CliError::start(format!("{url} answers {answer}")))
}

async fn document(response: Response) -> Result<Value, CliError> {
    let url = response.url().to_string();
    let read = response.json().await;
    read.map_err(|error| CliError::start(format!("{url}: {}", with_causes(&error))))
}
