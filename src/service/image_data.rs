//! Bytes into a store and out of it, for whoever has the right to: uploads, downloads, and imports
//! that stage bytes and copy them from store to store.
//!
//! Nothing here claims or records anything: that is the caller's, before and after.

use std::collections::HashSet;
use std::io::{self, ErrorKind};

use bytes::Bytes;
use futures_util::Stream;

use super::{cache, endpoint_reach, image_signature};
use crate::Error;
use crate::Result;
use crate::app::App;
use crate::app::uploads::Attempt;
use crate::domain::disk_format::InspectionReport;
use crate::domain::fault::DataAccess;
use crate::domain::image::{Data, Image};
use crate::domain::location::Location;
use crate::domain::status::Status;
use crate::runtime::metrics::{StoreOperation, TimedWork};
use crate::store::ingest::{ClaimedFormat, IngestPlan, Ingested, SizeLimits, ingest, write_error};
use crate::store::{Content, Store, StoreContents, StoreEntry, Writer, name_of_url};

/// The name of the staging area in faults.
pub const STAGING: &str = "staging";

/// Bytes that were published in a store and wait to be recorded.
#[derive(Debug)]
pub struct StoredData {
    /// The data.
    pub data: Data,
    /// The location of the data.
    pub location: Location,
    /// The formats that they were found to have.
    report: InspectionReport,
}

impl StoredData {
    /// Returns the facts about the bytes as the data of an image, which may claim other formats by now.
    ///
    /// # Errors
    ///
    /// Fails if the bytes do not have the format that the image claims.
    pub fn data_of(&self, app: &App, image: &Image) -> Result<Data> {
        let claimed = claimed_format(app, image);
        let virtual_size = claimed
            .map(|format| format.check(&self.report))
            .transpose()?;
        Ok(Data {
            virtual_size: virtual_size.flatten(),
            ..self.data.clone()
        })
    }
}

/// Returns the format that bytes of an image must have; `None` if they are not inspected, as in other
/// containers than `bare`.
fn claimed_format(app: &App, image: &Image) -> Option<ClaimedFormat> {
    let inspected = image.container_format.as_deref() == Some("bare");
    inspected.then(|| ClaimedFormat {
        name: image.disk_format.clone().unwrap_or_default(),
        must_match: app.config().images.require_image_format_match,
        nonfatal: app.config().images.gpt_safety_checks_nonfatal.clone(),
    })
}

/// Takes all bytes of an image into a store, under the name of this attempt, unless they are too many or
/// of another format than the image's: then the store has nothing of them. `may_publish` is asked before
/// they are published.
pub async fn keep<S, E>(
    app: &App,
    image: &Image,
    attempt: &Attempt,
    store: &StoreEntry,
    limits: SizeLimits,
    bytes: S,
    may_publish: impl Future<Output = Result<()>>,
) -> Result<StoredData>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: std::fmt::Display,
{
    if store.read_only {
        return Err(Error::StoreReadOnly);
    }
    let options = &app.config().images;
    let plan = IngestPlan {
        limits,
        algorithm: options.hashing_algorithm,
        format: claimed_format(app, image),
        expected_checksum: None,
        signed: image_signature::signed(app, image).await?,
    };
    let name = app.stores.name(&store.store, &image.id, &attempt.claim);
    let size = announced(&plan);
    let writer = writer(app, attempt, (&name, size), (&store.id, &store.store)).await?;
    let received = ingest(bytes, plan, writer, may_publish).await?;
    let mut location = app.stores.location_written(store, &name).await?;
    endpoint_reach::record(app, &mut location);
    Ok(StoredData {
        data: Data {
            size: i64::try_from(received.size).ok(),
            virtual_size: received.virtual_size,
            checksum: Some(received.checksum),
            os_hash_algo: Some(options.hashing_algorithm.as_str().to_owned()),
            os_hash_value: Some(received.hash),
        },
        location,
        report: received.report,
    })
}

/// Takes bytes into staging under the name of this attempt, whatever they are. `may_publish` is asked before
/// they are published.
pub async fn stage<S, E>(
    app: &App,
    attempt: &Attempt,
    limits: SizeLimits,
    bytes: S,
    may_publish: impl Future<Output = Result<()>>,
) -> Result<Ingested>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: std::fmt::Display,
{
    let plan = IngestPlan {
        limits,
        algorithm: app.config().images.hashing_algorithm,
        format: None,
        expected_checksum: None,
        // Whatever is staged is checked when it is imported.
        signed: None,
    };
    let name = name_in_staging(app, attempt);
    let staging = (STAGING, app.stores.staging());
    let size = announced(&plan);
    let writer = writer(app, attempt, (&name, size), staging).await?;
    ingest(bytes, plan, writer, may_publish).await
}

/// Returns the name under which an attempt stages bytes.
#[must_use]
pub fn name_in_staging(app: &App, attempt: &Attempt) -> String {
    let staging = app.stores.staging();
    app.stores.name(staging, &attempt.image, &attempt.claim)
}

/// Returns the number of bytes that were announced.
pub(super) fn announced(plan: &IngestPlan) -> Option<u64> {
    let expected = plan.limits.expected?;
    u64::try_from(expected).ok()
}

/// Starts to write bytes, which may have been announced, under a name to a store, which has an id for faults.
pub(super) async fn writer(
    app: &App,
    attempt: &Attempt,
    (name, size): (&str, Option<u64>),
    (id, store): (&str, &Store),
) -> Result<Writer> {
    let fault = app.store_fails(id, DataAccess::Write);
    let stopwatch = app
        .metrics
        .stopwatch(TimedWork::Store(id, StoreOperation::Write));
    let writer = store.writer(name, &attempt.claim, size).await;
    let writer = writer.map_err(write_error)?.timed_by(stopwatch.paused());
    Ok(writer.with_fault(fault))
}

/// Returns the staged data of an image, if there is any.
pub async fn open_staged(app: &App, image: &str) -> Result<Option<Content>> {
    let staging = app.stores.staging();
    let name = staged_name(app, image).await?;
    Ok(read(app, STAGING, staging, &staging.url(&name)).await?)
}

/// Returns the name of the staged data of an image.
pub async fn staged_name(app: &App, image: &str) -> Result<String> {
    let recorded = app.db.read().await?.staged_name(image).await?;
    Ok(recorded.unwrap_or_else(|| image.to_owned()))
}

/// Returns what a store has at a URL; or what a fault lets be had of it.
pub(super) async fn read(
    app: &App,
    name: &str,
    store: &Store,
    url: &str,
) -> io::Result<Option<Content>> {
    let _stopwatch = app
        .metrics
        .stopwatch(TimedWork::Store(name, StoreOperation::Open));
    let Some(fault) = app.store_fails(name, DataAccess::Read) else {
        return store.open(url).await;
    };
    if fault.after == 0 {
        return Err(fault.error());
    }
    let found = store.open(url).await?;
    Ok(found.map(|content| content.with_fault(fault)))
}

/// The bytes of an image from the first of its stores that has them: one of those that are preferred,
/// else the heaviest. Nothing if all that answer have none.
pub async fn open(app: &App, image: &Image, preferred: &[String]) -> Result<Option<Content>> {
    let mut locations = app.stores.by_weight(&image.locations);
    let rank = |location: &&Location| {
        let store = app.stores.entry_of(location, &image.id);
        let place = store.and_then(|store| preferred.iter().position(|id| *id == store.id));
        place.unwrap_or(usize::MAX)
    };
    locations.sort_by_key(rank);
    let mut trouble = None;
    for location in locations {
        let Some(entry) = app.stores.entry_of(location, &image.id) else {
            continue;
        };
        match read(app, &entry.id, &entry.store, &location.url).await {
            Ok(Some(content)) => return Ok(Some(content)),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(%error, store = entry.id, image = image.id, "cannot read image data from a store");
                trouble.get_or_insert(error);
            }
        }
    }
    match trouble {
        Some(error) if error.kind() == ErrorKind::HostUnreachable => Err(Error::StoreUnavailable(
            "Remote server where the image is present is unavailable.".into(),
        )),
        Some(error) => Err(error.into()),
        None => Ok(None),
    }
}

/// Removes the bytes of an image that is no more from wherever they are; what fails here is swept at
/// the next start.
pub async fn remove(app: &App, image: &Image) {
    for location in &image.locations {
        if let Some(entry) = app.stores.entry_of(location, &image.id) {
            remove_at(&entry.store, location).await;
        }
    }
    cache::remove_copy(app, &image.id).await;
    if may_be_staged(image.status) {
        remove_staged(app, &image.id).await;
    }
}

/// Removes the staged data of an image; what fails here is swept at the next start.
pub async fn remove_staged(app: &App, image: &str) {
    match staged_name(app, image).await {
        Ok(name) => remove_named(app.stores.staging(), &name).await,
        Err(error) => {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(
                error = cause,
                image,
                "cannot delete staged data; the next start will"
            );
        }
    }
}

/// Returns whether an image in this state may have staged bytes.
#[must_use]
pub fn may_be_staged(status: Status) -> bool {
    matches!(status, Status::Uploading | Status::Importing)
}

/// Removes the bytes at a location of a store; what fails here is swept at the next start.
pub async fn remove_at(store: &Store, location: &Location) {
    remove_named(store, name_of_url(&location.url)).await;
}

/// Removes all bytes of an image that is no more from one store, and what attempts have begun; what fails here
/// is swept at the next start.
pub async fn remove_all_of(store: &Store, image: &str) {
    let removed = async {
        let found = store.contents_of(image).await?;
        remove_found(store, found, &HashSet::new()).await
    };
    if let Err(error) = removed.await {
        tracing::warn!(%error, image, "cannot delete image data; the next start will");
    }
}

/// Removes the bytes that a store was found to have, and what attempts have begun, but not what is needed by its
/// name.
///
/// # Errors
///
/// Fails if the store does.
pub async fn remove_found(
    store: &Store,
    found: StoreContents,
    needed: &HashSet<String>,
) -> io::Result<()> {
    for name in found.partial {
        store.delete_partial(&name).await?;
    }
    for name in found.complete {
        if !needed.contains(&name) {
            store.delete(&name).await?;
        }
    }
    Ok(())
}

/// Removes the bytes with a name from one store; what fails here is swept at the next start.
pub async fn remove_named(store: &Store, name: &str) {
    if let Err(error) = store.delete(name).await {
        tracing::warn!(%error, name, "cannot delete image data; the next start will");
    }
}
