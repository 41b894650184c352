//! Staging: data kept beside the stores until an import takes it up.
//!
//! Like an upload: *claim* (`queued → uploading`), *bytes*, *record*; and what dies between is given
//! up in the same way.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;

use super::data::UploadHeaders;
use super::image_data;
use super::limits::Allowance;
use super::uploads::{claim, claimed, still_ours};
use super::{Images, not_yours};
use crate::app::App;
use crate::app::uploads::Attempt;
use crate::domain::image::{Data, Image};
use crate::domain::limits::{LimitedResource, mebibytes};
use crate::domain::policy::Rule;
use crate::domain::status::Status;
use crate::store::ingest::SizeLimits;
use crate::{Error, Result};

impl Images<'_> {
    /// Takes data that an import is to find.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn stage<S, E>(&self, id: &str, announced: &UploadHeaders, bytes: S) -> Result<()>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: std::fmt::Display + Send + 'static,
    {
        self.not_read_only()?;
        let allowance = Allowance::of(self.app, self.caller).await?;
        allowance
            .check_bytes(self.app, LimitedResource::Stage, announced.size())
            .await?;
        let image = Arc::unwrap_or_clone(self.find(id).await?);
        self.may(Rule::ModifyImage, &image)?;
        image.status.transition_to(Status::Uploading)?;
        self.may_write(&image, not_yours)?;
        let bounds = SizeLimits {
            expected: announced.expected,
            cap: self.app.config().images.image_size_cap,
            quota: None,
        };
        let app = self.app.clone();
        let size = announced.size();
        let work = async move { run(&app, image, bounds, (&allowance, size), bytes).await };
        self.app.apart.run("a staging", work).await
    }
}

async fn run<S, E>(
    app: &App,
    image: Image,
    bounds: SizeLimits,
    (allowance, announced): (&Allowance, Option<u64>),
    bytes: S,
) -> Result<()>
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: std::fmt::Display,
{
    let attempt = Attempt::new(&image.id)?;
    let work = Box::pin(async {
        let ours = Box::pin(still_ours(app, &attempt));
        let received = image_data::stage(app, &attempt, bounds, bytes, ours).await?;
        record(app, &image, &attempt, (allowance, announced), received.size).await
    });
    claim(app, &image, &attempt, (Status::Uploading, None), allowance).await?;
    claimed(app, &attempt, app.stores.staging(), work).await
}

/// Makes the bytes that were published known, unless the image went away meanwhile.
async fn record(
    app: &App,
    image: &Image,
    attempt: &Attempt,
    (allowance, announced): (&Allowance, Option<u64>),
    size: u64,
) -> Result<()> {
    let Attempt { image: id, claim } = attempt;
    let mut db = app.db.write_to(id).await?;
    let now = app.clock.now();
    let uploading = db
        .transition_status(id, Status::Uploading, Status::Uploading, now)
        .await?;
    if !uploading || !db.remove_upload(id, claim).await? {
        return Err(Error::ImageGoneDuringUpload(id.clone()));
    }
    let more = mebibytes(announced.unwrap_or(0));
    allowance
        .alone(&mut db, LimitedResource::Stage, more)
        .await?;
    let size = i64::try_from(size).ok();
    let data = Data {
        size,
        ..Data::default()
    };
    db.record_data(id, &data);
    db.record_staged_name(id, Some(&image_data::name_in_staging(app, attempt)));
    app.notify_change(&mut db, image, |image| {
        (image.status, image.updated_at, image.data) = (Status::Uploading, now, data);
    });
    Ok(db.commit_durably().await?)
}
