//! `/v1/{account}/{container}`

use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};
use serde_json::json;

use super::Handled;
use super::answer::{AnswerForm, no_content, page, set};
use super::headers::metadata;
use super::listing::{Elements, EntryFields, ListingRequest, directory};
use crate::db::ListedObject;
use crate::domain::object_store::listing::ListingEntry;
use crate::domain::object_store::metadata::MetadataKind;
use crate::domain::object_store::timestamp::{http_date, iso, seconds};
use crate::domain::object_store::{ContainerUsage, ObjectContainer};
use crate::service::object_store::{ContainerPut, ObjectStore};

/// Answers GET and HEAD.
pub(super) async fn list(
    store: &ObjectStore<'_>,
    name: &str,
    request: &Parts,
    answer: AnswerForm,
) -> Handled {
    let listing = ListingRequest::parse(request)?;
    let (container, usage, found) = if answer.head {
        let (container, usage) = store.show_container(name).await?;
        (container, usage, Vec::new())
    } else {
        let found = store.list_objects(name, &listing.query).await?;
        (found.container, found.usage, found.entries)
    };
    let entries: Vec<_> = found.into_iter().map(entry).collect();
    let elements = Elements {
        document: "container",
        name,
        entry: "object",
    };
    let headers = headers_of(&container, usage);
    Ok(listing.answer(headers, &entries, &elements, answer))
}

/// Answers PUT.
pub(super) async fn put(store: &ObjectStore<'_>, name: &str, request: &Parts) -> Handled {
    let given = metadata(MetadataKind::Container, &request.headers)?;
    let status = match store.put_container(name, &given).await? {
        ContainerPut::Created => 201,
        ContainerPut::Updated => 202,
    };
    Ok(page(status, None, &Method::PUT))
}

/// Answers POST.
pub(super) async fn update(store: &ObjectStore<'_>, name: &str, request: &Parts) -> Handled {
    let given = metadata(MetadataKind::Container, &request.headers)?;
    store.update_container(name, &given).await?;
    Ok(no_content())
}

/// Answers DELETE.
pub(super) async fn delete(store: &ObjectStore<'_>, name: &str) -> Handled {
    store.delete_container(name).await?;
    Ok(no_content())
}

fn headers_of(container: &ObjectContainer, usage: ContainerUsage) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("accept-ranges", HeaderValue::from_static("bytes"));
    let mut number = |name: &'static str, value: i64| {
        headers.insert(name, HeaderValue::from(value));
    };
    number("x-container-object-count", usage.objects);
    number("x-container-bytes-used", usage.bytes);
    set(&mut headers, "x-timestamp", &seconds(container.created_at));
    let modified = http_date(container.updated_at);
    set(&mut headers, "last-modified", &modified);
    for (name, value) in &container.metadata {
        set(&mut headers, name, value);
    }
    headers
}

fn entry(entry: ListingEntry<ListedObject>) -> EntryFields {
    match entry {
        ListingEntry::Directory(name) => directory(name),
        ListingEntry::Item(object) => EntryFields::from_iter([
            ("name".to_owned(), json!(object.name)),
            ("hash".to_owned(), json!(object.etag)),
            ("bytes".to_owned(), json!(object.size)),
            ("content_type".to_owned(), json!(object.content_type)),
            ("last_modified".to_owned(), json!(iso(object.updated_at))),
        ]),
    }
}
