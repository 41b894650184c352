//! `lookalike manage`: what glance-manage, glance-cache-manage and glance-replicator do with a real Glance.
//!
//! Metadata definitions are loaded, and rows purged, by the control API of a lookalike; everything else goes by the Images API, and so with any
//! Glance.

mod cache;
mod client;
mod compare;
mod copy;
mod dump;
pub(super) mod metadefs;
mod options;
mod replicate;

use clap::{Args, Subcommand};

use super::control;
use super::failure::CliError;
use client::ImageService;

/// The commands that manage a Glance.
#[derive(Debug, Subcommand)]
pub(super) enum ManageCommand {
    /// Load metadata definitions from JSON files, as `glance-manage db load_metadefs` does; this needs a lookalike
    LoadMetadefs(control::LoadMetadefs),
    /// Write each namespace of metadata definitions into a JSON file, as `glance-manage db export_metadefs` does
    ExportMetadefs(metadefs::ExportMetadefs),
    /// Remove all metadata definitions, as `glance-manage db unload_metadefs` does
    UnloadMetadefs(metadefs::UnloadMetadefs),
    /// Remove rows of members and tasks that were deleted long ago, as `glance-manage db purge` does; this needs a lookalike
    Purge(control::PurgeRows),
    /// Remove rows of images that were deleted long ago, as `glance-manage db purge_images_table` does; this needs a lookalike
    #[command(alias = "purge_images_table")]
    PurgeImagesTable(control::PurgeImagesTable),
    /// Look at the image cache, and fill or empty it, as glance-cache-manage does
    #[command(subcommand)]
    Cache(cache::CacheCommand),
    /// Copy and compare the images of two servers, as glance-replicator does
    #[command(subcommand)]
    Replicate(replicate::ReplicateCommand),
}

/// The cloud that a command manages.
#[derive(Args, Debug)]
pub(super) struct ManagedCloud {
    /// The cloud in clouds.yaml [default: as the variables OS_… say]
    #[arg(long, env = "OS_CLOUD", value_name = "NAME")]
    os_cloud: Option<String>,
}

impl ManagedCloud {
    /// Logs in.
    async fn connect(&self) -> Result<ImageService, CliError> {
        ImageService::of_cloud(self.os_cloud.as_deref()).await
    }
}

/// Runs a command.
pub(super) fn run(command: ManageCommand) -> Result<(), CliError> {
    match command {
        ManageCommand::LoadMetadefs(command) => control::load_metadefs(command),
        ManageCommand::ExportMetadefs(command) => super::block_on(command.run())?,
        ManageCommand::UnloadMetadefs(command) => super::block_on(command.run())?,
        ManageCommand::Purge(command) => control::purge(command),
        ManageCommand::PurgeImagesTable(command) => control::purge_images_table(command),
        ManageCommand::Cache(command) => super::block_on(cache::run(command))?,
        ManageCommand::Replicate(command) => super::block_on(replicate::run(command))?,
    }
}
