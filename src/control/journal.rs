//! The journal of requests: listed, counted, followed, exported.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Path, RawQuery};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::{Stream, stream};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::{Body, ControlError};
use crate::cloud::Cloud;
use crate::simulation::journal::{
    Entry, Expectation, Filter, JournalEvent, Reader, Recorded, Verdict, har,
};

pub(super) fn routes() -> Router {
    Router::new()
        .route("/requests", get(list).delete(clear))
        .route("/requests.har", get(archive))
        .route("/requests/stream", get(follow))
        .route("/requests/verify", post(verify))
        .route("/requests/{id}", get(show))
}

/// A query of the journal: a filter, and the greatest number of entries.
struct JournalParams {
    filter: Filter,
    limit: Option<usize>,
}

impl JournalParams {
    fn read(query: Option<&str>, limited: bool) -> Result<Self, ControlError> {
        let mut asked = Self {
            filter: Filter::default(),
            limit: None,
        };
        let mut said = Vec::new();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if said.contains(&name) {
                return Err(ControlError::bad(format!(
                    "{name} stands in the query twice"
                )));
            }
            match &*name {
                "limit" if limited => asked.limit = Some(limit(&value)?),
                // Of a stream there is no last.
                "limit" => return Err(ControlError::bad("a stream takes no limit")),
                known if Filter::NAMES.contains(&known) => {
                    asked.filter.set(known, &value).map_err(ControlError::bad)?;
                }
                unknown => {
                    let limit = limited.then_some("limit");
                    let names: Vec<_> = Filter::NAMES.into_iter().chain(limit).collect();
                    let names = names.join(", ");
                    let why = format!("there is no filter {unknown}; there are {names}");
                    return Err(ControlError::bad(why));
                }
            }
            said.push(name);
        }
        Ok(asked)
    }
}

fn limit(text: &str) -> Result<usize, ControlError> {
    let why = || ControlError::bad(format!("limit is {text:?}; a whole number is allowed"));
    text.parse().map_err(|_| why())
}

async fn found(cloud: &Cloud, query: Option<&str>) -> Result<Vec<Arc<Entry>>, ControlError> {
    let asked = JournalParams::read(query, true)?;
    let journal = cloud.app().await.journal.clone();
    Ok(journal.find(&asked.filter, asked.limit))
}

async fn list(cloud: Cloud, RawQuery(query): RawQuery) -> Result<Json<Value>, ControlError> {
    let found = found(&cloud, query.as_deref()).await?;
    let requests: Vec<_> = found.iter().map(|found| found.recorded()).collect();
    Ok(Json(json!({ "requests": requests })))
}

async fn archive(cloud: Cloud, RawQuery(query): RawQuery) -> Result<Response, ControlError> {
    let found = found(&cloud, query.as_deref()).await?;
    let file = [(
        header::CONTENT_DISPOSITION,
        "attachment; filename=\"lookalike.har\"",
    )];
    Ok((file, Json(har(&found, &cloud.start().below))).into_response())
}

async fn show(cloud: Cloud, Path(id): Path<String>) -> Result<Json<Recorded>, ControlError> {
    let number = id.parse().ok();
    let journal = cloud.app().await.journal.clone();
    let found = number.and_then(|number| journal.one(number));
    let absent = || ControlError::absent(format!("the journal has no request {id}"));
    found.map(|found| Json(found.recorded())).ok_or_else(absent)
}

async fn clear(cloud: Cloud, RawQuery(query): RawQuery) -> Result<StatusCode, ControlError> {
    if query.is_some_and(|query| !query.is_empty()) {
        return Err(ControlError::bad("everything is cleared, without a query"));
    }
    cloud.app().await.journal.clear();
    Ok(StatusCode::NO_CONTENT)
}

async fn verify(cloud: Cloud, Body(expected): Body<Expectation>) -> Result<Response, ControlError> {
    let verdict = cloud.app().await.journal.verify(&expected);
    let verdict = verdict.map_err(ControlError::bad)?;
    if verdict.holds {
        return Ok(Json(verdict).into_response());
    }
    let Verdict {
        message,
        count,
        closest,
        ..
    } = verdict;
    let status = StatusCode::EXPECTATION_FAILED;
    let account = json!({
        "error": { "code": status.as_u16(), "message": message },
        "count": count,
        "closest": closest,
    });
    Ok((status, Json(account)).into_response())
}

async fn follow(
    cloud: Cloud,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ControlError> {
    let filter = JournalParams::read(query.as_deref(), false)?.filter;
    // What a browser says when it comes back.
    let last = headers.get("last-event-id");
    let last = last.and_then(|value| value.to_str().ok()?.parse().ok());
    let reader = cloud.app().await.journal.follow(last);
    let events = stream::unfold((reader, filter), |(mut reader, filter)| async move {
        let event = next(&mut reader, &filter).await?;
        Some((Ok(event), (reader, filter)))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// The next event of a stream; nothing once the cloud is reset or ends.
async fn next(reader: &mut Reader, filter: &Filter) -> Option<Event> {
    loop {
        let event = match reader.next().await? {
            JournalEvent::Missed(count) => {
                let missed = json!({ "missed": count });
                Event::default().event("lagged").json_data(missed)
            }
            JournalEvent::Entry(entry) if filter.takes(&entry) => Event::default()
                .event("request")
                .id(entry.id().to_string())
                .json_data(entry.recorded()),
            JournalEvent::Entry(_) => continue,
        };
        match event {
            Ok(event) => return Some(event),
            Err(error) => tracing::error!(%error, "cannot serialize a request of the journal"),
        }
    }
}
