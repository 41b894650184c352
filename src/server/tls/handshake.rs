//! The first bytes of a connection to a port that speaks TLS.

use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::Tls;
use crate::server::transport::{SecureStream, Transport, part};
use crate::server::watch::WatchedStream;

/// The type of the record that a handshake begins with (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;

/// The answer to a request without TLS.
const REFUSAL: &str = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Content-Length: 60\r\nConnection: close\r\n\r\n\
    This port speaks HTTPS: the URL has to begin with https://.\n";

impl SecureStream for TlsStream<WatchedStream> {
    fn watched(&self) -> &WatchedStream {
        self.get_ref().0
    }
}

impl Tls {
    /// Returns a connection after its handshake; none if the client does not speak TLS, or goes away. Whoever calls this
    /// sets the time that it may take.
    pub(in crate::server) async fn accept(&self, stream: WatchedStream) -> Option<Transport> {
        let mut first = [0];
        match stream.tcp().peek(&mut first).await {
            Ok(1..) if first == [HANDSHAKE] => {}
            Ok(1..) => {
                refuse(stream, first.iter().all(u8::is_ascii_uppercase)).await;
                return None;
            }
            _ => return None,
        }
        let acceptor = TlsAcceptor::from(self.in_force().await);
        match acceptor.accept(stream).into_fallible().await {
            Ok(stream) => Some(Transport::Secure(Box::new(stream))),
            Err((error, stream)) => {
                tracing::debug!(%error, "a client and the server do not agree on TLS");
                part(stream).await;
                None
            }
        }
    }
}

/// Ends a connection without TLS. A client that speaks HTTP learns why.
async fn refuse(mut stream: WatchedStream, is_text: bool) {
    if is_text && let Err(error) = stream.write_all(REFUSAL.as_bytes()).await {
        tracing::trace!(%error, "a client left without a word");
        return;
    }
    part(stream).await;
}
