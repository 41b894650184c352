//! The sockets of a server: taken first, so that a start in vain touches no data; they listen last, so that nobody waits
//! for a server that is not there yet.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

use super::StartError;
use crate::config::Config;

/// Connections that wait to be accepted, at the most; the system may allow fewer.
const BACKLOG: u32 = 4096;

/// A socket that has its port.
#[derive(Debug)]
pub(super) struct BoundSocket {
    wanted: SocketAddr,
    socket: TcpSocket,
}

/// All sockets that the settings of a server ask for.
#[derive(Debug)]
pub(super) struct BoundSockets {
    /// That of `--listen`.
    pub(super) main: BoundSocket,
    /// That of `--listen-http`.
    pub(super) plain: Option<BoundSocket>,
    /// That of `--metrics-listen`.
    pub(super) metrics: Option<BoundSocket>,
}

impl BoundSockets {
    /// Takes the ports.
    ///
    /// # Errors
    ///
    /// Fails if one cannot be had.
    pub(super) fn bind(config: &Config) -> Result<Self, StartError> {
        let bind = |wanted: Option<SocketAddr>| wanted.map(BoundSocket::bind).transpose();
        Ok(Self {
            main: BoundSocket::bind(config.listen)?,
            plain: bind(config.tls.listen_http)?,
            metrics: bind(config.metrics.metrics_listen)?,
        })
    }
}

impl BoundSocket {
    fn bind(wanted: SocketAddr) -> Result<Self, StartError> {
        let bound = bound(wanted).map_err(|error| StartError::Listen(wanted, error));
        bound.map(|socket| Self { wanted, socket })
    }

    /// Begins to accept connections, and returns the address with its port.
    ///
    /// # Errors
    ///
    /// Fails if the system refuses that.
    pub(super) fn listen(self) -> Result<(TcpListener, SocketAddr), StartError> {
        let refused = |error| StartError::Listen(self.wanted, error);
        let listener = self.socket.listen(BACKLOG).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok((listener, address))
    }
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Without it a restart would wait until the last connections of the run before are forgotten.
    // (On Windows the option means that two servers may share a port.)
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}
