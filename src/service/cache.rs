//! The image cache of one server: copies of images that are slow to read, kept on a disk of its own.
//!
//! A copy is a file and a row. The file comes first and goes last, so whatever a crash or a deletion
//! by another server leaves is one of the two alone: it counts as nothing, and is tidied away.

mod admin;
mod copy;
mod evict;
mod worker;

use crate::app::App;

pub use admin::Caching;
pub use copy::{Copying, cached};
pub use worker::{tidy, work};

/// Removes this server's copy of an image that was deleted; its row went with the image. What fails
/// here is tidied away later.
pub async fn remove_copy(app: &App, image: &str) {
    if let Some(cache) = &app.cache
        && let Err(error) = cache.copies.delete(image).await
    {
        tracing::warn!(%error, image, "cannot delete a cached copy; the next cleanup will");
    }
}
