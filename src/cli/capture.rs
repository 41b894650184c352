//! `lookalike capture`: writes a seed from the images of a real Glance.

pub(super) mod clouds;
mod entry;
pub(super) mod images;
pub(super) mod login;

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::failure::CliError;
pub(super) use clouds::CloudEntry;
pub(super) use entry::entry;
use images::Glance;
pub(super) use login::{GlanceEndpoint, bounded, log_in};

const NOTE: &str = "\
# The images of a Glance, written by `lookalike capture`. To start with them: lookalike --seed THIS-FILE
#
# No data was copied. The data of the images is generated, with the size of the original; the hashes
# are those of the original, so a client that verifies a download finds it corrupt. Remove the lines
# `checksum` and `os_hash_…` of an image, and it gets the hashes of its generated data.
";

/// The options of `capture`.
#[derive(Args, Debug)]
pub(super) struct CaptureOptions {
    /// The cloud in clouds.yaml to read [default: as the variables OS_… say]
    #[arg(long, env = "OS_CLOUD", value_name = "NAME")]
    os_cloud: Option<String>,

    /// The file to write [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The seed to write.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct CapturedSeed {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) domains: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) projects: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) registered_limits: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) limits: Vec<Value>,
    pub(super) images: Vec<Value>,
}

/// Reads the Glance, and writes the seed.
///
/// # Errors
///
/// Settings that name no cloud, a Glance that cannot be read, and a file that cannot be written.
pub(super) fn capture(options: &CaptureOptions) -> Result<(), CliError> {
    let cloud = match &options.os_cloud {
        Some(name) => CloudEntry::named(name),
        None => CloudEntry::from_environment(),
    };
    let cloud = cloud.map_err(CliError::usage)?;
    let images = super::block_on(read(&cloud))?.map_err(CliError::start)?;
    let count = images.len();
    let seed = CapturedSeed {
        images,
        ..CapturedSeed::default()
    };
    let text = document(&seed).map_err(CliError::start)?;
    let Some(path) = &options.output else {
        return super::print(&text);
    };
    let written = std::fs::write(path, text);
    written
        .map_err(|error| CliError::start(format!("cannot write {}: {error}", path.display())))?;
    super::print(&format!("{count} images written to {}\n", path.display()))
}

/// Returns the seed as YAML.
pub(super) fn document(seed: &CapturedSeed) -> Result<String, String> {
    // A hash that stays on one line can be removed with it.
    let style = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
    let yaml = serde_saphyr::to_string_with_options(seed, style);
    let yaml = yaml.map_err(|error| format!("cannot write YAML: {error}"))?;
    Ok(format!("{NOTE}\n{yaml}"))
}

async fn read(cloud: &CloudEntry) -> Result<Vec<Value>, String> {
    let http = cloud.client()?;
    let endpoint = log_in(cloud, &http).await?;
    images_of(http, endpoint).await
}

/// Returns the entries of a seed for all images of a Glance that one may see.
pub(super) async fn images_of(
    http: reqwest::Client,
    endpoint: GlanceEndpoint,
) -> Result<Vec<Value>, String> {
    let glance = Glance { http, endpoint };
    let mut images = Vec::new();
    for image in glance.images().await? {
        let members = glance.members(&image).await?;
        images.push(entry(&image, &members));
    }
    Ok(images)
}
