//! `lookalike manage cache`: the verbs of glance-cache-manage.

use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::Value;

use super::ManagedCloud;
use crate::cli::address::segment;
use crate::cli::failure::CliError;
use crate::cli::print;

/// The path of the cache.
const CACHE: &str = "/v2/cache";

/// The header that says what is removed.
const TARGET: &str = "x-image-cache-clear-target";

/// What to do with the image cache.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum CacheCommand {
    /// List the images in the cache
    ListCached(ManagedCloud),
    /// List the images that are queued for the cache
    ListQueued(ManagedCloud),
    /// Queue an image for the cache
    QueueImage(OneImage),
    /// Remove an image from the cache, or from its queue
    DeleteCachedImage(OneImage),
    /// Remove an image from the queue, or from the cache
    DeleteQueuedImage(OneImage),
    /// Remove all images from the cache
    DeleteAllCachedImages(ManagedCloud),
    /// Remove all images from the queue
    DeleteAllQueuedImages(ManagedCloud),
}

/// An image of a cloud.
#[derive(Args, Debug)]
pub(in crate::cli) struct OneImage {
    /// The id of the image
    image_id: String,
    #[command(flatten)]
    cloud: ManagedCloud,
}

/// Runs a command.
pub(super) async fn run(command: CacheCommand) -> Result<(), CliError> {
    match command {
        CacheCommand::ListCached(cloud) => list(&cloud, "cached_images").await,
        CacheCommand::ListQueued(cloud) => list(&cloud, "queued_images").await,
        CacheCommand::QueueImage(image) => image.call(Method::PUT).await,
        CacheCommand::DeleteCachedImage(image) | CacheCommand::DeleteQueuedImage(image) => {
            image.call(Method::DELETE).await
        }
        CacheCommand::DeleteAllCachedImages(cloud) => clear(&cloud, "cache").await,
        CacheCommand::DeleteAllQueuedImages(cloud) => clear(&cloud, "queue").await,
    }
}

impl OneImage {
    async fn call(self, method: Method) -> Result<(), CliError> {
        let path = format!("{CACHE}/{}", segment(&self.image_id)?);
        self.cloud.connect().await?.call(method, &path).await
    }
}

/// Prints a list as JSON.
async fn list(cloud: &ManagedCloud, name: &str) -> Result<(), CliError> {
    let found = cloud.connect().await?.get(CACHE).await?;
    let list = found.get(name).cloned();
    let list = list.unwrap_or_else(|| Value::Array(Vec::new()));
    print(&format!("{list:#}\n"))
}

async fn clear(cloud: &ManagedCloud, target: &str) -> Result<(), CliError> {
    let service = cloud.connect().await?;
    service
        .call_with(Method::DELETE, CACHE, (TARGET, target))
        .await
}
