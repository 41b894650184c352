//! `dump` and `load`: the images of a server in a directory. As glance-replicator writes them, the file `ID` has what is known
//! of an image, and `ID.img` its data.

use std::io;
use std::path::Path;

use reqwest::{Body, Response};
use serde_json::Value;
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;
use uuid::Uuid;

use super::client::ImageService;
use super::copy::{add, is_active, text, update};
use super::options::ReplicationOptions;
use crate::cli::capture::images::ImageDocument;
use crate::cli::failure::CliError;
use crate::cli::print;

/// Writes the images that are not in the directory yet.
pub(super) async fn dump(
    service: &ImageService,
    directory: &Path,
    options: &ReplicationOptions,
) -> Result<(), CliError> {
    let made = fs::create_dir_all(directory).await;
    made.map_err(|error| failed(directory, &error))?;
    for image in service.images().await? {
        // The id becomes the name of a file.
        let id = text(&image, "id").filter(|id| Uuid::try_parse(id).is_ok());
        let Some(id) = id else {
            continue;
        };
        let file = directory.join(id);
        if file.exists() {
            continue;
        }
        // The data first: whoever finds the other file finds all of it.
        if is_active(&image) && !options.metaonly {
            let data = directory.join(format!("{id}.img"));
            let saved = save(service.data(id).await?, &data).await;
            saved.map_err(|error| failed(&data, &error))?;
        }
        let document = Value::Object(image.clone()).to_string();
        let written = fs::write(&file, document).await;
        written.map_err(|error| failed(&file, &error))?;
        print(&format!("{id} written\n"))?;
    }
    Ok(())
}

async fn save(mut response: Response, path: &Path) -> io::Result<()> {
    let mut file = File::create(path).await?;
    while let Some(chunk) = response.chunk().await.map_err(io::Error::other)? {
        file.write_all(&chunk).await?;
    }
    file.sync_all().await
}

/// Gives a server the images in a directory.
pub(super) async fn load(
    service: &ImageService,
    directory: &Path,
    options: &ReplicationOptions,
) -> Result<(), CliError> {
    let mut ids = Vec::new();
    let entries = std::fs::read_dir(directory).map_err(|error| failed(directory, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| failed(directory, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if Uuid::try_parse(&name).is_ok() {
            ids.push(name);
        }
    }
    ids.sort_unstable();
    for id in ids {
        load_image(service, directory, &id, options).await?;
    }
    Ok(())
}

async fn load_image(
    service: &ImageService,
    directory: &Path,
    id: &str,
    options: &ReplicationOptions,
) -> Result<(), CliError> {
    let file = directory.join(id);
    let document = fs::read(&file).await;
    let document = document.map_err(|error| failed(&file, &error))?;
    let image: ImageDocument = serde_json::from_slice(&document)
        .map_err(|error| CliError::start(format!("{}: {error}", file.display())))?;
    if let Some(there) = service.image(id).await? {
        return update(service, id, (&image, &there), options).await;
    }
    let data = directory.join(format!("{id}.img"));
    if !data.exists() {
        return Ok(());
    }
    let opened = File::open(&data).await;
    let opened = opened.map_err(|error| failed(&data, &error))?;
    let size = opened.metadata().await;
    let size = size.map_err(|error| failed(&data, &error))?.len();
    let body = Body::wrap_stream(ReaderStream::new(opened));
    add(service, id, &image, options, (Some(size), body)).await
}

fn failed(path: &Path, error: &io::Error) -> CliError {
    CliError::start(format!("{}: {error}", path.display()))
}
