//! One exchange: what was asked, by whom, and how it was answered.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::request::Parts;
use http::{Method, StatusCode};
use parking_lot::{Mutex, MutexGuard};
use serde::Serialize;
use serde_json::Value;

use super::body::{Received, Text};
use super::headers::Headers;
use super::policy::{NotedRules, PolicyDecision};
use super::redact;
use crate::config::public_url::UrlScheme;
use crate::dialect::Interface;
use crate::domain::policy::Rule;

/// What the layers that a request passes find out about it: an extension of the request, to be
/// written into. Of who asks, the first word counts.
#[derive(Clone, Debug, Default)]
pub struct RequestNotes(Arc<NotedRequest>);

#[derive(Debug, Default)]
struct NotedRequest {
    who: OnceLock<Who>,
    faults: Mutex<Vec<String>>,
    policy: NotedRules,
}

#[derive(Debug)]
struct Who {
    user: Option<String>,
    project: Option<String>,
}

impl RequestNotes {
    /// The request is of this user, with a token for this project.
    pub fn who(&self, user: Option<&str>, project: Option<&str>) {
        let owned = |value: Option<&str>| value.map(str::to_owned);
        let (user, project) = (owned(user), owned(project));
        // Whether it had been said already is of no interest.
        self.0.who.set(Who { user, project }).ok();
    }

    /// The request met this fault, and may find no answer that could tell.
    pub fn met(&self, fault: &str) {
        let mut faults = self.faults();
        if faults.iter().all(|value| value != fault) {
            faults.push(fault.to_owned());
        }
    }

    /// A rule of the policy said whether the request may pass.
    pub fn decided(&self, rule: Rule, allowed: bool) {
        self.0.policy.note(rule, allowed);
    }

    fn faults(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.faults.lock()
    }
}

/// The request of an exchange.
#[derive(Debug)]
pub struct RecordedRequest {
    at: DateTime<Utc>,
    pub(super) method: Method,
    /// The scheme of its URL.
    pub(super) scheme: UrlScheme,
    pub(super) path: Box<str>,
    pub(super) query: Box<str>,
    pub(super) headers: Headers,
    /// The region that it is to, in a cloud with several.
    pub(super) region: Option<Box<str>>,
    /// The interface of the catalogue whose prefix was taken off the path.
    pub(super) interface: Option<Interface>,
    notes: RequestNotes,
    received: Option<Arc<Received>>,
}

impl RecordedRequest {
    /// A copy of this request, which came at that time. Who asks may be found out later, and the
    /// body read.
    #[must_use]
    pub fn of(
        request: &Parts,
        at: DateTime<Utc>,
        notes: RequestNotes,
        received: Option<Arc<Received>>,
    ) -> Self {
        let query = request.uri.query().unwrap_or_default();
        Self {
            at,
            method: request.method.clone(),
            scheme: request.extensions.get().copied().unwrap_or_default(),
            path: redact::path(request.uri.path()).into(),
            query: redact::query(query).into(),
            headers: Headers::of(&request.headers),
            region: None,
            interface: None,
            notes,
            received,
        }
    }

    /// Notes the region that the request is to.
    #[must_use]
    pub fn in_region(mut self, region: Option<String>) -> Self {
        self.region = region.map(String::into_boxed_str);
        self
    }

    /// Notes the interface whose prefix the path began with.
    #[must_use]
    pub fn by_interface(self, interface: Option<Interface>) -> Self {
        Self { interface, ..self }
    }

    /// Its method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }
}

/// The head of an answer.
#[derive(Debug)]
pub struct RecordedResponse {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: Headers,
    /// The fault that it was tampered with by.
    pub fault: Option<String>,
    /// The end of the body, if it has come.
    pub end: Option<End>,
}

/// The end of a response's body.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// From the request to here.
    pub took: Duration,
    /// The bytes of the body that were sent.
    pub bytes: u64,
    /// Whether that was all of it.
    pub whole: bool,
}

/// An exchange in the journal. It is kept from the head of its answer on; the end may come later.
#[derive(Debug)]
pub struct Entry {
    pub(super) id: u64,
    pub(super) asked: RecordedRequest,
    pub(super) body: Option<Text>,
    pub(super) answered: Option<RecordedResponse>,
    took: Duration,
    end: OnceLock<End>,
    size: u64,
}

/// What an exchange takes beside its texts, in bytes: itself, the body's counters, and what the
/// allocator adds.
const OVERHEAD: usize = 512;

impl Entry {
    pub(super) fn new(
        asked: RecordedRequest,
        mut answered: Option<RecordedResponse>,
        took: Duration,
    ) -> Self {
        let received = asked.received.as_ref();
        let body = received.and_then(|received| received.take(&asked.path));
        let end = answered.as_mut().and_then(|answered| answered.end.take());
        let mut entry = Self {
            id: 0,
            asked,
            body,
            answered,
            took,
            end: end.map_or_else(OnceLock::new, OnceLock::from),
            size: 0,
        };
        entry.size = entry.measured();
        entry
    }

    /// The body of the answer ended. The first word counts.
    pub fn ended(&self, end: End) {
        self.end.set(end).ok();
    }

    /// Returns its approximate size in memory, in bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    fn measured(&self) -> u64 {
        let answer = self.answered.as_ref();
        let asked = &self.asked;
        let long = |value: Option<&str>| value.map_or(0, str::len);
        let texts = asked.path.len()
            + asked.query.len()
            + asked.headers.len()
            + answer.map_or(0, |answer| answer.headers.len())
            + self.body.as_ref().map_or(0, |body| body.text.len())
            // A fake token says who it is in as many words as it likes.
            + long(self.user())
            + long(self.project())
            + long(self.fault().as_deref());
        (texts + OVERHEAD) as u64
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn at(&self) -> DateTime<Utc> {
        self.asked.at
    }

    pub(super) fn user(&self) -> Option<&str> {
        self.asked.notes.0.who.get()?.user.as_deref()
    }

    pub(super) fn project(&self) -> Option<&str> {
        self.asked.notes.0.who.get()?.project.as_deref()
    }

    pub(super) fn fault(&self) -> Option<String> {
        let told = self
            .answered
            .as_ref()
            .and_then(|answered| answered.fault.clone());
        let faults = self.asked.notes.faults();
        told.or_else(|| (!faults.is_empty()).then(|| faults.join(",")))
    }

    pub(super) fn status(&self) -> Option<u16> {
        self.answered
            .as_ref()
            .map(|answered| answered.status.as_u16())
    }

    /// Returns how long it took up to its end, or up to the head of the answer if that is still to come.
    pub(super) fn milliseconds(&self) -> f64 {
        let took = self.end.get().map_or(self.took, |end| end.took);
        (took.as_secs_f64() * 1e6).round() / 1e3
    }

    /// The bytes that came.
    pub(super) fn received(&self) -> u64 {
        self.asked
            .received
            .as_ref()
            .map_or(0, |received| received.bytes())
    }

    /// The bytes that went, once the end is there.
    pub(super) fn sent(&self) -> Option<u64> {
        self.end.get().map(|end| end.bytes)
    }

    /// Returns whether it did not come to its end: the client went away, or a fault tore it.
    pub(super) fn aborted(&self) -> bool {
        let broken = self
            .asked
            .received
            .as_ref()
            .is_some_and(|received| received.broken());
        let torn = self.end.get().is_some_and(|end| !end.whole);
        broken || torn || self.answered.is_none()
    }

    /// The exchange as it is shown.
    #[must_use]
    pub fn recorded(&self) -> Recorded {
        let asked = &self.asked;
        let answer = self.answered.as_ref();
        let owned = |value: Option<&str>| value.map(str::to_owned);
        Recorded {
            id: self.id,
            at: asked.at,
            method: asked.method.to_string(),
            path: asked.path.to_string(),
            query: asked.query.to_string(),
            region: owned(asked.region.as_deref()),
            interface: asked.interface.map(Interface::as_str),
            status: self.status(),
            duration_ms: self.milliseconds(),
            user: owned(self.user()),
            project: owned(self.project()),
            fault: self.fault(),
            aborted: self.aborted(),
            policy: asked.notes.0.policy.decisions(),
            request_headers: asked.headers.map(),
            request_bytes: self.received(),
            request_body: self.body.as_ref().map(Text::value),
            response_headers: answer
                .map(|answer| answer.headers.map())
                .unwrap_or_default(),
            response_bytes: self.sent(),
        }
    }
}

/// An exchange as it is shown. Secrets are `***` in it.
#[derive(Clone, Debug, Serialize)]
pub struct Recorded {
    /// Its number, counted from 1 up in the order of the answers.
    pub id: u64,
    /// The time of the request, by the cloud's clock.
    pub at: DateTime<Utc>,
    /// The method of the request.
    pub method: String,
    /// Its path, as it was sent.
    pub path: String,
    /// Its query, without the question mark.
    pub query: String,
    /// The region that it was to, in a cloud with several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The interface of the catalogue whose prefix stood before the path, in a dialect that has such prefixes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<&'static str>,
    /// The status of the answer; nothing if the client did not wait for one.
    pub status: Option<u16>,
    /// The duration, in milliseconds; while the response's body is being sent, up to its head.
    pub duration_ms: f64,
    /// The id of the user whose token came with it.
    pub user: Option<String>,
    /// The id of the project that the token is for.
    pub project: Option<String>,
    /// The id of the fault that it met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Whether it did not come to its end: the client went away, or a fault tore it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub aborted: bool,
    /// The policy rules that were asked about it, and what they said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<PolicyDecision>,
    /// The headers of the request, by names in lower case.
    pub request_headers: BTreeMap<String, String>,
    /// The bytes of the request's body that came.
    pub request_bytes: u64,
    /// The body: a document, or a text where it is none. Never the bytes of an image, and nothing
    /// above 64 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_body: Option<Value>,
    /// The headers of the answer.
    pub response_headers: BTreeMap<String, String>,
    /// The bytes of the answer's body that were sent; nothing while they are.
    pub response_bytes: Option<u64>,
}
