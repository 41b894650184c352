//! Bytes on their way into a store of any kind.

use std::io;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::{blocking, bucket, directory, memory, rows};
use crate::domain::disk_format::{FormatInspector, InspectionReport};
use crate::simulation::faults::StoreFault;

/// Bytes on their way into a store. Dropped before [`finish`](Self::finish), it leaves nothing; to
/// know when that is so, [`abandon`](Self::abandon) it.
#[derive(Debug)]
pub struct Writer {
    way: Way,
    ill: Option<Ill>,
}

/// What is the matter with the store.
#[derive(Clone, Copy, Debug)]
struct Ill {
    trouble: StoreFault,
    written: u64,
}

impl Ill {
    /// Writes no further than the store takes it.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        if self.written > self.trouble.after || self.trouble.after == 0 {
            return Err(self.trouble.error());
        }
        Ok(())
    }
}

#[derive(Debug)]
enum Way {
    Local(Local),
    Remote(Remote),
}

/// What a thread writes, and waits for.
#[derive(Debug)]
pub(super) enum Local {
    Directory(directory::Writer),
    Memory(memory::Writer),
}

/// What goes to somebody who answers when it is written.
#[derive(Debug)]
pub(super) enum Remote {
    Rows(rows::Writer),
    Bucket(bucket::Writer),
}

impl From<rows::Writer> for Writer {
    fn from(it: rows::Writer) -> Self {
        Self::by(Way::Remote(Remote::Rows(it)))
    }
}

impl From<bucket::Writer> for Writer {
    fn from(it: bucket::Writer) -> Self {
        Self::by(Way::Remote(Remote::Bucket(it)))
    }
}

impl From<directory::Writer> for Writer {
    fn from(it: directory::Writer) -> Self {
        Self::by(Way::Local(Local::Directory(it)))
    }
}

impl From<memory::Writer> for Writer {
    fn from(it: memory::Writer) -> Self {
        Self::by(Way::Local(Local::Memory(it)))
    }
}

impl Writer {
    fn by(way: Way) -> Self {
        Self { way, ill: None }
    }

    /// The same, in a store that something is the matter with.
    #[must_use]
    pub fn with_fault(self, trouble: Option<StoreFault>) -> Self {
        let ill = trouble.map(|trouble| Ill {
            trouble,
            written: 0,
        });
        Self { ill, ..self }
    }

    /// Writes all that comes, and inspects it.
    pub(super) fn run(
        self,
        mut take: mpsc::Receiver<Bytes>,
    ) -> JoinHandle<io::Result<(InspectionReport, Self)>> {
        let mut inspector = FormatInspector::new();
        let mut ill = self.ill;
        match self.way {
            Way::Local(mut it) => spawn_blocking(move || {
                while let Some(batch) = take.blocking_recv() {
                    inspector.feed(&batch);
                    ill.as_mut().map_or(Ok(()), |ill| ill.write(&batch))?;
                    it.write(&batch)?;
                }
                Ok((
                    inspector.finish(),
                    Self {
                        way: Way::Local(it),
                        ill,
                    },
                ))
            }),
            Way::Remote(mut it) => tokio::spawn(async move {
                while let Some(batch) = take.recv().await {
                    inspector.feed(&batch);
                    let written = match ill.as_mut().map_or(Ok(()), |ill| ill.write(&batch)) {
                        Ok(()) => it.write(&batch).await,
                        Err(error) => Err(error),
                    };
                    if let Err(error) = written {
                        it.abandon().await;
                        return Err(error);
                    }
                }
                Ok((
                    inspector.finish(),
                    Self {
                        way: Way::Remote(it),
                        ill,
                    },
                ))
            }),
        }
    }

    /// Writes what is all there is, and publishes it.
    pub(super) async fn put(mut self, bytes: Bytes) -> io::Result<()> {
        if let Some(ill) = &mut self.ill
            && let Err(error) = ill.write(&bytes)
        {
            self.abandon().await;
            return Err(error);
        }
        match self.way {
            Way::Local(mut it) => {
                blocking(move || {
                    it.write(&bytes)?;
                    it.finish()
                })
                .await
            }
            Way::Remote(mut it) => match it.write(&bytes).await {
                Ok(()) => it.finish().await,
                Err(error) => {
                    it.abandon().await;
                    Err(error)
                }
            },
        }
    }

    /// Publishes them, once they are safe: whoever asks for them now gets all.
    pub async fn finish(self) -> io::Result<()> {
        match self.way {
            Way::Local(it) => blocking(move || it.finish()).await,
            Way::Remote(it) => it.finish().await,
        }
    }

    /// Leaves nothing of them.
    pub async fn abandon(self) {
        match self.way {
            Way::Local(it) => {
                // What became of bytes that nobody wants is nobody's concern.
                spawn_blocking(move || drop(it)).await.ok();
            }
            Way::Remote(it) => it.abandon().await,
        }
    }
}

impl Remote {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Rows(it) => it.write(bytes).await,
            Self::Bucket(it) => it.write(bytes).await,
        }
    }

    async fn finish(self) -> io::Result<()> {
        match self {
            Self::Rows(it) => it.finish().await,
            Self::Bucket(it) => it.finish().await,
        }
    }

    async fn abandon(self) {
        match self {
            Self::Rows(it) => it.abandon().await,
            Self::Bucket(it) => it.abandon().await,
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

/// A writer in the middle of its work.
#[cfg(test)]
pub(super) struct Begun {
    give: mpsc::Sender<Bytes>,
    lane: JoinHandle<io::Result<(InspectionReport, Writer)>>,
}

#[cfg(test)]
impl Begun {
    /// A writer that has written all of these bytes, and may have to write more.
    pub(super) async fn with(writer: Writer, bytes: Bytes) -> Self {
        let (give, take) = mpsc::channel(1);
        let lane = writer.run(take);
        give.send(bytes).await.ok();
        // When there is room for another, the first was taken; when for two, it was written.
        give.send(Bytes::new()).await.ok();
        drop(give.reserve().await);
        Self { give, lane }
    }

    pub(super) async fn finish(self) -> io::Result<()> {
        drop(self.give);
        let (_, writer) = self.lane.await.map_err(io::Error::other)??;
        writer.finish().await
    }

    pub(super) async fn abandon(self) {
        drop(self.give);
        if let Ok(Ok((_, writer))) = self.lane.await {
            writer.abandon().await;
        }
    }
}
