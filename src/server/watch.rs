//! The progress of connections: a client that takes nothing is let go, and when there are too many, the
//! one that has been still for the longest time. What the server is answering just then is not still.

use std::io::{self, IoSlice};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;

use crate::config::ConnectionOptions;
use crate::runtime::metrics::Traffic;

/// The number of connections of a process whose limit of file descriptors is not known.
const USUAL: usize = 10_000;

/// The time between two warnings about the number of connections.
const QUIET: Duration = Duration::from_mins(1);

/// The advance of a connection whose request is just being answered over those that wait for their
/// clients. It is bounded because some answers never end.
const ADVANCE: Duration = Duration::from_secs(10);

/// What a connection has read and written, as its own task counts.
#[derive(Debug, Default)]
pub(super) struct Progress {
    bytes: AtomicU64,
    /// `true` while the client does not take what is written.
    is_blocked: AtomicBool,
    /// `true` while more is to come from the client: the rest of a request, or the next one. It is `false` from the
    /// last byte of a request until its answer is written, since nothing is read meanwhile.
    is_awaited: AtomicBool,
}

/// Changes a flag that rarely changes.
fn set(flag: &AtomicBool, value: bool) {
    if flag.load(Ordering::Relaxed) != value {
        flag.store(value, Ordering::Relaxed);
    }
}

/// A connection that counts its bytes.
#[derive(Debug)]
pub(super) struct WatchedStream {
    stream: TcpStream,
    progress: Arc<Progress>,
    traffic: Traffic,
}

impl WatchedStream {
    pub(super) fn new(stream: TcpStream, progress: Arc<Progress>, traffic: Traffic) -> Self {
        Self {
            stream,
            progress,
            traffic,
        }
    }

    /// Returns the address that the connection comes from.
    pub(super) fn peer(&self) -> Option<IpAddr> {
        let address = self.stream.peer_addr().ok()?;
        Some(address.ip().to_canonical())
    }

    /// Returns the socket.
    pub(super) fn tcp(&self) -> &TcpStream {
        &self.stream
    }

    fn count(&self, bytes: usize) {
        self.progress
            .bytes
            .fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn written(&self, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        set(&self.progress.is_blocked, outcome.is_pending());
        if let Poll::Ready(Ok(bytes)) = &outcome {
            self.count(*bytes);
            self.traffic.sent(*bytes);
        }
        outcome
    }
}

impl AsyncRead for WatchedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        set(&self.progress.is_awaited, outcome.is_pending());
        let bytes = buffer.filled().len() - before;
        self.count(bytes);
        self.traffic.received(bytes);
        outcome
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.written(outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The bounds of all connections of a server.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConnectionBounds {
    /// The greatest number.
    pub(super) count: usize,
    /// How long a client may be without the whole head of a request.
    pub(super) header_timeout: Duration,
    /// How long a client may take nothing of what is written.
    pub(super) send_timeout: Duration,
}

impl From<&ConnectionOptions> for ConnectionBounds {
    fn from(options: &ConnectionOptions) -> Self {
        let count = options.max_connections;
        let count = count.and_then(|count| usize::try_from(count).ok());
        Self {
            count: count.unwrap_or_else(usual_count),
            header_timeout: options.header_timeout,
            send_timeout: options.send_timeout,
        }
    }
}

/// Returns a number of connections that leaves descriptors for files and the database: each connection
/// may hold a file, too.
fn usual_count() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let limit = limit.and_then(|limit| usize::try_from(limit).ok());
    limit.map_or(USUAL, |limit| (limit / 5 * 2).max(8))
}

/// A connection as the one that accepts it knows it.
#[derive(Debug)]
struct WatchedConnection {
    progress: Arc<Progress>,
    task: AbortHandle,
    /// The bytes that were counted last, and when they were another number.
    bytes: u64,
    since: Instant,
}

impl WatchedConnection {
    fn look(&mut self, now: Instant) {
        let bytes = self.progress.bytes.load(Ordering::Relaxed);
        if bytes != self.bytes {
            self.bytes = bytes;
            self.since = now;
        }
    }

    /// Returns the time by which connections give way to new ones: the earliest goes first.
    fn rank(&self) -> Instant {
        let progress = &self.progress;
        let is_of_the_client = progress.is_awaited.load(Ordering::Relaxed)
            || progress.is_blocked.load(Ordering::Relaxed);
        if is_of_the_client {
            self.since
        } else {
            self.since + ADVANCE
        }
    }
}

/// All connections of a server.
#[derive(Debug)]
pub(super) struct ConnectionWatch {
    bounds: ConnectionBounds,
    all: Vec<WatchedConnection>,
    warned: Option<Instant>,
}

impl ConnectionWatch {
    pub(super) fn new(bounds: ConnectionBounds) -> Self {
        Self {
            bounds,
            all: Vec::new(),
            warned: None,
        }
    }

    /// Returns `true` if there are no connections to look at.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Makes room for one more connection: if there are too many, the one that has been still for the
    /// longest time is closed, and one whose request is being answered only after those that wait for their
    /// clients.
    pub(super) fn make_room(&mut self) {
        if self.all.len() < self.bounds.count {
            return;
        }
        let now = Instant::now();
        self.all.retain(|watched| !watched.task.is_finished());
        for watched in &mut self.all {
            watched.look(now);
        }
        while self.all.len() >= self.bounds.count {
            let stillest = self.all.iter().enumerate();
            let stillest = stillest.min_by_key(|(_, watched)| watched.rank());
            let Some(place) = stillest.map(|(place, _)| place) else {
                return;
            };
            self.all.swap_remove(place).task.abort();
            if self.warned.is_none_or(|warned| now - warned > QUIET) {
                self.warned = Some(now);
                let most = self.bounds.count;
                tracing::warn!(
                    connections = most,
                    "there are as many connections as --max-connections allows: those that make the least progress are closed"
                );
            }
        }
    }

    /// Adds a connection.
    pub(super) fn add(&mut self, progress: Arc<Progress>, task: AbortHandle) {
        self.all.push(WatchedConnection {
            progress,
            task,
            bytes: 0,
            since: Instant::now(),
        });
    }

    /// Closes the connections whose clients have taken nothing for too long.
    pub(super) fn look(&mut self) {
        let now = Instant::now();
        let send_timeout = self.bounds.send_timeout;
        self.all.retain_mut(|watched| {
            if watched.task.is_finished() {
                return false;
            }
            watched.look(now);
            let is_blocked = watched.progress.is_blocked.load(Ordering::Relaxed);
            if is_blocked && now - watched.since > send_timeout {
                tracing::debug!("closed a connection whose client takes nothing");
                watched.task.abort();
                return false;
            }
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(since: Instant, is_awaited: bool) -> WatchedConnection {
        let progress = Progress::default();
        set(&progress.is_awaited, is_awaited);
        WatchedConnection {
            progress: Arc::new(progress),
            task: tokio::spawn(std::future::pending::<()>()).abort_handle(),
            bytes: 0,
            since,
        }
    }

    #[tokio::test]
    async fn a_connection_that_waits_for_its_client_gives_way_before_one_that_is_answered() {
        let start = Instant::now();
        let answered = connection(start, false);
        let awaited = connection(start + ADVANCE / 2, true);
        assert!(awaited.rank() < answered.rank());
    }

    #[tokio::test]
    async fn an_answer_that_does_not_end_gives_way_after_a_while() {
        let start = Instant::now();
        let answered = connection(start, false);
        let awaited = connection(start + ADVANCE * 2, true);
        assert!(answered.rank() < awaited.rank());
    }
}
