//! What whoever holds a server or a sandbox in his hand may do with its cloud: the powers of a double,
//! without HTTP.

use chrono::TimeDelta;
use serde_json::{Map, Value};

use crate::cloud::error::OpenError;
use crate::cloud::seed::SeedReport;
use crate::cloud::{Cloud, CloudUser, SnapshotError};
use crate::control::{self, UnreadInput};
use crate::domain::fault::FaultRuleError;
use crate::domain::seed::Seed;
use crate::runtime::random::StreamKey;
use crate::simulation::journal::{Expectation, Recorded, Verdict};
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

/// Why a setting or a rule stays as it is; the text names it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigureError(String);

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

    /// The URL of its Keystone, for `OS_AUTH_URL`.
    #[must_use]
    pub fn auth_url(&self) -> String {
        format!("{}/identity/v3", self.url)
    }

    /// A token of a user on a project, by their names in the domain Default.
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
    pub async fn users(&self) -> crate::Result<Vec<CloudUser>> {
        self.cloud.users().await
    }

    /// Puts it back to its start, ending whatever runs.
    pub async fn reset(&self) -> Result<(), OpenError> {
        self.cloud.reset().await
    }

    /// Adds to it what a seed says and it does not have yet, until the next reset.
    pub async fn plant(&self, seed: &Seed) -> crate::Result<SeedReport> {
        self.cloud.plant(seed).await
    }

    /// Moves its clock on, as far as it goes.
    pub async fn advance(&self, by: TimeDelta) {
        self.cloud.app().await.clock.advance(by).ok();
    }

    /// Removes the data of the deleted images whose time has come, as `--delayed_delete` says, and returns their ids.
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

    /// Adds a fault, and gives its id: what `POST /_lookalike/faults` does, with the same document.
    ///
    /// # Errors
    ///
    /// Where the document is no fault.
    pub async fn fault(&self, document: Value) -> Result<String, FaultRuleError> {
        self.cloud.app().await.add_fault(document)
    }

    /// Sets how long its images and tasks stay in their states: what `PUT /_lookalike/pace` does,
    /// with the same document.
    ///
    /// # Errors
    ///
    /// Where the document is no pace.
    pub async fn pace(&self, document: Value) -> Result<(), FaultRuleError> {
        self.cloud.app().await.set_pace(document)
    }

    /// Returns the recorded requests of its clients, the oldest first.
    pub async fn requests(&self) -> Vec<Recorded> {
        self.cloud.app().await.journal.requests()
    }

    /// Returns whether clients sent what is expected of them. Fails where nothing can be as expected.
    pub async fn verify(&self, expected: &Expectation) -> Result<Verdict, String> {
        self.cloud.app().await.journal.verify(expected)
    }

    /// Returns the input of its clients' requests that nothing read, for each route: of those that the journal
    /// has and that were answered well.
    pub async fn unread(&self) -> crate::Result<Vec<UnreadInput>> {
        control::unread(&self.cloud).await
    }

    /// Removes all faults and the pace: what they held up goes on.
    pub async fn clear_simulation(&self) {
        self.cloud.app().await.clear_simulation();
    }

    /// Saves its state by this name, with the bytes of its images or only their hashes.
    pub async fn save(&self, name: &str, bytes: bool) -> Result<(), SnapshotError> {
        self.cloud.save(name, bytes).await.map(drop)
    }

    /// Goes back to the state that was saved by this name, ending whatever runs.
    pub async fn load(&self, name: &str) -> Result<(), SnapshotError> {
        self.cloud.load(name).await
    }

    /// Forgets the state that was saved by this name.
    pub async fn forget(&self, name: &str) -> Result<(), SnapshotError> {
        self.cloud.forget(name).await
    }

    /// The names of the states that were saved.
    #[must_use]
    pub fn snapshots(&self) -> Vec<String> {
        let all = self.cloud.snapshots();
        all.iter().map(|value| value.about.name.clone()).collect()
    }

    /// Changes settings, by Glance's names, until the next reset: what `PATCH /_lookalike/config`
    /// does.
    pub async fn configure(&self, changes: &Map<String, Value>) -> Result<(), ConfigureError> {
        let app = self.cloud.app().await;
        let outcome = app.change_settings(changes).await;
        outcome.map_err(|error| ConfigureError(error.to_string()))
    }

    /// Lays policy rules over those of the start, until the next reset: what
    /// `PUT /_lookalike/policy` does.
    pub async fn policy(&self, rules: &Map<String, Value>) -> Result<(), ConfigureError> {
        let app = self.cloud.app().await;
        let laid = app.policy.lay_over(Some(rules.clone())).await;
        laid.map(drop).map_err(ConfigureError)
    }
}
