//! The state of a cloud: all its rows and the bytes that belong to them, taken out and put in.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::blob::{STAGING, SnapshotBlob, place};
use super::blobs::SnapshotStores;
use crate::app::App;
use crate::db::Dump;
use crate::domain::location::Location;
use crate::domain::status::Status;
use crate::service::image_data::may_be_staged;
use crate::{Error, Result};

/// The number of times that rows are read because images were deleted while bytes were saved.
const TRIES: usize = 8;

/// All that a cloud was made of at one moment.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Its rows.
    pub rows: Dump,
    /// Its bytes.
    pub blobs: Vec<SnapshotBlob>,
}

impl State {
    /// Returns how many images there are that are not deleted.
    pub fn images(&self) -> Result<usize> {
        let statuses = self.rows.columns_of("images", ["status"])?;
        Ok(statuses
            .iter()
            .filter(|[status]| status != "deleted")
            .count())
    }

    /// Returns the number of saved bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.blobs.iter().filter_map(|blob| blob.size).sum()
    }
}

impl App {
    /// Reads the state of the cloud while it runs on, and saves its bytes in the snapshot's stores, if
    /// there are any.
    pub async fn gather(&self, blob_stores: Option<&SnapshotStores>) -> Result<State> {
        let (mut saved, mut lacked) = (HashMap::new(), None::<BTreeSet<_>>);
        for _ in 0..TRIES {
            let mut rows = self.db.dump().await?;
            // What a node's cache has is the node's.
            rows.remove_table("cached_images");
            let mut blobs = referenced_blobs(self, &rows)?;
            let Some(blob_stores) = blob_stores else {
                return Ok(State { rows, blobs });
            };
            let mut lacking = BTreeSet::new();
            for it in &mut blobs {
                let key = (it.store.clone(), it.name().to_owned());
                it.size = match saved.get(&key) {
                    Some(size) => Some(*size),
                    None => blob_stores.save(self, it, it).await?,
                };
                match it.size {
                    Some(size) => drop(saved.insert(key, size)),
                    None => drop(lacking.insert(key)),
                }
            }
            // Bytes that are not there may have gone since the rows were read, with their image. What
            // was not there before either was lost long ago.
            if lacking.is_empty() || lacked.is_some_and(|lacked| lacking.is_subset(&lacked)) {
                blob_stores.sync(self, &blobs).await?;
                return Ok(State { rows, blobs });
            }
            lacked = Some(lacking);
        }
        let words = "Images are deleted faster than their bytes can be saved.";
        Err(Error::conflict(words.into()))
    }

    /// Makes a state without bytes one with them, as far as there are still bytes with the hashes that
    /// its rows tell, of whichever image.
    pub async fn find_bytes(
        &self,
        rows: &Dump,
        blob_stores: &SnapshotStores,
    ) -> Result<Vec<SnapshotBlob>> {
        let now = self.db.dump().await?;
        let known = hashes(&now)?;
        let mut here: HashMap<_, Vec<SnapshotBlob>> = HashMap::new();
        for it in referenced_blobs(self, &now)? {
            if let Some(hash) = known.get(&it.image) {
                here.entry(hash.clone()).or_default().push(it);
            }
        }
        let wanted = hashes(rows)?;
        let mut blobs = referenced_blobs(self, rows)?;
        for it in &mut blobs {
            let hash = wanted.get(&it.image);
            let mut same = hash
                .and_then(|hash| here.get(hash))
                .cloned()
                .unwrap_or_default();
            same.sort_by_key(|from| (from.image != it.image, from.store != it.store));
            for from in same {
                it.size = blob_stores.save(self, &from, it).await?;
                if it.size.is_some() {
                    break;
                }
            }
        }
        blob_stores.sync(self, &blobs).await?;
        Ok(blobs)
    }

    /// Puts the bytes of a state where its rows will look for them; nobody else may use the cloud
    /// meanwhile. Bytes that were there before and are not needed any more are left to be swept.
    ///
    /// Done again after it was broken off, it does the same.
    pub async fn restore_bytes(&self, state: &State, blob_stores: &SnapshotStores) -> Result<()> {
        let mut places: BTreeSet<&str> = BTreeSet::new();
        for it in &state.blobs {
            let Some(place) = place(self, &it.store) else {
                tracing::warn!(
                    store = it.store,
                    image = it.image,
                    "a location names an unknown store"
                );
                continue;
            };
            if it.size.is_some() {
                blob_stores.restore(self, it, place).await?;
                places.insert(&it.store);
            }
        }
        for place in places.iter().filter_map(|value| place(self, value)) {
            place.sync().await?;
        }
        Ok(())
    }
}

impl App {
    /// Removes what lies where a state has no bytes of an image, though the image should have some there.
    pub async fn remove_others(&self, state: &State) -> Result<()> {
        for it in state.blobs.iter().filter(|blob| blob.size.is_none()) {
            if let Some(place) = place(self, &it.store) {
                place.delete(it.name()).await?;
            }
        }
        Ok(())
    }
}

/// The bytes that rows speak of, in stores that are written to.
fn referenced_blobs(app: &App, rows: &Dump) -> Result<Vec<SnapshotBlob>> {
    let mut all = Vec::new();
    let columns = ["image_id", "url", "metadata"];
    let mut places = rows.columns_of("image_locations", columns)?;
    // The data of objects has ids of its own, like those of images.
    places.extend(rows.columns_of("object_data", ["id", "url", "metadata"])?);
    for [image, url, metadata] in places {
        let (image, location) = (text(image), location(url, &metadata));
        let entry = app.stores.entry_of(&location, &image);
        if let Some(entry) = entry.filter(|entry| place(app, &entry.id).is_some()) {
            all.push(SnapshotBlob {
                store: entry.id.clone(),
                image,
                url: location.url,
                staged: None,
                size: None,
            });
        }
    }
    let columns = ["id", "status", "staged_name"];
    for [image, status, name] in rows.columns_of("images", columns)? {
        let status = status.as_str().and_then(|text| text.parse::<Status>().ok());
        if status.is_some_and(may_be_staged) {
            all.push(SnapshotBlob {
                store: STAGING.into(),
                image: text(image),
                url: String::new(),
                staged: Some(text(name)).filter(|name| !name.is_empty()),
                size: None,
            });
        }
    }
    Ok(all)
}

pub(super) fn location(url: Value, metadata: &Value) -> Location {
    let metadata = metadata.as_str().unwrap_or_default();
    Location {
        url: text(url),
        metadata: serde_json::from_str(metadata).unwrap_or_default(),
    }
}

pub(super) fn text(value: Value) -> String {
    match value {
        Value::String(it) => it,
        _ => String::new(),
    }
}

/// The hash of each image and of the data of each object that has one, with the name of its algorithm.
fn hashes(rows: &Dump) -> Result<HashMap<String, (String, String)>> {
    let columns = ["id", "os_hash_algo", "os_hash_value"];
    let images = rows.columns_of("images", columns)?.into_iter();
    let images = images.filter(|[_, _, hash]| hash.is_string());
    let images = images.map(|[id, algorithm, hash]| (text(id), (text(algorithm), text(hash))));
    let objects = rows
        .columns_of("objects", ["data_id", "etag"])?
        .into_iter()
        .filter(|[id, _]| id.is_string())
        .map(|[id, etag]| (text(id), ("md5".to_owned(), text(etag))));
    Ok(images.chain(objects).collect())
}
