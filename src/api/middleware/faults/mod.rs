//! Faults on the wire: the layer within the journal, where requests and answers are tampered
//! with.

mod bodiless;
mod body;
mod made_up_response;
pub(super) mod request_facts;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::{ACCEPT, HeaderValue};
use http::{Method, StatusCode};

use super::next::Next;
use crate::api::data::DrainOnDrop;
use crate::api::error::Form;
use crate::app::App;
use crate::domain::fault::{BodySide, ConnectionReset, FaultEffect, Stall};
use crate::identity::RequestParts;
use crate::simulation::InjectedFaultIds;
use crate::simulation::connection::{CloseMode, ConnectionAbort};
use crate::simulation::faults::{FaultScope, Strike};
use crate::simulation::journal::RequestNotes;
use body::{BodyEffect, EarlyClose, after_answer, on_the_way_in};

/// Names the faults that an answer was tampered with by.
const HEADER: &str = "x-lookalike-fault";

/// Lets faults strike a request, if there are any.
pub(crate) async fn strike(app: App, request: Request, next: impl Next) -> Response {
    if !app.faults.armed() || app.is_for_console() || is_spared(request.uri().path()) {
        return next.run(app, request).await;
    }
    // Apart, so that the future of all other requests stays small.
    Box::pin(judged(app, request, next)).await
}

/// Returns whether this is a health check: nothing may go wrong there, for others have to know that the server
/// is there, and it is nobody's work.
pub(crate) fn is_spared(path: &str) -> bool {
    let rest = path.strip_prefix("/healthcheck");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

async fn judged(app: App, mut request: Request, next: impl Next) -> Response {
    let asked = RequestParts {
        method: request.method(),
        path: request.uri().path(),
        headers: request.headers(),
    };
    let (facts, identified) = request_facts::of(&app, asked).await;
    let verdict = app.faults.judge(&facts, || app.random_fraction());
    // After a delay the token may have expired.
    if let Some(identified) = identified.filter(|_| verdict.delays.is_empty()) {
        request.extensions_mut().insert(identified);
    }
    if verdict.is_none() {
        return next.run(app, request).await;
    }
    let mut ids = verdict.ids();
    let notes = request.extensions().get::<RequestNotes>().cloned();
    let notes = notes.unwrap_or_default();
    // Before any wait: whoever goes away meanwhile gets no answer that could tell.
    for id in &ids {
        notes.met(id);
    }
    for delay in &verdict.delays {
        if let FaultEffect::Delay(span) = &delay.rule.effect {
            wait(span.at(app.random_fraction()), delay).await;
        }
    }
    let under = verdict.is_underneath().then(|| {
        let drawn = app.clone();
        let faults = app.faults.clone();
        let draw = move || drawn.random_fraction();
        FaultScope::new(faults, facts, verdict.databases, draw, move |value| {
            notes.met(value);
        })
    });
    let path = request.uri().path().to_owned();
    let way = Downstream {
        next,
        abort: request.extensions().get().cloned(),
        app: match under.clone() {
            Some(scope) => app.in_fault_scope(scope),
            None => app,
        },
    };
    let mut response = match &verdict.wire {
        Some(strike) => {
            tracing::info!(fault = strike.id, path, "injecting a fault");
            strike_with(strike, request, way).await
        }
        None => way.go(request).await,
    };
    ids.extend(under.iter().flat_map(|under| under.struck()));
    mark(&mut response, &ids);
    response
}

/// Waits, unless the fault goes away.
async fn wait(time: std::time::Duration, strike: &Strike) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = strike.gone.cancelled() => {}
    }
}

/// The rest of the way of a request, with what goes wrong underneath.
struct Downstream<N> {
    next: N,
    /// The cloud as the request sees it.
    app: App,
    /// The handle that aborts the connection; absent where the router is called without one.
    abort: Option<ConnectionAbort>,
}

impl<N: Next> Downstream<N> {
    async fn go(self, request: Request) -> Response {
        self.next.run(self.app, request).await
    }
}

async fn strike_with(strike: &Strike, request: Request, way: Downstream<impl Next>) -> Response {
    let abort = way.abort.clone();
    match &strike.rule.effect {
        FaultEffect::Status(made_up) => {
            let form = Form::of(way.app.dialect().errors, request.headers().get(ACCEPT));
            let head = request.method() == Method::HEAD;
            let path = request.uri().path().to_owned();
            if made_up.carry_out {
                drop(way.go(request).await);
            } else {
                // Most clients send all before they look for an answer.
                let body_timeout = way.app.config().bodies.body_timeout;
                drop(DrainOnDrop::new(request.into_body(), body_timeout));
            }
            made_up_response::made_up(made_up, &path, form, head)
        }
        FaultEffect::Reset(ConnectionReset::BeforeHeaders { carry_out }) => {
            if *carry_out {
                drop(way.go(request).await);
            }
            broken(abort, CloseMode::Reset).await
        }
        FaultEffect::Reset(ConnectionReset::AfterHeaders) => {
            let head = request.method() == Method::HEAD;
            let response = way.go(request).await;
            after_answer(
                response,
                BodyEffect::Reset { after: 0 },
                strike,
                head,
                abort,
            )
        }
        FaultEffect::Stall(Stall {
            after_bytes: None,
            time,
            ..
        }) => {
            let Some(time) = time else {
                strike.gone.cancelled().await;
                return broken(abort, CloseMode::Close).await;
            };
            wait(*time, strike).await;
            way.go(request).await
        }
        effect => match BodyEffect::of(effect) {
            Some((act, of)) => on_a_body(act, of, strike, request, way).await,
            None => way.go(request).await,
        },
    }
}

/// Tampers with one of the two bodies: unless the rule says which, that of an upload and else the
/// answer's.
async fn on_a_body(
    act: BodyEffect,
    of: Option<BodySide>,
    strike: &Strike,
    request: Request,
    way: Downstream<impl Next>,
) -> Response {
    let abort = way.abort.clone();
    let usual = if request.method() == Method::PUT {
        BodySide::Request
    } else {
        BodySide::Answer
    };
    if of.unwrap_or(usual) == BodySide::Answer {
        let head = request.method() == Method::HEAD;
        let response = way.go(request).await;
        return after_answer(response, act, strike, head, abort);
    }
    let reached = EarlyClose::default();
    let request = request.map(|body| on_the_way_in(body, act, strike, reached.clone()));
    let response = way.go(request).await;
    match reached.end() {
        // What came is given up by now: whoever sees the connection break finds the image as it was.
        Some(end) => {
            drop(response);
            broken(abort, end).await
        }
        None => response,
    }
}

/// Ends the connection: no answer comes.
async fn broken(abort: Option<ConnectionAbort>, mode: CloseMode) -> Response {
    if let Some(abort) = abort {
        abort.abort(mode);
        std::future::pending::<()>().await;
    }
    // Nothing is there to be broken, so somebody calls the router himself.
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}

/// Says which faults an answer was tampered with by.
fn mark(response: &mut Response, ids: &[String]) {
    if ids.is_empty() {
        return;
    }
    let all = ids.join(",");
    if let Ok(value) = HeaderValue::from_str(&all) {
        response.headers_mut().insert(HEADER, value);
    }
    response.extensions_mut().insert(InjectedFaultIds(all));
}

#[cfg(test)]
mod tests;
