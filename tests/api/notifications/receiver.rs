//! A web server that takes notifications, or does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

/// One request that came.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Received {
    pub(super) fn envelope(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(super) fn event_type(&self) -> String {
        self.envelope()["event_type"].as_str().unwrap().to_owned()
    }

    /// The name of the image that it is about.
    pub(super) fn name(&self) -> String {
        let envelope = self.envelope();
        envelope["payload"]["name"].as_str().unwrap().to_owned()
    }
}

/// The server; it stops when it is dropped.
pub(super) struct Receiver {
    pub(super) url: String,
    received: UnboundedReceiver<Received>,
    mood: Arc<Mood>,
    task: AbortHandle,
}

/// How requests are answered.
struct Mood {
    /// The number of requests that are still answered with 500.
    refusals: AtomicUsize,
    /// The number of requests that are still answered never.
    silences: AtomicUsize,
    sender: UnboundedSender<Received>,
}

impl Receiver {
    /// A server that takes every notification.
    pub(super) async fn new() -> Self {
        Self::at("127.0.0.1:0").await
    }

    /// A server at this address.
    pub(super) async fn at(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let url = format!("http://{}/hook?token=x", listener.local_addr().unwrap());
        let (sender, received) = unbounded_channel();
        let mood = Arc::new(Mood {
            refusals: AtomicUsize::new(0),
            silences: AtomicUsize::new(0),
            sender,
        });
        let routes = Router::new().route("/hook", post(take));
        let routes = routes.with_state(Arc::clone(&mood));
        let serving = async { axum::serve(listener, routes).await.unwrap() };
        let task = tokio::spawn(serving).abort_handle();
        Self {
            url,
            received,
            mood,
            task,
        }
    }

    /// Answers so many of the next requests with 500.
    pub(super) fn refuse(&self, count: usize) {
        self.mood.refusals.store(count, Ordering::SeqCst);
    }

    /// Never answers so many of the next requests.
    pub(super) fn be_silent(&self, count: usize) {
        self.mood.silences.store(count, Ordering::SeqCst);
    }

    /// The next request, however it is answered.
    pub(super) async fn next(&mut self) -> Received {
        self.received.recv().await.unwrap()
    }

    /// Whether nothing has come since the last request.
    pub(super) fn is_idle(&self) -> bool {
        self.received.is_empty()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(State(mood): State<Arc<Mood>>, headers: HeaderMap, body: String) -> StatusCode {
    mood.sender.send(Received { headers, body }).ok();
    let strikes = |left: &AtomicUsize| {
        let less = |count: usize| count.checked_sub(1);
        left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
            .is_ok()
    };
    if strikes(&mood.silences) {
        std::future::pending::<()>().await;
    }
    if strikes(&mood.refusals) {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    StatusCode::NO_CONTENT
}
