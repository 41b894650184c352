//! One connection: request after request, and an end that loses no answer.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::watch::WatchedStream;
use crate::simulation::connection::{CloseMode, ConnectionAbort, GRACE};

/// What is read from a connection ahead of the handler, and written ahead of the client, in bytes.
const BUFFER: usize = 256 * 1024;

/// The time in which a client may go on sending a body that is not read any more.
const LINGER: Duration = Duration::from_secs(10);

/// A service that answers requests.
pub(super) trait Routes:
    Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send + Unpin>
    + Clone
    + Send
    + Unpin
    + 'static
{
}

impl<T> Routes for T where
    T: Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send + Unpin>
        + Clone
        + Send
        + Unpin
        + 'static
{
}

/// The routes of one connection: each of its requests gets the handle that ends the connection.
struct Abortable<R> {
    routes: R,
    abort: ConnectionAbort,
}

impl<R: Routes> Service<Request<Incoming>> for Abortable<R> {
    type Response = Response;
    type Error = Infallible;
    type Future = R::Future;

    fn call(&self, mut request: Request<Incoming>) -> R::Future {
        request.extensions_mut().insert(self.abort.clone());
        self.routes.call(request)
    }
}

/// The settings of every connection; cloning is cheap.
#[derive(Clone)]
pub(super) struct Conversation<R> {
    http: http1::Builder,
    routes: R,
}

impl<R: Routes> Conversation<R> {
    /// The time for the head of a request counts from the end of the one before, so it is also how long a
    /// connection may lie idle: by default longer than the 60 seconds after which common load balancers let
    /// go, so that it is never the server that closes on a request under way.
    pub(super) fn new(routes: R, header_timeout: Duration) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(header_timeout)
            .max_buf_size(BUFFER)
            .half_close(true);
        Self { http, routes }
    }

    /// Answers the requests of one client until it is done, or until `stop` and the one that runs
    /// then is answered.
    pub(super) async fn hold(self, stream: WatchedStream, stop: CancellationToken) {
        if let Err(error) = stream.set_nodelay() {
            tracing::debug!(%error, "TCP_NODELAY is not to be had");
        }
        let abort = ConnectionAbort::default();
        let routes = Abortable {
            routes: self.routes,
            abort: abort.clone(),
        };
        let mut connection = self.http.serve_connection(TokioIo::new(stream), routes);
        let ended = tokio::select! {
            // The order is fixed, since a random one is drawn anew at every turn.
            biased;
            outcome = poll_fn(|cx| turn(&mut connection, &abort, cx)) => Some(outcome),
            () = stop.cancelled() => None,
        };
        let outcome = if let Some(outcome) = ended {
            outcome
        } else {
            Pin::new(&mut connection).graceful_shutdown();
            poll_fn(|cx| turn(&mut connection, &abort, cx)).await
        };
        if let Ok(Err(error)) = outcome {
            tracing::debug!(%error, "a connection broke");
            return;
        }
        let stream = connection.into_parts().io.into_inner().into_inner();
        if let Err(end @ (CloseMode::Reset | CloseMode::ResetBehind)) = outcome {
            if end == CloseMode::ResetBehind {
                tokio::time::sleep(GRACE).await;
            }
            if let Err(error) = stream.set_zero_linger() {
                tracing::warn!(%error, "a connection cannot be reset");
            }
            return;
        }
        tokio::select! {
            () = part(stream) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Serves a connection until there is nothing to do, its end has come, or a fault ends it.
fn turn<R: Routes>(
    connection: &mut http1::Connection<TokioIo<WatchedStream>, Abortable<R>>,
    abort: &ConnectionAbort,
    cx: &mut Context<'_>,
) -> Poll<Result<hyper::Result<()>, CloseMode>> {
    match (connection.poll_without_shutdown(cx), abort.requested()) {
        // Also where the connection would have ended anyway.
        (Poll::Pending | Poll::Ready(Ok(())), Some(end)) => Poll::Ready(Err(end)),
        (turned, _) => turned.map(Ok),
    }
}

/// Ends a connection so that the client gets to read the last answer. Closing while it still sends,
/// an upload that was refused say, would make its system throw that answer away.
async fn part(mut stream: TcpStream) {
    let rest = async {
        stream.shutdown().await?;
        let mut scrap = vec![0; 16 * 1024];
        while stream.read(&mut scrap).await? > 0 {}
        std::io::Result::Ok(())
    };
    if let Ok(Err(error)) = tokio::time::timeout(LINGER, rest).await {
        tracing::trace!(%error, "a client left without a word");
    }
}
