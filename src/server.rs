//! A server that listens, and the handle that its owner holds.

mod accept;
pub mod blocking;
mod builder;
mod connection;
mod drain;
mod front;
mod guard;
mod metrics;
mod powers;
mod sandbox;
mod sockets;
#[cfg(test)]
mod tests;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
mod tls_absent;
mod tls_error;
mod tls_start;
mod transport;
mod watch;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::Deref;
use std::path::PathBuf;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::cloud::error::OpenError;
use crate::cloud::{Cloud, Clouds, SandboxError};
use crate::config::Config;
use crate::control::Console;
use crate::runtime::audit::AuditLog;
use crate::runtime::metrics::Metrics;
use accept::Listeners;
pub use builder::Builder;
use drain::Drain;
use front::Front;
use metrics::MetricsEndpoint;
pub use powers::{CloudHandle, ConfigureError, SnapshotInfo, TokenError};
pub use sandbox::{Sandbox, SandboxBuilder};
use sockets::{BoundSocket, BoundSockets};
#[cfg(feature = "tls")]
use tls::Tls;
#[cfg(not(feature = "tls"))]
use tls_absent::Tls;
pub use tls_error::TlsError;
use tls_start::TlsStart;
use watch::ConnectionBounds;

/// Why a server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its address cannot be listened on.
    #[error("cannot listen on {0}: {reason}", reason = in_short(.1))]
    Listen(SocketAddr, #[source] io::Error),
    /// Its certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The cloud cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There are no threads for the runtime of a [`blocking`] server.
    #[error("there are no threads for the server: {0}")]
    Runtime(#[source] io::Error),
    /// The settings ask for metrics, which this build does not have.
    #[error("--metrics: this build of lookalike was compiled without the feature `metrics`")]
    NoMetrics,
}

fn in_short(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another program does already".into(),
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address".into(),
        io::ErrorKind::PermissionDenied => "this user may not take that port".into(),
        _ => error.to_string(),
    }
}

/// A server that runs on the runtime it was started on, until this is shut down or dropped.
///
/// ```
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let glance = lookalike::Server::start().await?;
/// let token = glance.token("demo", "demo").await?;
/// println!("{}/v2/images with X-Auth-Token: {token}", glance.url());
/// glance.reset().await?;
/// glance.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    clouds: Clouds,
    console: Console,
    powers: CloudHandle,
    expiry: JoinHandle<()>,
    address: SocketAddr,
    http_address: Option<SocketAddr>,
    tls: Option<Tls>,
    grace: Duration,
    stop: CancellationToken,
    task: JoinHandle<()>,
    /// The address of the metrics and the task that answers there, where they have an address of their own.
    metrics: Option<(SocketAddr, JoinHandle<()>)>,
}

impl Server {
    /// Starts a server for a test: everything in memory, on a free port of this machine.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// A server to be, with the settings of a test.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Starts a server with these settings; it answers once this returns.
    pub async fn with(mut config: Config) -> Result<Self, StartError> {
        let metrics = collected(&config)?;
        config.metrics.handle = metrics.clone();
        config.audit = AuditLog::default();
        let sockets = BoundSockets::bind(&config)?;
        let grace = Duration::from_secs(config.shutdown_grace.into());
        let bounds = ConnectionBounds::from(&config.connections);
        let (config, start) = TlsStart::begin(config).await?;
        let cloud = Box::pin(Cloud::open(config.clone())).await?;
        let scheme = config.tls.scheme();
        let tls = start.finish(config).await?;
        let (main, address) = sockets.main.listen()?;
        let plain = sockets.plain.map(BoundSocket::listen).transpose()?;
        let (plain, http_address) = plain.unzip();
        let listeners = Listeners {
            main,
            tls: tls.clone(),
            plain,
        };
        let stop = CancellationToken::new();
        let clouds = Clouds::new(cloud);
        let console = Console::new(clouds.main().start());
        let endpoint = metrics.is_collecting();
        let endpoint = endpoint.then(|| MetricsEndpoint::new(clouds.clone(), metrics.clone()));
        let at_home = endpoint.clone().filter(|_| sockets.metrics.is_none());
        let front = Front::new(clouds.clone(), console.clone(), at_home);
        let served = sockets.metrics.zip(endpoint);
        let served =
            served.map(|(socket, endpoint)| serve_metrics(socket, endpoint, &stop, grace, bounds));
        let served = served.transpose()?;
        let drain = Drain {
            grace,
            clouds: Some(clouds.clone()),
        };
        let task = tokio::spawn(accept::serve(
            listeners,
            front,
            stop.clone(),
            drain,
            (bounds, metrics),
        ));
        let expiring = clouds.clone();
        let expiry = tokio::spawn(async move { expiring.expire().await });
        let powers = CloudHandle {
            cloud: clouds.main().clone(),
            url: format!("{scheme}://{}", reachable(address)),
        };
        Ok(Self {
            clouds,
            console,
            powers,
            expiry,
            address,
            http_address,
            tls,
            grace,
            stop,
            task,
            metrics: served,
        })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the address of `--listen-http`, which has no encryption, if it listens on such.
    #[must_use]
    pub fn http_address(&self) -> Option<SocketAddr> {
        self.http_address
    }

    /// Returns the URL of that address, by which a client on this machine reaches it, without a slash at the end.
    #[must_use]
    pub fn http_url(&self) -> Option<String> {
        let address = self.http_address.map(reachable)?;
        Some(format!("http://{address}"))
    }

    /// Returns the certificate of the CA that the server has made for itself, in PEM: clients that trust it reach the server
    /// by HTTPS. `None`: the certificate comes from files, or the server speaks HTTP.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.tls.as_ref().and_then(Tls::ca_pem)
    }

    /// Returns the file with the certificate of that CA.
    #[must_use]
    pub fn ca_file(&self) -> Option<PathBuf> {
        self.clouds.main().start().ca_file()
    }

    /// The address that metrics are read at, where that is another than [`address`](Self::address).
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(|(address, _)| *address)
    }

    /// Returns a URL that opens the console in a browser, once; none where the console is not served.
    ///
    /// # Errors
    ///
    /// Fails if the system has no randomness for a key.
    pub fn console_url(&self) -> crate::Result<Option<String>> {
        let config = self.clouds.main().start();
        let url = config.access.public_url.clone();
        self.console.link(&url.unwrap_or_else(|| self.url()))
    }

    /// Makes a cloud of its own, for one test; it goes when it is dropped.
    ///
    /// # Errors
    ///
    /// Fails if there are too many, or if it cannot be opened.
    pub async fn sandbox(&self) -> Result<Sandbox, SandboxError> {
        self.sandbox_builder().start().await
    }

    /// Returns a sandbox to be, with the settings and the seeds of this server.
    pub fn sandbox_builder(&self) -> SandboxBuilder {
        SandboxBuilder::new(self.clouds.clone(), self.url())
    }

    /// Accepts no more connections, gives running requests, and the work that they have begun, the time of `shutdown_grace`
    /// together, and stops.
    pub async fn shutdown(mut self) {
        let deadline = Instant::now() + self.grace;
        self.stop.cancel();
        self.expiry.abort();
        self.clouds.clear_simulation().await;
        if let Err(error) = (&mut self.task).await {
            tracing::error!(%error, "the server failed");
        }
        if let Some((_, task)) = &mut self.metrics {
            task.await.ok();
        }
        self.clouds.close(deadline).await;
    }
}

impl Deref for Server {
    type Target = CloudHandle;
    fn deref(&self) -> &CloudHandle {
        &self.powers
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
        self.expiry.abort();
        if let Some((_, task)) = &self.metrics {
            task.abort();
        }
    }
}

/// Returns the measurements that the settings ask for.
fn collected(config: &Config) -> Result<Metrics, StartError> {
    if !config.metrics.are_on() {
        return Ok(Metrics::default());
    }
    if Metrics::AVAILABLE {
        Ok(metrics::collecting())
    } else {
        Err(StartError::NoMetrics)
    }
}

/// Begins to answer with metrics on a socket of their own; returns the address and the task.
fn serve_metrics(
    socket: BoundSocket,
    endpoint: MetricsEndpoint,
    stop: &CancellationToken,
    grace: Duration,
    bounds: ConnectionBounds,
) -> Result<(SocketAddr, JoinHandle<()>), StartError> {
    let (main, address) = socket.listen()?;
    // Without encryption: the address is for inside.
    let listeners = Listeners {
        main,
        tls: None,
        plain: None,
    };
    let drain = Drain {
        grace,
        clouds: None,
    };
    let unmeasured = (bounds, Metrics::default());
    let serving = accept::serve(listeners, endpoint, stop.clone(), drain, unmeasured);
    Ok((address, tokio::spawn(serving)))
}

/// The address by which this machine itself reaches a server that listens on `address`.
#[must_use]
pub fn reachable(address: SocketAddr) -> SocketAddr {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}
