//! The context of one request or task: its random stream, and its faults.
//!
//! It travels in the handle of the cloud ([`App`]), so it is in every signature that can draw an id or
//! reach the database, and follows work that is handed to another task of the runtime.

use std::sync::Arc;

use super::App;
use crate::db::SessionCheck;
use crate::domain::fault::{DataAccess, DatabaseFailure};
use crate::runtime::random::TaskStream;
use crate::simulation::faults::{FaultScope, InjectedStoreFault};

/// The context of one request or task.
#[derive(Clone, Debug, Default)]
pub struct RequestContext {
    pub(super) stream: Option<TaskStream>,
    faults: Option<Arc<FaultScope>>,
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

    /// Returns a handle whose database and stores fail as these faults say.
    #[must_use]
    pub fn in_fault_scope(&self, faults: Arc<FaultScope>) -> Self {
        let mut app = self.clone();
        app.db = self
            .parts
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
