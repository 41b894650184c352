//! What whoever holds a server or a sandbox may do with its cloud, without HTTP: the way in, and its contents as a whole.
//!
//! Each file beside this has the methods for one part of the control API.

mod clock;
mod journal;
mod settings;
mod simulation;
mod snapshots;

use crate::cloud::error::OpenError;
use crate::cloud::seed::SeedReport;
use crate::cloud::{Cloud, CloudUser};
use crate::config::api_key_env::ApiKeyEnv;
use crate::config::client_env::ClientEnv;
use crate::domain::seed::Seed;
use crate::runtime::random::StreamKey;
use crate::service::purge::{Purge, PurgedRows};
use crate::{Error, identity};
pub use settings::ConfigureError;
pub use snapshots::SnapshotInfo;

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

/// The powers over one cloud: a [`Server`](super::Server) and a [`Sandbox`](super::Sandbox) have them.
#[derive(Clone, Debug)]
pub struct CloudHandle {
    pub(super) cloud: Cloud,
    pub(super) url: String,
}

impl CloudHandle {
    /// The URL that a client on this machine reaches it by, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Returns the URL of its Keystone, for `OS_AUTH_URL`.
    #[must_use]
    pub fn auth_url(&self) -> String {
        self.cloud().identity
    }

    /// Returns what clients need to find it and to log in: variables, an openrc, a clouds.yaml, or the arguments of a connection.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// // For the environment of a program under test.
    /// let variables = glance.cloud().variables("demo", "demo");
    /// assert!(variables.contains(&("OS_AUTH_URL", glance.auth_url())));
    /// // For the directory in which clients look for clouds.yaml.
    /// let file = glance.cloud().clouds_yaml("mine", "demo", "demo");
    /// assert!(file.starts_with("clouds:\n  mine:\n"));
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn cloud(&self) -> ClientEnv<'_> {
        ClientEnv::to(self.cloud.start(), &self.url)
    }

    /// Returns what clients need to log in by an API key, in a dialect that has Identity v2.0.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use lookalike::dialect::RACKSPACE;
    ///
    /// let glance = lookalike::Server::builder().dialect(&RACKSPACE).start().await?;
    /// let access = glance.cloud_by_key().ok_or("no Identity v2.0")?;
    /// assert!(access.identity.ends_with("/v2.0/"));
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn cloud_by_key(&self) -> Option<ApiKeyEnv<'_>> {
        ApiKeyEnv::to(self.cloud.start(), &self.url)
    }

    /// Returns a token of a user on a project, by their names in the domain Default.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// let token = glance.token("demo", "demo").await?;
    /// assert!(glance.token("nobody", "demo").await.is_err());
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if there is no such user with a role on such a project, or if another Keystone gives out the tokens.
    pub async fn token(&self, user: &str, project: &str) -> Result<String, TokenError> {
        let app = self.cloud.app().await;
        if app.keystone.is_some() {
            return Err(TokenError::Elsewhere);
        }
        let place = format!("{user} {project}");
        let asked = StreamKey {
            writes: true,
            method: "token",
            uri: &place,
            token: b"",
        };
        let app = app.in_stream(app.random.request_stream(asked));
        let token = Box::pin(identity::vouch(&app, user, project)).await?;
        token.ok_or_else(|| TokenError::Nobody {
            user: user.to_owned(),
            project: project.to_owned(),
        })
    }

    /// Returns its users with their roles on each project, and with their passwords where these are known.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// let users = glance.users().await?;
    /// assert!(users.iter().any(|user| user.name == "demo"));
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if the database does.
    pub async fn users(&self) -> crate::Result<Vec<CloudUser>> {
        self.cloud.users().await
    }

    /// Puts it back to its start, ending whatever runs.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// glance.reset().await?;
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if its start was not kept, or cannot be opened; it is as it was then.
    pub async fn reset(&self) -> Result<(), OpenError> {
        self.cloud.reset().await
    }

    /// Empties it, whatever it began with: a reset goes back to nothing but its seeds from now on. It is what
    /// `POST /_lookalike/reset` does with `{"discard": true}`.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// glance.wipe().await?;
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if an empty one cannot be opened.
    pub async fn wipe(&self) -> Result<(), OpenError> {
        self.cloud.wipe().await
    }

    /// Adds to it what a seed says and it does not have yet, until the next reset.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// let seed = lookalike::Seed::parse("mine", "images: [{name: cirros, visibility: public}]", None)?;
    /// let report = glance.plant(&seed).await?;
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if the seed contradicts itself or what is there.
    pub async fn plant(&self, seed: &Seed) -> crate::Result<SeedReport> {
        self.cloud.plant(seed).await
    }

    /// Removes the data of the deleted images whose time has come, as `--delayed_delete` says, and returns their ids.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// assert!(glance.scrub().await?.is_empty());
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if the database does.
    pub async fn scrub(&self) -> crate::Result<Vec<String>> {
        self.cloud.app().await.scrub().await
    }

    /// Makes a deleted image active again whose data is still there.
    ///
    /// # Errors
    ///
    /// Fails if there is no such image, or if its deletion is not pending.
    pub async fn restore_image(&self, id: &str) -> crate::Result<()> {
        self.cloud.app().await.restore_image(id).await
    }

    /// Removes rows of what was deleted, as `glance-manage db purge` and `purge_images_table` do, and returns how many these were.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use lookalike::Purge;
    ///
    /// let glance = lookalike::Server::start().await?;
    /// let purged = glance.purge(Purge { max_rows: -1, ..Purge::IMAGES }).await?;
    /// assert_eq!(purged.images, 0);
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if a bound is out of its range, or if the database fails.
    pub async fn purge(&self, purge: Purge) -> crate::Result<PurgedRows> {
        self.cloud.app().await.purge(purge).await
    }
}
