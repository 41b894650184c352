//! What is asked of a container: its objects, one by one and in lists.

use std::io;
use std::ops::Range;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, RANGE};
use http::{HeaderMap, Method};
use serde_json::Value;

use super::client::{SwiftClient, SwiftRequest};
use super::error::{failed, unreadable};
use crate::domain::object_store::manifest::Manifest;

/// The header of a manifest, which names its segments.
const MANIFEST: &str = "x-object-manifest";

/// An object, as its headers describe it.
#[derive(Debug)]
pub(super) struct SwiftObjectHeaders {
    pub(super) size: u64,
    /// The container and the beginning of the names of its segments, if it is a manifest.
    pub(super) manifest: Option<String>,
}

/// A line of a listing.
#[derive(Debug)]
pub(super) struct SwiftListEntry {
    /// The name of the object; or, with a slash at its end, what several names begin with.
    pub(super) name: String,
    pub(super) size: u64,
}

impl SwiftClient {
    /// Writes an object.
    pub(super) async fn put(&self, key: &str, body: Bytes) -> io::Result<()> {
        self.put_with(key, Vec::new(), body).await
    }

    /// Writes the object that stands for all whose names begin so.
    pub(super) async fn put_manifest(&self, key: &str, segments: &str) -> io::Result<()> {
        let manifest = Manifest::new(self.container(), segments);
        let headers = vec![(MANIFEST, manifest.header().to_owned())];
        self.put_with(key, headers, Bytes::new()).await
    }

    async fn put_with(
        &self,
        key: &str,
        headers: Vec<(&'static str, String)>,
        body: Bytes,
    ) -> io::Result<()> {
        let request = SwiftRequest {
            method: Method::PUT,
            object: Some(key),
            headers,
            body,
            ..SwiftRequest::default()
        };
        if self.send(&request).await?.is_some() {
            return Ok(());
        }
        self.create_container().await?;
        let put = self.send(&request).await?;
        put.map(drop).ok_or_else(|| self.no_container())
    }

    /// Creates the container, if the settings want that.
    async fn create_container(&self) -> io::Result<()> {
        if !self.creates_container() {
            return Err(self.no_container());
        }
        let container = self.container();
        tracing::info!(container, "creates a container in Swift");
        let request = SwiftRequest {
            method: Method::PUT,
            ..SwiftRequest::default()
        };
        let created = self.send(&request).await?;
        created
            .map(drop)
            .ok_or_else(|| failed(&"there is no such account"))
    }

    fn no_container(&self) -> io::Error {
        failed(&format_args!(
            "the container {} does not exist; swift_store_create_container_on_put=true creates it",
            self.container()
        ))
    }

    pub(super) async fn head(&self, key: &str) -> io::Result<Option<SwiftObjectHeaders>> {
        let request = SwiftRequest {
            method: Method::HEAD,
            object: Some(key),
            ..SwiftRequest::default()
        };
        let Some(found) = self.send(&request).await? else {
            return Ok(None);
        };
        let headers = found.headers();
        let size = header(headers, CONTENT_LENGTH.as_str()).and_then(|size| size.parse().ok());
        Ok(Some(SwiftObjectHeaders {
            size: size.ok_or_else(|| failed(&"an object has no length"))?,
            manifest: header(headers, MANIFEST).map(str::to_owned),
        }))
    }

    /// Reads a small object as text.
    pub(super) async fn get_text(&self, key: &str) -> io::Result<Option<String>> {
        let request = SwiftRequest {
            object: Some(key),
            ..SwiftRequest::default()
        };
        match self.send(&request).await? {
            Some(found) => found.text().await.map(Some).map_err(unreadable),
            None => Ok(None),
        }
    }

    /// Reads a part of an object.
    pub(super) async fn get_range(&self, key: &str, part: Range<u64>) -> io::Result<Option<Bytes>> {
        let last = part.end.saturating_sub(1);
        let length = part.end.saturating_sub(part.start);
        let request = SwiftRequest {
            object: Some(key),
            headers: vec![(RANGE.as_str(), format!("bytes={}-{last}", part.start))],
            ..SwiftRequest::default()
        };
        let Some(found) = self.send(&request).await? else {
            return Ok(None);
        };
        // Segments that the server does not know yet, or no more.
        if header(found.headers(), CONTENT_LENGTH.as_str()) != Some(&length.to_string()) {
            return Err(failed(&"an object is not as long as it was"));
        }
        found.bytes().await.map(Some).map_err(unreadable)
    }

    /// Deletes an object, if it exists.
    pub(super) async fn remove(&self, key: &str) -> io::Result<()> {
        let request = SwiftRequest {
            method: Method::DELETE,
            object: Some(key),
            ..SwiftRequest::default()
        };
        self.send(&request).await.map(drop)
    }

    /// Lists the objects whose names begin so.
    pub(super) async fn list(&self, prefix: &str) -> io::Result<Vec<SwiftListEntry>> {
        self.list_pages(prefix, None).await
    }

    /// Lists the objects whose names begin so and have no slash behind that; the others together up to it.
    pub(super) async fn list_level(&self, prefix: &str) -> io::Result<Vec<SwiftListEntry>> {
        self.list_pages(prefix, Some("/")).await
    }

    async fn list_pages(
        &self,
        prefix: &str,
        delimiter: Option<&str>,
    ) -> io::Result<Vec<SwiftListEntry>> {
        let mut all: Vec<SwiftListEntry> = Vec::new();
        loop {
            let mut query = vec![("format", "json".to_owned()), ("prefix", prefix.to_owned())];
            query.extend(delimiter.map(|delimiter| ("delimiter", delimiter.to_owned())));
            let last = all.last().map(|last| last.name.clone()).unwrap_or_default();
            query.push(("marker", last.clone()));
            let request = SwiftRequest {
                query,
                ..SwiftRequest::default()
            };
            let page: Vec<Value> = match self.send(&request).await? {
                Some(page) => page.json().await.map_err(unreadable)?,
                None if self.creates_container() => return Ok(all),
                None => return Err(self.no_container()),
            };
            // What stands for several names may come again after itself.
            let more = page.iter().filter_map(listed);
            let known = all.len();
            all.extend(more.filter(|next| next.name > last));
            if all.len() == known {
                return Ok(all);
            }
        }
    }
}

fn listed(line: &Value) -> Option<SwiftListEntry> {
    let name = line.get("name").or_else(|| line.get("subdir"))?.as_str()?;
    Some(SwiftListEntry {
        name: name.to_owned(),
        size: line.get("bytes").and_then(Value::as_u64).unwrap_or(0),
    })
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
