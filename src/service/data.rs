//! Data: uploaded and downloaded.
//!
//! An upload is *claim* (`queued → saving`, decided by the database), *bytes*, *record* (`saving →
//! active`). No session is held while bytes flow. It runs in a task of its own: a client that goes
//! away ends the stream, not the tidying up.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::future::Either;
use tokio::sync::oneshot;

use super::cache::{Copying, cached};
use super::keep::{Stored, keep, open, remove, remove_from};
use super::limits::Allowance;
use super::{Images, may};
use crate::app::App;
use crate::db::Session;
use crate::domain::access::Caller;
use crate::domain::formats;
use crate::domain::image::{Data, Image};
use crate::domain::limits::Limited;
use crate::domain::pace::Stage;
use crate::domain::policy::Rule;
use crate::domain::range::Part;
use crate::domain::status::Status;
use crate::double::pace::Following;
use crate::store::intake::Bounds;
use crate::store::{Content, Named, Store};
use crate::{Error, Result};

/// The uploads that run in this process.
#[derive(Debug)]
pub struct Uploads {
    /// The name that this process claims them by.
    pub server: String,
    /// Each with the last moment at which the database knew that it is this process's.
    running: Mutex<BTreeMap<String, Instant>>,
}

impl Uploads {
    /// None yet, of a server that goes by this name.
    #[must_use]
    pub fn new(server: String) -> Self {
        let running = Mutex::default();
        Self { server, running }
    }

    /// The images that are filled.
    #[must_use]
    pub fn running(&self) -> Vec<String> {
        self.map().keys().cloned().collect()
    }

    /// Notes that these were still this process's at a moment.
    pub(super) fn renewed(&self, images: &[String], since: Instant) {
        let mut running = self.map();
        for image in images {
            if let Some(known) = running.get_mut(image) {
                *known = since;
            }
        }
    }

    fn map(&self) -> MutexGuard<'_, BTreeMap<String, Instant>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lists an image as one that is filled while this is held.
pub(super) struct Running<'a>(&'a App, &'a str);

impl<'a> Running<'a> {
    pub(super) fn new(app: &'a App, image: &'a str) -> Self {
        app.uploads.map().insert(image.to_owned(), Instant::now());
        Self(app, image)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.uploads.map().remove(self.1);
    }
}

/// What a client says of the data it sends.
#[derive(Clone, Debug, Default)]
pub struct Announced {
    /// The store that it shall be kept in, where one is named.
    pub store: Option<String>,
    /// The size that it vouches for: another is refused.
    pub expected: Option<i64>,
    /// The size by the request's framing, where that tells.
    pub length: Option<u64>,
}

/// Data to send: nothing if the image has none.
#[derive(Debug)]
pub struct Download {
    /// The bytes.
    pub content: Content,
    /// The MD5 of all of them, in hex.
    pub checksum: Option<String>,
    /// Whether they come from the image cache, whichever stores have them.
    pub cached: bool,
    copying: Option<Copying>,
}

impl Images<'_> {
    /// Takes the data of an image.
    pub async fn upload<S, E>(&self, id: &str, announced: Announced, bytes: S) -> Result<()>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: std::fmt::Display + Send + 'static,
    {
        self.not_read_only()?;
        let allowance = Allowance::of(self.app, self.caller).await?;
        allowance
            .check_bytes(self.app, Limited::Size, announced.length)
            .await?;
        chosen(self.app, &announced)?;
        let image = self.see(&mut self.app.db.read().await?, id).await?;
        self.may_own(Rule::UploadImage, &image, || {
            format!("Not allowed to upload image data for image {id}")
        })?;
        image.status.to(Status::Saving)?;
        formats::formats_set(&image)?;
        let bounds = self.bounds(&announced).await?;
        let app = self.app.clone();
        let caller = self.caller.clone();
        let (tell, told) = oneshot::channel();
        let work = async move {
            let store = chosen(&app, &announced)?;
            let filling = Filling {
                app: &app,
                caller: &caller,
                store,
                image,
                tell: Some(tell),
            };
            filling.run(bounds, &allowance, bytes).await
        };
        tokio::select! {
            // Its client need not wait for an image that rests in a state.
            Ok(()) = told => Ok(()),
            done = self.app.apart.run("an upload", work) => done,
        }
    }

    async fn bounds(&self, announced: &Announced) -> Result<Bounds> {
        let options = &self.app.config().images;
        let mut bounds = Bounds {
            expected: announced.expected,
            cap: options.image_size_cap,
            quota: None,
        };
        let mut db = self.app.db.read().await?;
        if let Some(remaining) = room(self.app, self.project(), &mut db).await? {
            let size = announced.expected.and_then(|it| u64::try_from(it).ok());
            let size = size.or(announced.length);
            if remaining == 0 || size.is_some_and(|it| it > remaining) {
                return Err(over_quota(size, remaining));
            }
            // Data of unknown size is measured when it has come, as Glance does.
            bounds.quota = size.map(|_| remaining);
        }
        Ok(bounds)
    }

    /// The data of an image, from one of these stores if it can be; their names stand between commas.
    /// Only if it is asked for as a whole, the cache has a part in it.
    pub async fn download(&self, id: &str, prefer: &str, whole: bool) -> Result<Option<Download>> {
        let image = self.see(&mut self.app.db.read().await?, id).await?;
        if image.status == Status::Deactivated && !self.caller.admin {
            return Err(Error::Forbidden(
                "The requested image has been deactivated. Image data download is forbidden."
                    .into(),
            ));
        }
        may(self.app, self.caller, Rule::DownloadImage, &image)?;
        if whole && let Some(content) = cached(self.app, &image).await {
            return Ok(Some(Download {
                content,
                checksum: image.data.checksum,
                cached: true,
                copying: None,
            }));
        }
        let preferred = self.preferred(&image, prefer)?;
        let Some(content) = open(self.app, &image, &preferred).await? else {
            return Ok(None);
        };
        let copying = if whole {
            Copying::of(self.app, &image, &content)
        } else {
            None
        };
        Ok(Some(Download {
            content,
            checksum: image.data.checksum,
            cached: false,
            copying,
        }))
    }

    fn preferred(&self, image: &Image, prefer: &str) -> Result<Vec<String>> {
        if prefer.is_empty() {
            return Ok(Vec::new());
        }
        self.may(Rule::DownloadFromStore, image)?;
        if !self.app.stores.several() {
            return Err(Error::Invalid(
                "Store selection for download is not available when multiple backends are not \
                 enabled."
                    .into(),
            ));
        }
        let known = |id: &str| match self.app.stores.named(id) {
            Some(store) => Ok(store.id.clone()),
            None => Err(Error::Invalid(format!("Store '{id}' is not configured."))),
        };
        let names = prefer.split(',').map(str::trim);
        names.filter(|it| !it.is_empty()).map(known).collect()
    }

    /// Ends the deletion of an image that has bytes. A client that goes away now does not keep them
    /// from being removed; what fails here is swept at the next start.
    pub(super) async fn commit_and_remove(&self, db: Session, image: Image) -> Result<()> {
        let app = self.app.clone();
        let work = async move {
            db.commit().await?;
            remove(&app, &image).await;
            Ok(())
        };
        self.app.apart.run("a deletion", work).await
    }
}

impl Download {
    /// A part of the bytes.
    pub fn part(self, part: Part) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
        let bytes = self.content.part(part);
        match self.copying {
            Some(copying) => Either::Left(copying.beside(bytes)),
            None => Either::Right(bytes),
        }
    }
}

/// The store that data shall go to. A server whose stores have no names does not look at one.
fn chosen<'a>(app: &'a App, announced: &Announced) -> Result<&'a Named> {
    match &announced.store {
        Some(id) if app.stores.several() => app
            .stores
            .named(id)
            .ok_or_else(|| Error::Invalid(format!("Store for identifier {id} not found"))),
        _ => Ok(app.stores.default()),
    }
}

/// How many bytes a project's quota still has room for, where there is one.
pub(super) async fn room(
    app: &App,
    project: Option<&str>,
    db: &mut Session,
) -> Result<Option<u64>> {
    let quota = app.config().storage_quota();
    if quota == 0 {
        return Ok(None);
    }
    let held = db.bytes_of(project).await?;
    Ok(Some(quota.saturating_sub(u64::try_from(held).unwrap_or(0))))
}

/// The same, and nobody else of the project changes it before the session commits: two uploads at once
/// cannot both fit into what was left for one.
pub(super) async fn room_alone(
    app: &App,
    project: Option<&str>,
    db: &mut Session,
) -> Result<Option<u64>> {
    if app.config().storage_quota() == 0 {
        return Ok(None);
    }
    let word = format!("quota of {}", project.unwrap_or_default());
    db.hold_word(&word).await?;
    room(app, project, db).await
}

pub(super) fn over_quota(size: Option<u64>, remaining: u64) -> Error {
    let size = size.map_or_else(|| "None".to_owned(), |it| it.to_string());
    Error::TooLarge(format!(
        "Image exceeds the storage quota: The size of the data {size} will exceed the limit. \
         {remaining} bytes remaining."
    ))
}

/// Makes the image this process's to fill, unless somebody else was faster.
pub(super) async fn claim(
    app: &App,
    image: &Image,
    to: Status,
    allowance: &Allowance,
) -> Result<()> {
    let mut db = app.db.write().await?;
    let now = app.clock.now();
    let id = &image.id;
    if !db.advance_image(id, image.status, to, now).await? {
        return match db.image(id, None).await? {
            Some(found) => Err(Error::Transition {
                from: found.image.status,
                to,
            }),
            None => Err(Error::GoneDuringUpload(id.clone())),
        };
    }
    db.insert_upload(id, &app.uploads.server, app.clock.system())
        .await?;
    // This one is counted by now.
    allowance.alone(&mut db, Limited::Uploading, 0).await?;
    Ok(db.commit().await?)
}

/// An image on its way from queued to active.
struct Filling<'a> {
    app: &'a App,
    caller: &'a Caller,
    store: &'a Named,
    image: Image,
    /// Told when all bytes have come, if the image is to rest before it is complete.
    tell: Option<oneshot::Sender<()>>,
}

impl Filling<'_> {
    async fn run<S, E>(self, bounds: Bounds, allowance: &Allowance, bytes: S) -> Result<()>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: std::fmt::Display,
    {
        let Self {
            app,
            caller,
            store,
            image,
            tell,
        } = self;
        // Followed until all is recorded or given up: who looks meanwhile waits for that.
        let mut following = None;
        let work = Box::pin(async {
            let ours = Box::pin(still_ours(app, &image.id));
            let stored = keep(app, &image, store, bounds, bytes, ours).await?;
            following = app
                .pace
                .follow(Some(&image.id), image.name.as_deref(), None);
            if let Some(following) = &following {
                rest(app, following, tell).await?;
            }
            record(app, caller, &image, &stored).await
        });
        claim(app, &image, Status::Saving, allowance).await?;
        let done = claimed(app, &image, &store.store, work).await;
        drop(following);
        done
    }
}

/// Lets an image that has all its bytes rest as long as its pace says, and end as that says.
async fn rest(app: &App, following: &Following, tell: Option<oneshot::Sender<()>>) -> Result<()> {
    if let Some(rest) = following.rest(Stage::Saving, &app.clock) {
        // It may have gone away.
        tell.map(|it| it.send(()).ok());
        rest.over(&app.clock).await;
    }
    match following.failure() {
        Some(words) => Err(Error::StoreUnavailable(words.to_owned())),
        None => Ok(()),
    }
}

/// Does the work that an image is claimed for, which puts bytes into this store; gives the claim up
/// if that fails.
pub(super) async fn claimed(
    app: &App,
    image: &Image,
    store: &Store,
    work: impl Future<Output = Result<()>>,
) -> Result<()> {
    let running = Running::new(app, &image.id);
    let done = work.await;
    if done.is_err() {
        give_up(app, store, image).await;
    }
    drop(running);
    done
}

/// Fails if other servers may have taken this one for dead and have given an upload up: its bytes may
/// not be published any more, for by now there may be those of the next.
pub(super) async fn still_ours(app: &App, id: &str) -> Result<()> {
    let known = app.uploads.map().get(id).copied();
    let certainty = app.config().replicas.certainty();
    if known.is_some_and(|it| it.elapsed() < certainty) {
        return Ok(());
    }
    let mut db = app.db.write().await?;
    let (server, now) = (&app.uploads.server, app.clock.system());
    if !db.renew_upload(id, server, now).await? {
        return Err(Error::GoneDuringUpload(id.to_owned()));
    }
    Ok(db.commit().await?)
}

/// Makes the bytes that were published known, unless the image went away meanwhile.
async fn record(app: &App, caller: &Caller, image: &Image, stored: &Stored) -> Result<()> {
    let id = &image.id;
    let mut db = app.db.write().await?;
    let now = app.clock.now();
    // The image first and then what hangs on it, here as everywhere: so nobody waits in a circle.
    let saving = db
        .advance_image(id, Status::Saving, Status::Active, now)
        .await?;
    if !saving || !db.remove_upload(id, &app.uploads.server).await? {
        return Err(Error::GoneDuringUpload(id.clone()));
    }
    let project = caller.project.as_deref();
    quota_takes(app, project, &mut db, &stored.data).await?;
    db.record_data(id, &stored.data);
    db.insert_location(id, &stored.location);
    Ok(db.commit().await?)
}

/// Whether the quota takes the data too: asked in the transaction that adds to the sum.
pub(super) async fn quota_takes(
    app: &App,
    project: Option<&str>,
    db: &mut Session,
    data: &Data,
) -> Result<()> {
    let left = room_alone(app, project, db).await?;
    match (data.size.and_then(|it| u64::try_from(it).ok()), left) {
        (Some(size), Some(left)) if size > left => Err(over_quota(Some(size), left)),
        _ => Ok(()),
    }
}

/// Puts an image back to where it was before data began to come, and removes what came.
pub(super) async fn give_up(app: &App, store: &Store, image: &Image) {
    if let Err(error) = requeue(app, &image.id, remove_from(store, &image.id)).await {
        // The claim stays, nobody renews it, and so it is given up like one of a server that died.
        let cause = &error as &dyn std::error::Error;
        tracing::error!(error = cause, image = %image.id, "an upload could not be given up");
    }
}

/// Puts an image back that this server fills, when what came is removed: once it is queued, another
/// upload may begin. No session waits for the removal.
pub(super) async fn requeue(app: &App, id: &str, removal: impl Future<Output = ()>) -> Result<()> {
    let server = &app.uploads.server;
    let mut db = app.db.write().await?;
    let ours = db.renew_upload(id, server, app.clock.system()).await?;
    let gone = !ours && db.image(id, None).await?.is_none();
    db.commit().await?;
    if !ours && !gone {
        // Another server took this one for dead and gave the upload up; by now the bytes may be
        // those of the next.
        return Ok(());
    }
    // Within the lease. What is left is swept at the next start.
    let patience = app.config().replicas.removal();
    if tokio::time::timeout(patience, removal).await.is_err() {
        tracing::warn!(
            image = id,
            "the store does not answer; bytes are left to the next start"
        );
    }
    if gone {
        return Ok(());
    }
    let mut db = app.db.write().await?;
    db.hold_image(id, None).await?;
    if db.remove_upload(id, server).await? {
        let now = app.clock.now();
        // The last: it was given a location, and its bytes were read there.
        for filling in [Status::Saving, Status::Uploading, Status::Importing] {
            db.advance_image(id, filling, Status::Queued, now).await?;
        }
    }
    Ok(db.commit().await?)
}
