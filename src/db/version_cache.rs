//! The images that were read last from a database that other processes write to, too, each with its version.
//!
//! To read an image with its properties, tags and locations costs PostgreSQL three queries more than to look up its row.
//! The row has a version: the transaction that wrote it (`xmin`), and the time of the last change. Whatever changes
//! an image writes its row in the same transaction ([`Session::changes_locations`](super::Session) does it where
//! nothing else would), so that an image with the same version is the same image. The database is asked for the
//! versions on every request, and for the images whose version is another.

use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;
use parking_lot::Mutex;

use super::Sql;
use super::kept_images::KeptImages;
use crate::domain::image::Image;

/// The expression for the version of the row of an image `i`.
pub(super) const VERSION: &str = "concat(i.xmin, ' ', i.updated_at)";

/// The number of pages of lists that are remembered.
const PAGES: NonZeroUsize = NonZeroUsize::new(1024).unwrap();

/// A version of an image, as the database writes it.
pub(super) type Version = Arc<str>;

/// A cache of images by id and version.
#[derive(Debug)]
pub(super) struct VersionCache(Mutex<VersionCacheState>);

#[derive(Debug)]
struct VersionCacheState {
    images: KeptImages<Version>,
    /// The hashes of the statements by which pages were read.
    pages: LruCache<u64, ()>,
    hashes: RandomState,
}

impl Default for VersionCache {
    fn default() -> Self {
        Self(Mutex::new(VersionCacheState {
            images: KeptImages::default(),
            pages: LruCache::new(PAGES),
            hashes: RandomState::new(),
        }))
    }
}

impl VersionCache {
    /// Returns the image with this id as it was read last, and its version then.
    pub(super) fn latest(&self, id: &str) -> Option<(Arc<Image>, Version)> {
        let mut state = self.0.lock();
        let (image, version) = state.images.get(id)?;
        Some((Arc::clone(image), Arc::clone(version)))
    }

    /// Returns the images with these ids and versions, each if it is kept.
    pub(super) fn get_all(&self, wanted: &[(&str, &str)]) -> Vec<Option<Arc<Image>>> {
        let mut state = self.0.lock();
        let mut get = |(id, version): &(&str, &str)| {
            let (image, kept) = state.images.get(id)?;
            (kept.as_ref() == *version).then(|| Arc::clone(image))
        };
        wanted.iter().map(&mut get).collect()
    }

    /// Keeps images, each with the version that it was read with.
    pub(super) fn insert<'a>(&self, images: impl IntoIterator<Item = (&'a Arc<Image>, &'a str)>) {
        let mut state = self.0.lock();
        for (image, version) in images {
            state.images.insert(image, version.into());
        }
    }

    /// Returns `true` if a page was read by this statement before, so that its images are likely to be kept.
    pub(super) fn remember_page(&self, statement: &Sql) -> bool {
        let mut state = self.0.lock();
        let hash = state.hashes.hash_one(statement);
        state.pages.put(hash, ()).is_some()
    }
}

#[cfg(feature = "postgres")]
#[cfg(test)]
mod tests;
