//! A client that takes a broken connection for what it is: no answer.

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream;
use http::Method;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinHandle};

/// Alice, talking to one server.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    images: String,
}

/// What the server said, if it did.
pub(crate) type Said<T = u16> = Option<T>;

impl Client {
    pub(crate) fn new(url: &str) -> Self {
        let http = reqwest::Client::new();
        let images = format!("{url}/v2/images");
        Self { http, images }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.images));
        request.header("X-Auth-Token", "alice:projA:member,reader")
    }

    pub(crate) async fn create(&self, id: &str) -> Said {
        let fields = json!({ "id": id, "disk_format": "raw", "container_format": "bare" });
        said(self.request(Method::POST, "").body(fields.to_string())).await
    }

    pub(crate) async fn rename(&self, id: &str, name: &str) -> Said {
        let patch = json!([{ "op": "add", "path": "/name", "value": name }]);
        let request = self.request(Method::PATCH, &format!("/{id}"));
        let media_type = "application/openstack-images-v2.1-json-patch";
        said(
            request
                .header("Content-Type", media_type)
                .body(patch.to_string()),
        )
        .await
    }

    pub(crate) async fn delete(&self, id: &str) -> Said {
        said(self.request(Method::DELETE, &format!("/{id}"))).await
    }

    pub(crate) async fn upload(&self, id: &str, data: impl Into<reqwest::Body>) -> Said {
        let (status, _) = self.upload_and_read(id, data).await?;
        Some(status)
    }

    pub(crate) async fn stage(&self, id: &str, data: impl Into<reqwest::Body>) -> Said {
        let request = self.request(Method::PUT, &format!("/{id}/stage"));
        let request = request.header("Content-Type", "application/octet-stream");
        said(request.body(data)).await
    }

    pub(crate) async fn import(&self, id: &str, body: &Value) -> Said {
        let request = self.request(Method::POST, &format!("/{id}/import"));
        said(request.body(body.to_string())).await
    }

    /// Names a place where the data already is, and how it hashes there.
    pub(crate) async fn locate(&self, id: &str, body: &Value) -> Said {
        let request = self.request(Method::POST, &format!("/{id}/locations"));
        said(request.body(body.to_string())).await
    }

    /// The status, and what it was explained with.
    pub(crate) async fn upload_and_read(
        &self,
        id: &str,
        data: impl Into<reqwest::Body>,
    ) -> Said<(u16, String)> {
        let request = self.request(Method::PUT, &format!("/{id}/file")).body(data);
        let request = request.header("Content-Type", "application/octet-stream");
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.text().await.ok()?))
    }

    /// Begins to fill a new image, and waits until the server takes the data.
    pub(crate) async fn begin_upload(&self) -> (String, Upload) {
        let id = new_id();
        assert_eq!(self.create(&id).await, Some(201));
        let upload = self
            .begin_upload_to(&id)
            .await
            .expect("an upload that begins");
        (id, upload)
    }

    /// Sends many bytes for a new image, and never the last.
    pub(crate) async fn begin_large_upload(&self) -> (String, AbortHandle) {
        let id = new_id();
        assert_eq!(self.create(&id).await, Some(201));
        let many = (0..200).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![7; 100_000])));
        let body = stream::iter(many).chain(stream::pending());
        let body = reqwest::Body::wrap_stream(body);
        let (client, image) = (self.clone(), id.clone());
        let sending = tokio::spawn(async move { client.upload(&image, body).await });
        (id, sending.abort_handle())
    }

    /// Begins to fill an image that there is; nothing if the server dies.
    pub(crate) async fn begin_upload_to(&self, id: &str) -> Said<Upload> {
        let (go_on, body) = held();
        let (client, image) = (self.clone(), id.to_owned());
        let answer = tokio::spawn(async move { client.upload(&image, body).await });
        while self.find(id).await??["status"] != "saving" {}
        Some(Upload { go_on, answer })
    }

    /// Puts the server back to its start.
    #[cfg(target_os = "linux")]
    pub(crate) async fn reset(&self) -> Said {
        let url = self.images.replace("/v2/images", "/_lookalike/reset");
        said(self.http.post(url)).await
    }

    /// The document of an image, or that there is none.
    pub(crate) async fn find(&self, id: &str) -> Said<Option<Value>> {
        let request = self.request(Method::GET, &format!("/{id}"));
        let answer = request.send().await.ok()?;
        match answer.status().as_u16() {
            200 => Some(Some(
                serde_json::from_slice(&answer.bytes().await.ok()?).ok()?,
            )),
            404 => Some(None),
            other => panic!("GET of {id}: {other}"),
        }
    }

    pub(crate) async fn show(&self, id: &str) -> Value {
        self.find(id).await.flatten().expect("an image")
    }

    /// Its data.
    pub(crate) async fn download(&self, id: &str) -> Said<(u16, Bytes)> {
        let request = self.request(Method::GET, &format!("/{id}/file"));
        let answer = request.send().await.ok()?;
        Some((answer.status().as_u16(), answer.bytes().await.ok()?))
    }
}

async fn said(request: reqwest::RequestBuilder) -> Said {
    Some(request.send().await.ok()?.status().as_u16())
}

/// A body that does not end before it is told to.
pub(crate) fn held() -> (oneshot::Sender<()>, reqwest::Body) {
    let (go_on, told) = oneshot::channel();
    let begin = (0..5).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![7; 100_000])));
    let end = stream::once(async {
        told.await.map_err(std::io::Error::other)?;
        Ok(Bytes::from_static(b"end"))
    });
    let body = reqwest::Body::wrap_stream(stream::iter(begin).chain(end));
    (go_on, body)
}

/// An upload that waits with half of its data.
pub(crate) struct Upload {
    go_on: oneshot::Sender<()>,
    answer: JoinHandle<Said>,
}

impl Upload {
    /// Sends the rest.
    pub(crate) async fn finish(self) -> u16 {
        self.go_on.send(()).unwrap();
        self.answer.await.unwrap().expect("an answer")
    }
}

#[expect(clippy::disallowed_methods, reason = "no clock or cloud is concerned")]
pub(crate) fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
