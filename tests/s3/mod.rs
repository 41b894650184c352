//! An S3 server for one test, that keeps its objects in a directory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// The server, as long as it is held.
pub(crate) struct S3 {
    home: TempDir,
    port: u16,
    secret: String,
    task: AbortHandle,
    gate: Gate,
}

/// Holds one request back that writes an object, as a slow network does.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<GateParts>);

#[derive(Default)]
struct GateParts {
    is_closed: AtomicBool,
    reached: Notify,
    opened: Notify,
}

impl Gate {
    /// Holds the next object back that is written.
    pub(crate) fn close(&self) {
        self.0.is_closed.store(true, Ordering::Relaxed);
    }

    /// Waits until a request is held back.
    pub(crate) async fn reached(&self) {
        self.0.reached.notified().await;
    }

    /// Lets the request go on.
    pub(crate) fn open(&self) {
        self.0.opened.notify_one();
    }

    /// Waits, if this request is one to hold back.
    async fn pass(&self, request: &Request<Incoming>) {
        let writes = request.method() == Method::PUT
            && request
                .uri()
                .query()
                .is_none_or(|it| it == "x-id=PutObject");
        if writes && self.0.is_closed.swap(false, Ordering::Relaxed) {
            self.0.reached.notify_one();
            self.0.opened.notified().await;
        }
    }
}

impl S3 {
    /// A server with one empty bucket.
    pub(crate) async fn start() -> Self {
        Self::with_secret("hidden").await
    }

    /// A server with one empty bucket, for who has this secret key.
    pub(crate) async fn with_secret(secret: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("images")).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(home.path()).unwrap());
        service.set_auth(SimpleAuth::from_single("me", secret));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let gate = Gate::default();
        let waits = gate.clone();
        let task = tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let service = service.clone();
                let gate = waits.clone();
                let service = service_fn(move |request| {
                    let (service, gate) = (service.clone(), gate.clone());
                    async move {
                        gate.pass(&request).await;
                        answer(service, request).await
                    }
                });
                let connection =
                    http1::Builder::new().serve_connection(TokioIo::new(socket), service);
                tokio::spawn(async move { drop(connection.await) });
            }
        });
        let task = task.abort_handle();
        Self {
            home,
            port,
            secret: secret.to_owned(),
            task,
            gate,
        }
    }

    /// What holds requests back.
    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The URL of a store below a prefix of the bucket.
    pub(crate) fn url(&self, prefix: &str) -> String {
        let Self { port, secret, .. } = self;
        format!(
            "s3://images/{prefix}?endpoint=http://127.0.0.1:{port}&region=us-east-1\
             &access_key_id=me&secret_access_key={secret}"
        )
    }

    /// The files of all objects and of what was begun; not what the server notes of them.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut left = vec![self.home.path().to_owned()];
        let mut files = Vec::new();
        while let Some(directory) = left.pop() {
            for entry in directory.read_dir().unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    left.push(entry.path());
                } else {
                    let path = entry.path();
                    let path = path.strip_prefix(self.home.path()).unwrap();
                    files.push(path.to_str().unwrap().to_owned());
                    // Notes of the server, and what it was receiving when a client died.
                    files.retain(|it| !it.starts_with(".bucket-") && !it.starts_with(".tmp."));
                }
            }
        }
        files.sort();
        files
    }
}

/// What was begun is ended although the client died: a bucket does not complete an upload by half. And
/// of an upload that is over it says that there is none, rather than that it may not be touched.
async fn answer(
    service: S3Service,
    request: Request<Incoming>,
) -> Result<s3s::HttpResponse, s3s::HttpError> {
    let query = request.uri().query().unwrap_or_default();
    let aborts = request.method() == Method::DELETE && query.contains("uploadId=");
    let answer = tokio::spawn(async move { service.call(request.map(s3s::Body::from)).await });
    let mut answer = answer.await.unwrap()?;
    if aborts && answer.status() == StatusCode::FORBIDDEN {
        *answer.status_mut() = StatusCode::NOT_FOUND;
    }
    Ok(answer)
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.task.abort();
    }
}
