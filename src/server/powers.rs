//! What whoever holds a server in his hand may do with its clouds.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::app::OpenError;
use crate::cloud::{Cloud, Clouds, SandboxError, Wanted};
use crate::{Error, identity};

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// There is no such user or project in the domain Default, or no role of the one on the other.
    #[error("no user {user} with a role on a project {project}, in the domain Default")]
    Nobody {
        /// The user.
        user: String,
        /// The project.
        project: String,
    },
    /// The tokens of this server are those of a Keystone elsewhere.
    #[error("a Keystone elsewhere gives out the tokens of this server")]
    Elsewhere,
    /// The identity service failed.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// A token of a user on a project of a cloud.
pub(super) async fn token(cloud: &Cloud, user: &str, project: &str) -> Result<String, TokenError> {
    let app = cloud.app().await;
    if app.keystone.is_some() {
        return Err(TokenError::Elsewhere);
    }
    let token = identity::vouch(&app, user, project).await?;
    token.ok_or_else(|| TokenError::Nobody {
        user: user.to_owned(),
        project: project.to_owned(),
    })
}

/// A cloud of its own within a server, for one test; dropped, it goes.
#[derive(Debug)]
pub struct Sandbox {
    clouds: Clouds,
    inner: Arc<crate::cloud::Sandbox>,
    url: String,
}

impl Sandbox {
    pub(super) async fn new(clouds: &Clouds, server: &str) -> Result<Self, SandboxError> {
        let inner = clouds.add(Wanted::default()).await?;
        Ok(Self {
            clouds: clouds.clone(),
            url: format!("{server}{}", inner.cloud.start().below),
            inner,
        })
    }

    /// What it is called in URLs.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    /// The URL that a client on this machine reaches it by, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The URL of its Keystone, for `OS_AUTH_URL`.
    #[must_use]
    pub fn auth_url(&self) -> String {
        format!("{}/identity/v3", self.url)
    }

    /// A token of a user on a project, by their names in the domain Default.
    pub async fn token(&self, user: &str, project: &str) -> Result<String, TokenError> {
        token(&self.inner.cloud, user, project).await
    }

    /// Puts it back to its start, ending whatever runs.
    pub async fn reset(&self) -> Result<(), OpenError> {
        self.inner.cloud.reset().await
    }

    /// Moves its clock on.
    pub async fn advance(&self, by: TimeDelta) {
        self.inner.cloud.app().await.clock.advance(by);
    }

    /// Removes it, and waits until nothing of it runs any more.
    pub async fn remove(self) {
        self.clouds.remove(&self.inner.id).await;
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
