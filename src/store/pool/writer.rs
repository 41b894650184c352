//! A file on its way into one of several directories.

use std::io;
use std::path::PathBuf;

use crate::store::directory::{DirectoryWriter, remove_file};
use crate::store::writer::BlockingWriter;

/// A file that is being written to one of several directories.
#[derive(Debug)]
pub(super) struct PoolWriter {
    writer: DirectoryWriter,
    /// The files of this name in the other directories, which an attempt may have left there.
    stale: Vec<PathBuf>,
}

impl PoolWriter {
    pub(super) fn new(writer: DirectoryWriter, stale: Vec<PathBuf>) -> Self {
        Self { writer, stale }
    }
}

impl BlockingWriter for PoolWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.write(bytes)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        // Before there are two files of one name, of which a reader would have to choose one.
        for file in &self.stale {
            remove_file(file)?;
        }
        self.writer.finish()
    }
}
