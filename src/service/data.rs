//! Data: uploaded and downloaded.
//!
//! An upload is *claim* (`queued → saving`, decided by the database), *bytes*, *record* (`saving →
//! active`). No session is held while bytes flow. It runs in a task of its own: a client that goes
//! away ends the stream, not the tidying up.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::Stream;
use tokio::task::spawn_blocking;

use super::{Images, may};
use crate::app::App;
use crate::db::Session;
use crate::domain::access::Caller;
use crate::domain::formats;
use crate::domain::image::{Data, Image};
use crate::domain::location::Location;
use crate::domain::policy::Rule;
use crate::domain::range::Part;
use crate::domain::status::Status;
use crate::store::Content;
use crate::store::format::Refusal;
use crate::store::intake::{Bounds, Received, disk, receive};
use crate::{Error, Result};

/// The uploads that run in this process.
#[derive(Debug)]
pub struct Uploads {
    /// The name that this process claims them by.
    pub server: String,
    running: Mutex<BTreeSet<String>>,
}

impl Uploads {
    /// None yet, of a server that goes by this name.
    #[must_use]
    pub fn new(server: String) -> Self {
        let running = Mutex::default();
        Self { server, running }
    }

    /// The images that are filled.
    #[must_use]
    pub fn running(&self) -> Vec<String> {
        self.set().iter().cloned().collect()
    }

    fn set(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lists an image as one that is filled while this is held.
struct Running<'a>(&'a App, &'a str);

impl<'a> Running<'a> {
    fn new(app: &'a App, image: &'a str) -> Self {
        app.uploads.set().insert(image.to_owned());
        Self(app, image)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.uploads.set().remove(self.1);
    }
}

/// What a client says of the data it sends.
#[derive(Clone, Debug, Default)]
pub struct Announced {
    /// The store that it shall be kept in, where one is named.
    pub store: Option<String>,
    /// The size that it vouches for: another is refused.
    pub expected: Option<i64>,
    /// The size by the request's framing, where that tells.
    pub length: Option<u64>,
}

/// Data to send: nothing if the image has none.
#[derive(Debug)]
pub struct Download {
    /// The bytes.
    pub content: Content,
    /// The MD5 of all of them, in hex.
    pub checksum: Option<String>,
}

impl Images<'_> {
    /// Takes the data of an image.
    pub async fn upload<S, E>(&self, id: &str, announced: Announced, bytes: S) -> Result<()>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: std::fmt::Display + Send + 'static,
    {
        self.not_read_only()?;
        if let Some(store) = &announced.store {
            return Err(Error::Invalid(format!(
                "Store for identifier {store} not found"
            )));
        }
        let image = self.see(&mut self.app.db.read().await?, id).await?;
        self.may_own(Rule::UploadImage, &image, || {
            format!("Not allowed to upload image data for image {id}")
        })?;
        image.status.to(Status::Saving)?;
        formats::formats_set(&image)?;
        let bounds = self.bounds(&announced).await?;
        let app = self.app.clone();
        let caller = self.caller.clone();
        let task = tokio::spawn(async move { run(&app, &caller, image, bounds, bytes).await });
        task.await
            .map_err(|error| Error::Internal(format!("an upload died: {error}")))?
    }

    async fn bounds(&self, announced: &Announced) -> Result<Bounds> {
        let options = &self.app.config.images;
        let mut bounds = Bounds {
            expected: announced.expected,
            cap: options.image_size_cap,
            quota: None,
        };
        if options.user_storage_quota > 0 {
            let held = self.app.db.read().await?.bytes_of(self.project()).await?;
            let remaining = remaining(options.user_storage_quota, held);
            let size = announced.expected.and_then(|it| u64::try_from(it).ok());
            let size = size.or(announced.length);
            if remaining == 0 || size.is_some_and(|it| it > remaining) {
                return Err(over_quota(size, remaining));
            }
            // Data of unknown size is measured when it has come, as Glance does.
            bounds.quota = size.map(|_| remaining);
        }
        Ok(bounds)
    }

    /// The data of an image.
    pub async fn download(&self, id: &str) -> Result<Option<Download>> {
        let image = self.see(&mut self.app.db.read().await?, id).await?;
        if image.status == Status::Deactivated && !self.caller.admin {
            return Err(Error::Forbidden(
                "The requested image has been deactivated. Image data download is forbidden."
                    .into(),
            ));
        }
        may(self.app, self.caller, Rule::DownloadImage, &image)?;
        if image.locations.is_empty() {
            return Ok(None);
        }
        let store = self.app.store.clone();
        let content = blocking(move || store.open(&image.id)).await?;
        let checksum = image.data.checksum;
        Ok(content.map(|content| Download { content, checksum }))
    }

    /// Ends the deletion of an image that has bytes. A client that goes away now does not keep them
    /// from being removed; what fails here is swept at the next start.
    pub(super) async fn commit_and_remove(&self, db: Session, image: String) -> Result<()> {
        let app = self.app.clone();
        let task = tokio::spawn(async move {
            db.commit().await?;
            remove(&app, image).await;
            Ok(())
        });
        task.await
            .map_err(|error| Error::Internal(format!("a deletion died: {error}")))?
    }
}

impl Download {
    /// A part of the bytes.
    pub fn part(self, part: Part) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
        self.content.part(part)
    }
}

fn remaining(quota: u64, held: i64) -> u64 {
    quota.saturating_sub(u64::try_from(held).unwrap_or(0))
}

fn over_quota(size: Option<u64>, remaining: u64) -> Error {
    let size = size.map_or_else(|| "None".to_owned(), |it| it.to_string());
    Error::TooLarge(format!(
        "Image exceeds the storage quota: The size of the data {size} will exceed the limit. \
         {remaining} bytes remaining."
    ))
}

/// Makes the image this process's to fill, unless somebody else was faster.
async fn claim(app: &App, image: &Image) -> Result<()> {
    let mut db = app.db.write().await?;
    let now = app.clock.now();
    let id = &image.id;
    if !db
        .advance_image(id, image.status, Status::Saving, now)
        .await?
    {
        return match db.image(id, None).await? {
            Some(found) => Err(Error::Transition {
                from: found.image.status,
                to: Status::Saving,
            }),
            None => Err(Error::GoneDuringUpload(id.clone())),
        };
    }
    db.insert_upload(id, &app.uploads.server, app.clock.system())
        .await?;
    Ok(db.commit().await?)
}

async fn run<S, E>(app: &App, caller: &Caller, image: Image, bounds: Bounds, bytes: S) -> Result<()>
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: std::fmt::Display,
{
    claim(app, &image).await?;
    let running = Running::new(app, &image.id);
    let done = fill(app, caller, &image, bounds, bytes).await;
    if done.is_err() {
        give_up(app, &image).await;
    }
    drop(running);
    done
}

async fn fill<S, E>(
    app: &App,
    caller: &Caller,
    image: &Image,
    bounds: Bounds,
    bytes: S,
) -> Result<()>
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: std::fmt::Display,
{
    let (store, id, claim) = (
        app.store.clone(),
        image.id.clone(),
        app.new_id().to_string(),
    );
    let writer = blocking(move || Ok(store.writer(&id, &claim)))
        .await?
        .map_err(disk)?;
    let algorithm = app.config.images.hashing_algorithm;
    let received = receive(bytes, bounds, algorithm, writer).await?;
    let data = judge(app, image, received)?;
    record(app, caller, image, &data).await
}

/// What is known of the bytes, unless they are not what the image says they are.
fn judge(app: &App, image: &Image, received: Received) -> Result<Data> {
    let options = &app.config.images;
    let disk_format = image.disk_format.as_deref().unwrap_or_default();
    // Other containers are kept unread.
    let virtual_size = if image.container_format.as_deref() == Some("bare") {
        let judged = received
            .findings
            .judge(disk_format, options.require_image_format_match);
        judged.map_err(|refusal: Refusal| Error::MediaType {
            given: Some("application/octet-stream".into()),
            detail: refusal.to_string(),
            accept_patch: None,
        })?
    } else {
        None
    };
    Ok(Data {
        size: i64::try_from(received.size).ok(),
        virtual_size: virtual_size.filter(|it| *it > 0),
        checksum: Some(received.checksum),
        os_hash_algo: Some(options.hashing_algorithm.word().to_owned()),
        os_hash_value: Some(received.hash),
    })
}

/// Makes the bytes that were published known, unless the image went away meanwhile.
async fn record(app: &App, caller: &Caller, image: &Image, data: &Data) -> Result<()> {
    let id = &image.id;
    let mut db = app.db.write().await?;
    let now = app.clock.now();
    // The image first and then what hangs on it, here as everywhere: so nobody waits in a circle.
    let saving = db
        .advance_image(id, Status::Saving, Status::Active, now)
        .await?;
    if !saving || !db.remove_upload(id, &app.uploads.server).await? {
        return Err(Error::GoneDuringUpload(id.clone()));
    }
    fits(app, caller, &mut db, data).await?;
    db.record_data(id, data);
    let location = Location {
        url: app.store.url(id),
        metadata: serde_json::Map::new(),
    };
    db.insert_location(id, &location);
    Ok(db.commit().await?)
}

/// Whether the quota takes the data too. This is asked in the transaction that adds to the sum, and
/// one after the other: two uploads at once cannot both fit into what was left for one.
async fn fits(app: &App, caller: &Caller, db: &mut Session, data: &Data) -> Result<()> {
    let quota = app.config.images.user_storage_quota;
    if quota == 0 {
        return Ok(());
    }
    let project = caller.project.as_deref();
    let word = format!("quota of {}", project.unwrap_or_default());
    db.hold_word(&word).await?;
    let left = remaining(quota, db.bytes_of(project).await?);
    match data.size.and_then(|it| u64::try_from(it).ok()) {
        Some(size) if size > left => Err(over_quota(Some(size), left)),
        _ => Ok(()),
    }
}

/// Puts an image back to where it was before its upload, and removes what came.
async fn give_up(app: &App, image: &Image) {
    if let Err(error) = requeue(app, &image.id).await {
        // The claim stays, nobody renews it, and so it is given up like one of a server that died.
        let cause = &error as &dyn std::error::Error;
        tracing::error!(error = cause, image = %image.id, "an upload could not be given up");
    }
}

async fn requeue(app: &App, id: &str) -> Result<()> {
    let mut db = app.db.write().await?;
    let found = db.hold_image(id, None).await?;
    if db.remove_upload(id, &app.uploads.server).await? {
        let now = app.clock.now();
        db.advance_image(id, Status::Saving, Status::Queued, now)
            .await?;
    } else if found.is_some() {
        // Another server took this one for dead and gave the upload up; by now the bytes may be
        // those of the next.
        return Ok(());
    }
    // Before the commit: once the image is queued, another upload may begin.
    remove(app, id.to_owned()).await;
    Ok(db.commit().await?)
}

async fn remove(app: &App, image: String) {
    let store = app.store.clone();
    let removed = blocking({
        let image = image.clone();
        move || store.delete(&image)
    });
    if let Err(error) = removed.await {
        let cause = &error as &dyn std::error::Error;
        tracing::warn!(
            error = cause,
            image,
            "bytes could not be removed; the next start will"
        );
    }
}

/// Runs what waits for the disk where it holds nobody up.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T> {
    let done = spawn_blocking(work).await;
    let done = done.map_err(|error| Error::Internal(format!("a thread died: {error}")))?;
    Ok(done?)
}
