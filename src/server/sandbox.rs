//! A cloud of its own within a server, in the hand of one test.

use std::ops::Deref;
use std::sync::Arc;

use super::CloudHandle;
use crate::cloud::{Clouds, SandboxError, SandboxSettings};

/// A cloud of its own within a server, for one test; dropped, it goes.
#[derive(Debug)]
pub struct Sandbox {
    clouds: Clouds,
    inner: Arc<crate::cloud::Sandbox>,
    powers: CloudHandle,
}

impl Sandbox {
    pub(super) async fn new(clouds: &Clouds, server: &str) -> Result<Self, SandboxError> {
        let inner = clouds.add(SandboxSettings::default()).await?;
        Ok(Self {
            clouds: clouds.clone(),
            powers: CloudHandle {
                cloud: inner.cloud.clone(),
                url: format!("{server}{}", inner.cloud.start().below),
            },
            inner,
        })
    }

    /// Returns its name in URLs.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.inner.id
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
