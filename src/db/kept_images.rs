//! Images in memory, bounded by their size in bytes.

use std::sync::Arc;

use lru::LruCache;

use crate::domain::image::Image;

/// The total size of the images that are kept, in bytes.
const CAPACITY: usize = 16 << 20;

/// The size in bytes from which an image is not kept.
pub(super) const LARGEST: usize = 8 << 10;

/// The size in bytes of an image without its texts: its fields, and its place in the cache.
const FIXED_SIZE: usize = 1 << 10;

/// The size in bytes of a property without its texts.
const PROPERTY_SIZE: usize = 96;

/// Images by id, each with what tells whether it may be used.
#[derive(Debug)]
pub(super) struct KeptImages<T> {
    entries: LruCache<String, KeptImage<T>>,
    /// The sum of the sizes of all entries, in bytes.
    size: usize,
}

/// An image that was read.
#[derive(Debug)]
struct KeptImage<T> {
    image: Arc<Image>,
    tag: T,
    size: usize,
}

impl<T> Default for KeptImages<T> {
    fn default() -> Self {
        Self {
            entries: LruCache::unbounded(),
            size: 0,
        }
    }
}

impl<T> KeptImages<T> {
    /// Returns the image with this id, and its tag.
    pub(super) fn get(&mut self, id: &str) -> Option<(&Arc<Image>, &T)> {
        self.entries.get(id).map(|kept| (&kept.image, &kept.tag))
    }

    /// Keeps an image unless it is too large. Those that were asked for longest ago make room.
    pub(super) fn insert(&mut self, image: &Arc<Image>, tag: T) {
        if !is_small(image) {
            return;
        }
        let kept = KeptImage {
            image: Arc::clone(image),
            tag,
            size: FIXED_SIZE + image.properties.len() * PROPERTY_SIZE + image.text_size(),
        };
        self.size += kept.size;
        if let Some(replaced) = self.entries.put(image.id.clone(), kept) {
            self.size -= replaced.size;
        }
        while self.size > CAPACITY
            && let Some((_, removed)) = self.entries.pop_lru()
        {
            self.size -= removed.size;
        }
    }

    /// Removes the image with this id.
    pub(super) fn remove(&mut self, id: &str) {
        if let Some(removed) = self.entries.pop(id) {
            self.size -= removed.size;
        }
    }

    /// Removes all images.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.size = 0;
    }
}

/// Returns `true` if an image may be kept.
pub(super) fn is_small(image: &Image) -> bool {
    image.text_size() <= LARGEST
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::read_cache::tests::image;

    #[test]
    fn the_images_read_longest_ago_make_room() {
        let mut kept = KeptImages::default();
        for number in 0..40_000 {
            kept.insert(&image(&number.to_string(), 0), ());
            assert!(kept.get("0").is_some());
        }
        assert!(kept.size <= CAPACITY);
        let sum: usize = kept.entries.iter().map(|(_, kept)| kept.size).sum();
        assert_eq!(kept.size, sum);
        assert!(!kept.entries.contains("1"));
        assert!(kept.entries.contains("39999"));
    }
}
