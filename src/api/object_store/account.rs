//! `/v1/{account}`

use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use serde_json::json;

use super::Handled;
use super::answer::{AnswerForm, no_content, set};
use super::headers::metadata;
use super::listing::{Elements, EntryFields, ListingRequest, directory};
use super::target::AccountName;
use crate::db::ListedContainer;
use crate::domain::object_store::ObjectAccount;
use crate::domain::object_store::listing::ListingEntry;
use crate::domain::object_store::metadata::MetadataKind;
use crate::domain::object_store::timestamp::{iso, seconds};
use crate::service::object_store::ObjectStore;

/// Answers GET and HEAD.
pub(super) async fn list(
    store: &ObjectStore<'_>,
    name: &AccountName,
    request: &Parts,
    answer: AnswerForm,
) -> Handled {
    let listing = ListingRequest::parse(request)?;
    let (account, found) = if answer.head {
        (store.show_account().await?, Vec::new())
    } else {
        let found = store.list_containers(&listing.query).await?;
        (found.account, found.entries)
    };
    let entries: Vec<_> = found.into_iter().map(entry).collect();
    let elements = Elements {
        document: "account",
        name: &name.written,
        entry: "container",
    };
    Ok(listing.answer(headers_of(&account), &entries, &elements, answer))
}

/// Answers POST.
pub(super) async fn update(store: &ObjectStore<'_>, request: &Parts) -> Handled {
    let given = metadata(MetadataKind::Account, &request.headers)?;
    store.update_account(&given).await?;
    Ok(no_content())
}

fn headers_of(account: &ObjectAccount) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("accept-ranges", HeaderValue::from_static("bytes"));
    let mut number = |name: &'static str, value: i64| {
        headers.insert(name, HeaderValue::from(value));
    };
    number("x-account-container-count", account.containers);
    number("x-account-object-count", account.objects);
    number("x-account-bytes-used", account.bytes);
    set(&mut headers, "x-timestamp", &seconds(account.created_at));
    for (name, value) in &account.metadata {
        set(&mut headers, name, value);
    }
    headers
}

fn entry(entry: ListingEntry<ListedContainer>) -> EntryFields {
    match entry {
        ListingEntry::Directory(name) => directory(name),
        ListingEntry::Item(container) => EntryFields::from_iter([
            ("name".to_owned(), json!(container.name)),
            ("count".to_owned(), json!(container.objects)),
            ("bytes".to_owned(), json!(container.bytes)),
            ("last_modified".to_owned(), json!(iso(container.updated_at))),
        ]),
    }
}
