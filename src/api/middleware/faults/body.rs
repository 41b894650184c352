//! Bodies that are cut off, spoilt, slowed down or held up on their way.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use axum::Error;
use axum::body::{Body, BodyDataStream};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::bodiless::{is_bare, with_length, with_reset};
use crate::domain::fault::{BodySide, ConnectionReset, FaultEffect, Stall};
use crate::simulation::connection::{CloseMode, ConnectionAbort, GRACE};
use crate::simulation::faults::Strike;

/// A body that is slowed down goes in at least so many steps a second.
const STEPS: u64 = 20;

/// The effect of a fault on a body.
#[derive(Clone, Copy, Debug)]
pub(super) enum BodyEffect {
    /// Ends the body early, and closes the connection.
    Truncate { after: u64 },
    /// The connection breaks.
    Reset { after: u64 },
    /// One byte is another.
    Corrupt { at: u64 },
    /// Limits the body's rate.
    Rate { bytes: u64 },
    /// Pauses the body for a time, or for ever.
    Stall { after: u64, time: Option<Duration> },
}

impl BodyEffect {
    /// Returns what a fault does to a body, if it does anything; and to which.
    pub(super) fn of(effect: &FaultEffect) -> Option<(Self, Option<BodySide>)> {
        Some(match *effect {
            FaultEffect::Truncate { after, of } => (Self::Truncate { after }, of),
            FaultEffect::Corrupt { at, of } => (Self::Corrupt { at }, of),
            FaultEffect::Rate { bytes, of } => (Self::Rate { bytes }, of),
            FaultEffect::Reset(ConnectionReset::AfterBytes { bytes, of }) => {
                (Self::Reset { after: bytes }, of)
            }
            FaultEffect::Stall(Stall {
                after_bytes: Some(after),
                time,
                of,
            }) => (Self::Stall { after, time }, of),
            _ => return None,
        })
    }

    /// Returns where something happens between two bytes.
    fn place(self) -> Option<u64> {
        match self {
            Self::Truncate { after } | Self::Reset { after } | Self::Stall { after, .. } => {
                Some(after)
            }
            Self::Corrupt { .. } | Self::Rate { .. } => None,
        }
    }
}

/// The way to close the connection once the body of a request has reached the place of the fault.
#[derive(Clone, Debug, Default)]
pub(super) struct EarlyClose(Arc<AtomicU8>);

impl EarlyClose {
    fn note(&self, end: CloseMode) {
        self.0
            .store(1 + u8::from(end == CloseMode::Reset), Ordering::Release);
    }

    pub(super) fn end(&self) -> Option<CloseMode> {
        match self.0.load(Ordering::Acquire) {
            0 => None,
            1 => Some(CloseMode::Close),
            _ => Some(CloseMode::Reset),
        }
    }
}

/// An answer whose body is tampered with; `head`: it is one to a HEAD request.
pub(super) fn after_answer(
    response: Response,
    act: BodyEffect,
    strike: &Strike,
    head: bool,
    abort: Option<ConnectionAbort>,
) -> Response {
    if is_bare(&response, head) {
        return match act {
            BodyEffect::Reset { after: 0 } => with_reset(response, abort),
            _ => response,
        };
    }
    let way = BodyDirection::Out(abort);
    with_length(response).map(|body| flow(body, act, way, strike))
}

/// A request's body that is tampered with before the server sees it.
pub(super) fn on_the_way_in(
    body: Body,
    act: BodyEffect,
    strike: &Strike,
    reached: EarlyClose,
) -> Body {
    flow(body, act, BodyDirection::In(reached), strike)
}

fn flow(body: Body, act: BodyEffect, way: BodyDirection, strike: &Strike) -> Body {
    let flow = Flow {
        body: body.into_data_stream(),
        rest: Bytes::new(),
        at: 0,
        act,
        way,
        gone: strike.gone.clone(),
        start: None,
        written: None,
        acted: false,
        over: false,
    };
    Body::from_stream(stream::unfold(flow, |mut flow| async {
        let next = flow.next().await?;
        Some((next, flow))
    }))
}

enum BodyDirection {
    /// From the client.
    In(EarlyClose),
    /// To the client.
    Out(Option<ConnectionAbort>),
}

struct Flow {
    body: BodyDataStream,
    /// Of the last chunk, what has not gone on yet.
    rest: Bytes,
    /// The number of bytes that have passed.
    at: u64,
    act: BodyEffect,
    way: BodyDirection,
    gone: CancellationToken,
    start: Option<Instant>,
    /// Told when the last bytes before the place have been written.
    written: Option<oneshot::Receiver<()>>,
    acted: bool,
    over: bool,
}

impl Flow {
    async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        if self.over {
            return None;
        }
        if !self.acted && self.act.place() == Some(self.at) {
            self.acted = true;
            if let Err(error) = self.act_here().await {
                self.over = true;
                return Some(Err(error));
            }
        }
        while self.rest.is_empty() {
            match self.body.next().await? {
                Ok(chunk) => self.rest = chunk,
                Err(error) => return Some(Err(error)),
            }
        }
        let chunk = match self.act {
            BodyEffect::Rate { bytes } => self.slowly(bytes).await,
            BodyEffect::Corrupt { at } => self.spoilt(at),
            _ => self.up_to_place(),
        };
        self.at += chunk.len() as u64;
        Some(Ok(match (&self.way, self.act.place()) {
            (BodyDirection::Out(_), Some(place)) if place == self.at && !self.acted => {
                self.watched(chunk)
            }
            _ => chunk,
        }))
    }

    /// Returns what is left of the chunk, but no further than to the place where something happens.
    fn up_to_place(&mut self) -> Bytes {
        let place = self.act.place().filter(|_| !self.acted);
        let left = place.map_or(u64::MAX, |place| place - self.at);
        let length = usize::try_from(left).unwrap_or(usize::MAX);
        self.rest.split_to(length.min(self.rest.len()))
    }

    fn spoilt(&mut self, at: u64) -> Bytes {
        let chunk = std::mem::take(&mut self.rest);
        let place = at
            .checked_sub(self.at)
            .and_then(|checked_sub| usize::try_from(checked_sub).ok());
        if place.is_none_or(|place| place >= chunk.len()) {
            return chunk;
        }
        let mut bytes = chunk.to_vec();
        if let Some(byte) = place.and_then(|place| bytes.get_mut(place)) {
            *byte = !*byte;
        }
        bytes.into()
    }

    /// The next few bytes, when it is their time.
    async fn slowly(&mut self, rate: u64) -> Bytes {
        let start = *self.start.get_or_insert_with(Instant::now);
        let step = usize::try_from((rate / STEPS).max(1)).unwrap_or(usize::MAX);
        let chunk = self.rest.split_to(step.min(self.rest.len()));
        let due = u128::from(self.at + chunk.len() as u64) * 1_000_000 / u128::from(rate);
        let due = Duration::from_micros(u64::try_from(due).unwrap_or(u64::MAX));
        tokio::select! {
            () = sleep_until(start + due.min(Duration::from_hours(24 * 365))) => {}
            () = self.gone.cancelled() => {}
        }
        chunk
    }

    /// Wraps bytes so that the sender learns when they were written: the writer drops them then.
    fn watched(&mut self, chunk: Bytes) -> Bytes {
        let (tell, written) = oneshot::channel();
        self.written = Some(written);
        Bytes::from_owner(Watched {
            bytes: chunk,
            _tell: tell,
        })
    }

    async fn act_here(&mut self) -> Result<(), Error> {
        match self.act {
            BodyEffect::Stall { time, .. } => return self.stall(time).await,
            BodyEffect::Truncate { .. } => match &self.way {
                BodyDirection::In(reached) => reached.note(CloseMode::Close),
                BodyDirection::Out(_) => self.let_arrive().await,
            },
            BodyEffect::Reset { .. } => match &self.way {
                BodyDirection::In(reached) => reached.note(CloseMode::Reset),
                BodyDirection::Out(cut) => {
                    let cut = cut.clone();
                    self.let_arrive().await;
                    if let Some(cut) = cut {
                        cut.abort(CloseMode::Reset);
                        pending::<()>().await;
                    }
                }
            },
            BodyEffect::Corrupt { .. } | BodyEffect::Rate { .. } => return Ok(()),
        }
        Err(broken_off())
    }

    async fn stall(&mut self, time: Option<Duration>) -> Result<(), Error> {
        let Some(time) = time else {
            self.gone.cancelled().await;
            match &self.way {
                BodyDirection::In(reached) => reached.note(CloseMode::Close),
                BodyDirection::Out(_) => self.let_arrive().await,
            }
            return Err(broken_off());
        };
        tokio::select! {
            () = sleep(time) => {}
            () = self.gone.cancelled() => {}
        }
        Ok(())
    }

    /// Waits until what went before is on its way.
    async fn let_arrive(&mut self) {
        if let Some(written) = self.written.take() {
            // Its sender says nothing; it goes.
            written.await.ok();
        }
        sleep(GRACE).await;
    }
}

struct Watched {
    bytes: Bytes,
    _tell: oneshot::Sender<()>,
}

impl AsRef<[u8]> for Watched {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn broken_off() -> Error {
    Error::new(std::io::Error::other("a fault broke the body off"))
}
