//! A container of a Swift object store as a store. Bytes with a name are one object.
//!
//! An image that is larger than a segment is sent as several objects below `segments/NAME.CLAIM/`, and then an
//! empty object with its name, the manifest, which stands for all of them: it appears complete or not at all. Segments
//! without a manifest are what a dead server has left.

mod backend;
mod client;
mod error;
mod login;
mod objects;
mod writer;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::content::{ByteSource, ByteStream, read_in_pieces};
use super::{Content, Store, StoreContents, image_of_name};
use crate::config::swift::Swift;
use crate::domain::object_store::manifest::Manifest;
use crate::domain::range::ByteRange;
use client::SwiftClient;

/// The number of bytes that one request reads.
const PIECE: u64 = 4 << 20;

/// The number of objects that are deleted at a time.
const DELETING: usize = 8;

/// The place of segments within that of the images.
const SEGMENTS: &str = "segments";

/// Opens a container by the settings; the first request to it logs in.
///
/// # Errors
/// Fails if the settings are not enough.
pub(super) fn open(options: &Swift) -> io::Result<Store> {
    let prefix = options.prefix.trim_matches('/');
    let separator = if prefix.is_empty() { "" } else { "/" };
    Ok(Store(Arc::new(SwiftStore {
        client: Arc::new(SwiftClient::new(options)?),
        reference: options.reference.clone(),
        prefix: format!("{prefix}{separator}"),
        segment: options.segment,
    })))
}

/// A store in a container.
struct SwiftStore {
    client: Arc<SwiftClient>,
    /// The name in URLs for who logs in.
    reference: String,
    /// The beginning of the names of all objects; it ends with a slash, if it is not empty.
    prefix: String,
    /// The size of a segment in bytes.
    segment: usize,
}

impl fmt::Debug for SwiftStore {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{:?}/{}", self.client, self.prefix)
    }
}

impl SwiftStore {
    /// Returns a store in the same container, below another prefix.
    fn below(&self, place: &str) -> Self {
        Self {
            client: Arc::clone(&self.client),
            reference: self.reference.clone(),
            prefix: format!("{}{place}/", self.prefix),
            segment: self.segment,
        }
    }

    /// Returns the name of an object by the name of its bytes.
    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Returns what the names of the segments of an attempt begin with.
    fn segments_of(&self, name: &str, claim: &str) -> String {
        self.key(&format!("{SEGMENTS}/{name}.{claim}/"))
    }

    async fn read_object(self: &Arc<Self>, name: &str) -> io::Result<Option<Content>> {
        let key = self.key(name);
        let found = self.client.head(&key).await?;
        Ok(found.map(|found| {
            let client = Arc::clone(&self.client);
            Content::new(found.size, SwiftObject { client, key })
        }))
    }

    /// Lists what there is under names that begin so.
    async fn contents_below(&self, beginning: &str) -> io::Result<StoreContents> {
        let mut contents = StoreContents::default();
        let mut sizes = HashMap::new();
        for object in self.client.list_level(&self.key(beginning)).await? {
            let name = object.name.strip_prefix(&self.prefix);
            if let Some(name) = name.filter(|name| image_of_name(name).is_some()) {
                sizes.insert(name.to_owned(), object.size);
                contents.complete.push(name.to_owned());
            }
        }
        for (name, attempts) in self.attempts(beginning).await? {
            // A manifest is an empty object, and its segments are those of one attempt.
            let used = usize::from(sizes.get(&name) == Some(&0));
            let left = attempts.len().saturating_sub(used);
            contents.partial.extend(std::iter::repeat_n(name, left));
        }
        Ok(contents)
    }

    /// Returns what the segments of each attempt begin with, by the name of the bytes, which begins so.
    async fn attempts(&self, beginning: &str) -> io::Result<BTreeMap<String, Vec<String>>> {
        let prefix = self.key(&format!("{SEGMENTS}/{beginning}"));
        let mut attempts = BTreeMap::<_, Vec<_>>::new();
        for group in self.client.list_level(&prefix).await? {
            let attempt = group
                .name
                .strip_suffix('/')
                .and_then(|attempt| attempt.rsplit('/').next());
            let name = attempt.and_then(|attempt| attempt.split_once('.'));
            if let Some((name, _)) = name.filter(|(name, _)| image_of_name(name).is_some()) {
                attempts
                    .entry(name.to_owned())
                    .or_default()
                    .push(group.name);
            }
        }
        Ok(attempts)
    }

    /// Deletes the segments under a name, but for those of its manifest.
    async fn remove_unused_segments(&self, name: &str) -> io::Result<()> {
        let attempts = self.attempts(&format!("{name}.")).await?;
        if attempts.is_empty() {
            return Ok(());
        }
        let found = self.client.head(&self.key(name)).await?;
        let manifest = found.and_then(|found| found.manifest);
        let used = manifest.and_then(|header| Manifest::parse(&header).ok());
        let used = used.map_or_else(String::new, |manifest| manifest.prefix);
        for segments in attempts.into_values().flatten() {
            if segments != used {
                self.remove_below(&segments).await?;
            }
        }
        Ok(())
    }

    /// Deletes all objects whose names begin so.
    async fn remove_below(&self, prefix: &str) -> io::Result<()> {
        let objects = self.client.list(prefix).await?;
        let deletions = stream::iter(objects).map(|object| {
            let client = Arc::clone(&self.client);
            async move { client.remove(&object.name).await }
        });
        deletions.buffer_unordered(DELETING).try_collect().await
    }
}

/// An object that can be read.
#[derive(Clone, Debug)]
struct SwiftObject {
    client: Arc<SwiftClient>,
    key: String,
}

impl ByteSource for SwiftObject {
    fn read(&self, part: ByteRange) -> ByteStream {
        let object = self.clone();
        let piece_end = |offset| offset + PIECE;
        read_in_pieces(part, piece_end, move |range| {
            object.clone().read_range(range)
        })
    }
}

impl SwiftObject {
    async fn read_range(self, range: Range<u64>) -> io::Result<Bytes> {
        let read = self.client.get_range(&self.key, range).await?;
        Ok(read.ok_or(io::ErrorKind::NotFound)?)
    }
}
