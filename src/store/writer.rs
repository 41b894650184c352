//! Bytes on their way into a store of any kind.

use std::io;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::format::{Findings, Inspector};
use super::{blocking, directory, memory};

/// Bytes on their way into a store. Dropped before [`finish`](Self::finish), it leaves nothing; to
/// know when that is so, [`abandon`](Self::abandon) it.
#[derive(Debug)]
pub struct Writer(Way);

#[derive(Debug)]
enum Way {
    Local(Local),
}

/// What a thread writes, and waits for.
#[derive(Debug)]
pub(super) enum Local {
    Directory(directory::Writer),
    Memory(memory::Writer),
}

impl From<directory::Writer> for Writer {
    fn from(it: directory::Writer) -> Self {
        Self(Way::Local(Local::Directory(it)))
    }
}

impl From<memory::Writer> for Writer {
    fn from(it: memory::Writer) -> Self {
        Self(Way::Local(Local::Memory(it)))
    }
}

impl Writer {
    /// Writes all that comes, and inspects it.
    pub(super) fn run(
        self,
        mut take: mpsc::Receiver<Bytes>,
    ) -> JoinHandle<io::Result<(Findings, Self)>> {
        let mut inspector = Inspector::new();
        match self.0 {
            Way::Local(mut it) => spawn_blocking(move || {
                while let Some(batch) = take.blocking_recv() {
                    inspector.feed(&batch);
                    it.write(&batch)?;
                }
                Ok((inspector.finish(), Self(Way::Local(it))))
            }),
        }
    }

    /// Writes what is all there is, and publishes it.
    pub(super) async fn put(self, bytes: Bytes) -> io::Result<()> {
        match self.0 {
            Way::Local(mut it) => {
                blocking(move || {
                    it.write(&bytes)?;
                    it.finish()
                })
                .await
            }
        }
    }

    /// Publishes them, once they are safe: whoever asks for them now gets all.
    pub async fn finish(self) -> io::Result<()> {
        match self.0 {
            Way::Local(it) => blocking(move || it.finish()).await,
        }
    }

    /// Leaves nothing of them.
    pub async fn abandon(self) {
        match self.0 {
            Way::Local(it) => {
                // What became of bytes that nobody wants is nobody's concern.
                spawn_blocking(move || drop(it)).await.ok();
            }
        }
    }
}

impl Local {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Directory(it) => it.write(bytes),
            Self::Memory(it) => it.write(bytes),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Directory(it) => it.finish(),
            Self::Memory(it) => {
                it.finish();
                Ok(())
            }
        }
    }
}
