//! One exchange in a recording, with the fields of the journal and both bodies.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::digest::BodyDigest;

/// The first line of a recording.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(in crate::cli) struct RecordingHeader {
    /// The version of the form.
    pub(in crate::cli) lookalike_recording: u32,
    /// The version of the program that wrote it.
    pub(in crate::cli) version: String,
    /// The time of the first line.
    pub(in crate::cli) started: DateTime<Utc>,
    /// The URL of the Glance.
    pub(in crate::cli) glance: String,
    /// The URL of the Keystone.
    pub(in crate::cli) keystone: Option<String>,
}

/// An exchange. Secrets are `***` and a number in it, the same for the same secret.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(in crate::cli) struct Exchange {
    /// Its number, counted from 1 up in the order of the requests.
    pub(in crate::cli) id: u64,
    /// The time of the request.
    pub(in crate::cli) at: DateTime<Utc>,
    pub(in crate::cli) method: String,
    /// Its path; those of Keystone begin with `/identity`.
    pub(in crate::cli) path: String,
    /// Its query, without the question mark.
    pub(in crate::cli) query: String,
    /// The status of the answer; nothing if none came or the client did not wait.
    pub(in crate::cli) status: Option<u16>,
    pub(in crate::cli) duration_ms: f64,
    /// Whether it did not come to its end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::cli) aborted: bool,
    /// Why the proxy answered by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) fault: Option<String>,
    pub(in crate::cli) request_headers: BTreeMap<String, String>,
    pub(in crate::cli) request_bytes: u64,
    /// The body: a document, or a text where it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) request_body: Option<Value>,
    /// What is known of a body that was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) request_data: Option<BodyDigest>,
    pub(in crate::cli) response_headers: BTreeMap<String, String>,
    pub(in crate::cli) response_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) response_body: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) response_data: Option<BodyDigest>,
}

impl Exchange {
    /// Returns the path with the query.
    pub(in crate::cli) fn target(&self) -> String {
        if self.query.is_empty() {
            return self.path.clone();
        }
        format!("{}?{}", self.path, self.query)
    }

    /// Returns whether it is one of the identity API.
    pub(in crate::cli) fn is_identity(&self) -> bool {
        is_identity(&self.path)
    }
}

/// Returns whether a path is one of the identity API.
pub(in crate::cli) fn is_identity(path: &str) -> bool {
    let rest = path.strip_prefix(super::IDENTITY);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
