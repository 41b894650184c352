//! Reports images whose bytes a store has lost.

use std::collections::HashSet;

use crate::Result;
use crate::app::App;
use crate::store::{StoreEntry, image_of_name, name_of_url};

/// The number of locations that one statement reads.
const PAGE: i64 = 1000;

/// The number of locations without bytes at which the search ends.
const ENOUGH: usize = 1000;

/// The number of images that one line names.
const NAMED: usize = 10;

/// Warns of images whose locations name bytes that a store does not have. It runs after the start, which does not
/// wait for it.
pub(super) async fn report_all(app: &App) {
    for entry in app.stores.all().filter(|entry| !entry.read_only) {
        let reported = async {
            let complete = entry.store.contents().await?.complete;
            report(app, entry, &complete).await
        };
        if let Err(error) = reported.await {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(error = cause, store = entry.id, "cannot look for lost data");
        }
    }
}

/// Warns of images whose locations name bytes of a store that are not among these.
///
/// They are not changed: a file system that is not mounted has no bytes, either.
pub(super) async fn report(app: &App, entry: &StoreEntry, complete: &[String]) -> Result<()> {
    let complete: HashSet<&str> = complete.iter().map(String::as_str).collect();
    let (mut missing, mut after) = (Vec::new(), (String::new(), -1));
    while missing.len() < ENOUGH {
        let mut db = app.db.read().await?;
        let page = db.locations_after((&after.0, after.1), PAGE).await?;
        drop(db);
        let Some((image, position, _)) = page.last() else {
            break;
        };
        after = (image.clone(), *position);
        missing.extend(page.into_iter().filter_map(|(image, _, url)| {
            let is_here = entry.store.has_url(&url);
            (is_here && !complete.contains(name_of_url(&url))).then_some((image, url))
        }));
    }
    // Bytes that came after the store was listed are no loss, nor are those of an image that was deleted meanwhile.
    let mut lost = Vec::new();
    for (image, url) in missing {
        if lost.len() > NAMED {
            break;
        }
        if entry.store.open(&url).await?.is_none() && is_recorded(app, &url).await? {
            lost.push(image);
        }
    }
    if !lost.is_empty() {
        let more = lost.len() > NAMED;
        lost.truncate(NAMED);
        let images = lost.join(", ");
        tracing::warn!(store = entry.id, %images, more, "a store has no data of images that have some");
    }
    Ok(())
}

/// Returns whether an image still has a location with this URL.
async fn is_recorded(app: &App, url: &str) -> Result<bool> {
    let image = image_of_name(name_of_url(url)).unwrap_or_default();
    let mut db = app.db.read().await?;
    let locations = db.locations_of(&[image.to_owned()]).await?;
    Ok(locations.iter().any(|(_, location)| location.url == url))
}
