//! The operations of callers on metadata definitions, in the same steps as those on images.

pub mod load;
pub mod namespaces;
mod objects;
mod properties;
mod resource_types;
mod tags;

use serde_json::Value;

use crate::app::App;
use crate::db::Session;
use crate::domain::caller::{Caller, CallerAsOwner};
use crate::domain::metadef::errors;
use crate::domain::metadef::namespace::Namespace;
use crate::domain::notification::{self, EventType};
use crate::domain::policy::Rule;
use crate::domain::text::without_nul;
use crate::{Error, Result};

/// The operations of one caller on metadata definitions.
#[derive(Debug)]
pub struct Metadefs<'a> {
    app: &'a App,
    caller: &'a Caller,
}

impl<'a> Metadefs<'a> {
    /// Returns the operations of this caller.
    #[must_use]
    pub fn new(app: &'a App, caller: &'a Caller) -> Self {
        Self { app, caller }
    }

    /// *See*: the namespace, if the caller may know of it.
    async fn see(&self, db: &mut Session, name: &str) -> Result<Namespace> {
        let found = find(db, name).await?;
        self.visible(found.ok_or_else(|| errors::namespace_not_found(name))?)
    }

    /// Loads a namespace, and locks it and its contents until this session commits.
    async fn see_and_hold(&self, db: &mut Session, name: &str) -> Result<Namespace> {
        let found = find_and_hold(db, name).await?;
        self.visible(found.ok_or_else(|| errors::namespace_not_found(name))?)
    }

    fn visible(&self, namespace: Namespace) -> Result<Namespace> {
        if namespace.is_visible_to(self.caller) {
            Ok(namespace)
        } else {
            Err(errors::namespace_not_found(&namespace.namespace))
        }
    }

    /// *May*: whether policy lets the caller. One who may not even look hears that there is nothing.
    fn may(&self, rule: Rule, namespace: &Namespace) -> Result<()> {
        decide(rule, |value| self.passes(value, namespace))
    }

    /// Checks a rule that is about no namespace.
    fn may_at_all(&self, rule: Rule) -> Result<()> {
        let own = CallerAsOwner(self.caller);
        decide(rule, |value| self.app.allows(value, &own, &own))
    }

    /// Returns whether a rule passes, with nothing said if not.
    fn passes(&self, rule: Rule, namespace: &Namespace) -> bool {
        self.app.allows(rule, self.caller, namespace)
    }

    /// Notifies of something in a namespace, or of the namespace, from the commit on.
    fn notify(&self, db: &mut Session, event: EventType, payload: impl FnOnce() -> Value) {
        self.app.notify(db, event, payload);
    }

    /// Notifies that something in a namespace, or the namespace, is deleted by the commit.
    fn notify_deleted(&self, db: &mut Session, event: EventType, payload: impl FnOnce() -> Value) {
        let at = self.app.clock.now();
        self.app
            .notify(db, event, || notification::deleted(payload(), at));
    }

    fn project(&self) -> Option<&str> {
        self.caller.project.as_deref()
    }
}

/// Passes, or says what the caller may hear.
fn decide(rule: Rule, passes: impl Fn(Rule) -> bool) -> Result<()> {
    if passes(rule) {
        Ok(())
    } else if rule != Rule::GetMetadefNamespace && passes(Rule::GetMetadefNamespace) {
        Err(Error::DeniedByPolicy(rule.name()))
    } else {
        Err(Error::ResourceNotFound)
    }
}

/// The namespace of this name, whoever asks.
async fn find(db: &mut Session, name: &str) -> Result<Option<Namespace>> {
    match without_nul(name) {
        Some(name) => db.namespace(name).await,
        None => Ok(None),
    }
}

/// Loads a namespace and locks it until the commit.
async fn find_and_hold(db: &mut Session, name: &str) -> Result<Option<Namespace>> {
    match without_nul(name) {
        Some(name) => db.lock_namespace(name).await,
        None => Ok(None),
    }
}

/// Says in other words that something is there already; any other failure stays.
fn or_duplicate(error: Error, duplicate: impl FnOnce() -> Error) -> Error {
    if error.is_duplicate() {
        duplicate()
    } else {
        error
    }
}
