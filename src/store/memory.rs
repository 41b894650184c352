//! A store that leaves nothing behind: small images in memory, large ones in files without a name,
//! which the system removes with the process, however that ends.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};

use super::Content;

/// Up to here an image stays in memory.
const SMALL: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Memory {
    name: String,
    images: Mutex<HashMap<String, Content>>,
}

impl Memory {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            images: Mutex::default(),
        }
    }

    pub(super) fn url(&self, image: &str) -> String {
        let slash = if self.name.is_empty() { "" } else { "/" };
        format!("memory:///{}{slash}{image}", self.name)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Content>> {
        self.images.lock()
    }

    pub(super) fn writer(memory: &Arc<Self>, image: &str) -> Writer {
        Writer {
            memory: Arc::clone(memory),
            image: image.to_owned(),
            held: Vec::new(),
            file: None,
            size: 0,
        }
    }

    pub(super) fn open(&self, image: &str) -> Option<Content> {
        self.all().get(image).cloned()
    }

    /// Gives another the bytes too; how many there are.
    pub(super) fn copy(&self, (image, name): (&str, &str), to: &Self) -> Option<u64> {
        let content = self.open(image)?;
        let size = content.size();
        to.all().insert(name.to_owned(), content);
        Some(size)
    }

    pub(super) fn delete(&self, image: &str) {
        self.all().remove(image);
    }

    pub(super) fn contents(&self) -> Vec<String> {
        self.all().keys().cloned().collect()
    }
}

/// An image that is being written.
#[derive(Debug)]
pub struct Writer {
    memory: Arc<Memory>,
    image: String,
    held: Vec<u8>,
    file: Option<File>,
    size: u64,
}

impl Writer {
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.size += bytes.len() as u64;
        if let Some(file) = &mut self.file {
            return file.write_all(bytes);
        }
        self.held.extend_from_slice(bytes);
        if self.held.len() > SMALL {
            let mut file = tempfile::tempfile()?;
            file.write_all(&std::mem::take(&mut self.held))?;
            self.file = Some(file);
        }
        Ok(())
    }

    pub(super) fn finish(self) {
        let content = match self.file {
            Some(file) => Content::File {
                file: Arc::new(file),
                size: self.size,
            },
            None => Content::Bytes(Bytes::from(self.held)),
        };
        self.memory.all().insert(self.image, content);
    }
}
