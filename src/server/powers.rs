//! What whoever holds a server in his hand may do with its clouds.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::app::OpenError;
use crate::app::seeds::Planted;
use crate::chance::Asked;
use crate::cloud::{Cloud, Clouds, SandboxError, Wanted};
use crate::domain::fault::Wrong;
use crate::domain::seed::Seed;
use crate::double::journal::{Expectation, Recorded, Verdict};
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
    let place = format!("{user} {project}");
    let asked = Asked {
        writes: true,
        method: "token",
        uri: &place,
        token: b"",
    };
    let vouching = Box::pin(identity::vouch(&app, user, project));
    let token = app.chance.request(asked, vouching).await?;
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

    /// Adds to it what a seed says and it does not have yet, until the next reset.
    pub async fn plant(&self, seed: &Seed) -> crate::Result<Planted> {
        self.inner.cloud.plant(seed).await
    }

    /// Moves its clock on, as far as it goes.
    pub async fn advance(&self, by: TimeDelta) {
        self.inner.cloud.app().await.clock.advance(by).ok();
    }

    /// Adds a fault to it, and gives the fault's id.
    ///
    /// # Errors
    ///
    /// Where the document is no fault.
    pub async fn fault(&self, document: serde_json::Value) -> Result<String, Wrong> {
        self.inner.cloud.app().await.add_fault(document)
    }

    /// Sets how long its images and tasks stay in their states.
    ///
    /// # Errors
    ///
    /// Where the document is no pace.
    pub async fn pace(&self, document: serde_json::Value) -> Result<(), Wrong> {
        self.inner.cloud.app().await.set_pace(document)
    }

    /// What clients sent to it lately, the oldest first.
    pub async fn requests(&self) -> Vec<Recorded> {
        self.inner.cloud.app().await.journal.requests()
    }

    /// Whether clients sent what is expected of them. Fails where nothing can be as expected.
    pub async fn verify(&self, expected: &Expectation) -> Result<Verdict, String> {
        self.inner.cloud.app().await.journal.verify(expected)
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
