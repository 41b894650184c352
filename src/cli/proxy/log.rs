//! Writes down an exchange when it has ended, however it ended.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use lookalike::NumberedSecrets;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::cli::recording::{BodyWatch, Exchange, RecordingWriter, is_identity};

/// Takes the exchanges, and writes them.
#[derive(Debug)]
pub(super) struct Recorder {
    writer: RecordingWriter,
    secrets: NumberedSecrets,
    last: AtomicU64,
    failure: Mutex<Option<String>>,
    failed: Notify,
}

impl Recorder {
    /// Makes one that writes there.
    pub(super) fn new(writer: RecordingWriter, secrets: NumberedSecrets) -> Self {
        Self {
            writer,
            secrets,
            last: AtomicU64::new(0),
            failure: Mutex::default(),
            failed: Notify::new(),
        }
    }

    /// Waits until the recording cannot be written.
    pub(super) async fn failed(&self) {
        self.failed.notified().await;
    }

    /// Ends the recording, and reports the error that it met.
    pub(super) fn finish(&self) -> Result<(), String> {
        if let Some(error) = self.failure.lock().take() {
            return Err(format!("cannot write the recording: {error}"));
        }
        let synced = self.writer.sync();
        synced.map_err(|error| format!("cannot write the recording: {error}"))
    }

    fn write(&self, exchange: &Exchange) {
        if let Err(error) = self.writer.add(exchange) {
            let mut failure = self.failure.lock();
            failure.get_or_insert_with(|| error.to_string());
            self.failed.notify_one();
        }
    }
}

/// An exchange that goes on. It is written when nobody has it any more: both bodies have ended, or the client went away.
#[derive(Debug)]
pub(super) struct ExchangeLog {
    recorder: Arc<Recorder>,
    begun: Instant,
    draft: Mutex<Exchange>,
    request: Mutex<BodyWatch>,
    response: Mutex<BodyWatch>,
}

impl ExchangeLog {
    /// Begins with a request.
    pub(super) fn begin(recorder: &Arc<Recorder>, request: &Parts) -> Arc<Self> {
        let path = request.uri.path();
        let draft = Exchange {
            id: recorder.last.fetch_add(1, Ordering::Relaxed) + 1,
            at: SystemTime::now().into(),
            method: request.method.to_string(),
            path: NumberedSecrets::path(path),
            query: NumberedSecrets::query(request.uri.query().unwrap_or_default()),
            request_headers: headers(&request.headers, &recorder.secrets),
            ..Exchange::default()
        };
        let is_upload = request.method == Method::PUT && is_data(path);
        Arc::new(Self {
            recorder: Arc::clone(recorder),
            begun: Instant::now(),
            draft: Mutex::new(draft),
            request: Mutex::new(BodyWatch::new(!is_upload)),
            response: Mutex::new(BodyWatch::new(true)),
        })
    }

    /// Notes the head of the answer.
    pub(super) fn answered(&self, status: StatusCode, response: &HeaderMap) {
        let mut draft = self.draft.lock();
        draft.status = Some(status.as_u16());
        draft.response_headers = headers(response, &self.recorder.secrets);
        if status.is_success() && draft.method == "GET" && is_data(&draft.path) {
            *self.response.lock() = BodyWatch::new(false);
        }
    }

    /// Notes why the proxy answers by itself.
    pub(super) fn failed(&self, why: &str) {
        self.draft.lock().fault = Some(NumberedSecrets::query(why));
    }

    /// Returns the body of the request, to be watched.
    pub(super) fn request(&self) -> &Mutex<BodyWatch> {
        &self.request
    }

    /// Returns the body of the answer, to be watched.
    pub(super) fn response(&self) -> &Mutex<BodyWatch> {
        &self.response
    }
}

impl Drop for ExchangeLog {
    fn drop(&mut self) {
        let (request, response) = (self.request.get_mut(), self.response.get_mut());
        let mut draft = std::mem::take(self.draft.get_mut());
        let is_identity = is_identity(&draft.path);
        let secrets = &self.recorder.secrets;
        // A body of a known length is not asked for its end.
        let length = draft.response_headers.get("content-length");
        let length = length.and_then(|length| length.parse().ok());
        let is_whole = response.whole || length == Some(response.bytes());
        draft.aborted = !is_whole || draft.status.is_none();
        draft.duration_ms = (self.begun.elapsed().as_secs_f64() * 1e6).round() / 1e3;
        draft.request_bytes = request.bytes();
        (draft.request_body, draft.request_data) = request.kept(secrets, is_identity);
        draft.response_bytes = draft.status.map(|_| response.bytes());
        (draft.response_body, draft.response_data) = response.kept(secrets, is_identity);
        self.recorder.write(&draft);
    }
}

/// Returns whether a path is that of the data of an image.
fn is_data(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    path.ends_with("/file") || path.ends_with("/stage")
}

/// Returns the headers by their names, those of one name with commas between, without secrets.
fn headers(headers: &HeaderMap, secrets: &NumberedSecrets) -> BTreeMap<String, String> {
    let mut map = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        let value = secrets.header(name.as_str(), &value);
        match map.get_mut(name.as_str()) {
            Some(found) => {
                found.push_str(", ");
                found.push_str(&value);
            }
            None => {
                map.insert(name.as_str().to_owned(), value);
            }
        }
    }
    map
}
