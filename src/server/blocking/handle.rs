//! The powers over one cloud, each of which waits for its counterpart.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::runtime::OwnRuntime;
use crate::cloud::error::OpenError;
use crate::cloud::seed::SeedReport;
use crate::cloud::simulation::UnknownFaultError;
use crate::cloud::{CloudUser, SnapshotError};
use crate::config::api_key_env::ApiKeyEnv;
use crate::config::client_env::ClientEnv;
use crate::control::UnreadInput;
use crate::domain::fault::FaultRuleError;
use crate::domain::seed::Seed;
use crate::runtime::clock::{ClockRangeError, ClockReading};
use crate::server::powers::{self, ConfigureError, SnapshotInfo, TokenError};
use crate::service::purge::{Purge, PurgedRows};
use crate::simulation::faults::FaultView;
use crate::simulation::journal::{Expectation, Filter, Recorded, Verdict};

/// The powers over one cloud: a [`Server`](super::Server) and a [`Sandbox`](super::Sandbox) have them. The documentation of
/// [`lookalike::CloudHandle`](crate::CloudHandle) has an example of each method, and its errors.
#[derive(Clone, Debug)]
pub struct CloudHandle {
    inner: powers::CloudHandle,
    runtime: Arc<OwnRuntime>,
}

impl CloudHandle {
    pub(super) fn new(inner: powers::CloudHandle, runtime: Arc<OwnRuntime>) -> Self {
        Self { inner, runtime }
    }

    pub(super) fn runtime(&self) -> &Arc<OwnRuntime> {
        &self.runtime
    }

    /// Returns the URL that a client on this machine reaches it by, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        self.inner.url()
    }

    /// Returns the URL of its Keystone, for `OS_AUTH_URL`.
    #[must_use]
    pub fn auth_url(&self) -> String {
        self.inner.auth_url()
    }

    /// Returns what clients need to find it and to log in.
    #[must_use]
    pub fn cloud(&self) -> ClientEnv<'_> {
        self.inner.cloud()
    }

    /// Returns what clients need to log in by an API key, in a dialect that has Identity v2.0.
    #[must_use]
    pub fn cloud_by_key(&self) -> Option<ApiKeyEnv<'_>> {
        self.inner.cloud_by_key()
    }

    /// Returns the names of the states that were saved.
    #[must_use]
    pub fn snapshots(&self) -> Vec<String> {
        self.inner.snapshots()
    }

    /// Returns what is known of the state that was saved by this name.
    ///
    /// # Errors
    ///
    /// Fails if there is no such snapshot.
    pub fn snapshot(&self, name: &str) -> Result<SnapshotInfo, SnapshotError> {
        self.inner.snapshot(name)
    }

    /// Returns a token of a user on a project, by their names in the domain Default.
    pub fn token(&self, user: &str, project: &str) -> Result<String, TokenError> {
        self.runtime.run(self.inner.token(user, project))
    }

    /// Returns its users with their roles on each project, and with their passwords where these are known.
    pub fn users(&self) -> crate::Result<Vec<CloudUser>> {
        self.runtime.run(self.inner.users())
    }

    /// Puts it back to its start, ending whatever runs.
    pub fn reset(&self) -> Result<(), OpenError> {
        self.runtime.run(self.inner.reset())
    }

    /// Empties it, whatever it began with.
    pub fn wipe(&self) -> Result<(), OpenError> {
        self.runtime.run(self.inner.wipe())
    }

    /// Adds to it what a seed says and it does not have yet, until the next reset.
    pub fn plant(&self, seed: &Seed) -> crate::Result<SeedReport> {
        self.runtime.run(self.inner.plant(seed))
    }

    /// Removes the data of the deleted images whose time has come, and returns their ids.
    pub fn scrub(&self) -> crate::Result<Vec<String>> {
        self.runtime.run(self.inner.scrub())
    }

    /// Makes a deleted image active again whose data is still there.
    pub fn restore_image(&self, id: &str) -> crate::Result<()> {
        self.runtime.run(self.inner.restore_image(id))
    }

    /// Removes rows of what was deleted, and returns how many these were.
    pub fn purge(&self, purge: Purge) -> crate::Result<PurgedRows> {
        self.runtime.run(self.inner.purge(purge))
    }

    /// Returns what its clock shows, and whether it is frozen.
    #[must_use]
    pub fn clock(&self) -> ClockReading {
        self.runtime.run(self.inner.clock())
    }

    /// Sets its clock to a time.
    pub fn set_clock(&self, now: DateTime<Utc>) -> Result<(), ClockRangeError> {
        self.runtime.run(self.inner.set_clock(now))
    }

    /// Stops its clock where it is.
    pub fn freeze(&self) -> Result<(), ClockRangeError> {
        self.runtime.run(self.inner.freeze())
    }

    /// Stops its clock at a time.
    pub fn freeze_at(&self, now: DateTime<Utc>) -> Result<(), ClockRangeError> {
        self.runtime.run(self.inner.freeze_at(now))
    }

    /// Lets a frozen clock run on from where it is.
    pub fn unfreeze(&self) -> Result<(), ClockRangeError> {
        self.runtime.run(self.inner.unfreeze())
    }

    /// Advances its clock, frozen or not; a negative time sets it back.
    pub fn advance(&self, by: TimeDelta) -> Result<(), ClockRangeError> {
        self.runtime.run(self.inner.advance(by))
    }

    /// Puts its clock back to the settings of the start.
    pub fn restart_clock(&self) {
        self.runtime.run(self.inner.restart_clock());
    }

    /// Adds a fault, and returns its id.
    pub fn fault(&self, document: Value) -> Result<String, FaultRuleError> {
        self.runtime.run(self.inner.fault(document))
    }

    /// Returns its faults in their order, each with how often it was met.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultView> {
        self.runtime.run(self.inner.faults())
    }

    /// Removes one fault: what it held up goes on.
    pub fn remove_fault(&self, id: &str) -> Result<(), UnknownFaultError> {
        self.runtime.run(self.inner.remove_fault(id))
    }

    /// Removes all faults: what they held up goes on.
    pub fn clear_faults(&self) {
        self.runtime.run(self.inner.clear_faults());
    }

    /// Sets how long its images and tasks stay in their states.
    pub fn pace(&self, document: Value) -> Result<(), FaultRuleError> {
        self.runtime.run(self.inner.pace(document))
    }

    /// Removes the pace: what rests goes on.
    pub fn clear_pace(&self) {
        self.runtime.run(self.inner.clear_pace());
    }

    /// Removes all faults and the pace: what they held up goes on.
    pub fn clear_simulation(&self) {
        self.runtime.run(self.inner.clear_simulation());
    }

    /// Returns the recorded requests of its clients, the oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.runtime.run(self.inner.requests())
    }

    /// Returns the recorded requests that a filter takes, the oldest first.
    #[must_use]
    pub fn requests_matching(&self, filter: &Filter) -> Vec<Recorded> {
        self.runtime.run(self.inner.requests_matching(filter))
    }

    /// Returns the requests that a filter takes as an HTTP archive (HAR).
    #[must_use]
    pub fn har(&self, filter: &Filter) -> Value {
        self.runtime.run(self.inner.har(filter))
    }

    /// Forgets all recorded requests; the numbers of later ones count on.
    pub fn clear_requests(&self) {
        self.runtime.run(self.inner.clear_requests());
    }

    /// Returns whether clients sent what is expected of them.
    pub fn verify(&self, expected: &Expectation) -> Result<Verdict, String> {
        self.runtime.run(self.inner.verify(expected))
    }

    /// Returns the input of its clients' requests that nothing read, for each route.
    pub fn unread(&self) -> crate::Result<Vec<UnreadInput>> {
        self.runtime.run(self.inner.unread())
    }

    /// Changes settings, by Glance's names, until the next reset.
    pub fn configure(&self, changes: &Map<String, Value>) -> Result<(), ConfigureError> {
        self.runtime.run(self.inner.configure(changes))
    }

    /// Returns all settings in force by their names, without secrets.
    #[must_use]
    pub fn settings(&self) -> Map<String, Value> {
        self.runtime.run(self.inner.settings())
    }

    /// Puts all settings back to those of the start.
    pub fn restore_settings(&self) -> Result<(), ConfigureError> {
        self.runtime.run(self.inner.restore_settings())
    }

    /// Lays policy rules over those of the start, until the next reset.
    pub fn policy(&self, rules: &Map<String, Value>) -> Result<(), ConfigureError> {
        self.runtime.run(self.inner.policy(rules))
    }

    /// Returns every policy rule in force, by its name.
    pub fn policy_rules(&self) -> crate::Result<BTreeMap<String, String>> {
        self.runtime.run(self.inner.policy_rules())
    }

    /// Takes back the rules that were laid over those of the start.
    pub fn restore_policy(&self) -> Result<(), ConfigureError> {
        self.runtime.run(self.inner.restore_policy())
    }

    /// Saves its state by this name, with the bytes of its images or only their hashes.
    pub fn save(&self, name: &str, bytes: bool) -> Result<SnapshotInfo, SnapshotError> {
        self.runtime.run(self.inner.save(name, bytes))
    }

    /// Goes back to the state that was saved by this name, ending whatever runs.
    pub fn load(&self, name: &str) -> Result<(), SnapshotError> {
        self.runtime.run(self.inner.load(name))
    }

    /// Forgets the state that was saved by this name.
    pub fn forget(&self, name: &str) -> Result<(), SnapshotError> {
        self.runtime.run(self.inner.forget(name))
    }

    /// Writes the state that was saved by this name into a file.
    pub fn export(&self, name: &str, file: impl AsRef<Path>) -> Result<(), SnapshotError> {
        self.runtime.run(self.inner.export(name, file.as_ref()))
    }

    /// Keeps the state in a file by this name.
    pub fn import(
        &self,
        name: &str,
        file: impl AsRef<Path>,
    ) -> Result<SnapshotInfo, SnapshotError> {
        self.runtime.run(self.inner.import(name, file.as_ref()))
    }
}
