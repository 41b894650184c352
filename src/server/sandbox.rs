//! A cloud of its own within a server, in the hand of one test.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use super::CloudHandle;
use crate::cloud::{Clouds, SandboxError, SandboxSettings};
use crate::config::Config;
use crate::dialect::Dialect;
use crate::domain::seed::Seed;

/// A cloud of its own within a server, for one test; dropped, it goes.
///
/// ```
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let glance = lookalike::Server::start().await?;
/// let sandbox = glance.sandbox().await?;
/// assert!(sandbox.url().starts_with(&glance.url()));
/// sandbox.remove().await;
/// # glance.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Sandbox {
    clouds: Clouds,
    inner: Arc<crate::cloud::Sandbox>,
    powers: CloudHandle,
}

impl Sandbox {
    /// Returns its name in URLs.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    /// Returns the name that its maker gave it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.inner.name.as_deref()
    }

    /// Removes it, and waits until nothing of it runs any more.
    pub async fn remove(self) {
        self.clouds.remove(&self.inner.id).await;
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
        let (clouds, id) = (self.clouds.clone(), self.inner.id.clone());
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { clouds.remove(&id).await });
        }
    }
}

/// A sandbox to be: like the server, unless more is said.
///
/// ```
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use lookalike::Seed;
/// use lookalike::dialect::{GlanceRelease, PCD};
///
/// let glance = lookalike::Server::start().await?;
/// let sandbox = glance
///     .sandbox_builder()
///     .name("migration")
///     .dialect(&PCD)
///     .seed(Seed::parse("mine", "images: [{name: cirros}]", None)?)
///     .configure(|value| value.dialect.glance_release = Some(GlanceRelease::Yoga))
///     .start()
///     .await?;
/// # sandbox.remove().await;
/// # glance.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SandboxBuilder {
    clouds: Clouds,
    /// The URL of the server.
    server: String,
    settings: SandboxSettings,
}

impl SandboxBuilder {
    pub(super) fn new(clouds: Clouds, server: String) -> Self {
        let settings = SandboxSettings::default();
        Self {
            clouds,
            server,
            settings,
        }
    }

    /// Gives it a name for people.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = Some(name.into());
        self
    }

    /// Removes it after this time without a request, in place of an hour, where nobody holds it.
    pub fn expires_after(mut self, time: Duration) -> Self {
        self.settings.expires_after = Some(time);
        self
    }

    /// Answers like this cloud: one that is built in, such as [`RACKSPACE`](crate::dialect::RACKSPACE), or one of your own.
    pub fn dialect(mut self, dialect: &'static Dialect) -> Self {
        if let Some(config) = &mut self.settings.config {
            config.change_dialect(dialect);
        }
        self.settings.dialect = Some(dialect);
        self
    }

    /// Begins with a seed, also after each reset, in place of those of the server. Each call adds one.
    pub fn seed(mut self, seed: Seed) -> Self {
        self.settings.seeds.get_or_insert_default().push(seed);
        self
    }

    /// Changes any other setting, such as the release of Glance. It is in memory whatever they say.
    pub fn configure(mut self, change: impl FnOnce(&mut Config)) -> Self {
        let config = self.settings.config.get_or_insert_with(|| {
            let mut config = Box::new(self.clouds.main().start().clone());
            if let Some(dialect) = self.settings.dialect {
                config.change_dialect(dialect);
            }
            config
        });
        change(config);
        self
    }

    /// Makes the sandbox; it answers once this returns.
    ///
    /// # Errors
    ///
    /// Fails if there are too many, if the name is not possible, or if it cannot be opened with these settings and seeds.
    pub async fn start(self) -> Result<Sandbox, SandboxError> {
        let inner = self.clouds.add(self.settings).await?;
        Ok(Sandbox {
            powers: CloudHandle {
                cloud: inner.cloud.clone(),
                url: format!("{}{}", self.server, inner.cloud.start().below),
            },
            clouds: self.clouds,
            inner,
        })
    }
}
