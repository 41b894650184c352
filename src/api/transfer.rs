//! Data on its way from a client or to one, as metrics count it.

use axum::body::Bytes;
use futures_util::{Stream, TryStreamExt};

use crate::app::App;
use crate::runtime::metrics::{Event, Ongoing};

/// Returns the data of an upload, which counts as under way until it is dropped.
pub(super) fn uploaded<E: 'static>(
    app: &App,
    bytes: impl Stream<Item = Result<Bytes, E>> + Send + Unpin + 'static,
) -> impl Stream<Item = Result<Bytes, E>> + Send + Unpin + 'static {
    counted(app, Ongoing::Upload, Event::UploadedBytes, bytes)
}

/// Returns the data of a download, which counts as under way until it is dropped.
pub(super) fn downloaded<E: 'static>(
    app: &App,
    bytes: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
) -> impl Stream<Item = Result<Bytes, E>> + Send + 'static {
    counted(app, Ongoing::Download, Event::DownloadedBytes, bytes)
}

fn counted<E, S: Stream<Item = Result<Bytes, E>>>(
    app: &App,
    work: Ongoing,
    event: fn(u64) -> Event,
    bytes: S,
) -> futures_util::stream::InspectOk<S, impl FnMut(&Bytes) + Send + use<E, S>> {
    let metrics = app.metrics.clone();
    let ongoing = metrics.begin(work);
    bytes.inspect_ok(move |chunk| {
        let _under_way = &ongoing;
        metrics.count(event(chunk.len() as u64));
    })
}
