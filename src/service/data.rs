//! Data: uploaded and downloaded.
//!
//! An upload is *claim* (`queued → saving`, decided by the database), *bytes*, *record* (`saving →
//! active`). No session is held while bytes flow. It runs in a task of its own: a client that goes
//! away ends the stream, not the tidying up.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::Either;
use futures_util::{Stream, StreamExt};
use tokio::sync::oneshot;

use super::cache::{Copying, cached};
use super::image_data::{StoredData, keep, open, remove};
use super::limits::Allowance;
use super::notify::SendingMeter;
use super::quota::{over_quota, quota_takes, room};
use super::uploads::{claim, claimed, still_ours};
use super::{Images, endpoint_reach, may};
use crate::app::App;
use crate::app::uploads::Attempt;
use crate::db::Session;
use crate::domain::caller::Caller;
use crate::domain::formats;
use crate::domain::image::Image;
use crate::domain::image_rules::{DownloadOfNothing, Downloads};
use crate::domain::limits::{LimitedResource, mebibytes};
use crate::domain::pace::PacedState;
use crate::domain::policy::Rule;
use crate::domain::range::ByteRange;
use crate::domain::status::Status;
use crate::simulation::pacing::PaceGuard;
use crate::store::ingest::SizeLimits;
use crate::store::{Content, StoreEntry};
use crate::{Error, Result};

/// How often a download begins anew, because its data was replaced by others.
const TRIES: usize = 5;

/// The size and the type that a client announces for its data.
#[derive(Clone, Debug, Default)]
pub struct UploadHeaders {
    /// The store that it shall be kept in, where one is named.
    pub store: Option<String>,
    /// The size that it vouches for: another is refused.
    pub expected: Option<i64>,
    /// The size by the request's framing, where that tells.
    pub length: Option<u64>,
}

impl UploadHeaders {
    /// Returns the number of bytes that are to come, where the client tells it: what it vouches for goes before
    /// the framing. Glance: `_get_image_size` in `glance/api/v2/image_data.py`.
    pub(super) fn size(&self) -> Option<u64> {
        match self.expected {
            Some(expected) => Some(u64::try_from(expected).unwrap_or(0)),
            None => self.length,
        }
    }
}

/// What there is to download of an image.
#[derive(Debug)]
pub enum DownloadOutcome {
    /// The data.
    Data(Box<Download>),
    /// No data, of an image that has this size by its record.
    NoData {
        /// The size in bytes, if one is recorded.
        size: Option<u64>,
    },
}

/// Data to send.
#[derive(Debug)]
pub struct Download {
    /// The bytes.
    pub content: Content,
    /// The MD5 of all of them, in hex.
    pub checksum: Option<String>,
    /// Whether they come from the image cache, whichever stores have them.
    pub cached: bool,
    meter: Option<SendingMeter>,
    copying: Option<Copying>,
}

impl Images<'_> {
    /// Takes the data of an image.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn upload<S, E>(&self, id: &str, announced: UploadHeaders, bytes: S) -> Result<()>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: std::fmt::Display + Send + 'static,
    {
        self.not_read_only()?;
        let allowance = Allowance::of(self.app, self.caller).await?;
        allowance
            .check_bytes(self.app, LimitedResource::Size, announced.size())
            .await?;
        chosen(self.app, &announced)?;
        let image = Arc::unwrap_or_clone(self.find(id).await?);
        let refusal = || format!("Not allowed to upload image data for image {id}");
        self.may_own(Rule::UploadImage, &image, refusal)?;
        image.status.transition_to(Status::Saving)?;
        formats::check_formats_set(&image)?;
        self.may_write(&image, || Error::forbidden(refusal()))?;
        let bounds = self.bounds(&announced).await?;
        let app = self.app.clone();
        let caller = self.caller.clone();
        let (tell, told) = oneshot::channel();
        let work = async move {
            let store = chosen(&app, &announced)?;
            let attempt = Attempt::new(&image.id)?;
            let size = announced.size();
            let filling = PendingUpload {
                app: &app,
                caller: &caller,
                attempt: &attempt,
                store,
                image,
                tell: Some(tell),
            };
            filling.run(bounds, (&allowance, size), bytes).await
        };
        tokio::select! {
            // Its client need not wait for an image that rests in a state.
            Ok(()) = told => Ok(()),
            done = self.app.apart.run("an upload", work) => done,
        }
    }

    async fn bounds(&self, announced: &UploadHeaders) -> Result<SizeLimits> {
        let options = &self.app.config().images;
        let mut bounds = SizeLimits {
            expected: announced.expected,
            cap: options.image_size_cap,
            quota: None,
        };
        let mut db = self.app.db.read().await?;
        if let Some(remaining) = room(self.app, self.project(), &mut db).await? {
            let size = announced.size();
            if remaining == 0 || size.is_some_and(|size| size > remaining) {
                return Err(over_quota(size, remaining));
            }
            // Data of unknown size is measured when it has come, as Glance does.
            bounds.quota = size.map(|_| remaining);
        }
        Ok(bounds)
    }

    /// The data of an image, from one of these stores if it can be; their names stand between commas.
    /// Only if it is asked for as a whole, the cache has a part in it.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn download(&self, id: &str, prefer: &str, whole: bool) -> Result<DownloadOutcome> {
        for _ in 0..TRIES {
            let image = self.find(id).await?;
            if let Some(outcome) = self.download_of(&image, prefer, whole).await? {
                return Ok(outcome);
            }
        }
        let text = "The data of the image is being replaced again and again.";
        Err(Error::conflict(text.into()))
    }

    /// The data of an image as it was found; `None` if that was deleted or replaced before it could be opened, so
    /// that the answer would be of no image that there ever was.
    async fn download_of(
        &self,
        image: &Arc<Image>,
        prefer: &str,
        whole: bool,
    ) -> Result<Option<DownloadOutcome>> {
        if image.status == Status::Deactivated && !self.caller.admin {
            return Err(Error::forbidden(
                "The requested image has been deactivated. Image data download is forbidden."
                    .into(),
            ));
        }
        may(self.app, self.caller, Rule::DownloadImage, image)?;
        let rules = self.app.schemas().rules();
        if rules.downloads == Downloads::OverLimit && !self.caller.admin {
            let text = "Over limit: the data of images is not to be downloaded here.";
            return Err(Error::TooLarge(text.into()));
        }
        endpoint_reach::check(self.app, image)?;
        if whole && let Some(content) = cached(self.app, image).await {
            return Ok(Some(DownloadOutcome::Data(Box::new(Download {
                content,
                checksum: image.data.checksum.clone(),
                cached: true,
                meter: SendingMeter::of(self.app, image, self.caller),
                copying: None,
            }))));
        }
        let preferred = self.preferred(image, prefer)?;
        let Some(content) = open(self.app, image, &preferred).await? else {
            if !image.locations.is_empty()
                && self.find(&image.id).await?.locations != image.locations
            {
                return Ok(None);
            }
            if rules.download_of_nothing == DownloadOfNothing::Forbidden {
                let status = image.status;
                let text = format!("Not allowed to download an image in status '{status}'.");
                return Err(Error::forbidden(text));
            }
            let size = image.data.size;
            return Ok(Some(DownloadOutcome::NoData {
                size: size.and_then(|size| u64::try_from(size).ok()),
            }));
        };
        let copying = if whole {
            Copying::of(self.app, image, &content)
        } else {
            None
        };
        Ok(Some(DownloadOutcome::Data(Box::new(Download {
            content,
            checksum: image.data.checksum.clone(),
            cached: false,
            meter: SendingMeter::of(self.app, image, self.caller),
            copying,
        }))))
    }

    fn preferred(&self, image: &Image, prefer: &str) -> Result<Vec<String>> {
        if prefer.is_empty() {
            return Ok(Vec::new());
        }
        self.may(Rule::DownloadFromStore, image)?;
        if !self.app.stores.is_multi_store() {
            return Err(Error::Invalid(
                "Store selection for download is not available when multiple backends are not \
                 enabled."
                    .into(),
            ));
        }
        let known = |id: &str| match self.app.stores.get(id) {
            Some(store) => Ok(store.id.clone()),
            None => Err(Error::Invalid(format!("Store '{id}' is not configured."))),
        };
        let names = prefer.split(',').map(str::trim);
        names.filter(|name| !name.is_empty()).map(known).collect()
    }

    /// Ends the deletion of an image that has bytes. A client that goes away now does not keep them
    /// from being removed; what fails here is swept at the next start.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(super) async fn commit_and_remove(&self, db: Session, image: Image) -> Result<()> {
        let app = self.app.clone();
        let work = async move {
            db.commit_durably().await?;
            remove(&app, &image).await;
            Ok(())
        };
        self.app.apart.run("a deletion", work).await
    }
}

impl Download {
    /// A part of the bytes.
    pub fn part(
        self,
        part: ByteRange,
    ) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
        let (mut meter, length) = (self.meter, part.length());
        let bytes = self.content.stream_part(part).inspect(move |chunk| {
            if let Some(meter) = &mut meter {
                meter.pass(chunk, length);
            }
        });
        match self.copying {
            Some(copying) => Either::Left(copying.beside(bytes)),
            None => Either::Right(bytes),
        }
    }
}

/// The store that data shall go to. A server whose stores have no names does not look at one.
fn chosen<'a>(app: &'a App, announced: &UploadHeaders) -> Result<&'a StoreEntry> {
    match &announced.store {
        Some(id) if app.stores.is_multi_store() => app
            .stores
            .get(id)
            .ok_or_else(|| Error::Invalid(format!("Store for identifier {id} not found"))),
        _ => Ok(app.stores.default()),
    }
}

/// An image on its way from queued to active.
struct PendingUpload<'a> {
    app: &'a App,
    caller: &'a Caller,
    attempt: &'a Attempt,
    store: &'a StoreEntry,
    image: Image,
    /// Told when all bytes have come, if the image is to rest before it is complete.
    tell: Option<oneshot::Sender<()>>,
}

impl PendingUpload<'_> {
    async fn run<S, E>(
        self,
        bounds: SizeLimits,
        (allowance, announced): (&Allowance, Option<u64>),
        bytes: S,
    ) -> Result<()>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: std::fmt::Display,
    {
        let Self {
            app,
            caller,
            attempt,
            store,
            image,
            tell,
        } = self;
        // Followed until all is recorded or given up: who looks meanwhile waits for that.
        let mut following = None;
        let work = Box::pin(async {
            let ours = Box::pin(still_ours(app, attempt));
            let stored = keep(app, &image, attempt, store, bounds, bytes, ours).await?;
            following = app.follow(Some(&image.id), image.name.as_deref(), None);
            if let Some(following) = &following {
                rest(app, following, tell).await?;
            }
            record(
                app,
                caller,
                (allowance, announced),
                attempt,
                (&image, &stored),
            )
            .await
        });
        let filling = (Status::Saving, Some(store.id.as_str()));
        claim(app, &image, attempt, filling, allowance).await?;
        let done = claimed(app, attempt, &store.store, work).await;
        if let Err(error) = &done {
            app.notify_failed_upload(&image, error);
        }
        drop(following);
        done
    }
}

/// Lets an image that has all its bytes rest as long as its pace says, and end as that says.
async fn rest(app: &App, following: &PaceGuard, tell: Option<oneshot::Sender<()>>) -> Result<()> {
    if let Some(rest) = following.rest(PacedState::Saving, &app.clock) {
        // It may have gone away.
        tell.map(|tell| tell.send(()).ok());
        rest.over(&app.clock).await;
    }
    match following.failure() {
        Some(words) => Err(Error::StoreUnavailable(words.to_owned())),
        None => Ok(()),
    }
}

/// Makes the bytes that were published known, unless the image went away meanwhile.
/// The size that the client announced counts against the limit of its project once more: others may have been
/// faster.
async fn record(
    app: &App,
    caller: &Caller,
    (allowance, announced): (&Allowance, Option<u64>),
    attempt: &Attempt,
    (image, stored): (&Image, &StoredData),
) -> Result<()> {
    let Attempt { image: id, claim } = attempt;
    let mut db = app.db.write_to(id).await?;
    let now = app.clock.now();
    // The image first and then what hangs on it, here as everywhere: so nobody waits in a circle.
    let saving = db
        .transition_status(id, Status::Saving, Status::Active, now)
        .await?;
    if !saving || !db.remove_upload(id, claim).await? {
        return Err(Error::ImageGoneDuringUpload(id.clone()));
    }
    let project = caller.project.as_deref();
    quota_takes(app, project, &mut db, &stored.data).await?;
    let more = mebibytes(announced.unwrap_or(0));
    allowance
        .alone(&mut db, LimitedResource::Size, more)
        .await?;
    db.record_data(id, &stored.data);
    db.insert_location(id, &stored.location);
    app.notify_data(&mut db, image, true, |image| {
        (image.status, image.updated_at) = (Status::Active, now);
        image.data.clone_from(&stored.data);
    });
    Ok(db.commit_durably().await?)
}
