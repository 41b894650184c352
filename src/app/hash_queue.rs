//! The queue of images whose generated data is still to be hashed.

use parking_lot::Mutex;
use tokio::sync::Notify;

/// The images whose bytes are still to be hashed.
#[derive(Debug, Default)]
pub struct HashQueue {
    waiting: Mutex<Vec<String>>,
    /// Wakes the worker that hashes.
    pub(crate) wake: Notify,
    /// Held by whoever plants a seed: one after the other.
    pub turn: tokio::sync::Mutex<()>,
}

impl HashQueue {
    /// Has the bytes of these images hashed.
    pub fn add(&self, images: impl IntoIterator<Item = String>) {
        let mut waiting = self.waiting.lock();
        waiting.extend(images);
        self.wake.notify_one();
    }

    /// Takes the next image to hash.
    pub(crate) fn next(&self) -> Option<String> {
        let mut waiting = self.waiting.lock();
        waiting.pop()
    }
}
