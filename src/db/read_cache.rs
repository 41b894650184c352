//! The images and pages of lists that were read last, kept in memory for as long as they are what the database has.
//!
//! A statement of SQLite is handed to a thread and its answer back, which costs more than all else that a
//! request for one image does. Where this process alone writes to the database, an image that was read once
//! is therefore kept until a commit changes it.
//!
//! The rules that make an entry exact:
//! - A commit that changes images removes them before the database has it, and nothing is added until the
//!   database has answered: nobody is given the old image once the new one can be read, nor keeps it.
//! - A reader takes a [`ReadMark`] before it reads. What it read is added only if no commit has begun since.
//! - A commit whose answer nobody waited for may still be under way. Nothing is added until the next session
//!   that writes begins, for that one gets the connection only when the commit has ended.
//! - A session that writes has the one connection that can, so what is kept is what it would read, until it has
//!   announced a change of its own.
//!
//! - A page of a list, which is the ids that a statement found, is removed by every commit that changes images
//!   or their members.
//!
//! Who may see an image is decided anew for each request: members are not kept.

mod pages;

use std::sync::Arc;

use parking_lot::Mutex;

use super::Sql;
use super::kept_images::{KeptImages, is_small};
use crate::domain::image::Image;
use crate::domain::region::RegionKey;
use pages::KeptPages;

/// A cache of images by id.
#[derive(Debug)]
pub(super) struct ReadCache(Mutex<ReadCacheState>);

#[derive(Debug)]
struct ReadCacheState {
    /// Images, each with the region of the session that read it.
    images: KeptImages<Option<RegionKey>>,
    pages: KeptPages,
    /// The number of commits that have begun or ended.
    generation: u64,
    /// `true` from the beginning of a commit to its end.
    committing: bool,
}

/// The moment before a reader begins to read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ReadMark(u64);

/// The images that a transaction changes.
#[derive(Debug, Default)]
pub(super) enum ChangedImages {
    /// None.
    #[default]
    None,
    /// The images with these ids.
    Some(Vec<String>),
    /// All, or unknown ones.
    All,
}

impl ChangedImages {
    /// Adds the image with this id.
    pub(super) fn add(&mut self, id: &str) {
        match self {
            Self::None => *self = Self::Some(vec![id.to_owned()]),
            Self::Some(ids) if ids.last().is_none_or(|last| last != id) => ids.push(id.to_owned()),
            Self::Some(_) | Self::All => {}
        }
    }
}

impl Default for ReadCache {
    fn default() -> Self {
        Self(Mutex::new(ReadCacheState {
            images: KeptImages::default(),
            pages: KeptPages::default(),
            generation: 0,
            committing: false,
        }))
    }
}

impl ReadCache {
    /// Returns the image with this id as a session of this region reads it, if it is kept.
    pub(super) fn get(&self, id: &str, region: Option<&RegionKey>) -> Option<Arc<Image>> {
        self.0.lock().get(id, region)
    }

    /// Returns the mark for a reader that begins now; `None` during a commit.
    pub(super) fn mark(&self) -> Option<ReadMark> {
        let state = self.0.lock();
        (!state.committing).then_some(ReadMark(state.generation))
    }

    /// Returns the images with these ids, each if it is kept; `None` if a commit has begun since the mark.
    pub(super) fn get_all(
        &self,
        ids: &[&str],
        region: Option<&RegionKey>,
        mark: ReadMark,
    ) -> Option<Vec<Option<Arc<Image>>>> {
        let mut state = self.0.lock();
        state
            .is_current(mark)
            .then(|| ids.iter().map(|id| state.get(id, region)).collect())
    }

    /// Keeps images that were read after the mark; returns `false` if a commit has begun since.
    pub(super) fn insert<'a>(
        &self,
        images: impl IntoIterator<Item = &'a Arc<Image>>,
        region: Option<&RegionKey>,
        mark: ReadMark,
    ) -> bool {
        let mut state = self.0.lock();
        if !state.is_current(mark) {
            return false;
        }
        for image in images {
            state.images.insert(image, region.cloned());
        }
        true
    }

    /// Returns the images of a page that this statement reads, in order, if all of them are kept.
    pub(super) fn page(&self, sql: &Sql, region: Option<&RegionKey>) -> Option<Vec<Arc<Image>>> {
        let mut guard = self.0.lock();
        let state = &mut *guard;
        let ids = state.pages.get(sql)?;
        ids.iter().map(|id| state.get(id, region)).collect()
    }

    /// Keeps the page that this statement reads, with images in this order that were read after the mark.
    pub(super) fn insert_page(&self, sql: Sql, images: &[Arc<Image>], mark: ReadMark) {
        let mut state = self.0.lock();
        if state.is_current(mark) && images.iter().all(|image| is_small(image)) {
            let ids = images.iter().map(|image| image.id.clone());
            state.pages.insert(sql, ids.collect());
        }
    }

    /// Removes what a commit changes, before it is sent to the database.
    pub(super) fn begin_commit(&self, changed: &ChangedImages) {
        let mut state = self.0.lock();
        state.generation += 1;
        state.committing = true;
        if !matches!(changed, ChangedImages::None) {
            state.pages.clear();
        }
        match changed {
            ChangedImages::None => {}
            ChangedImages::Some(ids) => ids.iter().for_each(|id| state.images.remove(id)),
            ChangedImages::All => state.images.clear(),
        }
    }

    /// Ends the commit that was begun last: the database has it, or has refused it.
    pub(super) fn end_commit(&self) {
        let mut state = self.0.lock();
        if std::mem::take(&mut state.committing) {
            state.generation += 1;
        }
    }
}

impl ReadCacheState {
    fn is_current(&self, mark: ReadMark) -> bool {
        !self.committing && self.generation == mark.0
    }

    fn get(&mut self, id: &str, region: Option<&RegionKey>) -> Option<Arc<Image>> {
        let (image, read_in) = self.images.get(id)?;
        (read_in.as_ref() == region).then(|| Arc::clone(image))
    }
}

#[cfg(test)]
pub(super) mod tests;
