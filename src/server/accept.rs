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
use super::watch::{ConnectionBounds, ConnectionWatch, Progress, WatchedStream};

/// The time to wait when the system has no more file descriptors.
const PAUSE: Duration = Duration::from_millis(200);

/// The time after which all connections are looked at again.
const LOOK: Duration = Duration::from_secs(1);

/// Serves until `stop`, then until the last request has ended or its time is over. When this is
/// dropped, every connection is closed.
pub(super) async fn serve(
    listener: TcpListener,
    routes: impl Routes,
    stop: CancellationToken,
    drain: Drain,
    bounds: ConnectionBounds,
) {
    let conversation = Conversation::new(routes, bounds.header_timeout);
    let mut connections = JoinSet::new();
    let mut watch = ConnectionWatch::new(bounds);
    let mut look = tokio::time::interval(LOOK.min(bounds.send_timeout));
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let stream = tokio::select! {
            stream = accept(&listener) => stream,
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
        let stream = WatchedStream::new(stream, Arc::clone(&progress));
        let held = conversation.clone().hold(stream, stop.child_token());
        watch.add(progress, connections.spawn(held));
    }
    drop(listener);
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
