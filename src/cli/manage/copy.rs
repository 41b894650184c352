//! `livecopy`: the images of a server, copied to another one.

use reqwest::{Body, Method};
use serde_json::{Map, Value, json};

use super::client::ImageService;
use super::options::ReplicationOptions;
use crate::cli::address::segment;
use crate::cli::capture::images::ImageDocument;
use crate::cli::failure::CliError;
use crate::cli::print;

/// The fields that the server sets.
const OF_SERVER: [&str; 16] = [
    "checksum",
    "created_at",
    "direct_url",
    "file",
    "id",
    "locations",
    "os_hash_algo",
    "os_hash_value",
    "schema",
    "self",
    "size",
    "status",
    "stores",
    "updated_at",
    "validation_data",
    "virtual_size",
];

/// The media type of a change of an image.
const PATCH: &str = "application/openstack-images-v2.1-json-patch";

/// Copies what is missing and what has changed.
pub(super) async fn copy(
    source: &ImageService,
    target: &ImageService,
    options: &ReplicationOptions,
) -> Result<(), CliError> {
    for image in source.images().await? {
        let Some(id) = text(&image, "id") else {
            continue;
        };
        if let Some(there) = target.image(id).await? {
            if is_active(&there) {
                update(target, id, (&image, &there), options).await?;
            }
        } else if is_active(&image) && !options.metaonly {
            let data = source.data(id).await?;
            let size = data.content_length();
            let body = Body::wrap_stream(data.bytes_stream());
            add(target, id, &image, options, (size, body)).await?;
        }
    }
    Ok(())
}

/// Adds an image with its data. If that fails, the image is taken away again, so that it can be tried anew.
pub(super) async fn add(
    target: &ImageService,
    id: &str,
    image: &ImageDocument,
    options: &ReplicationOptions,
    (size, data): (Option<u64>, Body),
) -> Result<(), CliError> {
    let mut document = Map::from_iter([("id".to_owned(), id.into())]);
    // A protected image could not be taken away again.
    let protected = image.get("protected") == Some(&Value::Bool(true));
    for (name, value) in replicated(image, options).filter(|(name, _)| *name != "protected") {
        document.insert(name.to_owned(), value.clone());
    }
    let document = Value::Object(document);
    target
        .send_json(Method::POST, "/v2/images", "application/json", &document)
        .await?;
    if let Err(error) = target.upload(id, size, data).await {
        let path = format!("/v2/images/{}", segment(id)?);
        // The failure of the upload is what is told.
        let _removed = target.call(Method::DELETE, &path).await;
        return Err(error);
    }
    if protected && options.replicates("protected") {
        let change = json!([{ "op": "replace", "path": "/protected", "value": true }]);
        patch(target, id, &change).await?;
    }
    print(&format!("{id} copied\n"))
}

/// Changes an image that is there already: it gets what it lacks, and keeps what else it has.
pub(super) async fn update(
    target: &ImageService,
    id: &str,
    (image, there): (&ImageDocument, &ImageDocument),
    options: &ReplicationOptions,
) -> Result<(), CliError> {
    let changes: Vec<_> = replicated(image, options)
        .filter(|(name, value)| !is_same(name, Some(value), there.get(*name)))
        .map(|(name, value)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            json!({ "op": "add", "path": format!("/{name}"), "value": value })
        })
        .collect();
    if changes.is_empty() {
        return Ok(());
    }
    patch(target, id, &changes.into()).await?;
    print(&format!("{id} updated\n"))
}

async fn patch(target: &ImageService, id: &str, changes: &Value) -> Result<(), CliError> {
    let path = format!("/v2/images/{}", segment(id)?);
    target.send_json(Method::PATCH, &path, PATCH, changes).await
}

/// Returns the fields of an image that another server can be given.
pub(super) fn replicated<'a>(
    image: &'a ImageDocument,
    options: &'a ReplicationOptions,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let fields = image.iter().map(|(name, value)| (name.as_str(), value));
    fields.filter(|(name, value)| {
        let of_server = OF_SERVER.contains(name) || name.starts_with("os_glance_");
        !of_server && !value.is_null() && options.replicates(name)
    })
}

/// Returns whether a field has the same value on both servers. Tags have no order.
pub(super) fn is_same(name: &str, one: Option<&Value>, other: Option<&Value>) -> bool {
    if name != "tags" {
        return one == other;
    }
    let sorted = |tags: Option<&Value>| {
        let tags = tags.and_then(Value::as_array).into_iter().flatten();
        let mut tags: Vec<_> = tags.filter_map(Value::as_str).map(str::to_owned).collect();
        tags.sort_unstable();
        tags
    };
    sorted(one) == sorted(other)
}

/// Returns whether an image has its data.
pub(super) fn is_active(image: &ImageDocument) -> bool {
    text(image, "status") == Some("active")
}

/// Returns a field of an image.
pub(super) fn text<'a>(image: &'a ImageDocument, name: &str) -> Option<&'a str> {
    image.get(name).and_then(Value::as_str)
}
