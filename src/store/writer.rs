//! Bytes on their way into a store of any kind.

use std::fmt;
use std::io;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt, pin_mut};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};
use tracing::{Instrument, Span};

use crate::domain::disk_format::{FormatInspector, InspectionReport};
use crate::runtime::blocking::run_blocking;
use crate::runtime::metrics::Stopwatch;
use crate::simulation::faults::InjectedStoreFault;

/// The outcome of a writer that ran on its own.
pub(super) type WriterTask = JoinHandle<io::Result<(InspectionReport, Writer)>>;

/// A writer that blocks, and so runs on a thread of its own. Dropped before `finish`, it removes what
/// it has written.
pub(super) trait BlockingWriter: fmt::Debug + Send {
    /// Writes the next bytes.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Publishes the bytes, once they would survive a power failure.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// A writer that waits for a server. Dropped before `finish`, it has what it has written removed in
/// the background.
pub(super) trait AsyncWriter: fmt::Debug + Send {
    /// Writes the next bytes.
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>>;

    /// Publishes the bytes, once the server has them all.
    fn finish(self: Box<Self>) -> BoxFuture<'static, io::Result<()>>;

    /// Removes what was written.
    fn abandon(self: Box<Self>) -> BoxFuture<'static, ()>;
}

/// Bytes on their way into a store. Dropped before [`finish`](Self::finish), it leaves nothing; call
/// [`abandon`](Self::abandon) to know when that is done.
#[derive(Debug)]
pub struct Writer {
    sink: Sink,
    fault: Option<InjectedFault>,
    /// The time that the store works on the bytes; it stands still meanwhile.
    stopwatch: Stopwatch,
}

#[derive(Debug)]
enum Sink {
    Blocking(Box<dyn BlockingWriter>),
    Async(Box<dyn AsyncWriter>),
}

/// A fault of the store, with the number of bytes that were written so far.
#[derive(Clone, Copy, Debug)]
struct InjectedFault {
    fault: InjectedStoreFault,
    /// The number of bytes.
    written: u64,
}

impl InjectedFault {
    /// Counts bytes that are about to be written, and fails where the fault says.
    fn check(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        if self.written > self.fault.after || self.fault.after == 0 {
            return Err(self.fault.error());
        }
        Ok(())
    }
}

/// Fails if the injected fault, if there is one, strikes within these bytes.
fn check_fault(fault: &mut Option<InjectedFault>, bytes: &[u8]) -> io::Result<()> {
    fault.as_mut().map_or(Ok(()), |fault| fault.check(bytes))
}

impl Writer {
    pub(super) fn from_blocking(writer: impl BlockingWriter + 'static) -> Self {
        Self {
            sink: Sink::Blocking(Box::new(writer)),
            fault: None,
            stopwatch: Stopwatch::default(),
        }
    }

    pub(super) fn from_async(writer: impl AsyncWriter + 'static) -> Self {
        Self {
            sink: Sink::Async(Box::new(writer)),
            fault: None,
            stopwatch: Stopwatch::default(),
        }
    }

    /// Returns the writer with an injected fault, if there is one.
    #[must_use]
    pub fn with_fault(self, fault: Option<InjectedStoreFault>) -> Self {
        let fault = fault.map(|fault| InjectedFault { fault, written: 0 });
        Self { fault, ..self }
    }

    /// Returns the writer with a stopwatch, which stands still, for the time that the store works.
    #[must_use]
    pub fn timed_by(self, stopwatch: Stopwatch) -> Self {
        Self { stopwatch, ..self }
    }

    /// Starts a task that writes and inspects all bytes that are sent, until the sender is dropped.
    pub(super) fn spawn(self, receiver: mpsc::Receiver<Bytes>) -> WriterTask {
        let Self {
            sink,
            fault,
            stopwatch,
        } = self;
        let interference = (fault, stopwatch);
        match sink {
            Sink::Blocking(writer) => {
                let span = Span::current();
                spawn_blocking(move || {
                    span.in_scope(|| run_on_thread(writer, interference, receiver))
                })
            }
            Sink::Async(writer) => {
                tokio::spawn(run(writer, interference, receiver).in_current_span())
            }
        }
    }

    /// Writes bytes that are the whole image, and publishes them.
    pub(super) async fn put(mut self, bytes: Bytes) -> io::Result<()> {
        self.stopwatch.resume();
        if let Err(error) = check_fault(&mut self.fault, &bytes) {
            self.abandon().await;
            return Err(error);
        }
        match self.sink {
            Sink::Blocking(mut writer) => {
                run_blocking(move || {
                    writer.write(&bytes)?;
                    writer.finish()
                })
                .await
            }
            Sink::Async(mut writer) => match writer.write(&bytes).await {
                Ok(()) => writer.finish().await,
                Err(error) => {
                    writer.abandon().await;
                    Err(error)
                }
            },
        }
    }

    /// Writes all bytes of a stream and publishes them; if the stream fails, it publishes nothing.
    pub async fn write_all(self, bytes: impl Stream<Item = io::Result<Bytes>>) -> io::Result<()> {
        let (sender, receiver) = mpsc::channel(1);
        let task = self.spawn(receiver);
        pin_mut!(bytes);
        let mut outcome = Ok(());
        while let Some(chunk) = bytes.next().await {
            match chunk {
                Ok(chunk) => {
                    // A writer that has stopped says why when the task is joined.
                    if sender.send(chunk).await.is_err() {
                        break;
                    }
                }
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
        }
        drop(sender);
        let (_, writer) = task.await.map_err(io::Error::other)??;
        match outcome {
            Ok(()) => writer.finish().await,
            Err(error) => {
                writer.abandon().await;
                Err(error)
            }
        }
    }

    /// Publishes the bytes once they are safe: from then on, whoever opens the image gets all of
    /// them.
    pub async fn finish(mut self) -> io::Result<()> {
        self.stopwatch.resume();
        match self.sink {
            Sink::Blocking(writer) => run_blocking(move || writer.finish()).await,
            Sink::Async(writer) => writer.finish().await,
        }
    }

    /// Removes what was written.
    pub async fn abandon(self) {
        match self.sink {
            Sink::Blocking(writer) => {
                // The writer logs what it cannot remove.
                let dropped = run_blocking(move || {
                    drop(writer);
                    Ok(())
                });
                dropped.await.ok();
            }
            Sink::Async(writer) => writer.abandon().await,
        }
    }
}

/// Writes and inspects all bytes that come; blocks.
fn run_on_thread(
    mut writer: Box<dyn BlockingWriter>,
    (mut fault, mut stopwatch): (Option<InjectedFault>, Stopwatch),
    mut receiver: mpsc::Receiver<Bytes>,
) -> io::Result<(InspectionReport, Writer)> {
    let mut inspector = FormatInspector::new();
    while let Some(batch) = receiver.blocking_recv() {
        inspector.feed(&batch);
        check_fault(&mut fault, &batch)?;
        stopwatch.resume();
        writer.write(&batch)?;
        stopwatch.pause();
    }
    let writer = Writer {
        sink: Sink::Blocking(writer),
        fault,
        stopwatch,
    };
    Ok((inspector.finish(), writer))
}

/// Writes and inspects all bytes that come.
async fn run(
    mut writer: Box<dyn AsyncWriter>,
    (mut fault, mut stopwatch): (Option<InjectedFault>, Stopwatch),
    mut receiver: mpsc::Receiver<Bytes>,
) -> io::Result<(InspectionReport, Writer)> {
    let mut inspector = FormatInspector::new();
    while let Some(batch) = receiver.recv().await {
        inspector.feed(&batch);
        stopwatch.resume();
        let written = match check_fault(&mut fault, &batch) {
            Ok(()) => writer.write(&batch).await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            writer.abandon().await;
            return Err(error);
        }
        stopwatch.pause();
    }
    let writer = Writer {
        sink: Sink::Async(writer),
        fault,
        stopwatch,
    };
    Ok((inspector.finish(), writer))
}

/// A writer in the middle of its work.
#[cfg(test)]
pub(super) struct StartedWriter {
    sender: mpsc::Sender<Bytes>,
    task: WriterTask,
}

#[cfg(test)]
impl StartedWriter {
    /// Starts a writer that has written all of these bytes, and may have to write more.
    pub(super) async fn with(writer: Writer, bytes: Bytes) -> Self {
        let (sender, receiver) = mpsc::channel(1);
        let task = writer.spawn(receiver);
        sender.send(bytes).await.ok();
        // Room for one more chunk means that the first was received; for two, that it was written.
        sender.send(Bytes::new()).await.ok();
        drop(sender.reserve().await);
        Self { sender, task }
    }

    pub(super) async fn finish(self) -> io::Result<()> {
        drop(self.sender);
        let (_, writer) = self.task.await.map_err(io::Error::other)??;
        writer.finish().await
    }

    pub(super) async fn abandon(self) {
        drop(self.sender);
        if let Ok(Ok((_, writer))) = self.task.await {
            writer.abandon().await;
        }
    }
}
