//! The headers of requests for objects.

use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use http::header::{
    CONTENT_TYPE, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE,
};

use crate::api::extract::text;
use crate::app::App;
use crate::domain::object_store::conditions::{Conditions, unquoted};
use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::object_store::listing::is_true;
use crate::domain::object_store::manifest::Manifest;
use crate::domain::object_store::metadata::{MetadataKind, parse};
use crate::domain::object_store::{Metadata, ObjectUpdate, Overwrite};

/// The latest time that `X-Delete-At` can name, in seconds since 1970.
const LATEST: i64 = 9_999_999_999;

/// Returns the metadata that a request gives.
pub(super) fn metadata(
    kind: MetadataKind,
    headers: &HeaderMap,
) -> Result<Metadata, ObjectStoreError> {
    let headers = headers.iter();
    parse(
        kind,
        headers.map(|(name, value)| (name.as_str(), value.as_bytes())),
    )
}

/// Returns all that a request gives to be kept with an object.
pub(super) fn object_update(
    app: &App,
    headers: &HeaderMap,
) -> Result<ObjectUpdate, ObjectStoreError> {
    let manifest = text(headers, "x-object-manifest").filter(|text| !text.is_empty());
    let content_type = match headers.get(CONTENT_TYPE).filter(|value| !value.is_empty()) {
        Some(value) => {
            let text = std::str::from_utf8(value.as_bytes());
            let refused = |_| ObjectStoreError::Invalid("Invalid Content-Type".into());
            Some(text.map_err(refused)?.to_owned())
        }
        None => None,
    };
    Ok(ObjectUpdate {
        content_type,
        manifest: manifest.map(Manifest::parse).transpose()?,
        delete_at: delete_at(headers, app.clock.now())?,
        metadata: metadata(MetadataKind::Object, headers)?,
    })
}

/// Returns the time from which an object shall be gone. Swift: `check_delete_headers` in
/// `swift/common/constraints.py`.
fn delete_at(
    headers: &HeaderMap,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, ObjectStoreError> {
    let invalid = |text: &str| ObjectStoreError::Invalid(text.into());
    let number = |text: &str| text.trim().parse::<i64>().ok();
    let (time, past) = if let Some(after) = text(headers, "x-delete-after") {
        let after = number(after).ok_or_else(|| invalid("Non-integer X-Delete-After"))?;
        let time = now.timestamp().saturating_add(after);
        (time, "X-Delete-After in past")
    } else if let Some(at) = text(headers, "x-delete-at").filter(|text| !text.is_empty()) {
        let at = number(at).ok_or_else(|| invalid("Non-integer X-Delete-At"))?;
        (at, "X-Delete-At in past")
    } else {
        return Ok(None);
    };
    if time <= now.timestamp() {
        return Err(invalid(past));
    }
    let left = TimeDelta::seconds(time.min(LATEST));
    Ok(DateTime::UNIX_EPOCH.checked_add_signed(left))
}

/// Returns the conditions of a request to read an object. Those that are no dates are ignored.
pub(super) fn conditions(headers: &HeaderMap) -> Conditions {
    let tags = |name: HeaderName| {
        let tags = text(headers, name.as_str()).filter(|text| !text.is_empty());
        tags.map(str::to_owned)
    };
    let date = |name: HeaderName| {
        let date = DateTime::parse_from_rfc2822(text(headers, name.as_str())?);
        date.ok().map(|date| date.to_utc())
    };
    Conditions {
        matching: tags(IF_MATCH),
        none_matching: tags(IF_NONE_MATCH),
        modified_since: date(IF_MODIFIED_SINCE),
        unmodified_since: date(IF_UNMODIFIED_SINCE),
    }
}

/// Returns whether a request to write an object lets it replace another.
pub(super) fn overwrite(headers: &HeaderMap) -> Result<Overwrite, ObjectStoreError> {
    match text(headers, IF_NONE_MATCH.as_str()).filter(|text| !text.is_empty()) {
        None => Ok(Overwrite::Allowed),
        Some(tags) if tags.split(',').any(|tag| unquoted(tag.trim()) == "*") => {
            Ok(Overwrite::Refused)
        }
        Some(_) => {
            let text = "If-None-Match only supports *";
            Err(ObjectStoreError::Invalid(text.into()))
        }
    }
}

/// Returns the MD5 that the body of a request must have, in lower-case hex.
pub(super) fn etag(headers: &HeaderMap) -> Option<String> {
    let etag = text(headers, "etag").filter(|text| !text.is_empty())?;
    Some(unquoted(etag).to_ascii_lowercase())
}

/// Returns whether a header says yes.
pub(super) fn says_yes(headers: &HeaderMap, name: &str) -> bool {
    text(headers, name).is_some_and(is_true)
}
