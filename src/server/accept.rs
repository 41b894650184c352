//! Lets connections in until told to stop, then sees them out.

use std::io;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::connection::{Conversation, Routes};

/// How long requests that run may go on after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How long to wait when the system has no more connections to give.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves until `stop`, then until the last request has ended or its time is up. Dropped, it
/// breaks every connection off.
pub(super) async fn serve(listener: TcpListener, routes: impl Routes, stop: CancellationToken) {
    let conversation = Conversation::new(routes);
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            stream = accept(&listener) => stream,
            () = stop.cancelled() => break,
        };
        // What has ended is forgotten here rather than when it ends: that would wake this task.
        while connections.try_join_next().is_some() {}
        connections.spawn(conversation.clone().hold(stream, stop.child_token()));
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, ended).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "broke off requests that took too long to end"
        );
    }
}

/// The next connection. A failure to accept one passes, so it does not end the server.
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

/// Whether the client went away before it was accepted, rather than the system being exhausted.
fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}
