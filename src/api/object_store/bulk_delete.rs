//! `?bulk-delete`: deletes many objects and empty containers at once. Swift: `swift/common/middleware/bulk.py`.

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, TRANSFER_ENCODING};
use http::request::Parts;
use http::{StatusCode, Uri};
use percent_encoding::{percent_decode_str, utf8_percent_encode};
use serde_json::json;

use super::Handled;
use super::answer::status_line;
use super::listing::{acceptable, parameters};
use crate::api::json::spaced;
use crate::api::whole_body::{BodyBounds, read_whole};
use crate::app::App;
use crate::domain::object_store::constraints::{
    MAX_BULK_DELETES, MAX_CONTAINER_NAME_LENGTH, MAX_OBJECT_NAME_LENGTH,
};
use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::object_store::{ObjectPath, PATH_CHARACTERS};
use crate::service::object_store::ObjectStore;

/// The greatest size of the list of names, in bytes.
const MAX_LIST_SIZE: u64 = 16 * 1024 * 1024;

/// What became of the names in a list.
#[derive(Debug, Default)]
struct BulkDeleteOutcome {
    deleted: usize,
    missing: usize,
    /// The names that could not be deleted, each with its status.
    failed: Vec<(String, String)>,
}

/// Returns true for a request that deletes many at once.
///
/// # Errors
///
/// Fails if the query is not valid UTF-8.
pub(super) fn is_asked_for(method: &str, uri: &Uri) -> Result<bool, ObjectStoreError> {
    let has_it = || {
        Ok(parameters(uri)?
            .iter()
            .any(|(name, _)| name == "bulk-delete"))
    };
    if matches!(method, "POST" | "DELETE") && uri.query().is_some() {
        has_it()
    } else {
        Ok(false)
    }
}

/// Answers POST and DELETE. The status is 200 whatever became of the names; the body says more.
pub(super) async fn answer(
    app: &App,
    store: &ObjectStore<'_>,
    (request, body): (Parts, Body),
) -> Handled {
    let form = acceptable(&request.headers)?;
    let has_length = [CONTENT_LENGTH, TRANSFER_ENCODING]
        .iter()
        .any(|name| request.headers.contains_key(name));
    if !has_length {
        return Err(ObjectStoreError::LengthRequired);
    }
    let bounds = BodyBounds {
        size: MAX_LIST_SIZE,
        time: app.config().bodies.body_timeout,
    };
    let list = read_whole(body, bounds).await.map_err(crate::Error::from)?;
    let mut outcome = BulkDeleteOutcome::default();
    for name in names(&list)? {
        outcome.delete(store, &name).await?;
    }
    Ok(outcome.shown(form))
}

/// Returns the names of a list, which are percent-encoded, one a line.
fn names(list: &[u8]) -> Result<Vec<String>, ObjectStoreError> {
    let malformed = || ObjectStoreError::Malformed("Invalid File Name".into());
    let list = std::str::from_utf8(list).map_err(|_| malformed())?;
    let lines = list.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut names = Vec::new();
    for line in lines {
        if names.len() == MAX_BULK_DELETES {
            return Err(ObjectStoreError::TooManyNames(MAX_BULK_DELETES));
        }
        let name = percent_decode_str(line)
            .decode_utf8()
            .map_err(|_| malformed())?;
        if name.contains('\0') {
            return Err(malformed());
        }
        names.push(name.into_owned());
    }
    Ok(names)
}

impl BulkDeleteOutcome {
    /// Deletes what has a name: `/container` or `/container/object`.
    ///
    /// # Errors
    ///
    /// Fails where nothing else could be deleted, either.
    async fn delete(
        &mut self,
        store: &ObjectStore<'_>,
        name: &str,
    ) -> Result<(), ObjectStoreError> {
        let path = name.strip_prefix('/').unwrap_or(name);
        let (container, object) = path.split_once('/').unwrap_or((path, ""));
        let deleted = if container.chars().count() > MAX_CONTAINER_NAME_LENGTH
            || object.chars().count() > MAX_OBJECT_NAME_LENGTH
        {
            self.fail(name, "414 Request-URI Too Long".into());
            return Ok(());
        } else if object.is_empty() {
            store.delete_container(container).await
        } else {
            store
                .delete_object(&ObjectPath::new(container, object))
                .await
        };
        match deleted {
            Ok(()) => self.deleted += 1,
            Err(error) => match error.status() {
                404 => self.missing += 1,
                401 | 500.. => return Err(error),
                status => self.fail(name, status_line(status)),
            },
        }
        Ok(())
    }

    fn fail(&mut self, name: &str, status: String) {
        let name = utf8_percent_encode(name, PATH_CHARACTERS).to_string();
        self.failed.push((name, status));
    }

    /// Returns the status that stands in the body, and a text to it.
    fn verdict(&self) -> (String, &'static str) {
        if !self.failed.is_empty() {
            (status_line(400), "")
        } else if self.deleted + self.missing == 0 {
            (status_line(400), "Invalid bulk delete.")
        } else {
            ("200 OK".into(), "")
        }
    }

    fn shown(&self, form: &'static str) -> Response {
        let body = match form {
            "application/json" => self.json(),
            "text/plain" => self.text(),
            _ => self.xml(),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::OK;
        let form = HeaderValue::from_static(form);
        response.headers_mut().insert(CONTENT_TYPE, form);
        response
    }

    fn json(&self) -> String {
        let (status, text) = self.verdict();
        spaced(&json!({
            "Response Status": status,
            "Response Body": text,
            "Number Deleted": self.deleted,
            "Number Not Found": self.missing,
            "Errors": self.failed,
        }))
    }

    /// Returns the members by name, as text and XML have them.
    fn members(&self) -> [(&'static str, String); 4] {
        let (status, text) = self.verdict();
        [
            ("Number Deleted", self.deleted.to_string()),
            ("Number Not Found", self.missing.to_string()),
            ("Response Body", text.to_owned()),
            ("Response Status", status),
        ]
    }

    fn text(&self) -> String {
        let members = self
            .members()
            .map(|(name, value)| format!("{name}: {value}\n"));
        let failed = self
            .failed
            .iter()
            .map(|(name, status)| format!("{name}, {status}\n"));
        let failed: String = failed.collect();
        format!("{}Errors:\n{failed}", members.concat())
    }

    fn xml(&self) -> String {
        let members = self.members().map(|(name, value)| {
            let name = name.replace(' ', "_").to_lowercase();
            format!("<{name}>{value}</{name}>\n")
        });
        let failed = self.failed.iter().map(|(name, status)| {
            // A name in percent-encoding has no other character that XML knows.
            let name = name.replace('&', "&amp;");
            format!("<object><name>{name}</name><status>{status}</status></object>\n")
        });
        let failed: String = failed.collect();
        format!(
            "<delete>\n{}<errors>\n{failed}</errors>\n</delete>\n",
            members.concat()
        )
    }
}
