//! The library without `async`: for tests that are ordinary functions.
//!
//! A server has a runtime of its own, on threads of its own, so that these types can be used with and without tokio. Each method
//! waits for its counterpart of the same name.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use lookalike::blocking::Server;
//! use serde_json::json;
//!
//! let glance = Server::start()?;
//! glance.fault(json!({ "match": { "path": "/v2/images" }, "fault": { "status": 503 } }))?;
//! let token = glance.token("demo", "demo")?;
//! println!("{}/v2/images with X-Auth-Token: {token}", glance.url());
//! # Ok(())
//! # }
//! ```

mod handle;
mod runtime;

use std::ops::Deref;
use std::sync::Arc;

use super::StartError;
use crate::cloud::SandboxError;
use crate::config::Config;
pub use handle::CloudHandle;
use runtime::OwnRuntime;

/// A server that runs on threads of its own, until this is shut down or dropped.
#[derive(Debug)]
pub struct Server {
    // Dropped before its runtime.
    inner: super::Server,
    powers: CloudHandle,
}

impl Server {
    /// Starts a server for a test: everything in memory, on a free port of this machine.
    ///
    /// # Errors
    ///
    /// Fails if the system has no threads, or no free port.
    pub fn start() -> Result<Self, StartError> {
        super::Server::builder().start_blocking()
    }

    /// Starts a server with these settings; it answers once this returns.
    ///
    /// # Errors
    ///
    /// Fails as [`Server::with`](crate::Server::with) does, and if the system has no threads.
    pub fn with(config: Config) -> Result<Self, StartError> {
        let runtime = OwnRuntime::start().map_err(StartError::Runtime)?;
        let runtime = Arc::new(runtime);
        let inner = runtime.run(super::Server::with(config))?;
        let powers = CloudHandle::new(inner.powers.clone(), runtime);
        Ok(Self { inner, powers })
    }

    /// Makes a cloud of its own, for one test; it goes when it is dropped.
    ///
    /// # Errors
    ///
    /// Fails if there are too many, or if it cannot be opened.
    pub fn sandbox(&self) -> Result<Sandbox, SandboxError> {
        self.sandbox_with(|sandbox| sandbox)
    }

    /// Makes a cloud of its own with more than the defaults.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use lookalike::dialect::RACKSPACE;
    ///
    /// let glance = lookalike::blocking::Server::start()?;
    /// let sandbox = glance.sandbox_with(|sandbox| sandbox.dialect(&RACKSPACE))?;
    /// sandbox.remove();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if there are too many, or if it cannot be opened with these settings and seeds.
    pub fn sandbox_with(
        &self,
        change: impl FnOnce(super::SandboxBuilder) -> super::SandboxBuilder,
    ) -> Result<Sandbox, SandboxError> {
        let builder = change(self.inner.sandbox_builder());
        let runtime = self.powers.runtime();
        let inner = runtime.run(builder.start())?;
        let powers = CloudHandle::new(super::CloudHandle::clone(&inner), Arc::clone(runtime));
        Ok(Sandbox {
            inner: Some(inner),
            powers,
        })
    }

    /// Returns the server itself, for what needs no waiting, such as [`address`](crate::Server::address) and
    /// [`ca_pem`](crate::Server::ca_pem).
    #[must_use]
    pub fn inner(&self) -> &super::Server {
        &self.inner
    }

    /// Accepts no more connections, gives running requests the time of `shutdown_grace`, and stops.
    pub fn shutdown(self) {
        let Self { inner, powers } = self;
        powers.runtime().run(inner.shutdown());
    }
}

impl Deref for Server {
    type Target = CloudHandle;
    fn deref(&self) -> &CloudHandle {
        &self.powers
    }
}

/// A cloud of its own within a server, for one test; dropped, it goes.
#[derive(Debug)]
pub struct Sandbox {
    /// Nothing once it was removed.
    inner: Option<super::Sandbox>,
    powers: CloudHandle,
}

impl Sandbox {
    /// Returns its name in URLs.
    #[must_use]
    pub fn id(&self) -> &str {
        self.inner
            .as_ref()
            .map(super::Sandbox::id)
            .unwrap_or_default()
    }

    /// Removes it, and waits until nothing of it runs any more.
    pub fn remove(mut self) {
        if let Some(inner) = self.inner.take() {
            self.powers.runtime().run(inner.remove());
        }
    }
}

impl Deref for Sandbox {
    type Target = CloudHandle;
    fn deref(&self) -> &CloudHandle {
        &self.powers
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It removes itself on the runtime that it is dropped in.
        let _inside = self.powers.runtime().enter();
        drop(self.inner.take());
    }
}
