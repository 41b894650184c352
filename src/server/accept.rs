//! Accepts connections until the server is told to stop, then waits for them to end.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::connection::{Conversation, Routes};
use super::drain::Drain;
#[cfg(feature = "tls")]
use super::tls::Tls;
#[cfg(not(feature = "tls"))]
use super::tls_absent::Tls;
use super::watch::{ConnectionBounds, ConnectionWatch, Progress, WatchedStream};
use crate::runtime::metrics::{Metrics, Ongoing};

/// The time to wait when the system has no more file descriptors.
const PAUSE: Duration = Duration::from_millis(200);

/// The time after which all connections are looked at again.
const LOOK: Duration = Duration::from_secs(1);

/// The sockets that a server accepts connections from.
#[derive(Debug)]
pub(super) struct Listeners {
    /// The socket of `--listen`.
    pub(super) main: TcpListener,
    /// The encryption of its connections.
    pub(super) tls: Option<Tls>,
    /// The socket of `--listen-http`.
    pub(super) plain: Option<TcpListener>,
}

impl Listeners {
    /// Returns the next connection, and its encryption.
    async fn next(&self) -> (TcpStream, Option<Tls>) {
        let Some(plain) = &self.plain else {
            return (accept(&self.main).await, self.tls.clone());
        };
        tokio::select! {
            stream = accept(&self.main) => (stream, self.tls.clone()),
            stream = accept(plain) => (stream, None),
        }
    }
}

/// Serves until `stop`, then until the last request has ended or its time is over. When this is
/// dropped, every connection is closed.
pub(super) async fn serve(
    listeners: Listeners,
    routes: impl Routes,
    stop: CancellationToken,
    drain: Drain,
    (bounds, metrics): (ConnectionBounds, Metrics),
) {
    let conversation = Conversation::new(routes, bounds.header_timeout);
    let traffic = metrics.traffic();
    let mut connections = JoinSet::new();
    let mut watch = ConnectionWatch::new(bounds);
    let mut look = tokio::time::interval(LOOK.min(bounds.send_timeout));
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let (stream, tls) = tokio::select! {
            accepted = listeners.next() => accepted,
            () = stop.cancelled() => break,
            _ = look.tick(), if !watch.is_empty() => {
                watch.look();
                continue;
            }
        };
        // Removed here rather than when a connection ends, which would wake this task each time.
        while connections.try_join_next().is_some() {}
        watch.make_room();
        let progress = Arc::new(Progress::default());
        let stream = WatchedStream::new(stream, Arc::clone(&progress), traffic.clone());
        let open = metrics.begin(Ongoing::Connection);
        let held = conversation.clone().begin(stream, tls, stop.child_token());
        let held = async move {
            let _open = open;
            held.await;
        };
        watch.add(progress, connections.spawn(held));
    }
    drop(listeners);
    drain.finish(connections).await;
}

/// Returns the next connection. Failures to accept are temporary, so they do not end the server.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections for now");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Reports whether the client went away before it was accepted, rather than the system being
/// exhausted.
fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}
