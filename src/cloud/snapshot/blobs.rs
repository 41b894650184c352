//! The bytes of one snapshot: copies in a store of the snapshot's own beside each store.

use std::collections::{BTreeSet, HashMap};

use tokio::sync::Mutex;

use super::blob::{STAGING, SnapshotBlob, place};
use crate::app::App;
use crate::runtime::random::system_hex;
use crate::store::{Content, Store, Writer};
use crate::{Error, Result};

/// The stores of one snapshot, one beside each store of the cloud. Those in memory live as long as this
/// value.
#[derive(Debug)]
pub struct SnapshotStores {
    name: String,
    held: Mutex<HashMap<String, Store>>,
}

impl SnapshotStores {
    /// Returns the stores of the snapshot with this id.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            held: Mutex::default(),
        }
    }

    async fn beside(&self, app: &App, store: &str) -> Result<Store> {
        let place = place(app, store);
        let place = place.ok_or_else(|| Error::Internal(format!("there is no store {store}")))?;
        if place.is_persistent() {
            return Ok(place.snapshot_store(&self.name).await?);
        }
        let mut held = self.held.lock().await;
        if let Some(beside) = held.get(store) {
            return Ok(beside.clone());
        }
        let beside = place.snapshot_store(&self.name).await?;
        held.insert(store.to_owned(), beside.clone());
        Ok(beside)
    }

    /// Lays bytes by that are in a store, as those of `to`; how many they are, if there are any.
    pub(crate) async fn save(
        &self,
        app: &App,
        from: &SnapshotBlob,
        to: &SnapshotBlob,
    ) -> Result<Option<u64>> {
        let Some(place) = place(app, &from.store) else {
            return Ok(None);
        };
        let beside = self.beside(app, &to.store).await?;
        let claim = claim()?;
        Ok(place.copy(from.name(), &beside, to.name(), &claim).await?)
    }

    /// Copies saved bytes back to a store.
    pub(crate) async fn restore(&self, app: &App, it: &SnapshotBlob, to: &Store) -> Result<()> {
        let beside = self.beside(app, &it.store).await?;
        let claim = claim()?;
        match beside.copy(it.name(), to, it.name(), &claim).await? {
            Some(_) => Ok(()),
            None => Err(gone(&it.image)),
        }
    }

    /// Waits until the saved bytes would survive a power failure.
    pub(crate) async fn sync(&self, app: &App, blobs: &[SnapshotBlob]) -> Result<()> {
        let saved = blobs.iter().filter(|blob| blob.size.is_some());
        let stores: BTreeSet<_> = saved.map(|saved| &saved.store).collect();
        for store in stores {
            self.beside(app, store).await?.sync().await?;
        }
        Ok(())
    }

    /// Checks that all saved bytes are still there.
    pub async fn check(&self, app: &App, blobs: &[SnapshotBlob]) -> Result<()> {
        let mut kept = HashMap::new();
        let blobs = blobs.iter().filter(|blob| blob.size.is_some());
        for it in blobs.filter(|blob| place(app, &blob.store).is_some()) {
            if !kept.contains_key(&it.store) {
                let whole = self
                    .beside(app, &it.store)
                    .await?
                    .contents()
                    .await?
                    .complete;
                let whole = whole.into_iter().collect::<std::collections::HashSet<_>>();
                kept.insert(it.store.clone(), whole);
            }
            let there = kept
                .get(&it.store)
                .is_some_and(|kept| kept.contains(it.name()));
            if !there {
                return Err(gone(&it.image));
            }
        }
        Ok(())
    }

    /// Opens saved bytes.
    pub(crate) async fn open(&self, app: &App, it: &SnapshotBlob) -> Result<Content> {
        let beside = self.beside(app, &it.store).await?;
        let found = beside.open(&beside.url(it.name())).await?;
        found.ok_or_else(|| gone(&it.image))
    }

    /// Starts to save bytes that do not come from a store of the cloud.
    pub(crate) async fn writer(&self, app: &App, it: &SnapshotBlob) -> Result<Writer> {
        let beside = self.beside(app, &it.store).await?;
        Ok(beside.writer(it.name(), &claim()?, None).await?)
    }

    /// Deletes all saved bytes.
    pub async fn remove_all(&self, app: &App) -> Result<()> {
        for store in places(app) {
            self.beside(app, &store).await?.remove_all().await?;
        }
        self.held.lock().await.clear();
        Ok(())
    }
}

/// Returns the names of the stores whose bytes can be saved.
fn places(app: &App) -> Vec<String> {
    let all = app.stores.all().map(|store| store.id.clone());
    let all = all.chain([STAGING.to_owned()]);
    all.filter(|value| place(app, value).is_some()).collect()
}

/// The name of an attempt that no other has, whatever a cloud makes of its own ids: what was saved
/// outlives it.
fn claim() -> Result<String> {
    system_hex::<16>()
}

fn gone(image: &str) -> Error {
    Error::conflict(format!(
        "The bytes of image {image} are not in the snapshot any more."
    ))
}
