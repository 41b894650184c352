//! Finds and deletes unused bytes: at the start, and periodically.
//!
//! Uploads and imports go on meanwhile, here and on other servers. What they have begun is known in the
//! database before there is a byte of it, and each removal asks once more while it holds the image.

use std::collections::{BTreeMap, HashSet};
use std::pin::pin;
use std::time::Duration;

use chrono::TimeDelta;

use super::super::object_store::remove_expired;
use super::super::seed_lock;
use super::missing;
use crate::app::App;
use crate::db::Session;
use crate::domain::location::Location;
use crate::domain::object_store::error::ObjectStoreError;
use crate::store::{Removal, Store, StoreContents, StoreEntry, image_of_name, name_of_url};
use crate::{Error, Result};

/// How long tasks that have expired are kept for whoever asks for one by its id: as in Glance, a list
/// forgets them at once.
const EXPIRED: TimeDelta = TimeDelta::days(1);

/// The least time between two sweeps, however long they take.
const BREATH: Duration = Duration::from_millis(10);

/// Sweeps again and again.
#[tracing::instrument(level = "debug", skip_all)]
pub(super) async fn watch(app: &App) {
    let mut rest = pin!(rest(app));
    missing::report_all(app).await;
    loop {
        // Whoever moves the clock on does not want to wait for what is over by then.
        rest.as_mut().await;
        // From before the sweep, which does not see what becomes over while it runs.
        rest.set(self::rest(app));
        app.db.restore_reserve().await;
        for done in [
            app.scrub().await.map(drop),
            remove_expired_objects(app).await,
            sweep_places(app, LostData::Reported).await,
            forget_tasks(app).await,
        ] {
            if let Err(error) = done {
                let cause = &error as &dyn std::error::Error;
                tracing::warn!(error = cause, "cannot delete unused data");
            }
        }
    }
}

/// Until the next time.
fn rest(app: &App) -> impl Future<Output = ()> + '_ {
    let every = app.config().stores.sweep;
    let rest = (every > 0).then(|| app.clock.sleep(Duration::from_secs(every.into())));
    async move {
        match rest {
            Some(rest) => rest.await,
            None => std::future::pending().await,
        }
        tokio::time::sleep(BREATH).await;
    }
}

/// Forgets tasks that nobody has listed since they expired.
async fn forget_tasks(app: &App) -> Result<()> {
    let before = app.clock.now() - EXPIRED;
    if !app.db.read().await?.has_expired_tasks(None, before).await? {
        return Ok(());
    }
    let mut db = app.db.write().await?;
    db.remove_expired_tasks(None, before);
    Ok(db.commit().await?)
}

/// Removes objects that clients wanted to be gone by now.
async fn remove_expired_objects(app: &App) -> Result<()> {
    remove_expired(app).await.map_err(|error| match error {
        ObjectStoreError::Service(error) => error,
        other => Error::Internal(other.to_string()),
    })
}

/// Those of these images that somebody is filling, or was when a server died: their bytes are left
/// alone, in every store and in staging, until whoever does so is done or given up.
async fn busy(db: &mut Session, images: &[String]) -> Result<HashSet<String>> {
    let mut busy = db.uploading_images(images).await?;
    busy.extend(db.images_of_unfinished_tasks().await?);
    Ok(busy)
}

/// A place whose unused bytes are deleted.
#[derive(Clone, Copy)]
enum SweepPlace<'a> {
    Store(&'a StoreEntry),
    Staging(&'a Store),
}

impl SweepPlace<'_> {
    fn store(&self) -> &Store {
        match self {
            Self::Store(it) => &it.store,
            Self::Staging(it) => it,
        }
    }

    /// Returns the names of the bytes here that belong to these images.
    async fn needed(&self, app: &App, db: &mut Session, ids: &[String]) -> Result<HashSet<String>> {
        match self {
            Self::Store(entry) => {
                let locations = db.locations_of(ids).await?.into_iter();
                let here =
                    locations.filter(|(_, location)| app.stores.may_contain(location, entry));
                let names = here.map(|(_, location)| name_of_url(&location.url).to_owned());
                Ok(names.collect())
            }
            Self::Staging(_) => db.staged_names(ids).await,
        }
    }
}

/// The treatment of images whose bytes a store does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LostData {
    Ignored,
    Reported,
}

/// Removes bytes that nobody needs. A store that does not answer is left for another time.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn sweep(app: &App) -> Result<()> {
    sweep_places(app, LostData::Ignored).await
}

async fn sweep_places(app: &App, lost: LostData) -> Result<()> {
    let stores = app.stores.all().filter(|store| !store.read_only);
    let places = stores.map(SweepPlace::Store);
    for place in places.chain([SweepPlace::Staging(app.stores.staging())]) {
        match sweep_place(app, place, lost).await {
            Err(error @ (Error::Store(_) | Error::StoreUnavailable(_))) => {
                tracing::warn!(%error, store = place.store().url(""), "cannot delete unused bytes of a store");
            }
            done => done?,
        }
    }
    Ok(())
}

async fn sweep_place(app: &App, place: SweepPlace<'_>, lost: LostData) -> Result<()> {
    let contents = place.store().contents().await?;
    if let (SweepPlace::Store(entry), LostData::Reported) = (place, lost) {
        missing::report(app, entry, &contents.complete).await?;
    }
    let mut found: BTreeMap<String, StoreContents> = BTreeMap::new();
    for name in contents.partial {
        if let Some(image) = image_of_name(&name) {
            found
                .entry(image.to_owned())
                .or_default()
                .partial
                .push(name);
        }
    }
    for name in contents.complete {
        if let Some(image) = image_of_name(&name) {
            found
                .entry(image.to_owned())
                .or_default()
                .complete
                .push(name);
        }
    }
    let images: Vec<_> = found.keys().cloned().collect();
    let mut db = app.db.read().await?;
    // In this order: an upload that ends meanwhile goes from the first list to the second.
    let busy = busy(&mut db, &images).await?;
    let needed = place.needed(app, &mut db, &images).await?;
    drop(db);
    found.retain(|image, found| {
        found.complete.retain(|name| !needed.contains(name));
        let has_data = !found.complete.is_empty() || !found.partial.is_empty();
        has_data && !busy.contains(image)
    });
    if found.is_empty() {
        return Ok(());
    }
    // What says that they are not needed must not be undone by a crash of the database.
    app.db.flush().await?;
    for (image, found) in found {
        match sweep_image(app, place, &image, &found).await {
            // One that cannot be removed does not keep the others.
            Err(error @ (Error::Store(_) | Error::StoreUnavailable(_))) => {
                tracing::warn!(%error, store = place.store().url(""), image, "cannot delete unused image data");
            }
            done => done?,
        }
    }
    Ok(())
}

/// Asks again while nobody can begin to fill the image, then removes what is not needed of what was found.
async fn sweep_image(
    app: &App,
    place: SweepPlace<'_>,
    image: &str,
    found: &StoreContents,
) -> Result<()> {
    let mut db = app.db.write_to(image).await?;
    db.lock_image(image).await?;
    if db.image_including_deleted(image, None).await?.is_none() {
        // There is no row to hold: only a seed can bring one.
        seed_lock::exclude(&mut db).await?;
    }
    let id = [image.to_owned()];
    if busy(&mut db, &id).await?.contains(image) {
        return Ok(());
    }
    let needed = place.needed(app, &mut db, &id).await?;
    let store = place.store();
    // A store that is silent must not hold the image for ever.
    let deletion = async {
        for name in &found.partial {
            let removal = Removal::Partial;
            store.delete_in_session(&mut db, name, removal).await?;
        }
        for name in found.complete.iter().filter(|name| !needed.contains(*name)) {
            let removal = Removal::All;
            store.delete_in_session(&mut db, name, removal).await?;
        }
        Ok::<_, std::io::Error>(())
    };
    let done = tokio::time::timeout(app.config().replicas.removal(), deletion).await;
    done.map_err(std::io::Error::from).flatten()?;
    db.commit().await?;
    tracing::info!(image, "deleted unused image data");
    Ok(store.collect_garbage().await?)
}

/// Removes the bytes of an image at a location that it has no more, unless they are needed again meanwhile.
/// What fails here is swept later.
pub(in crate::service) async fn remove_unneeded(
    app: &App,
    entry: &StoreEntry,
    image: &str,
    location: &Location,
) {
    let found = StoreContents {
        complete: vec![name_of_url(&location.url).to_owned()],
        partial: Vec::new(),
    };
    if let Err(error) = sweep_image(app, SweepPlace::Store(entry), image, &found).await {
        let cause = &error as &dyn std::error::Error;
        tracing::warn!(
            error = cause,
            image,
            "cannot delete image data; the next sweep will"
        );
    }
}
