//! The snapshots of a cloud: below the data directory, or in memory with a cloud that is.
//!
//! A snapshot is the file `ID.rows` and, once it is whole, `NAME.json`, which tells what it is. So
//! rows that no such file names are of a snapshot that was not finished or is not needed any more,
//! and are removed at the next start, with the bytes that were saved for them. The file `loading`
//! tells, while one is loaded, which, and by whom: if that is broken off, the next start does it again.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use parking_lot::{Mutex, MutexGuard};
use serde::{Deserialize, Serialize};

use super::blob::SnapshotBlob;
use super::blobs::SnapshotStores;
use super::state::State;
use crate::Error;
use crate::db::{Db, Dump};
use crate::runtime::blocking::run_blocking;
use crate::runtime::durable::{DRAFT, create_directory, remove, replace};

const ABOUT: &str = "json";
const ROWS: &str = "rows";
const LOADING: &str = "loading";

/// A state that is kept by a name.
#[derive(Debug)]
pub struct Snapshot {
    /// The snapshot's description.
    pub about: About,
    /// Its bytes.
    pub(super) blob_stores: Arc<SnapshotStores>,
    /// Its rows, where they are not in a file.
    rows: Option<Dump>,
}

/// The description of a snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Its name.
    pub name: String,
    /// The id by which its rows and its bytes are found.
    pub(super) id: String,
    /// The time at which the state was taken, by the system's clock.
    pub created_at: DateTime<Utc>,
    /// Whether it has the bytes of images, or only their hashes.
    pub bytes: bool,
    /// The number of images.
    pub images: usize,
    /// The number of saved bytes.
    pub size: u64,
    pub(super) schema: i64,
    #[serde(rename = "belongings")]
    pub(super) blobs: Vec<SnapshotBlob>,
}

/// The snapshots of one cloud.
#[derive(Debug)]
pub(super) struct Registry {
    home: Option<PathBuf>,
    /// The name of this server.
    server: String,
    all: Mutex<BTreeMap<String, Arc<Snapshot>>>,
}

/// The contents of the file `loading`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    server: String,
    snapshot: About,
}

/// The remains of a process that died.
#[derive(Debug, Default)]
pub struct CrashRemains {
    /// Ids of what was not finished.
    pub(super) ids: Vec<String>,
    /// Files that it had not written whole.
    pub(super) drafts: Vec<PathBuf>,
    /// The load that was under way.
    pub(super) loading: Option<Loading>,
}

/// A load that was broken off, or is under way on another server.
#[derive(Debug)]
pub struct Loading {
    /// The name of the server.
    pub(super) server: String,
    /// The snapshot that is loaded.
    pub(super) snapshot: Arc<Snapshot>,
}

impl Loading {
    fn found(path: &Path) -> io::Result<Self> {
        let mark: Mark = serde_json::from_slice(&std::fs::read(path)?)?;
        Ok(Self {
            server: mark.server,
            snapshot: Snapshot::of_file(mark.snapshot),
        })
    }
}

impl Snapshot {
    fn new(about: About, blob_stores: Arc<SnapshotStores>, rows: Option<Dump>) -> Arc<Self> {
        Arc::new(Self {
            about,
            blob_stores,
            rows,
        })
    }

    fn found(path: &Path) -> io::Result<Arc<Self>> {
        let about = serde_json::from_slice(&std::fs::read(path)?)?;
        Ok(Self::of_file(about))
    }

    fn of_file(about: About) -> Arc<Self> {
        let blob_stores = Arc::new(SnapshotStores::new(&about.id));
        Self::new(about, blob_stores, None)
    }
}

impl Registry {
    /// The snapshots in a directory, or none yet, for the server of this name. Blocks, at the start.
    pub(super) fn open(home: Option<PathBuf>, server: String) -> io::Result<(Self, CrashRemains)> {
        let (all, left) = match &home {
            Some(home) => look(home)?,
            None => Default::default(),
        };
        let all = Mutex::new(all);
        Ok((Self { home, server, all }, left))
    }

    fn map(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Snapshot>>> {
        self.all.lock()
    }

    pub(super) fn list(&self) -> Vec<Arc<Snapshot>> {
        self.map().values().cloned().collect()
    }

    pub(super) fn find(&self, name: &str) -> Option<Arc<Snapshot>> {
        self.map().get(name).cloned()
    }

    fn file(&self, name: &str, extension: &str) -> Option<PathBuf> {
        // No name has a dot at its beginning, or a slash.
        let file = format!("{name}.{extension}");
        self.home.as_ref().map(|home| home.join(file))
    }

    /// Records that bytes will be saved for a snapshot.
    pub(super) async fn begin(&self, id: &str) -> io::Result<Arc<SnapshotStores>> {
        if let Some(path) = self.file(id, ROWS) {
            run_blocking(move || replace(&path, b"")).await?;
        }
        Ok(Arc::new(SnapshotStores::new(id)))
    }

    /// Makes a snapshot of what was taken, without a name yet.
    pub(super) async fn fill(
        &self,
        about: About,
        rows: Dump,
        blob_stores: Arc<SnapshotStores>,
    ) -> io::Result<Arc<Snapshot>> {
        let Some(path) = self.file(&about.id, ROWS) else {
            return Ok(Snapshot::new(about, blob_stores, Some(rows)));
        };
        run_blocking(move || replace(&path, rows.to_lines().as_bytes())).await?;
        Ok(Snapshot::new(about, blob_stores, None))
    }

    /// Keeps a snapshot by its name; answers the one that had it, which is not kept any more.
    pub(super) async fn keep(&self, snapshot: Arc<Snapshot>) -> io::Result<Option<Arc<Snapshot>>> {
        let about = &snapshot.about;
        if let Some(path) = self.file(&about.name, ABOUT) {
            let text = serde_json::to_vec(about)?;
            run_blocking(move || replace(&path, &text)).await?;
        }
        Ok(self.map().insert(snapshot.about.name.clone(), snapshot))
    }

    /// Keeps a snapshot no longer.
    pub(super) async fn remove(&self, name: &str) -> io::Result<Option<Arc<Snapshot>>> {
        if let Some(path) = self.file(name, ABOUT) {
            run_blocking(move || remove(&path)).await?;
        }
        Ok(self.map().remove(name))
    }

    /// Removes the record of a snapshot without a name, after its saved bytes were deleted.
    pub(super) async fn forget(&self, id: &str) -> io::Result<()> {
        match self.file(id, ROWS) {
            Some(path) => run_blocking(move || remove(&path)).await,
            None => Ok(()),
        }
    }

    /// The state that a snapshot is of.
    pub(super) async fn state(&self, snapshot: &Snapshot) -> Result<State, Error> {
        let about = &snapshot.about;
        let rows = match (&snapshot.rows, self.file(&about.id, ROWS)) {
            (Some(rows), _) => rows.clone(),
            (None, Some(path)) => {
                let schema = about.schema;
                let read = run_blocking(move || {
                    let lines = std::fs::read(path)?;
                    Ok(Dump::from_lines(schema, &lines)?)
                });
                Db::migrate_dump(read.await?).await?
            }
            (None, None) => return Err(io::Error::from(ErrorKind::NotFound).into()),
        };
        let blobs = about.blobs.clone();
        Ok(State { rows, blobs })
    }

    /// Returns true if the rows of a snapshot are there.
    pub(super) async fn has_rows(&self, snapshot: &Snapshot) -> io::Result<bool> {
        match self.file(&snapshot.about.id, ROWS) {
            Some(path) => tokio::fs::try_exists(path).await,
            None => Ok(snapshot.rows.is_some()),
        }
    }

    /// Says that a snapshot will be loaded: from here on the next start would do it.
    pub(super) async fn intend(&self, snapshot: &Snapshot) -> io::Result<()> {
        let Some(path) = self.home.as_ref().map(|home| home.join(LOADING)) else {
            return Ok(());
        };
        let text = serde_json::to_vec(&Mark {
            server: self.server.clone(),
            snapshot: snapshot.about.clone(),
        })?;
        run_blocking(move || replace(&path, &text)).await
    }

    /// Removes a file that was not written whole.
    pub(super) async fn clear(&self, draft: PathBuf) -> io::Result<()> {
        run_blocking(move || remove(&draft)).await
    }

    /// Says that no snapshot is loaded any more: from here on the next start begins with what there is.
    pub(super) async fn loaded(&self) -> io::Result<()> {
        match self.home.as_ref().map(|home| home.join(LOADING)) {
            Some(path) => run_blocking(move || remove(&path)).await,
            None => Ok(()),
        }
    }
}

type Found = (BTreeMap<String, Arc<Snapshot>>, CrashRemains);

/// Returns the contents of the directory.
fn look(home: &Path) -> io::Result<Found> {
    create_directory(home)?;
    let (mut all, mut left) = (BTreeMap::new(), CrashRemains::default());
    let mut ids = HashSet::new();
    for entry in std::fs::read_dir(home)? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|file_stem| file_stem.to_str());
        let stem = stem.unwrap_or_default();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some(ROWS) => drop(ids.insert(stem.to_owned())),
            Some(ABOUT) => {
                let found = Snapshot::found(&path)?;
                all.insert(found.about.name.clone(), found);
            }
            Some(DRAFT) => left.drafts.push(path),
            None if stem == LOADING => left.loading = Some(Loading::found(&path)?),
            _ => {}
        }
    }
    for known in all
        .values()
        .chain(left.loading.as_ref().map(|loading| &loading.snapshot))
    {
        ids.remove(&known.about.id);
    }
    left.ids = ids.into_iter().collect();
    Ok((all, left))
}
