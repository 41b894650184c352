//! Checks that the state from an archive can be one of this cloud, before it is used.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::blob::{SnapshotBlob, place};
use super::state::{State, location, text};
use crate::app::App;
use crate::db::{Db, Dump, latest_schema};
use crate::domain::generated_data::GeneratedData;
use crate::domain::image::Visibility;
use crate::domain::status::Status;
use crate::store::{StoreEntry, image_of_name, is_uuid};
use crate::{Error, Result};

/// Sees that a state is sound and of a schema that is known, and makes its locations those of the
/// stores here: a store that is not here is the default one. The blobs keep their order.
pub async fn check(app: &App, mut state: State) -> Result<State> {
    if state.rows.schema > latest_schema() {
        return Err(Error::Invalid(
            "The snapshot was written by a newer lookalike: import it there.".into(),
        ));
    }
    let rows = std::mem::take(&mut state.rows);
    let upgraded = Db::migrate_dump(rows).await;
    let rows = upgraded.map_err(|error| contradiction(&error))?;
    let table_schemas = app.db.table_schemas().await?;
    let checked = aside(move || {
        rows.validate(&table_schemas)?;
        images(&rows)?;
        object_data(&rows).map(|()| rows)
    });
    state.rows = checked.await?;
    // A database tells best whether rows fit together.
    let scratch = Db::in_memory()
        .await
        .map_err(|error| Error::Internal(error.to_string()))?;
    let restored = scratch.restore(&state.rows).await;
    scratch.close_idle().await;
    restored.map_err(|error| contradiction(&error))?;
    let app = app.clone();
    aside(move || settle(&app, &mut state).map(|()| state)).await
}

/// Reads many rows where that holds nobody up.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::Internal(format!("the reading of rows died: {error}")))?
}

fn contradiction(error: &Error) -> Error {
    let cause = std::error::Error::source(error).map_or_else(String::new, ToString::to_string);
    Error::InvalidSnapshot(format!("The snapshot's rows do not fit together: {cause}."))
}

/// Ids become names of files, and words are read by whoever reads a row.
fn images(rows: &Dump) -> Result<()> {
    let columns = ["id", "status", "visibility", "staged_name"];
    for [id, status, visibility, staged] in rows.columns_of("images", columns)? {
        let status = status.as_str().and_then(|text| text.parse::<Status>().ok());
        let visibility = visibility
            .as_str()
            .and_then(|text| text.parse::<Visibility>().ok());
        let id = text(id);
        let staged = staged.as_str().map(|name| image_of_name(name) == Some(&id));
        if !is_uuid(&id) || staged == Some(false) || status.is_none() || visibility.is_none() {
            let why = format!("The snapshot has an image that cannot be: {id:?}.");
            return Err(Error::InvalidSnapshot(why));
        }
    }
    Ok(())
}

/// The ids of the data of objects become names of files, too.
fn object_data(rows: &Dump) -> Result<()> {
    for [id] in rows.columns_of("object_data", ["id"])? {
        let id = text(id);
        if !is_uuid(&id) {
            let why = format!("The snapshot has an object's data that cannot be: {id:?}.");
            return Err(Error::InvalidSnapshot(why));
        }
    }
    Ok(())
}

/// Returns where bytes are to lie that lay in a store of this name where the state comes from.
fn home<'a>(app: &'a App, store: &str) -> &'a StoreEntry {
    let entry = app.stores.get(store);
    entry
        .filter(|entry| place(app, &entry.id).is_some())
        .unwrap_or_else(|| app.stores.default())
}

/// Tells whether a location's URL says itself what the data is: then no store has it.
fn is_generated(url: &str) -> bool {
    GeneratedData::from_url(url).is_some()
}

/// Where the bytes at a location are to lie, by the image and the URL: the store, and their name in it.
type Homes<'a> = HashMap<(String, String), (&'a StoreEntry, String)>;

/// The locations of a state as they become those of the stores here.
struct LocationMoves<'a> {
    app: &'a App,
    homes: Homes<'a>,
    /// The locations that were seen: image, URL and store.
    seen: HashSet<(String, String, Option<String>)>,
    /// The first location that no store here has: image and URL.
    foreign: Option<(String, String)>,
}

impl LocationMoves<'_> {
    /// Makes the location of a row one of the stores here; `id` is the column of the image. Returns `false` for
    /// one that is there already.
    fn settle(&mut self, row: &mut Map<String, Value>, id: &str) -> bool {
        let app = self.app;
        let take = |name: &str| row.get(name).cloned().unwrap_or_default();
        let (image, metadata) = (text(take(id)), take("metadata"));
        let mut place = location(take("url"), &metadata);
        let generated = is_generated(&place.url);
        let home = if generated {
            let store = place.metadata.get("store").and_then(Value::as_str);
            Some((home(app, store.unwrap_or_default()), image.clone()))
        } else {
            let key = (image.clone(), place.url.clone());
            self.homes.get(&key).cloned()
        };
        if let Some((home, name)) = &home {
            let there = app.stores.location_in(home, name);
            if !generated {
                place.url = there.url;
            }
            place.metadata.shift_remove("store");
            place.metadata.extend(there.metadata);
            row.insert("url".into(), place.url.clone().into());
            let metadata = Value::Object(place.metadata.clone()).to_string();
            row.insert("metadata".into(), metadata.into());
        }
        let elsewhere = place.url.starts_with("http://") || place.url.starts_with("https://");
        if home.is_none() && !elsewhere && app.stores.entry_of(&place, &image).is_none() {
            self.foreign
                .get_or_insert((image.clone(), place.url.clone()));
        }
        // Two stores there may be one here. Generated data has the same URL in every store.
        let store = place.metadata.get("store").map(ToString::to_string);
        self.seen.insert((image, place.url, store))
    }
}

/// Makes the locations those of the stores here.
fn settle(app: &App, state: &mut State) -> Result<()> {
    let mut images = state.rows.columns_of("images", ["id"])?;
    images.extend(state.rows.columns_of("object_data", ["id"])?);
    let images: HashSet<_> = images.into_iter().map(|[image]| text(image)).collect();
    if !state.blobs.iter().all(|blob| images.contains(&blob.image)) {
        return Err(Error::InvalidSnapshot(
            "The snapshot has bytes of no image.".into(),
        ));
    }
    let mut homes = Homes::new();
    for blob in state.blobs.iter_mut().filter(|blob| !blob.url.is_empty()) {
        let home = home(app, &blob.store);
        blob.store.clone_from(&home.id);
        if is_generated(&blob.url) {
            continue;
        }
        let (image, name) = (blob.image.clone(), blob.name().to_owned());
        let url = std::mem::replace(&mut blob.url, home.store.url(&name));
        homes.insert((image, url), (home, name));
    }
    let mut places = LocationMoves {
        app,
        homes,
        seen: HashSet::new(),
        foreign: None,
    };
    for (table, id) in [("image_locations", "image_id"), ("object_data", "id")] {
        state.rows.edit_table(table, |row| places.settle(row, id))?;
    }
    match places.foreign {
        None => Ok(()),
        Some((image, url)) => Err(Error::InvalidSnapshot(format!(
            "Image {image} of the snapshot has a location that no store here has: {url}."
        ))),
    }
}

/// Leaves out what lies in one place twice, but keeps the bytes.
pub(crate) fn once(blobs: &mut Vec<SnapshotBlob>) {
    blobs.sort_by_key(|blob| blob.size.is_none());
    let mut seen = HashSet::new();
    blobs.retain(|blob| seen.insert((blob.store.clone(), blob.image.clone())));
}
