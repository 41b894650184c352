//! The data, brought to where the stores can be filled from.

use std::io;
use std::path::PathBuf;

use bytes::Bytes;
use futures_util::future::Either;
use futures_util::{Stream, TryStreamExt, stream};
use tokio_util::io::ReaderStream;

use super::{ImportProgress, Job, Plan, TaskError, mine};
use crate::app::uploads::Attempt;
use crate::domain::image::Image;
use crate::domain::import::{ImportMethod, Plugin};
use crate::domain::notification::EventType;
use crate::domain::range::ByteRange;
use crate::service::image_data;
use crate::source::fetch::Fetcher;
use crate::source::remote_glance::{RemoteGlance, RemoteImage};
use crate::store::Content;
use crate::store::ingest::SizeLimits;

/// The number of bytes of a file that are read at a time.
const BLOCK: usize = 256 << 10;

/// The source of the data, which can be read once for each store.
#[derive(Debug)]
pub(super) enum Source {
    /// In staging.
    Staged,
    /// In a store that has it already.
    StoredData,
    /// In a file beside, where a plugin has left it.
    File(PathBuf),
    /// On another server, until the first store has it.
    Remote(RemoteSource),
}

/// The source of data on another server.
#[derive(Debug)]
pub(super) enum RemoteSource {
    /// A URL.
    Url(String),
    /// The image of this id, of another Glance.
    Glance(String),
}

impl Source {
    /// The data, from its beginning.
    pub(super) async fn open(
        &self,
        job: &Job,
        image: &Image,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + use<>, TaskError> {
        let content = match self {
            Self::File(path) => {
                let file = tokio::fs::File::open(path).await;
                let file = file.map_err(|error| TaskError::because(error.to_string()))?;
                let bytes = ReaderStream::with_capacity(file, BLOCK);
                return Ok(Either::Left(Either::Left(bytes)));
            }
            Self::Remote(remote) if self.is_remote(image) => {
                return Ok(Either::Left(Either::Right(remote.get(job).await?)));
            }
            Self::Staged => staged(job, &image.id).await?,
            Self::StoredData | Self::Remote(_) => image_data::open(&job.app, image, &[]).await?,
        };
        let content = content.ok_or_else(|| TaskError::because("the data is not there"))?;
        Ok(Either::Right(match content.size().checked_sub(1) {
            Some(end) => Either::Left(content.stream_part(ByteRange { start: 0, end })),
            None => Either::Right(stream::empty()),
        }))
    }

    /// Returns `true` if the data must be fetched from another server: data that a store has is read there.
    pub(super) fn is_remote(&self, image: &Image) -> bool {
        matches!(self, Self::Remote(_)) && image.locations.is_empty()
    }
}

impl RemoteSource {
    /// The data, from its beginning, as far as an image may be large.
    async fn get(
        &self,
        job: &Job,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + use<>, TaskError> {
        let cap = job.app.config().images.image_size_cap;
        let fetched = match self {
            Self::Url(uri) => {
                let fetched = Fetcher::new(&job.app.config().filter).get(uri, cap).await;
                fetched.map_err(|error| TaskError::because(format!("{uri}: {error}")))?
            }
            Self::Glance(id) => {
                let fetched = elsewhere(job)?.data(id, cap).await;
                fetched.map_err(|error| TaskError::because(error.to_string()))?
            }
        };
        Ok(fetched.into_stream().map_err(io::Error::other))
    }
}

async fn staged(job: &Job, image: &str) -> Result<Option<Content>, TaskError> {
    let found = image_data::open_staged(&job.app, image).await;
    found.map_err(|error| TaskError::because(error.to_string()))
}

/// The change of an image by the description that another Glance has of its own.
#[derive(Debug)]
pub(super) struct TakenOver {
    before: Image,
    after: Image,
}

impl TakenOver {
    /// Puts the image back to what it was before, except where a client has changed it since. Glance:
    /// `_ImportMetadata.revert` in `glance/async_/flows/api_image_import.py`.
    pub(super) fn undo(&self, image: &mut Image) {
        let Self { before, after } = self;
        if image.disk_format == after.disk_format {
            image.disk_format.clone_from(&before.disk_format);
        }
        if image.container_format == after.container_format {
            image.container_format.clone_from(&before.container_format);
        }
        for (name, value) in &after.properties {
            let previous = before.properties.get(name);
            if previous == Some(value) || image.properties.get(name) != Some(value) {
                continue;
            }
            match previous {
                Some(previous) => drop(image.properties.insert(name.clone(), previous.clone())),
                None => drop(image.properties.shift_remove(name)),
            }
        }
    }
}

/// Takes over what another Glance says of its image, where the data is to come from there.
pub(super) async fn describe(
    job: &Job,
    plan: &Plan,
    image: Image,
    progress: &mut ImportProgress,
) -> Result<Image, TaskError> {
    if plan.request.method != ImportMethod::GlanceDownload || !image.locations.is_empty() {
        return Ok(image);
    }
    let described = elsewhere(job)?.describe(remote_id(plan)).await;
    let described = described.map_err(|error| TaskError::because(error.to_string()))?;
    let (mut db, image) = job.write(&plan.image).await?;
    let image = mine(job, image)?;
    let mut after = image.clone();
    let RemoteImage {
        disk_format,
        container_format,
        properties,
    } = described;
    after.disk_format = disk_format;
    after.container_format = container_format;
    let wanted = &job.app.config().tasks.extra_properties;
    for (name, value) in properties {
        let starts = wanted
            .iter()
            .any(|wanted| name.starts_with(wanted.as_str()));
        if starts && !crate::domain::image::is_reserved(&name) {
            after.properties.insert(name, value);
        }
    }
    crate::domain::quota::check_storable(&after)?;
    after.updated_at = job.app.clock.now();
    db.update_image(&image, &after);
    job.app
        .notify_image(&mut db, EventType::ImageUpdate, &after);
    db.commit().await?;
    progress.taken_over = Some(TakenOver {
        before: image,
        after: after.clone(),
    });
    Ok(after)
}

/// The other Glance, as the token of whoever asked for this tells it.
fn elsewhere(job: &Job) -> Result<RemoteGlance, TaskError> {
    let secret = job.app.queue.secret(&job.task.id);
    let secret =
        secret.ok_or_else(|| TaskError::because("the token of the request is not kept"))?;
    let endpoint = secret.endpoint;
    let endpoint = endpoint.ok_or_else(|| {
        TaskError::because("the catalog of the request's token knows no such Glance in that region")
    })?;
    let options = &job.app.config().filter;
    Ok(RemoteGlance::new(options, &endpoint, secret.token.reveal()))
}

fn remote_id(plan: &Plan) -> &str {
    plan.request.field("glance_image_id").unwrap_or_default()
}

/// Returns the source of the data. If a plugin works on a file, the data is fetched into staging first.
pub(super) async fn find_source(
    job: &Job,
    plan: &Plan,
    image: &Image,
) -> Result<Source, TaskError> {
    if plan.copies() || !image.locations.is_empty() {
        return Ok(Source::StoredData);
    }
    let here = plan.request.method == ImportMethod::GlanceDirect || job.is_retry();
    if here && staged(job, &image.id).await?.is_some() {
        return Ok(Source::Staged);
    }
    let remote = match plan.request.method {
        ImportMethod::WebDownload => {
            let uri = plan.request.field("uri").unwrap_or_default();
            RemoteSource::Url(uri.to_owned())
        }
        ImportMethod::GlanceDownload => RemoteSource::Glance(remote_id(plan).to_owned()),
        ImportMethod::GlanceDirect | ImportMethod::CopyImage => {
            return Err(TaskError::because("the staged data is gone"));
        }
    };
    if !wants_a_file(job) {
        return Ok(Source::Remote(remote));
    }
    stage(job, image, remote.get(job).await?).await?;
    Ok(Source::Staged)
}

/// Returns whether a plugin works on a file.
fn wants_a_file(job: &Job) -> bool {
    let config = job.app.config();
    let mut plugins = config.tasks.image_import_plugins.iter();
    plugins.any(|plugin| matches!(plugin, Plugin::Decompression | Plugin::Conversion))
}

async fn stage(
    job: &Job,
    image: &Image,
    bytes: impl Stream<Item = io::Result<Bytes>>,
) -> Result<(), TaskError> {
    let bounds = SizeLimits {
        expected: None,
        cap: job.app.config().images.image_size_cap,
        quota: None,
    };
    let ours = Box::pin(job.still_ours());
    let attempt = Attempt::new(&image.id)?;
    image_data::stage(&job.app, &attempt, bounds, bytes, ours).await?;
    let (mut db, image) = job.write(&image.id).await?;
    let image = mine(job, image)?;
    let name = image_data::name_in_staging(&job.app, &attempt);
    db.record_staged_name(&image.id, Some(&name));
    Ok(db.commit().await?)
}
