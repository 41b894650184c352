//! A state as one file, a tar: what it is, its rows, its bytes, and the hashes of all these. It is
//! written and read as a stream; whatever is in it that should not be, it is refused whole.

mod pack;
mod unpack;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::blob::SnapshotBlob;
use super::blobs::SnapshotStores;
use super::check::{aside, check, once};
use super::state::State;
use crate::app::App;
use crate::db::Dump;
use crate::{Error, Result};
use pack::Pack;
use unpack::{Unpack, no_snapshot};

/// The format name that the file states.
const FORMAT: &str = "lookalike snapshot";

/// The version of files that are written now, and the newest that this program reads.
const VERSION: u32 = 1;

const HEAD: &str = "lookalike.json";
const ROWS: &str = "rows.jsonl";
const SUMS: &str = "sums.json";

/// The largest head that is read, in bytes: a million blobs. The whole head is in memory.
const LARGEST_HEAD: u64 = 256 << 20;

/// The largest rows that are read, in bytes: those of some hundred thousand images. They are in memory
/// as a whole, as those of every state are.
const LARGEST_ROWS: u64 = 1 << 30;

/// The first thing in the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    version: u32,
    made_by: String,
    name: String,
    created_at: DateTime<Utc>,
    schema: i64,
    bytes: bool,
    #[serde(rename = "belongings")]
    blobs: Vec<SnapshotBlob>,
}

/// The part of it that tells whether the rest can be read.
#[derive(Deserialize)]
struct Kind {
    format: String,
    version: u32,
}

/// The name and the date of an archive.
#[derive(Clone, Debug)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// The time at which the state was taken.
    pub created_at: DateTime<Utc>,
    /// Whether the snapshot has bytes of images.
    pub bytes: bool,
}

/// The contents of an archive.
#[derive(Debug)]
pub struct Unpacked {
    /// The archive's label.
    pub label: Label,
    /// The state; its bytes are in the snapshot's stores.
    pub state: State,
}

/// The channel for the pieces of a file.
pub type PieceSender = mpsc::Sender<std::io::Result<Bytes>>;

/// The name of bytes in the file.
fn name_of(it: &SnapshotBlob) -> String {
    format!("bytes/{}/{}", it.store, it.image)
}

/// The entries of an archive before the bytes of images.
#[derive(Debug)]
pub struct Texts {
    head: Vec<u8>,
    rows: String,
    blobs: Vec<SnapshotBlob>,
    made_at: DateTime<Utc>,
}

impl Texts {
    /// Returns the texts of a state, unless they are longer than would be read.
    pub async fn of(label: Label, state: State) -> Result<Self> {
        aside(move || Self::write(label, state)).await
    }

    fn write(label: Label, state: State) -> Result<Self> {
        let head = Head {
            format: FORMAT.into(),
            version: VERSION,
            made_by: concat!("lookalike ", env!("CARGO_PKG_VERSION")).into(),
            name: label.name,
            created_at: label.created_at,
            schema: state.rows.schema,
            bytes: label.bytes,
            blobs: state.blobs,
        };
        let text = serde_json::to_vec_pretty(&head);
        let texts = Self {
            head: text.map_err(|error| Error::Internal(error.to_string()))?,
            rows: state.rows.to_lines(),
            blobs: head.blobs,
            made_at: head.created_at,
        };
        if texts.head.len() as u64 > LARGEST_HEAD || texts.rows.len() as u64 > LARGEST_ROWS {
            let words = "The snapshot has more images than a file can have.";
            return Err(Error::TooLarge(words.into()));
        }
        Ok(texts)
    }
}

/// Reads all of a file but the bytes of images, without a cloud that it is for.
#[cfg(any(test, feature = "fuzzing"))]
pub async fn read_texts<S>(file: S) -> Result<()>
where
    S: Stream<Item = Result<Bytes>> + Send + Unpin,
{
    let mut file = Unpack::new(file);
    let head = read_head(&file.whole(HEAD, LARGEST_HEAD).await?)?;
    let mut left = file.begin_within(ROWS, LARGEST_ROWS).await?;
    while let Some(lines) = file.lines(&mut left).await? {
        Dump::from_lines(head.schema, &lines).map_err(|error| damaged(&error))?;
    }
    file.end().await?;
    file.finish(SUMS).await
}

impl App {
    /// Writes a state as a file.
    pub async fn export(
        &self,
        texts: Texts,
        blob_stores: &SnapshotStores,
        to: &PieceSender,
    ) -> Result<()> {
        let mut pack = Pack::new(to, texts.made_at);
        pack.file(HEAD, texts.head.into()).await?;
        pack.file(ROWS, texts.rows.into()).await?;
        for it in texts.blobs.iter().filter(|blob| blob.size.is_some()) {
            let content = blob_stores.open(self, it).await?;
            pack.content(&name_of(it), content).await?;
        }
        Ok(pack.finish(SUMS).await?)
    }

    /// Reads a file, and saves its bytes in the snapshot's stores. If this fails, the caller must clear
    /// them.
    pub async fn import<S>(&self, file: S, blob_stores: &SnapshotStores) -> Result<Unpacked>
    where
        S: Stream<Item = Result<Bytes>> + Send + Unpin,
    {
        let mut file = Unpack::new(file);
        let head = file.whole(HEAD, LARGEST_HEAD).await?;
        let head = aside(move || read_head(&head)).await?;
        let (schema, mut parts) = (head.schema, Vec::new());
        let mut left = file.begin_within(ROWS, LARGEST_ROWS).await?;
        while let Some(lines) = file.lines(&mut left).await? {
            let read = move || Dump::from_lines(schema, &lines).map_err(|error| damaged(&error));
            parts.extend(aside(read).await?.parts);
        }
        file.end().await?;
        let state = State {
            rows: Dump { schema, parts },
            blobs: head.blobs.clone(),
        };
        let mut state = check(self, state).await?;
        for (there, here) in head.blobs.iter().zip(&state.blobs) {
            let Some(size) = there.size else { continue };
            file.begin(&name_of(there), size).await?;
            let writer = blob_stores.writer(self, here).await?;
            writer.write_all(file.content(size)).await?;
            file.end().await?;
        }
        file.finish(SUMS).await?;
        blob_stores.sync(self, &state.blobs).await?;
        once(&mut state.blobs);
        let label = Label {
            name: head.name,
            created_at: head.created_at,
            bytes: head.bytes,
        };
        Ok(Unpacked { label, state })
    }
}

fn read_head(head: &[u8]) -> Result<Head> {
    let kind: Kind = serde_json::from_slice(head).map_err(|_| no_snapshot())?;
    if kind.format != FORMAT {
        return Err(no_snapshot());
    }
    if kind.version > VERSION {
        let words = "The snapshot was written by a newer lookalike: import it there.";
        return Err(Error::InvalidSnapshot(words.into()));
    }
    serde_json::from_slice(head).map_err(|error| damaged(&error))
}

fn damaged(error: &serde_json::Error) -> Error {
    Error::InvalidSnapshot(format!("The snapshot is damaged: {error}."))
}

#[cfg(test)]
mod tests;
