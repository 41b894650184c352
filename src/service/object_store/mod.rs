//! The object store: what a caller may do with the containers and objects of its account, which is its project.
//!
//! The bytes of an object are a blob of the default store. They get there as those of an image do: *claim* (a row
//! in `uploads`, under the id of the data), *bytes*, *record* (the rows of the object and of its data, in one
//! transaction). So recovery and sweeps treat both alike.

mod accounts;
mod containers;
mod content;
mod copy;
mod draft;
mod expiry;
mod objects;
mod upload;

use crate::app::App;
use crate::db::Session;
use crate::domain::caller::Caller;
use crate::domain::object_store::ObjectContainer;
use crate::domain::object_store::error::ObjectStoreError;

pub use containers::ContainerPut;
pub use content::{FoundObject, ManifestUse, OpenedObject};
pub use copy::{CopiedObject, CopyRequest};
pub(super) use draft::{DataDraft, ExpectedBytes, remove_unused};
pub(super) use expiry::remove_expired;
pub use upload::ObjectUpload;

/// The result of an operation of the object store.
pub type Result<T, E = ObjectStoreError> = std::result::Result<T, E>;

/// The roles that let a caller read and not write. All other roles let one write.
const READING_ROLES: [&str; 2] = ["reader", "observer"];

/// The role that everybody has in some clouds, and that lets nobody do anything.
const IDLE_ROLE: &str = "identity:default";

/// The operations of one caller on containers and objects.
#[derive(Debug)]
pub struct ObjectStore<'a> {
    app: &'a App,
    caller: &'a Caller,
}

impl<'a> ObjectStore<'a> {
    /// Returns the operations of this caller.
    #[must_use]
    pub fn new(app: &'a App, caller: &'a Caller) -> Self {
        Self { app, caller }
    }

    /// Returns the name of the caller's account, which is the id of its project.
    ///
    /// # Errors
    ///
    /// Fails if the caller has no project.
    pub fn account(&self) -> Result<&'a str> {
        let project = self.caller.project.as_deref();
        project.ok_or(ObjectStoreError::Forbidden)
    }

    /// Checks that this is the caller's account.
    ///
    /// # Errors
    ///
    /// Fails if it is not.
    pub fn may_use(&self, account: &str) -> Result<()> {
        if self.account()? == account {
            return Ok(());
        }
        Err(ObjectStoreError::Forbidden)
    }

    /// Returns the caller's account, if it may write to it.
    fn writable_account(&self) -> Result<&'a str> {
        if self.caller.read_only || only_reads(&self.caller.roles) {
            return Err(ObjectStoreError::Forbidden);
        }
        self.account()
    }

    /// Loads a container of the caller's account.
    async fn see_container(&self, db: &mut Session, name: &str) -> Result<ObjectContainer> {
        let found = db.object_container(self.account()?, name).await?;
        found.ok_or(ObjectStoreError::ContainerNotFound)
    }

    /// Begins to write to a container of the caller's account: loads and locks it.
    async fn hold_container(&self, name: &str) -> Result<(Session, ObjectContainer)> {
        hold_container(self.app, self.account()?, name).await
    }
}

/// Begins to write to a container: loads and locks it until the session commits.
async fn hold_container(
    app: &App,
    account: &str,
    name: &str,
) -> Result<(Session, ObjectContainer)> {
    let mut db = app.db.write_to(&format!("{account}/{name}")).await?;
    let found = db.lock_object_container(account, name).await?;
    let container = found.ok_or(ObjectStoreError::ContainerNotFound)?;
    Ok((db, container))
}

/// Returns whether roles let one read and nothing else. Whoever checks them for a task has none.
fn only_reads(roles: &[String]) -> bool {
    let reads = |role: &str| {
        let name = role.rsplit(':').next().unwrap_or(role);
        READING_ROLES.contains(&name)
    };
    let mut active = roles.iter().filter(|role| *role != IDLE_ROLE).peekable();
    active.peek().is_some() && active.all(|role| reads(role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_with_nothing_but_reading_roles_only_reads() {
        let roles = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(only_reads(&roles(&["reader"])));
        assert!(only_reads(&roles(&[
            "cloudfiles:observer",
            "identity:default"
        ])));
        assert!(!only_reads(&roles(&["reader", "member"])));
        assert!(!only_reads(&roles(&["identity:user-admin"])));
        assert!(!only_reads(&[]));
    }
}
