//! One connection: request after request, and an end that loses no answer.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio_util::sync::CancellationToken;

#[cfg(feature = "tls")]
use super::tls::Tls;
#[cfg(not(feature = "tls"))]
use super::tls_absent::Tls;
use super::transport::{Transport, part};
use super::watch::WatchedStream;
use crate::config::public_url::UrlScheme;
use crate::simulation::connection::{CloseMode, ConnectionAbort, GRACE};

/// What is read from a connection ahead of the handler, and written ahead of the client, in bytes.
const BUFFER: usize = 256 * 1024;

/// The longest time for the handshake of TLS; the time for the head of a request, if that is shorter.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

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

/// The routes of one connection: each of its requests gets the handle that ends the connection, and the scheme of its URL.
struct Abortable<R> {
    routes: R,
    scheme: UrlScheme,
    abort: ConnectionAbort,
}

impl<R: Routes> Service<Request<Incoming>> for Abortable<R> {
    type Response = Response;
    type Error = Infallible;
    type Future = R::Future;

    fn call(&self, mut request: Request<Incoming>) -> R::Future {
        request.extensions_mut().insert(self.abort.clone());
        // The scheme without encryption is the default one, which needs no place.
        if self.scheme != UrlScheme::default() {
            request.extensions_mut().insert(self.scheme);
        }
        self.routes.call(request)
    }
}

/// The settings of every connection; cloning is cheap.
#[derive(Clone)]
pub(super) struct Conversation<R> {
    http: http1::Builder,
    routes: R,
    handshake_timeout: Duration,
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
            .half_close(true)
            // As Glance and Swift send them: fog, among others, takes the names of headers literally.
            .title_case_headers(true);
        Self {
            http,
            routes,
            handshake_timeout: HANDSHAKE_TIMEOUT.min(header_timeout),
        }
    }

    /// Answers the requests of one client until it is done, or until `stop` and the one that runs
    /// then is answered. The client speaks TLS first, if the server does.
    pub(super) async fn begin(
        self,
        stream: WatchedStream,
        tls: Option<Tls>,
        stop: CancellationToken,
    ) {
        if let Err(error) = stream.tcp().set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY is not to be had");
        }
        let peer = stream.peer();
        let Some(tls) = tls else {
            return self.hold(Transport::Plain(stream), peer, stop).await;
        };
        // In a box of its own, so that connections without TLS have no place for it.
        let handshake = Box::pin(tls.accept(stream));
        let secured = tokio::select! {
            biased;
            secured = tokio::time::timeout(self.handshake_timeout, handshake) => secured,
            () = stop.cancelled() => return,
        };
        match secured {
            Ok(Some(stream)) => self.hold(stream, peer, stop).await,
            Ok(None) => {}
            Err(_) => tracing::debug!("a client took too long to agree on TLS"),
        }
    }

    async fn hold(self, stream: Transport, peer: Option<IpAddr>, stop: CancellationToken) {
        let abort = ConnectionAbort::of_peer(peer);
        let routes = Abortable {
            routes: self.routes,
            scheme: stream.scheme(),
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
        let stream = connection.into_parts().io.into_inner();
        if let Err(end @ (CloseMode::Reset | CloseMode::ResetBehind)) = outcome {
            if end == CloseMode::ResetBehind {
                tokio::time::sleep(GRACE).await;
            }
            if let Err(error) = stream.tcp().set_zero_linger() {
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
    connection: &mut http1::Connection<TokioIo<Transport>, Abortable<R>>,
    abort: &ConnectionAbort,
    cx: &mut Context<'_>,
) -> Poll<Result<hyper::Result<()>, CloseMode>> {
    match (connection.poll_without_shutdown(cx), abort.requested()) {
        // Also where the connection would have ended anyway.
        (Poll::Pending | Poll::Ready(Ok(())), Some(end)) => Poll::Ready(Err(end)),
        (turned, _) => turned.map(Ok),
    }
}
