//! Data on its way from a client or to one, as metrics count it.

use axum::body::Bytes;
use futures_util::{Stream, TryStreamExt};

use crate::app::App;
use crate::runtime::metrics::{Event, Metrics, Ongoing, OngoingWork};

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
    let transfer = CountedTransfer {
        _ongoing: metrics.begin(work),
        metrics,
    };
    bytes.inspect_ok(move |chunk| transfer.count(event(chunk.len() as u64)))
}

/// A transfer that is under way for as long as this is held.
struct CountedTransfer {
    metrics: Metrics,
    _ongoing: OngoingWork,
}

impl CountedTransfer {
    fn count(&self, event: Event) {
        self.metrics.count(event);
    }
}
