//! `lookalike manage replicate`: the verbs of glance-replicator, by version 2 of the Images API. (The real one speaks version 1,
//! which Glance has no more.)

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::client::ImageService;
use super::copy::{copy, is_active};
use super::options::ReplicationOptions;
use super::{compare, dump};
use crate::cli::failure::CliError;
use crate::cli::print;

/// What to do with the images of one server or two.
///
/// A server is a URL (`http://glance:9292`), `host:port`, or the name of a cloud in clouds.yaml.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ReplicateCommand {
    /// Say how many bytes the images of a server have
    Size(OneServer),
    /// Write the images of a server into a directory: a file with what is known of each, and one with its data
    Dump(ServerAndPath),
    /// Give a server the images in a directory that `dump` wrote
    Load(ServerAndPath),
    /// Copy the images of a server to another one, and what is known of those that are there
    Livecopy(TwoServers),
    /// Compare the images of two servers; exit with 1 if they differ
    Compare(TwoServers),
}

/// A server.
#[derive(Args, Debug)]
pub(in crate::cli) struct OneServer {
    /// The server
    server: String,
    #[command(flatten)]
    options: ReplicationOptions,
}

/// A server and a directory.
#[derive(Args, Debug)]
pub(in crate::cli) struct ServerAndPath {
    /// The server
    server: String,
    /// The directory
    path: PathBuf,
    #[command(flatten)]
    options: ReplicationOptions,
}

/// The server with the images, and the one that they are for.
#[derive(Args, Debug)]
pub(in crate::cli) struct TwoServers {
    /// The server with the images
    from: String,
    /// The server that they are copied to or compared with
    to: String,
    #[command(flatten)]
    options: ReplicationOptions,
}

/// Runs a command.
pub(super) async fn run(command: ReplicateCommand) -> Result<(), CliError> {
    match command {
        ReplicateCommand::Size(OneServer { server, options }) => {
            size(&options.source(&server).await?).await
        }
        ReplicateCommand::Dump(ServerAndPath {
            server,
            path,
            options,
        }) => dump::dump(&options.source(&server).await?, &path, &options).await,
        ReplicateCommand::Load(ServerAndPath {
            server,
            path,
            options,
        }) => dump::load(&options.target(&server).await?, &path, &options).await,
        ReplicateCommand::Livecopy(TwoServers { from, to, options }) => {
            let (source, target) = (options.source(&from).await?, options.target(&to).await?);
            copy(&source, &target, &options).await
        }
        ReplicateCommand::Compare(TwoServers { from, to, options }) => {
            let (source, target) = (options.source(&from).await?, options.target(&to).await?);
            compare::compare(&source, &target, &options).await
        }
    }
}

async fn size(service: &ImageService) -> Result<(), CliError> {
    let (mut count, mut size) = (0_u64, 0_u64);
    for image in service
        .images()
        .await?
        .iter()
        .filter(|image| is_active(image))
    {
        count += 1;
        size += image.get("size").and_then(Value::as_u64).unwrap_or(0);
    }
    let readable = bytesize::ByteSize(size);
    print(&format!(
        "Total size is {size} bytes ({readable}) across {count} images\n"
    ))
}
