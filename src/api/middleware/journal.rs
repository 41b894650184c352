//! The layer that records requests and responses in the journal; outside of all others but the clock's.

mod receiving;
mod sending;

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use http::{Method, StatusCode};

use super::faults::is_spared;
use super::next::Next;
use crate::api::has_no_body;
use crate::app::App;
use crate::simulation::InjectedFaultIds;
use crate::simulation::journal::{
    End, Headers, Journal, Received, RecordedRequest, RecordedResponse, RequestNotes,
};
use receiving::{BodyRest, Receiving};
use sending::Sending;

/// Tells the journal of a request. Health checks would crowd out the rest, and so would the console.
pub(crate) async fn keep(app: App, request: Request, next: impl Next) -> Response {
    if !app.journal.on() || app.is_for_console() || is_spared(request.uri().path()) {
        return next.run(app, request).await;
    }
    let (app, request, pending) = Pending::begin(&app, request);
    let response = next.run(app, request).await;
    pending.end(response).await
}

/// A request that is not answered yet. Dropped, it was cut off.
struct Pending {
    journal: Journal,
    start: Instant,
    asked: Option<RecordedRequest>,
    rest: Option<BodyRest>,
}

impl Pending {
    fn begin(app: &App, request: Request) -> (App, Request, Self) {
        let start = Instant::now();
        let notes = RequestNotes::default();
        let (mut parts, mut body) = request.into_parts();
        let mut received = None;
        let mut rest = None;
        if !body.is_end_stream() {
            let watch = Arc::new(Received::of(&parts));
            // Who waits for leave to send is not to be told to by a layer that only looks on.
            let waits = parts.headers.contains_key(http::header::EXPECT);
            if !waits && watch.wants_text() {
                rest = Some(BodyRest::new(Arc::clone(&watch)));
            }
            body = Body::new(Receiving::new(body, Arc::clone(&watch), rest.clone()));
            received = Some(watch);
        }
        let asked = RecordedRequest::of(&parts, app.clock.now(), notes.clone(), received);
        let interface = app.mount().map(|mount| mount.interface);
        let asked = asked
            .in_region(app.region_of_several())
            .by_interface(interface);
        parts.extensions.insert(notes.clone());
        let pending = Self {
            journal: app.journal.clone(),
            start,
            asked: Some(asked),
            rest,
        };
        let request = Request::from_parts(parts, body);
        (app.noting(notes), request, pending)
    }

    /// The answer is there. From now on the journal has it, so that a client that has read it finds
    /// it; of a body that is still to be sent, the journal learns the end later.
    async fn end(mut self, response: Response) -> Response {
        if let Some(rest) = self.rest.take() {
            rest.read().await;
        }
        let Some(asked) = self.asked.take() else {
            return response;
        };
        let took = self.start.elapsed();
        let (parts, body) = response.into_parts();
        let hit = parts.extensions.get::<InjectedFaultIds>();
        let bodiless = is_bodiless(asked.method(), parts.status);
        let size = if bodiless {
            Some(0)
        } else {
            body.size_hint().exact()
        };
        // What a fault does to it on its way is not known yet.
        let size = size.filter(|_| hit.is_none());
        let answered = RecordedResponse {
            status: parts.status,
            headers: Headers::of(&parts.headers),
            fault: hit.map(|hit| hit.0.clone()),
            end: size.map(|bytes| End {
                took,
                bytes,
                whole: true,
            }),
        };
        let ends_later = answered.end.is_none();
        let entry = self.journal.add(asked, Some(answered), took);
        if !ends_later {
            return Response::from_parts(parts, body);
        }
        let headers = Some(&parts.headers).filter(|_| !bodiless);
        let sending = Sending::new(body, headers, entry, self.start);
        Response::from_parts(parts, Body::new(sending))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(asked) = self.asked.take() {
            self.journal.add(asked, None, self.start.elapsed());
        }
    }
}

/// Returns whether an answer has no body, whatever its headers say.
fn is_bodiless(method: &Method, status: StatusCode) -> bool {
    method == Method::HEAD || has_no_body(status)
}
