//! The way of a connection's bytes: as they are, or encrypted.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;

use super::watch::WatchedStream;
use crate::config::public_url::UrlScheme;

/// The time in which a client may go on sending what is not read any more.
const LINGER: Duration = Duration::from_secs(10);

/// An encrypted connection after its handshake.
pub(super) trait SecureStream: AsyncRead + AsyncWrite + Send + Unpin {
    /// Returns the connection below it.
    fn watched(&self) -> &WatchedStream;
}

/// A connection on which HTTP can be spoken.
pub(super) enum Transport {
    /// Without encryption.
    Plain(WatchedStream),
    /// By TLS. It is in a box of its own, for it is large, and most connections have none.
    #[cfg_attr(
        not(feature = "tls"),
        expect(dead_code, reason = "a build without TLS makes none")
    )]
    Secure(Box<dyn SecureStream>),
}

impl Transport {
    /// Returns the socket.
    pub(super) fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream.tcp(),
            Self::Secure(stream) => stream.watched().tcp(),
        }
    }

    /// Returns the scheme of URLs that lead to such a connection.
    pub(super) fn scheme(&self) -> UrlScheme {
        match self {
            Self::Plain(_) => UrlScheme::Http,
            Self::Secure(_) => UrlScheme::Https,
        }
    }
}

impl AsyncRead for Transport {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Secure(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Transport {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Secure(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(context, parts),
            Self::Secure(stream) => Pin::new(stream).poll_write_vectored(context, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Secure(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Secure(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Secure(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

/// Ends a connection so that the client gets to read the last answer. Closing while it still sends,
/// an upload that was refused say, would make its system throw that answer away.
pub(super) async fn part(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let rest = async {
        stream.shutdown().await?;
        let mut scrap = vec![0; 16 * 1024];
        while stream.read(&mut scrap).await? > 0 {}
        io::Result::Ok(())
    };
    if let Ok(Err(error)) = tokio::time::timeout(LINGER, rest).await {
        tracing::trace!(%error, "a client left without a word");
    }
}
