//! Writes a seed of what a real Glance has, so that a test can begin with a cloud that one knows.

mod catalogue;
mod clouds;
mod entry;
mod sign_in;

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::failure::Failure;
use catalogue::Glance;
use clouds::Cloud;

const NOTE: &str = "\
# What this Glance had, written by `lookalike capture`. To begin with it: lookalike --seed THIS-FILE
#
# No bytes were copied. Those of the images are made up, as many as there were; sizes and hashes are
# those of the real ones, so a client that checks what it downloads will find it broken. Remove the
# lines `checksum` and `os_hash_…` of an image, and it gets the hashes of its made-up bytes.
";

/// Which Glance, and where to write.
#[derive(Args, Debug)]
pub(super) struct CaptureOptions {
    /// The cloud in clouds.yaml whose Glance is read [default: what the variables OS_… say]
    #[arg(long, env = "OS_CLOUD", value_name = "NAME")]
    os_cloud: Option<String>,

    /// The file to write [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The seed that is written.
#[derive(Serialize)]
struct Captured {
    images: Vec<Value>,
}

/// Reads the Glance, and writes the seed.
pub(super) fn capture(options: &CaptureOptions) -> Result<(), Failure> {
    let cloud = match &options.os_cloud {
        Some(name) => Cloud::named(name),
        None => Cloud::of_environment(),
    };
    let cloud = cloud.map_err(Failure::usage)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|it| Failure::start(format!("cannot start: {it}")))?;
    let images = runtime.block_on(read(&cloud)).map_err(Failure::start)?;
    let count = images.len();
    // A hash on one line can be removed as one.
    let style = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
    let yaml = serde_saphyr::to_string_with_options(&Captured { images }, style);
    let yaml = yaml.map_err(|it| Failure::start(format!("cannot write YAML: {it}")))?;
    let text = format!("{NOTE}\n{yaml}");
    let Some(path) = &options.output else {
        return super::print(&text);
    };
    let written = std::fs::write(path, text);
    written.map_err(|it| Failure::start(format!("cannot write {}: {it}", path.display())))?;
    super::print(&format!("{count} images written to {}\n", path.display()))
}

async fn read(cloud: &Cloud) -> Result<Vec<Value>, String> {
    let http = cloud.client()?;
    let access = sign_in::sign_in(cloud, &http).await?;
    let glance = Glance { http, access };
    let mut images = Vec::new();
    for image in glance.images().await? {
        let members = glance.members(&image).await?;
        images.push(entry::entry(&image, &members));
    }
    Ok(images)
}
