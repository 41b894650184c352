//! Snapshots: states of a cloud that are kept by name, loaded again, and carried from server to
//! server as files.

pub mod archive;
mod blob;
pub mod blobs;
pub mod check;
mod file;
mod mark;
mod registry;
pub mod state;
mod uncancelled;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt, stream};
use tokio::sync::{Mutex, mpsc};

use super::Cloud;
use crate::Error;
use crate::app::App;
use crate::cloud::error::OpenError;
use crate::cloud::lease::DataLease;
use crate::cloud::open_mode::OpenMode;
use crate::cloud::snapshot::archive::{Label, Texts};
use crate::cloud::snapshot::{blobs::SnapshotStores, state::State};
use crate::config::Config;
use crate::runtime::random::system_hex;

pub use registry::{About, Snapshot};
use registry::{CrashRemains, Loading, Registry};
pub(in crate::cloud) use uncancelled::run_to_end;

/// The longest name, in characters.
const LONGEST: usize = 64;

/// The name of the snapshot that a reset goes back to, where a cloud did not begin empty.
pub const START: &str = "start";

/// The largest number of images of a cloud that did not start empty that are saved at its start.
const MOST_AT_START: usize = 10_000;

/// Pieces of a file that wait for whoever reads it.
const PIECES: usize = 1;

/// Why something cannot be done with a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Its name is not possible.
    #[error(
        "a snapshot's name has 1 to {LONGEST} letters, digits, '-', '_' and '.', and does not begin with a '.'"
    )]
    Name,
    /// Its name is taken by the server.
    #[error(
        "the name {START} is kept for what a reset goes back to: such a snapshot can be neither made nor removed by a request"
    )]
    Start,
    /// There is none of this name.
    #[error("there is no snapshot {0}")]
    Absent(String),
    /// The state cannot be taken from the cloud, or read.
    #[error(transparent)]
    Failed(#[from] Error),
    /// The file that it is written into, or read from, cannot be used.
    #[error("the file {} cannot be used: {reason}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        reason: io::Error,
    },
    /// The cloud cannot be opened with it.
    #[error("the snapshot could not be loaded, and what was there is there as before: {0}")]
    Open(OpenError),
    /// The snapshot cannot be opened, and neither can the data that was there before.
    #[error(
        "the snapshot could not be loaded: {0}. The next start of a server with --data loads it"
    )]
    Closed(OpenError),
}

impl SnapshotError {
    fn file(path: &Path, reason: io::Error) -> Self {
        let path = path.to_owned();
        Self::File { path, reason }
    }
}

impl From<OpenError> for SnapshotError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Closed { .. } => Self::Closed(error),
            _ => Self::Open(error),
        }
    }
}

impl From<SnapshotError> for OpenError {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::Open(error) | SnapshotError::Closed(error) => error,
            SnapshotError::Failed(error) => Self::Contents(error),
            other => Self::Contents(Error::Internal(other.to_string())),
        }
    }
}

impl From<io::Error> for SnapshotError {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// The snapshots of a cloud, of which one is made, loaded or removed at a time.
#[derive(Debug)]
pub(super) struct Snapshots {
    registry: Registry,
    turn: Mutex<()>,
    /// Whether the mark of a load that has ended could not be removed yet.
    has_old_mark: AtomicBool,
}

impl Snapshots {
    /// Opens the snapshots of a cloud with these settings, and what a process that died has left.
    pub(super) fn open(
        config: &Config,
        hold: &DataLease,
    ) -> Result<(Self, CrashRemains), OpenError> {
        let home = (!config.ephemeral).then(|| config.data.join("snapshots"));
        let opened = Registry::open(home, hold.name().to_owned());
        let (registry, mut left) = opened.map_err(|reason| OpenError::Directory {
            path: config.data.join("snapshots"),
            reason,
        })?;
        if !hold.is_alone(&config.data) {
            // What another server is about to do with its snapshots is not for this one to end.
            left.ids.clear();
            left.drafts.clear();
            let dead = |loading: &Loading| !hold.lives(&config.data, &loading.server);
            left.loading = left.loading.filter(dead);
        }
        let snapshots = Self {
            registry,
            turn: Mutex::default(),
            has_old_mark: AtomicBool::default(),
        };
        Ok((snapshots, left))
    }

    async fn begin_with(&self, snapshot: &Snapshot) -> Result<OpenMode, Error> {
        let state = self.registry.state(snapshot).await?;
        Ok(OpenMode::Snapshot {
            state: Arc::new(state),
            blob_stores: Arc::clone(&snapshot.blob_stores),
            start: snapshot.about.name == START,
        })
    }

    /// Removes what a process that died has left.
    pub(super) async fn tidy(&self, app: &App, left: CrashRemains) -> Result<(), OpenError> {
        if left.loading.is_some() {
            self.registry.loaded().await.map_err(Error::from)?;
        }
        // What was loaded may have been made for that alone.
        let loaded = left
            .loading
            .map(|loading| loading.snapshot.about.id.clone());
        let named = self.registry.list();
        let loaded = loaded.filter(|id| named.iter().all(|named| named.about.id != *id));
        for id in left.ids.iter().chain(&loaded) {
            let removed = self.discard(app, id, &SnapshotStores::new(id)).await;
            if let Err(error) = removed {
                tracing::warn!(%error, "cannot delete the rest of a snapshot");
            }
        }
        for draft in left.drafts {
            if let Err(error) = self.registry.clear(draft).await {
                tracing::warn!(%error, "cannot delete an incomplete snapshot");
            }
        }
        Ok(())
    }

    async fn discard(
        &self,
        app: &App,
        id: &str,
        blob_stores: &SnapshotStores,
    ) -> Result<(), Error> {
        blob_stores.remove_all(app).await?;
        Ok(self.registry.forget(id).await?)
    }

    async fn discard_all(&self, app: &App, snapshots: impl IntoIterator<Item = Arc<Snapshot>>) {
        for it in snapshots {
            let done = self.discard(app, &it.about.id, &it.blob_stores).await;
            if let Err(error) = done {
                tracing::warn!(%error, name = it.about.name, "cannot delete all data of a snapshot");
            }
        }
    }

    /// Makes a snapshot of what `take` lays by; or leaves nothing.
    async fn make(
        &self,
        app: &App,
        take: impl AsyncFnOnce(Arc<SnapshotStores>) -> Result<(Label, State), Error>,
    ) -> Result<Arc<Snapshot>, SnapshotError> {
        let id = system_hex::<16>()?;
        let blob_stores = self.registry.begin(&id).await?;
        let made = async {
            let (label, state) = take(Arc::clone(&blob_stores)).await?;
            let about = about(id.clone(), label, &state)?;
            let filled = self
                .registry
                .fill(about, state.rows, Arc::clone(&blob_stores));
            Ok(filled.await?)
        };
        let made = made.await;
        if made.is_err()
            && let Err(error) = self.discard(app, &id, &blob_stores).await
        {
            tracing::warn!(%error, "the rest of a snapshot will be deleted at the next start");
        }
        made
    }

    async fn keep(&self, app: &App, snapshot: &Arc<Snapshot>) -> Result<(), SnapshotError> {
        let before = self.registry.keep(Arc::clone(snapshot)).await?;
        self.discard_all(app, before).await;
        Ok(())
    }
}

impl Cloud {
    fn kept(&self) -> &Snapshots {
        &self.inner.snapshots
    }

    /// Keeps the state of the cloud by a name, in place of any that it had; with the bytes of its
    /// images, or with their hashes only.
    pub async fn save(&self, name: &str, bytes: bool) -> Result<Arc<Snapshot>, SnapshotError> {
        let name = own(name)?;
        let cloud = self.clone();
        run_to_end(async move { cloud.take(name, bytes).await }).await
    }

    async fn take(&self, name: String, bytes: bool) -> Result<Arc<Snapshot>, SnapshotError> {
        let snapshots = self.kept();
        let _turn = snapshots.turn.lock().await;
        let app = self.app().await;
        let take = async |blob_stores: Arc<SnapshotStores>| {
            let created_at = app.clock.system();
            let state = app.gather(bytes.then_some(&*blob_stores)).await?;
            let label = Label {
                name,
                created_at,
                bytes,
            };
            Ok((label, state))
        };
        let snapshot = snapshots.make(&app, take).await?;
        snapshots.keep(&app, &snapshot).await?;
        Ok(snapshot)
    }

    /// The snapshots there are, by name.
    #[must_use]
    pub fn snapshots(&self) -> Vec<Arc<Snapshot>> {
        self.kept().registry.list()
    }

    /// The snapshot of this name.
    pub fn snapshot(&self, name: &str) -> Result<Arc<Snapshot>, SnapshotError> {
        let found = self.kept().registry.find(name);
        found.ok_or_else(|| SnapshotError::Absent(name.to_owned()))
    }

    /// Makes the cloud what it was when the snapshot was taken. Requests that come meanwhile wait; work
    /// that runs is ended and leaves nothing.
    pub async fn load(&self, name: &str) -> Result<(), SnapshotError> {
        let snapshot = self.snapshot(name)?;
        let cloud = self.clone();
        run_to_end(async move { cloud.put_in(&snapshot).await }).await
    }

    async fn put_in(&self, snapshot: &Arc<Snapshot>) -> Result<(), SnapshotError> {
        let snapshots = self.kept();
        let _turn = snapshots.turn.lock().await;
        let app = self.app().await;
        let whole = if snapshot.about.bytes {
            let blobs = &snapshot.about.blobs;
            snapshot.blob_stores.check(&app, blobs).await?;
            Arc::clone(snapshot)
        } else {
            self.completed(&app, snapshot).await?
        };
        let begin = snapshots.begin_with(&whole).await?;
        snapshots.has_old_mark.store(false, Ordering::Relaxed);
        if let Err(error) = snapshots.registry.intend(&whole).await {
            // The mark can be there all the same, where only its directory could not be synced.
            self.end_load().await;
            return Err(error.into());
        }
        drop(app);
        let done = self.reopen(begin).await.map_err(SnapshotError::from);
        if let Err(error @ SnapshotError::Closed(_)) = done {
            // Nobody knows how far it is: it is for the next start to end it.
            return Err(error);
        }
        // It is loaded, or all is as it was: no start shall load it.
        self.end_load().await;
        if !Arc::ptr_eq(&whole, snapshot) {
            snapshots.discard_all(&self.app().await, [whole]).await;
        }
        done
    }

    /// Makes the cloud what it is with nothing but its seeds. A load that came to no end is over by that.
    pub(super) async fn begin_anew(&self) -> Result<(), SnapshotError> {
        let snapshots = self.kept();
        let _turn = snapshots.turn.lock().await;
        self.reopen(OpenMode::Empty).await?;
        self.end_load().await;
        Ok(())
    }

    /// The snapshot with what bytes there still are.
    async fn completed(
        &self,
        app: &App,
        snapshot: &Snapshot,
    ) -> Result<Arc<Snapshot>, SnapshotError> {
        let snapshots = self.kept();
        let rows = snapshots.registry.state(snapshot).await?.rows;
        let take = async |blob_stores: Arc<SnapshotStores>| {
            let blobs = app.find_bytes(&rows, &blob_stores).await?;
            let label = Label {
                name: snapshot.about.name.clone(),
                created_at: snapshot.about.created_at,
                bytes: true,
            };
            Ok((label, State { rows, blobs }))
        };
        snapshots.make(app, take).await
    }

    /// Deletes a snapshot and its saved bytes.
    pub async fn forget(&self, name: &str) -> Result<(), SnapshotError> {
        let (cloud, name) = (self.clone(), own(name)?);
        run_to_end(async move {
            let snapshots = cloud.kept();
            let _turn = snapshots.turn.lock().await;
            let removed = snapshots.registry.remove(&name).await?;
            let removed = removed.ok_or(SnapshotError::Absent(name))?;
            snapshots.discard_all(&cloud.app().await, [removed]).await;
            Ok(())
        })
        .await
    }

    /// A snapshot as a file, piece by piece.
    pub async fn export(
        &self,
        name: &str,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + 'static, SnapshotError> {
        let snapshot = self.snapshot(name)?;
        let app = self.app().await;
        let blobs = &snapshot.about.blobs;
        snapshot.blob_stores.check(&app, blobs).await?;
        let state = self.kept().registry.state(&snapshot).await?;
        let label = Label {
            name: snapshot.about.name.clone(),
            created_at: snapshot.about.created_at,
            bytes: snapshot.about.bytes,
        };
        let texts = Texts::of(label, state).await?;
        let (give, take) = mpsc::channel(PIECES);
        tokio::spawn(async move {
            let done = app.export(texts, &snapshot.blob_stores, &give).await;
            if let Err(error) = done {
                // Whoever reads shall not take it for the end.
                give.send(Err(io::Error::other(error))).await.ok();
            }
        });
        Ok(stream::unfold(take, async |mut take| {
            let piece = take.recv().await?;
            Some((piece, take))
        }))
    }

    /// Keeps what is in a file as a snapshot, in place of any of its name.
    pub async fn import<S, E>(&self, name: &str, file: S) -> Result<Arc<Snapshot>, SnapshotError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Unpin + 'static,
        E: std::fmt::Display + Send + 'static,
    {
        let (cloud, name) = (self.clone(), own(name)?);
        let gone = |value: E| Error::ClientDisconnected(value.to_string());
        let file = file.map_err(gone);
        run_to_end(async move { cloud.take_in(name, file).await }).await
    }

    async fn take_in<S>(&self, name: String, file: S) -> Result<Arc<Snapshot>, SnapshotError>
    where
        S: Stream<Item = Result<Bytes, Error>> + Send + Unpin,
    {
        let (snapshots, app) = (self.kept(), self.app().await);
        let take = async |blob_stores: Arc<SnapshotStores>| {
            let unpacked = app.import(file, &blob_stores).await?;
            let label = Label {
                name,
                ..unpacked.label
            };
            Ok((label, unpacked.state))
        };
        // Nobody waits for a client that is slow.
        let snapshot = snapshots.make(&app, take).await?;
        let _turn = snapshots.turn.lock().await;
        snapshots.keep(&app, &snapshot).await?;
        Ok(snapshot)
    }

    /// Lays the state by that a cloud begins with, if that costs next to nothing.
    pub(super) async fn keep_start(&self) -> Result<(), SnapshotError> {
        let app = self.app().await;
        let cheap = app
            .stores
            .all()
            .all(|store| store.read_only || store.store.copies_cheaply());
        let images = app
            .db
            .read()
            .await
            .map_err(Error::from)?
            .count_images_including_deleted()
            .await?;
        if images == 0 || (cheap && images <= MOST_AT_START) {
            self.take(START.into(), true).await?;
        }
        Ok(())
    }

    /// Forgets the state that the cloud began with.
    pub(super) async fn forget_start(&self) -> Result<(), SnapshotError> {
        let snapshots = self.kept();
        let _turn = snapshots.turn.lock().await;
        if let Some(removed) = snapshots.registry.remove(START).await? {
            snapshots.discard_all(&self.app().await, [removed]).await;
        }
        Ok(())
    }

    /// Restores the state at the start, if it was saved; returns `true` if it was.
    pub(super) async fn put_start_in(&self) -> Result<bool, SnapshotError> {
        match self.kept().registry.find(START) {
            Some(start) => self.put_in(&start).await.map(|()| true),
            None => Ok(false),
        }
    }
}

/// A name that a client may give.
fn own(name: &str) -> Result<String, SnapshotError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.is_empty() || name.len() > LONGEST || name.starts_with('.') || !name.bytes().all(fits) {
        return Err(SnapshotError::Name);
    }
    if name == START {
        return Err(SnapshotError::Start);
    }
    Ok(name.to_owned())
}

fn about(id: String, label: Label, state: &State) -> Result<About, Error> {
    Ok(About {
        name: label.name,
        id,
        created_at: label.created_at,
        bytes: label.bytes,
        images: state.images()?,
        size: state.size(),
        schema: state.rows.schema,
        blobs: state.blobs.clone(),
    })
}

#[cfg(test)]
mod tests;
