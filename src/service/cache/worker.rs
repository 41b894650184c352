//! The worker of the image cache: copies queued images, and deletes files that belong to nothing.

use std::collections::HashSet;
use std::pin::pin;
use std::time::{Duration, SystemTime};

use futures_util::stream;

use super::Copying;
use crate::app::App;
use crate::app::image_cache::Cache;
use crate::domain::range::ByteRange;
use crate::domain::status::Status;
use crate::service::image_data::open;
use crate::{Error, Result};

/// The pause after a failure of the database or the disk.
const REST: Duration = Duration::from_secs(5);

/// The outcome of an attempt to copy an image.
#[derive(Debug)]
enum Outcome {
    /// There is a copy.
    Copied,
    /// Somebody else is making one, and wakes us in the end.
    Busy,
    /// There cannot be one now.
    Impossible,
}

/// Copies what is queued, until it is dropped: what is asked for at once, and now and then all.
pub async fn work(app: App) {
    let Some(cache) = &app.cache else { return };
    let mut all = true;
    let mut pause = pin!(pause(&app));
    loop {
        if let Err(error) = round(&app, cache, all).await {
            tell(&error, "the image cache could not be looked after");
            tokio::time::sleep(REST).await;
        }
        all = tokio::select! {
            () = cache.wake.notified() => false,
            () = &mut pause => true,
        };
        if all {
            pause.set(self::pause(&app));
        }
    }
}

/// Until the next round of all that is queued.
fn pause(app: &App) -> impl Future<Output = ()> + '_ {
    let seconds = app.config().cache.cache_prefetcher_interval;
    app.clock.sleep(Duration::from_secs(seconds.into()))
}

fn tell(error: &Error, what: &str) {
    let error = error as &dyn std::error::Error;
    tracing::warn!(error, "{what}");
}

async fn round(app: &App, cache: &Cache, all: bool) -> Result<()> {
    if all {
        tidy(app).await?;
    }
    let queued = app.db.read().await?.queued(&cache.node, all).await?;
    for image in queued {
        let outcome = copy(app, cache, &image).await.unwrap_or_else(|error| {
            tell(&error, "a queued image could not be cached");
            Outcome::Impossible
        });
        if matches!(outcome, Outcome::Busy) {
            continue;
        }
        let mut db = app.db.write().await?;
        if matches!(outcome, Outcome::Copied) {
            db.remove_queued_if_cached(&cache.node, &image).await?;
        } else {
            db.defer_queued(&cache.node, &image).await?;
        }
        db.commit().await?;
    }
    Ok(())
}

/// Copies an image as it is now.
async fn copy(app: &App, cache: &Cache, id: &str) -> Result<Outcome> {
    let found = app.db.read().await?.image(id, None).await?;
    let Some(image) = found.map(|found| found.image) else {
        return Ok(Outcome::Impossible);
    };
    if image.status != Status::Active {
        return Ok(Outcome::Impossible);
    }
    let checksum = image.data.checksum.as_deref();
    if is_there(app, cache, id, checksum).await? {
        return Ok(Outcome::Copied);
    }
    let Some(content) = open(app, &image, &[]).await? else {
        return Ok(Outcome::Impossible);
    };
    let Some(copying) = Copying::of(app, &image, &content) else {
        return Ok(Outcome::Impossible);
    };
    let made = match content.size().checked_sub(1) {
        Some(end) => {
            copying
                .make(content.stream_part(ByteRange { start: 0, end }))
                .await?
        }
        None => copying.make(stream::empty()).await?,
    };
    if !made {
        return Ok(Outcome::Busy);
    }
    let there = is_there(app, cache, id, checksum).await?;
    Ok(if there {
        Outcome::Copied
    } else {
        Outcome::Impossible
    })
}

/// Returns whether there is a copy of an image, with this checksum.
async fn is_there(app: &App, cache: &Cache, id: &str, checksum: Option<&str>) -> Result<bool> {
    let mut db = app.db.read().await?;
    let known = db.is_cached(&cache.node, id, checksum).await?;
    drop(db);
    Ok(known && cache.copies.get(id).await?.is_some())
}

/// Removes files that no row knows and rows that have no file: at the start, now and then, and when
/// somebody asks for it.
pub async fn tidy(app: &App) -> Result<()> {
    let Some(cache) = &app.cache else {
        return Ok(());
    };
    // In this order: a copy that is published meanwhile is not in the first list, and one that was
    // just published is in one of the others.
    let whole = cache.copies.images().await?;
    let making = cache.making().clone();
    let rows = app.db.read().await?.cached(&cache.node).await?;
    let known: HashSet<_> = rows.iter().map(|row| row.image_id.as_str()).collect();
    for image in &whole {
        if !known.contains(image.as_str()) && !making.contains(image) {
            cache.copies.delete(image).await?;
        }
    }
    for image in known {
        if cache.copies.get(image).await?.is_none() {
            cache.drop_copy(app, image).await?;
        }
    }
    Ok(())
}

/// Removes copies that nothing was added to for too long, and tidies.
pub(super) async fn clean(app: &App, cache: &Cache) -> Result<()> {
    let patience = Duration::from_secs(app.config().cache.image_cache_stall_time.into());
    let now = SystemTime::from(app.clock.system());
    if let Some(since) = now.checked_sub(patience) {
        cache.copies.remove_stalled(since).await?;
    }
    tidy(app).await
}
