//! The segments of an exported disk, and the manifest that joins them.

use std::io;

use bytes::Bytes;
use futures_util::stream::{BoxStream, Fuse};
use futures_util::{Stream, StreamExt, stream};

use super::disk::Disk;
use crate::db::Session;
use crate::domain::object_store::listing::{LowerBound, NameWindow};
use crate::domain::object_store::manifest::Manifest;
use crate::domain::object_store::{EMPTY_ETAG, NewObject, ObjectContainer, ObjectData, ObjectPath};
use crate::service::jobs::{Job, TaskError};
use crate::service::object_store::{DataDraft, ExpectedBytes};

/// The number of digits of a segment's number.
const DIGITS: usize = 5;

/// The most segments that a disk may have: more than there are numbers would not be joined in order.
const MOST: usize = 99_999;

/// The most objects that are read at a time.
const PAGE: usize = 1000;

/// Segments in a store, which no object refers to yet.
pub(super) struct Segments(Vec<DataDraft>);

impl Segments {
    /// Writes a disk into the default store; if that fails, nothing of it is left.
    pub(super) async fn write(job: &Job, disk: Disk) -> Result<Self, TaskError> {
        let mut segments = Self(Vec::new());
        match segments.fill(job, disk).await {
            Ok(()) => Ok(segments),
            Err(error) => {
                segments.give_up().await;
                Err(error)
            }
        }
    }

    async fn fill(&mut self, job: &Job, disk: Disk) -> Result<(), TaskError> {
        let size = job.app.config().tasks.export_segment_size;
        let mut parts = DiskParts::of(disk.bytes);
        let failed = |error: io::Error| TaskError::because(error.to_string());
        while !parts.are_over().await.map_err(failed)? {
            if self.0.len() == MOST {
                return Err(TaskError::because("the disk has too many segments"));
            }
            let written =
                DataDraft::write(&job.app, ExpectedBytes::default(), parts.next(size)).await;
            self.0.push(written.map_err(TaskError::from)?);
        }
        Ok(())
    }

    /// Adds the objects to a container that is locked, at the commit. Returns the data that nothing refers to then.
    pub(super) async fn record(
        &self,
        job: &Job,
        db: &mut Session,
        container: &ObjectContainer,
        target: &ObjectPath,
    ) -> Result<Vec<ObjectData>, TaskError> {
        let now = job.app.clock.now();
        let prefix = format!("{}-", target.object);
        let mut before = remove_older(job, db, container, &prefix).await?;
        let new = NewObject {
            content_type: "application/octet-stream".into(),
            ..NewObject::default()
        };
        for (place, draft) in (1_usize..).zip(&self.0) {
            db.insert_object_data(&draft.data).await?;
            draft.end_claim(db).await?;
            let name = format!("{prefix}{place:0DIGITS$}");
            let facts = (draft.size, draft.etag.clone());
            let object = new
                .clone()
                .into_object(&name, Some(draft.data.clone()), facts, now);
            before.extend(db.put_stored_object(&container.id, &object).await?);
        }
        let manifest = NewObject {
            manifest: Some(Manifest::new(&container.name, &prefix)),
            ..new
        };
        let facts = (0, EMPTY_ETAG.to_owned());
        let manifest = manifest.into_object(&target.object, None, facts, now);
        before.extend(db.put_stored_object(&container.id, &manifest).await?);
        let mut unused = Vec::new();
        for id in before {
            unused.extend(db.remove_unused_object_data(&id).await?);
        }
        Ok(unused)
    }

    /// Deletes the segments.
    pub(super) async fn give_up(self) {
        for draft in self.0 {
            draft.give_up().await;
        }
    }
}

/// Removes the segments of an earlier export, whose manifest is gone: the new one would join them, too. Returns the
/// ids of their data.
async fn remove_older(
    job: &Job,
    db: &mut Session,
    container: &ObjectContainer,
    prefix: &str,
) -> Result<Vec<String>, TaskError> {
    let mut before = Vec::new();
    let mut lower = LowerBound::From(prefix.to_owned());
    loop {
        let window = NameWindow {
            lower: Some(lower),
            upper: None,
            limit: PAGE,
            reverse: false,
        };
        let found = db
            .list_stored_objects(&container.id, &window, job.app.clock.now())
            .await?;
        let names = found.iter().map(|object| &object.name);
        let names: Vec<_> = names.take_while(|name| name.starts_with(prefix)).collect();
        for name in &names {
            if !is_segment(name, prefix) {
                let container = &container.name;
                return Err(TaskError::said(format!(
                    "Object already exists in user's container. Container/Object: {container}/{name}"
                )));
            }
            before.extend(
                db.remove_stored_object(&container.id, name)
                    .await?
                    .flatten(),
            );
        }
        match names.last() {
            Some(last) if names.len() == PAGE => lower = LowerBound::After((*last).clone()),
            _ => return Ok(before),
        }
    }
}

fn is_segment(name: &str, prefix: &str) -> bool {
    let number = name.strip_prefix(prefix).unwrap_or_default();
    number.len() == DIGITS && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// A stream of bytes, taken in parts.
struct DiskParts {
    bytes: Fuse<BoxStream<'static, io::Result<Bytes>>>,
    /// The end of the last chunk, which belongs to the next part.
    rest: Bytes,
}

impl DiskParts {
    fn of(bytes: BoxStream<'static, io::Result<Bytes>>) -> Self {
        Self {
            bytes: bytes.fuse(),
            rest: Bytes::new(),
        }
    }

    /// Returns whether there are no more bytes.
    async fn are_over(&mut self) -> io::Result<bool> {
        while self.rest.is_empty() {
            match self.bytes.next().await {
                Some(chunk) => self.rest = chunk?,
                None => return Ok(true),
            }
        }
        Ok(false)
    }

    /// Returns a stream of the next `size` bytes, or as many as there are.
    fn next(&mut self, size: u64) -> impl Stream<Item = io::Result<Bytes>> + '_ {
        stream::unfold((self, size), |(parts, left)| async move {
            if left == 0 {
                return None;
            }
            match parts.are_over().await {
                Ok(true) => None,
                Ok(false) => {
                    let most = usize::try_from(left).unwrap_or(usize::MAX);
                    let taken = parts.rest.split_to(most.min(parts.rest.len()));
                    let left = left - taken.len() as u64;
                    Some((Ok(taken), (parts, left)))
                }
                Err(error) => Some((Err(error), (parts, 0))),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;

    async fn parts(chunks: &[&'static str], size: u64) -> Vec<String> {
        let chunks: Vec<_> = chunks
            .iter()
            .map(|chunk| Ok(Bytes::from_static(chunk.as_bytes())))
            .collect();
        let mut parts = DiskParts::of(stream::iter(chunks).boxed());
        let mut found = Vec::new();
        while !parts.are_over().await.unwrap() {
            let part: Vec<Bytes> = parts.next(size).try_collect().await.unwrap();
            found.push(String::from_utf8(part.concat()).unwrap());
        }
        found
    }

    #[tokio::test]
    async fn a_stream_is_cut_into_parts_wherever_its_chunks_end() {
        assert_eq!(parts(&["abcdef", "", "g"], 3).await, ["abc", "def", "g"]);
        assert_eq!(parts(&["a", "b", "c", "d"], 3).await, ["abc", "d"]);
        assert_eq!(parts(&["abc"], 3).await, ["abc"]);
        assert_eq!(parts(&["abc"], u64::MAX).await, ["abc"]);
        assert!(parts(&["", ""], 3).await.is_empty());
    }

    #[test]
    fn only_a_number_of_five_digits_makes_a_segment() {
        assert!(is_segment("x.vhd-00001", "x.vhd-"));
        for name in ["x.vhd-1", "x.vhd-000001", "x.vhd-0000a", "x.vhd-", "x.vhd"] {
            assert!(!is_segment(name, "x.vhd-"), "{name}");
        }
    }
}
