//! Bytes of an object that are in a store and claimed, and that no object refers to yet.

use bytes::Bytes;
use futures_util::Stream;

use super::super::image_data::{announced, remove_at, writer};
use super::super::uploads::{give_up, still_ours};
use super::Result;
use crate::app::App;
use crate::app::uploads::Attempt;
use crate::db::Session;
use crate::domain::object_store::ObjectData;
use crate::store::ingest::{IngestPlan, SizeLimits, ingest};
use crate::{Error, config};

/// The facts that are known of the bytes beforehand.
#[derive(Clone, Debug, Default)]
pub(in crate::service) struct ExpectedBytes {
    /// Their number.
    pub(in crate::service) length: Option<u64>,
    /// Their MD5, in lower-case hex.
    pub(in crate::service) etag: Option<String>,
}

/// Bytes of an object, which are claimed until this is dropped. If that is before they were recorded or
/// [given up](Self::give_up), they are given up when the claim has expired.
#[derive(Debug)]
pub(in crate::service) struct DataDraft {
    claim: DataClaim,
    /// The place of the bytes.
    pub(in crate::service) data: ObjectData,
    /// Their number.
    pub(in crate::service) size: i64,
    /// Their MD5, in hex.
    pub(in crate::service) etag: String,
}

/// A claim on the id of data, like that of an upload to an image.
#[derive(Debug)]
struct DataClaim {
    app: App,
    attempt: Attempt,
}

impl Drop for DataClaim {
    fn drop(&mut self) {
        self.app.uploads.end(&self.attempt);
    }
}

impl DataDraft {
    /// Writes bytes into the default store: all of them, or nothing.
    pub(in crate::service) async fn write<S, E>(
        app: &App,
        expected: ExpectedBytes,
        bytes: S,
    ) -> Result<Self, Error>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: std::fmt::Display,
    {
        let claim = DataClaim::new(app).await?;
        match claim.fill(expected, bytes).await {
            Ok((data, size, etag)) => Ok(Self {
                claim,
                data,
                size,
                etag,
            }),
            Err(error) => {
                claim.give_up().await;
                Err(error)
            }
        }
    }

    /// Ends the claim at the commit of the session that records the bytes and adds an object which refers to them.
    ///
    /// # Errors
    ///
    /// Fails if the claim was lost.
    pub(in crate::service) async fn end_claim(&self, db: &mut Session) -> Result<(), Error> {
        let Attempt { image: id, claim } = &self.claim.attempt;
        if db.remove_upload(id, claim).await? {
            return Ok(());
        }
        Err(Error::ImageGoneDuringUpload(id.clone()))
    }

    /// Deletes the bytes.
    pub(in crate::service) async fn give_up(self) {
        self.claim.give_up().await;
    }
}

impl DataClaim {
    async fn new(app: &App) -> Result<Self, Error> {
        if app.stores.default().read_only {
            return Err(Error::StoreReadOnly);
        }
        let attempt = Attempt::new(&app.new_id().to_string())?;
        let mut db = app.db.write_to(&attempt.image).await?;
        let (server, now) = (&app.uploads.server, app.clock.system());
        db.insert_upload(&attempt.image, server, &attempt.claim, now)
            .await?;
        db.commit().await?;
        app.uploads.begin(&attempt);
        let app = app.clone();
        Ok(Self { app, attempt })
    }

    /// Writes the bytes, and returns their place, number and MD5.
    async fn fill<S, E>(
        &self,
        expected: ExpectedBytes,
        bytes: S,
    ) -> Result<(ObjectData, i64, String), Error>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: std::fmt::Display,
    {
        let Self { app, attempt } = self;
        let store = app.stores.default();
        let name = app
            .stores
            .name(&store.store, &attempt.image, &attempt.claim);
        let plan = IngestPlan {
            limits: SizeLimits {
                expected: expected
                    .length
                    .and_then(|length| i64::try_from(length).ok()),
                cap: u64::MAX,
                quota: None,
            },
            // One hash is enough: the ETag.
            algorithm: config::Algorithm::Md5,
            format: None,
            expected_checksum: expected.etag,
            signed: None,
        };
        let size = announced(&plan);
        let writer = writer(app, attempt, (&name, size), (&store.id, &store.store)).await?;
        let ours = Box::pin(still_ours(app, attempt));
        let received = Box::pin(ingest(bytes, plan, writer, ours)).await?;
        let data = ObjectData {
            id: attempt.image.clone(),
            location: app.stores.location_written(store, &name).await?,
        };
        let size = i64::try_from(received.size).unwrap_or(i64::MAX);
        Ok((data, size, received.checksum))
    }

    async fn give_up(self) {
        let store = &self.app.stores.default().store;
        give_up(&self.app, store, &self.attempt).await;
    }
}

/// Deletes bytes that no object refers to any more. What fails here is swept later.
pub(in crate::service) async fn remove_unused(
    app: &App,
    unused: impl IntoIterator<Item = ObjectData>,
) {
    for data in unused {
        if let Some(entry) = app.stores.entry_of(&data.location, &data.id) {
            remove_at(&entry.store, &data.location).await;
        }
    }
}
