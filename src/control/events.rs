//! Notifications as they are sent, as a stream of events.

use std::convert::Infallible;

use axum::Router;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures_util::{Stream, stream};
use http::HeaderMap;
use serde_json::json;

use crate::cloud::Cloud;
use crate::runtime::notifications::LogEvent;

pub(super) fn routes() -> Router {
    Router::new().route("/events", get(follow))
}

async fn follow(
    cloud: Cloud,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    // What a browser says when it comes back.
    let last = headers.get("last-event-id");
    let last = last.and_then(|value| value.to_str().ok());
    let reader = cloud.app().await.notifications.follow(last);
    let events = stream::unfold(reader, |mut reader| async move {
        let event = match reader.next().await? {
            LogEvent::Missed(count) => {
                let missed = json!({ "missed": count });
                Event::default().event("lagged").data(missed.to_string())
            }
            LogEvent::Sent(id, sent) => Event::default()
                .event("notification")
                .id(id)
                .data(&sent.body),
        };
        Some((Ok(event), reader))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}
