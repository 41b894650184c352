//! Copies: PUT with `X-Copy-From`, and COPY. Swift: `swift/common/middleware/copy.py`.

use axum::response::Response;
use http::header::RANGE;
use http::request::Parts;
use percent_encoding::utf8_percent_encode;

use super::Handled;
use super::answer::{created, set};
use super::headers::{conditions, etag, object_update, overwrite, says_yes};
use super::listing::parameters;
use super::target::path_header;
use crate::api::extract::{length, text};
use crate::app::App;
use crate::domain::object_store::conditions::Conditions;
use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::object_store::timestamp::http_date;
use crate::domain::object_store::{ObjectPath, PATH_CHARACTERS};
use crate::service::object_store::{CopiedObject, CopyRequest, ManifestUse, ObjectStore};

/// Answers PUT with `X-Copy-From`.
pub(super) async fn put(
    app: &App,
    store: &ObjectStore<'_>,
    target: &ObjectPath,
    request: &Parts,
) -> Handled {
    let headers = &request.headers;
    if length(headers).is_some_and(|length| length > 0) {
        let text = "Copy requests require a zero byte body";
        return Err(ObjectStoreError::Invalid(text.into()));
    }
    let source = text(headers, "x-copy-from").unwrap_or_default();
    let source = path_header("X-Copy-From", source)?;
    other_account(store, request, "x-copy-from-account")?;
    answer(app, store, (source, target.clone()), request).await
}

/// Answers COPY.
pub(super) async fn copy(
    app: &App,
    store: &ObjectStore<'_>,
    source: &ObjectPath,
    request: &Parts,
) -> Handled {
    let target = text(&request.headers, "destination").filter(|text| !text.is_empty());
    let target =
        target.ok_or_else(|| ObjectStoreError::Unfit("Destination header required".into()))?;
    let target = path_header("Destination", target)?;
    other_account(store, request, "destination-account")?;
    answer(app, store, (source.clone(), target), request).await
}

/// Refuses the account that a header names, if it is not the caller's.
fn other_account(
    store: &ObjectStore<'_>,
    request: &Parts,
    header: &str,
) -> Result<(), ObjectStoreError> {
    match text(&request.headers, header) {
        Some(account) => store.may_use(super::target::project_of(account)),
        None => Ok(()),
    }
}

async fn answer(
    app: &App,
    store: &ObjectStore<'_>,
    (source, target): (ObjectPath, ObjectPath),
    request: &Parts,
) -> Handled {
    let headers = &request.headers;
    let is_raw = parameters(&request.uri)?
        .iter()
        .any(|(name, value)| name == "multipart-manifest" && value == "get");
    let copied_from = format!("{}/{}", source.container, source.object);
    let copying = CopyRequest {
        update: object_update(app, headers)?,
        fresh_metadata: says_yes(headers, "x-fresh-metadata"),
        manifest: if is_raw {
            ManifestUse::Raw
        } else {
            ManifestUse::Followed
        },
        conditions: Conditions {
            // Of a PUT it is a condition on the target.
            none_matching: None,
            ..conditions(headers)
        },
        range: text(headers, RANGE.as_str()).map(str::to_owned),
        etag: etag(headers),
        overwrite: overwrite(headers)?,
        source,
        target,
    };
    let copied = store.copy(copying).await?;
    Ok(described(&copied, &copied_from, store.account()?))
}

fn described(copied: &CopiedObject, from: &str, account: &str) -> Response {
    let mut response = created(&copied.copy);
    let headers = response.headers_mut();
    let encoded = |text: &str| utf8_percent_encode(text, PATH_CHARACTERS).to_string();
    set(headers, "x-copied-from", &encoded(from));
    set(headers, "x-copied-from-account", &encoded(account));
    let modified = http_date(copied.source.updated_at);
    set(headers, "x-copied-from-last-modified", &modified);
    let metadata = copied.copy.metadata.iter();
    for (name, value) in metadata.filter(|(name, _)| name.starts_with("x-object-meta-")) {
        set(headers, name, value);
    }
    response
}
