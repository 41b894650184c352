//! The operations of callers, one method for each operation of the API.
//!
//! Each is the same five words: *see* (may the caller know of it), *may* (does policy let it),
//! *state* (does the image allow it), *write*, *commit*.

pub mod add_location;
pub mod cache;
pub mod certificates;
pub mod data;
mod endpoint_reach;
pub mod generated_data;
pub mod identity;
pub mod image_data;
mod image_signature;
pub mod images;
pub mod imports;
pub mod jobs;
mod legacy_policy;
pub mod limits;
pub mod list_images;
pub mod locations;
pub mod members;
pub mod metadefs;
mod notify;
pub mod object_store;
pub mod outbox;
pub mod pending_deletions;
mod protection;
pub mod purge;
mod quota;
pub mod recovery;
pub mod scratch;
pub mod seed_claims;
pub mod seed_lock;
mod stage;
pub mod stores;
pub mod tags;
mod task_lock;
pub mod tasks;
pub mod uploads;

use std::borrow::Borrow;
use std::sync::Arc;

use crate::app::App;
use crate::db::{FoundImage, Session};
use crate::domain::caller::{Caller, ImageTarget};
use crate::domain::image::Image;
use crate::domain::policy::Rule;
use crate::domain::text::without_nul;
use crate::{Error, Result};
use cache::Caching;
use legacy_policy::{NOT_YOURS, Whose, guard};
use members::Members;
use metadefs::Metadefs;
use object_store::ObjectStore;
use tasks::Tasks;

/// The operations of one caller on images.
#[derive(Debug)]
pub struct Images<'a> {
    app: &'a App,
    caller: &'a Caller,
}

impl App {
    /// Returns the operations of this caller on images.
    #[must_use]
    pub fn images<'a>(&'a self, caller: &'a Caller) -> Images<'a> {
        Images::new(self, caller)
    }

    /// Returns the operations of this caller on the members of images.
    #[must_use]
    pub fn members<'a>(&'a self, caller: &'a Caller) -> Members<'a> {
        Members::new(self, caller)
    }

    /// Returns the operations of this caller on metadata definitions.
    #[must_use]
    pub fn metadefs<'a>(&'a self, caller: &'a Caller) -> Metadefs<'a> {
        Metadefs::new(self, caller)
    }

    /// Returns the operations of this caller on containers and objects.
    #[must_use]
    pub fn object_store<'a>(&'a self, caller: &'a Caller) -> ObjectStore<'a> {
        ObjectStore::new(self, caller)
    }

    /// Returns the operations of this caller on tasks.
    #[must_use]
    pub fn tasks<'a>(&'a self, caller: &'a Caller) -> Tasks<'a> {
        Tasks::new(self, caller)
    }

    /// Returns the operations of this caller on the image cache.
    #[must_use]
    pub fn caching<'a>(&'a self, caller: &'a Caller) -> Caching<'a> {
        Caching::new(self, caller)
    }
}

impl<'a> Images<'a> {
    /// Returns the operations of this caller.
    #[must_use]
    pub fn new(app: &'a App, caller: &'a Caller) -> Self {
        Self { app, caller }
    }

    /// *See*: the image, as far as the caller may know of it.
    async fn see(&self, db: &mut Session, id: &str) -> Result<Image> {
        self.app.protection().usable()?;
        let found = match without_nul(id) {
            Some(id) => db.image(id, self.project()).await?,
            None => None,
        };
        let mut image = self.visible(id, found)?;
        self.take_out_unreadable(&mut image, |_| ())?;
        Ok(image)
    }

    /// Finds an image that the caller may see, as [`see`](Self::see) does, in memory or in a session of its own.
    async fn find(&self, id: &str) -> Result<Arc<Image>> {
        self.app.protection().usable()?;
        let suffices = |image: &Image| self.caller.can_see(image, false);
        let found = match without_nul(id) {
            Some(id) => self.app.db.find_image(id, self.project(), suffices).await?,
            None => None,
        };
        let mut image = self.visible(id, found)?;
        self.take_out_unreadable_of(&mut image)?;
        Ok(image)
    }

    /// Loads an image that the caller may see, and locks it until this session commits.
    async fn see_and_hold(&self, db: &mut Session, id: &str) -> Result<Image> {
        let (image, _) = self.see_part_and_hold(db, id).await?;
        Ok(image)
    }

    /// Loads and locks an image, and returns it with the names of the properties that the caller may not read.
    async fn see_part_and_hold(&self, db: &mut Session, id: &str) -> Result<(Image, Vec<String>)> {
        self.app.protection().usable()?;
        let found = match without_nul(id) {
            Some(id) => {
                let suffices = |image: &Image| self.caller.can_see(image, false);
                db.lock_image_for(id, self.project(), suffices).await?
            }
            None => None,
        };
        let mut image = self.visible(id, found)?;
        let mut unseen = Vec::new();
        self.take_out_unreadable(&mut image, |name| unseen.push(name.to_owned()))?;
        Ok((image, unseen))
    }

    /// Returns the image that was found, if the caller may see it.
    fn visible<I: Borrow<Image>>(&self, id: &str, found: Option<FoundImage<I>>) -> Result<I> {
        match found {
            Some(found) if self.caller.can_see(found.image.borrow(), found.shared) => {
                Ok(found.image)
            }
            _ => Err(Error::ImageNotFound(id.to_owned())),
        }
    }

    /// *May*: whether policy lets the caller. One who may not even look hears that there is nothing.
    fn may(&self, rule: Rule, image: &Image) -> Result<()> {
        may(self.app, self.caller, rule, image)
    }

    /// Checks a rule as [`may`](Self::may) does; by the deprecated defaults only the owner passes, and others get this message.
    fn may_own(&self, rule: Rule, image: &Image, words: impl FnOnce() -> String) -> Result<()> {
        self.may(rule, image)?;
        guard(self.app, self.caller, image, Whose::Own, words)
    }

    /// Refuses a write that policy allows, but the layer below it only to admins and the owner, with the error
    /// that Glance makes of that.
    fn may_write(&self, image: &Image, refusal: impl FnOnce() -> Error) -> Result<()> {
        if self.caller.can_change(image) {
            return Ok(());
        }
        Err(refusal())
    }

    /// Returns whether a rule passes, with nothing said if not.
    fn passes(&self, rule: Rule, image: &Image) -> bool {
        let target = ImageTarget::new(image, self.caller);
        self.app.allows(rule, self.caller, &target)
    }

    fn not_read_only(&self) -> Result<()> {
        if self.caller.read_only {
            return Err(Error::ReadOnlyAccess);
        }
        Ok(())
    }

    fn project(&self) -> Option<&str> {
        self.caller.project.as_deref()
    }
}

/// Returns the usual error for one whose image it is not.
fn not_yours() -> Error {
    Error::forbidden(NOT_YOURS.into())
}

/// Returns whether policy lets a caller do something with an image.
fn may(app: &App, caller: &Caller, rule: Rule, image: &Image) -> Result<()> {
    let target = ImageTarget::new(image, caller);
    if app.allows(rule, caller, &target) {
        Ok(())
    } else if app.allows(Rule::GetImage, caller, &target) {
        Err(Error::DeniedByPolicy(rule.name()))
    } else {
        Err(Error::ResourceNotFound)
    }
}
