//! Snapshots of a cloud: saved, loaded, and carried from one to another as files.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::CloudHandle;
use crate::cloud::{Snapshot, SnapshotError};

/// What is known of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SnapshotInfo {
    /// The name.
    pub name: String,
    /// The time at which the state was taken, by the system's clock.
    pub created_at: DateTime<Utc>,
    /// Whether it has the bytes of images, or only their hashes.
    pub bytes: bool,
    /// The number of images.
    pub images: usize,
    /// The number of saved bytes.
    pub size: u64,
}

impl From<&Snapshot> for SnapshotInfo {
    fn from(snapshot: &Snapshot) -> Self {
        let about = &snapshot.about;
        Self {
            name: about.name.clone(),
            created_at: about.created_at,
            bytes: about.bytes,
            images: about.images,
            size: about.size,
        }
    }
}

impl CloudHandle {
    /// Saves its state by this name, with the bytes of its images or only their hashes.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let glance = lookalike::Server::start().await?;
    /// let saved = glance.save("ready", true).await?;
    /// println!("{} images, {} bytes", saved.images, saved.size);
    /// glance.load("ready").await?;
    /// # glance.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if the name is not possible, or if the state cannot be read or kept.
    pub async fn save(&self, name: &str, bytes: bool) -> Result<SnapshotInfo, SnapshotError> {
        let saved = self.cloud.save(name, bytes).await?;
        Ok(SnapshotInfo::from(&*saved))
    }

    /// Goes back to the state that was saved by this name, ending whatever runs.
    ///
    /// # Errors
    ///
    /// Fails if there is no such snapshot, or if it cannot be opened; the cloud is as it was then.
    pub async fn load(&self, name: &str) -> Result<(), SnapshotError> {
        self.cloud.load(name).await
    }

    /// Forgets the state that was saved by this name.
    ///
    /// # Errors
    ///
    /// Fails if there is no such snapshot.
    pub async fn forget(&self, name: &str) -> Result<(), SnapshotError> {
        self.cloud.forget(name).await
    }

    /// Returns the names of the states that were saved.
    #[must_use]
    pub fn snapshots(&self) -> Vec<String> {
        let all = self.cloud.snapshots();
        all.iter().map(|value| value.about.name.clone()).collect()
    }

    /// Returns what is known of the state that was saved by this name.
    ///
    /// # Errors
    ///
    /// Fails if there is no such snapshot.
    pub fn snapshot(&self, name: &str) -> Result<SnapshotInfo, SnapshotError> {
        let found = self.cloud.snapshot(name)?;
        Ok(SnapshotInfo::from(&*found))
    }

    /// Writes the state that was saved by this name into a file: the archive of `GET /_lookalike/snapshots/NAME/export`, which
    /// every server can import, and begin with by `--state`.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let home = tempfile::tempdir()?;
    /// # let file = home.path().join("ready.tar");
    /// let one = lookalike::Server::start().await?;
    /// one.save("ready", true).await?;
    /// one.export("ready", &file).await?;
    ///
    /// let other = lookalike::Server::start().await?;
    /// other.import("ready", &file).await?;
    /// other.load("ready").await?;
    /// # one.shutdown().await;
    /// # other.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if there is no such snapshot, or if the file cannot be written; what is written of it until then stays.
    pub async fn export(&self, name: &str, file: impl AsRef<Path>) -> Result<(), SnapshotError> {
        self.cloud.export_to(name, file.as_ref()).await
    }

    /// Keeps the state in a file that [`export`](Self::export) wrote by this name, in place of any of that name.
    ///
    /// # Errors
    ///
    /// Fails if the name is not possible, or if the file cannot be read or is no snapshot.
    pub async fn import(
        &self,
        name: &str,
        file: impl AsRef<Path>,
    ) -> Result<SnapshotInfo, SnapshotError> {
        let kept = self.cloud.import_from(name, file.as_ref()).await?;
        Ok(SnapshotInfo::from(&*kept))
    }
}
