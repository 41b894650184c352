//! Builds a server step by step.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::{Server, StartError, blocking};
use crate::config::{Config, TlsOptions};
use crate::dialect::Dialect;

/// A server to be: in memory and on a free port, unless more is said.
///
/// ```
/// # #[tokio::main]
/// # async fn main() -> Result<(), lookalike::StartError> {
/// let glance = lookalike::Server::builder()
///     .configure(|value| value.images.image_size_cap = 1024 * 1024)
///     .start()
///     .await?;
/// # glance.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    config: Config,
}

impl Default for Builder {
    fn default() -> Self {
        let config = Config::for_tests();
        Self { config }
    }
}

impl Builder {
    /// Listens here instead of on a free port of this machine.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.config.listen = address;
        self
    }

    /// Speaks HTTPS, with the certificate that the settings name or that the server makes for itself: with
    /// [`Server::ca_pem`] a client can trust it.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "tls")] {
    /// use lookalike::config::TlsOptions;
    ///
    /// let tls = TlsOptions { tls_self_signed: true, ..TlsOptions::default() };
    /// let glance = lookalike::Server::builder().tls(tls).start().await?;
    /// assert!(glance.url().starts_with("https://"));
    /// assert!(glance.ca_pem().is_some());
    /// # glance.shutdown().await;
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub fn tls(mut self, options: TlsOptions) -> Self {
        self.config.tls = options;
        self
    }

    /// Keeps everything in a directory, which outlives the server.
    pub fn data(mut self, directory: impl Into<PathBuf>) -> Self {
        self.config.data = directory.into();
        self.config.ephemeral = false;
        self
    }

    /// Keeps rows in this database: `sqlite:///PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`.
    pub fn database(mut self, url: impl Into<String>) -> Self {
        self.config.database_url = Some(url.into());
        self
    }

    /// Answers like this cloud: one that is built in, such as [`RACKSPACE`](crate::dialect::RACKSPACE), or one of your own.
    pub fn dialect(mut self, dialect: &'static Dialect) -> Self {
        self.config.change_dialect(dialect);
        self
    }

    /// Begins with a seed: a file, or `demo`, which is built in. Each call adds one.
    pub fn seed(mut self, file: impl Into<String>) -> Self {
        self.config.seeds.seed.push(file.into());
        self
    }

    /// Changes any other setting.
    pub fn configure(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// Starts the server on threads of its own, for a test without `async`; it answers once this returns.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::builder().seed("demo").start_blocking()?;
    /// let token = glance.token("demo", "demo")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if the address cannot be listened on, if the cloud cannot be opened, or if the system has no threads.
    pub fn start_blocking(self) -> Result<blocking::Server, StartError> {
        blocking::Server::with(self.config)
    }

    /// Starts the server; it answers once this returns.
    pub async fn start(self) -> Result<Server, StartError> {
        Server::with(self.config).await
    }
}
