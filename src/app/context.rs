//! The context of one request or task: who sends it, its random stream, its faults, and what is noted of it.
//!
//! It travels in the handle of the cloud ([`App`]), so it is in every signature that can draw an id or
//! reach the database, and follows work that is handed to another task of the runtime.

use std::sync::Arc;

use super::App;
use super::policy::answers::PolicyAnswers;
use crate::config::public_url::UrlScheme;
use crate::db::SessionCheck;
use crate::dialect::{Interface, Mount};
use crate::domain::fault::{DataAccess, DatabaseFailure};
use crate::domain::policy::{PolicyCredentials, PolicyTarget, Rule};
use crate::domain::region::RegionKey;
use crate::runtime::random::TaskStream;
use crate::simulation::faults::{FaultScope, InjectedStoreFault};
use crate::simulation::journal::RequestNotes;
use crate::simulation::pacing::PaceGuard;

/// Who sends a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestSource {
    /// A client.
    #[default]
    Client,
    /// The console, to show a person what is there and to do what he asks for. No fault and no pace is for
    /// such a request, nothing counts or records it, and it draws nothing from the seed of the cloud.
    Console,
}

/// The context of one request or task.
#[derive(Clone, Debug, Default)]
pub struct RequestContext {
    source: RequestSource,
    /// The scheme of the URL that the request was sent to.
    scheme: UrlScheme,
    /// The prefix of the path by which the request came, if the dialect has such.
    mount: Option<&'static Mount>,
    /// The interface of the endpoint by which the request came, where the dialect has several.
    interface: Option<Interface>,
    pub(super) stream: Option<TaskStream>,
    faults: Option<Arc<FaultScope>>,
    /// The place for what is to be told of the request.
    notes: Option<RequestNotes>,
    /// The region that the request is to, or the task is in.
    region: Option<RegionKey>,
    /// The answers of other servers to questions of policy.
    answers: Option<Arc<PolicyAnswers>>,
}

impl App {
    /// Returns a handle that draws from this stream; without one, the same handle.
    #[must_use]
    pub fn in_stream(&self, stream: Option<TaskStream>) -> Self {
        let mut app = self.clone();
        if stream.is_some() {
            app.context.stream = stream;
        }
        app
    }

    /// Returns a handle that sees and makes images and tasks of one region, and no others. A cloud with a single
    /// region has no others: the handle stays as it is.
    #[must_use]
    pub fn in_region(&self, region: RegionKey) -> Self {
        let mut app = self.clone();
        if self.config().has_regions() {
            app.db = app.db.in_region(region.clone());
            app.context.region = Some(region);
        }
        app
    }

    /// Returns the name of the region that the request is to, in a cloud that has several.
    #[must_use]
    pub fn region_of_several(&self) -> Option<String> {
        self.context.region.as_ref().map(|_| self.region())
    }

    /// Returns the path below which the region of the request answers; the first has none.
    #[must_use]
    pub fn region_path(&self) -> String {
        let region = self.context.region.as_ref();
        region.map_or_else(String::new, |region| self.config().region_path(region))
    }

    /// Returns the name of the region that the request is to, or the task is in.
    #[must_use]
    pub fn region(&self) -> String {
        let config = self.config();
        let region = self.context.region.as_ref().map(RegionKey::as_str);
        let name = region.filter(|name| !name.is_empty());
        name.unwrap_or_else(|| config.first_region()).to_owned()
    }

    /// Returns a handle for a request of the console.
    #[must_use]
    pub fn for_console(&self) -> Self {
        let mut app = self.in_stream(self.random.unrepeatable_stream());
        app.context.source = RequestSource::Console;
        app
    }

    /// Returns whether the console sends the present request.
    #[must_use]
    pub fn is_for_console(&self) -> bool {
        self.context.source == RequestSource::Console
    }

    /// Sets the scheme of the URL that the request was sent to.
    #[must_use]
    pub fn by_scheme(mut self, scheme: UrlScheme) -> Self {
        self.context.scheme = scheme;
        self
    }

    /// Returns the scheme of the URL that the request was sent to.
    #[must_use]
    pub fn scheme(&self) -> UrlScheme {
        self.context.scheme
    }

    /// Returns a handle for a request that came below a prefix, or below none.
    #[must_use]
    pub fn below(&self, mount: Option<&'static Mount>) -> Self {
        let interface = mount.map_or(Interface::Public, |mount| mount.interface);
        let mut app = self.by_interface(interface);
        app.context.mount = mount;
        app
    }

    /// Returns a handle for what comes, or came, by an interface.
    #[must_use]
    pub fn by_interface(&self, interface: Interface) -> Self {
        let mut app = self.clone();
        app.context.interface = Some(interface);
        app
    }

    /// Returns the interface of the endpoint by which the present request came; `None` where the dialect does not tell
    /// them apart, and for work of the cloud itself.
    #[must_use]
    pub fn interface(&self) -> Option<Interface> {
        self.context.interface
    }

    /// Returns the prefix by which the present request came.
    #[must_use]
    pub fn mount(&self) -> Option<&'static Mount> {
        self.context.mount
    }

    /// Returns a handle that notes here what is decided about the request.
    #[must_use]
    pub fn noting(&self, notes: RequestNotes) -> Self {
        let mut app = self.clone();
        app.context.notes = Some(notes);
        app
    }

    /// Returns whether policy lets a caller do what a rule is about to a target, and notes that of the request.
    #[must_use]
    pub fn allows(
        &self,
        rule: Rule,
        who: &(impl PolicyCredentials + ?Sized),
        what: &(impl PolicyTarget + ?Sized),
    ) -> bool {
        let answers = self.context.answers.as_deref();
        let allowed = self.policy.allows(rule, who, what, answers);
        let is_decided = !answers.is_some_and(PolicyAnswers::has_open);
        if let Some(notes) = self.context.notes.as_ref().filter(|_| is_decided) {
            notes.decided(rule, allowed);
        }
        allowed
    }

    /// Returns whether a rule by its name lets a caller pass, whatever it acts upon.
    #[must_use]
    pub fn rule_holds(&self, name: &str, who: &(impl PolicyCredentials + ?Sized)) -> bool {
        let answers = self.context.answers.as_deref();
        self.policy.holds_named(name, who, answers)
    }

    /// Returns a handle whose policy has these answers of other servers, and asks its questions there.
    #[must_use]
    pub fn answered_by(&self, answers: Arc<PolicyAnswers>) -> Self {
        let mut app = self.clone();
        app.context.answers = Some(answers);
        app
    }

    /// Begins to follow the work that a request begins, if the pace has a rule for it.
    #[must_use]
    pub fn follow(
        &self,
        image: Option<&str>,
        name: Option<&str>,
        task: Option<&str>,
    ) -> Option<PaceGuard> {
        if self.is_for_console() {
            return None;
        }
        self.pace.follow(image, name, task, &self.region())
    }

    /// Counts that a client looks at an image or a task, for the pace.
    pub async fn polled(&self, id: &str) {
        if !self.is_for_console() {
            self.pace.polled(id, &self.clock).await;
        }
    }

    /// Returns a handle whose database and stores fail as these faults say.
    #[must_use]
    pub fn in_fault_scope(&self, faults: Arc<FaultScope>) -> Self {
        let mut app = self.clone();
        app.db = self
            .db
            .checked_by(Arc::new(DatabaseFaults(Arc::clone(&faults))));
        app.context.faults = Some(faults);
        app
    }

    /// Returns a handle that belongs to no request: for work that goes on by itself.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self {
            parts: Arc::clone(&self.parts),
            db: self.parts.db.clone(),
            context: RequestContext::default(),
        }
    }

    /// Returns how the store of this name is to fail an access, if a fault says so.
    #[must_use]
    pub fn store_fails(&self, name: &str, access: DataAccess) -> Option<InjectedStoreFault> {
        self.context.faults.as_ref()?.store_fails(name, access)
    }
}

/// The faults of a scope, as the database asks for them.
#[derive(Debug)]
struct DatabaseFaults(Arc<FaultScope>);

impl SessionCheck for DatabaseFaults {
    fn check(&self, access: DataAccess) -> sqlx::Result<()> {
        match self.0.database_fails(access) {
            None => Ok(()),
            Some(DatabaseFailure::Away) => Err(sqlx::Error::PoolTimedOut),
            Some(DatabaseFailure::Broken) => Err(sqlx::Error::Protocol("a fault broke it".into())),
        }
    }
}
