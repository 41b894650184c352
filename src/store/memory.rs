//! A store that leaves nothing behind: it keeps small images in memory, and large ones in unnamed
//! files, which the system removes when the process ends.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{BoxFuture, ready};
use parking_lot::{Mutex, MutexGuard};

use super::backend::{Backend, BlobCopy, Copied, same_kind};
use super::writer::BlockingWriter;
use super::{Content, StoreContents, Writer, name_of_url};

/// The size in bytes up to which an image stays in memory.
const SMALL: usize = 1 << 20;

/// A store in memory.
#[derive(Debug)]
pub(super) struct MemoryStore {
    name: String,
    images: Mutex<HashMap<String, Content>>,
}

impl MemoryStore {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            images: Mutex::default(),
        }
    }

    fn images(&self) -> MutexGuard<'_, HashMap<String, Content>> {
        self.images.lock()
    }

    fn get(&self, name: &str) -> Option<Content> {
        self.images().get(name).cloned()
    }
}

impl Backend for MemoryStore {
    fn kind(&self) -> &'static str {
        "memory"
    }

    fn url(&self, name: &str) -> String {
        let slash = if self.name.is_empty() { "" } else { "/" };
        format!("memory:///{}{slash}{name}", self.name)
    }

    fn names_attempts(&self, _shared: bool) -> bool {
        // Nobody else writes to it, and nothing arrives late in memory.
        false
    }

    fn writer<'a>(
        self: Arc<Self>,
        name: &'a str,
        _claim: &'a str,
        _size: Option<u64>,
    ) -> BoxFuture<'a, io::Result<Writer>> {
        let writer = Writer::from_blocking(MemoryWriter {
            store: self,
            name: name.to_owned(),
            buffer: Vec::new(),
            file: None,
            size: 0,
        });
        Box::pin(ready(Ok(writer)))
    }

    fn open(self: Arc<Self>, url: &str) -> BoxFuture<'_, io::Result<Option<Content>>> {
        Box::pin(ready(Ok(self.get(name_of_url(url)))))
    }

    fn delete(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<()>> {
        self.images().remove(name);
        Box::pin(ready(Ok(())))
    }

    fn contents<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<StoreContents>> {
        let contents = StoreContents {
            complete: self.images().keys().cloned().collect(),
            partial: Vec::new(),
        };
        Box::pin(ready(Ok(contents)))
    }

    fn delete_partial(self: Arc<Self>, _name: &str) -> BoxFuture<'_, io::Result<()>> {
        // What an attempt has written is dropped with its writer.
        Box::pin(ready(Ok(())))
    }

    fn is_persistent(&self) -> bool {
        false
    }

    fn copies_cheaply(&self) -> bool {
        true
    }

    fn copy_to(
        self: Arc<Self>,
        copy: BlobCopy<'_>,
        to: Arc<dyn Backend>,
    ) -> BoxFuture<'_, io::Result<Copied>> {
        let Some(to) = same_kind::<Self>(&*to) else {
            return Box::pin(ready(Ok(Copied::Unsupported)));
        };
        let copied = match self.get(copy.name) {
            Some(content) => {
                let size = content.size();
                to.images().insert(copy.target.to_owned(), content);
                Copied::Bytes(size)
            }
            None => Copied::Missing,
        };
        Box::pin(ready(Ok(copied)))
    }

    fn take_over_memory(&self, from: &(dyn Backend + 'static)) {
        if let Some(from) = same_kind::<Self>(from) {
            let images = from.images().clone();
            self.images().extend(images);
        }
    }
}

/// An image that is being written.
#[derive(Debug)]
struct MemoryWriter {
    store: Arc<MemoryStore>,
    name: String,
    buffer: Vec<u8>,
    /// The file that has the bytes, if there are too many for memory.
    file: Option<File>,
    /// The number of bytes written.
    size: u64,
}

impl BlockingWriter for MemoryWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.size += bytes.len() as u64;
        if let Some(file) = &mut self.file {
            return file.write_all(bytes);
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() > SMALL {
            let mut file = tempfile::tempfile()?;
            file.write_all(&std::mem::take(&mut self.buffer))?;
            self.file = Some(file);
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        let content = match self.file {
            Some(file) => Content::file(file, self.size),
            None => Content::new(self.size, Bytes::from(self.buffer)),
        };
        self.store.images().insert(self.name, content);
        Ok(())
    }
}
