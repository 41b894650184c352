//! The token check: no image route is reached without a caller.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{HeaderValue, WWW_AUTHENTICATE};

use super::faults::request_facts::Identified;
use super::next::Next;
use super::trace;
use crate::api::absent_routes;
use crate::api::audit;
use crate::api::extract::{RequestId, text};
use crate::api::over_limit;
use crate::app::App;
use crate::config::AuthMode;
use crate::config::public_url;
use crate::domain::caller::Caller;
use crate::domain::rate_limit::OverLimitError;
use crate::identity::{self, RequestParts};
use crate::simulation::journal::RequestNotes;
use crate::simulation::request_counts::CountedApi;
use crate::{Error, Result};

const REQUEST_ID: &str = "x-openstack-request-id";

/// Finds out who asks, and names the request.
pub(crate) async fn caller(app: App, mut request: Request, next: impl Next) -> Response {
    let known = identify(&app, &mut request).await;
    let admitted = known.and_then(|caller| admit(&app, &request, caller));
    let caller = match admitted {
        Ok(caller) => caller,
        Err(error) => return refuse(&app, &request, error),
    };
    let id = match request_id(&app, &request) {
        Ok(id) => id,
        Err(error) => return error.into_response(),
    };
    let text = id.to_str().unwrap_or_default().to_owned();
    trace::identify(&text, caller.project.as_deref());
    note(&request, &caller);
    let counted = count(&app, &caller);
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(RequestId(text));
    let mut response = match (counted, absent_routes::refusal(&app, &request)) {
        (Err(error), _) => over_limit::answer(&error),
        (Ok(()), None) => next.run(app, request).await,
        (Ok(()), Some(refusal)) => refusal.answer(request).await,
    };
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Finds out who sends a request, unless faults have done so before.
///
/// # Errors
///
/// Fails if the token is not valid, or if that cannot be found out.
pub(in crate::api) async fn identify(app: &App, request: &mut Request) -> Result<Option<Caller>> {
    let identified = request.extensions_mut().remove::<Identified>();
    let identified = identified.filter(|known| known.is_for(request.uri().path()));
    if let Some(identified) = identified {
        return Ok(identified.caller);
    }
    app.policy.refresh().await;
    identity::identify(app, asked(request)).await
}

/// Counts a request; those of callers without a user, together.
fn count(app: &App, caller: &Caller) -> Result<(), OverLimitError> {
    let user = caller.user.as_deref().unwrap_or_default();
    over_limit::count(app, CountedApi::Images, user)
}

/// Notes for the journal who sends a request.
pub(in crate::api) fn note(request: &Request, caller: &Caller) {
    if let Some(notes) = request.extensions().get::<RequestNotes>() {
        notes.who(caller.user.as_deref(), caller.project.as_deref());
    }
}

fn asked(request: &Request) -> RequestParts<'_> {
    RequestParts {
        method: request.method(),
        path: request.uri().path(),
        headers: request.headers(),
    }
}

/// Lets a known caller in; where anonymous access is allowed, one without a token too, to read.
fn admit(app: &App, request: &Request, caller: Option<Caller>) -> Result<Caller> {
    match caller {
        Some(caller) => Ok(caller),
        None if app.config().images.allow_anonymous_access
            && !request.headers().contains_key("x-auth-token") =>
        {
            Ok(Caller {
                read_only: true,
                ..Caller::default()
            })
        }
        None => Err(Error::Unauthenticated),
    }
}

fn refuse(app: &App, request: &Request, error: Error) -> Response {
    if matches!(error, Error::Unauthenticated) {
        audit::token_refused(app, request.extensions(), request.headers());
    }
    let keystone =
        matches!(error, Error::Unauthenticated) && app.config().takes(AuthMode::Keystone);
    let mut response = error.into_response();
    if keystone {
        let config = app.config();
        let uri = config.service_tokens.www_authenticate_uri.as_ref();
        let uri = uri.or(config.keystone.keystone_url.as_ref()).cloned();
        let uri = uri.unwrap_or_else(|| {
            let uri = Some(request.uri());
            let base = public_url::base(&config, app.scheme(), uri, request.headers());
            format!("{base}{}", app.dialect().paths.identity)
        });
        let challenge = format!("Keystone uri=\"{uri}\"");
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
    }
    response
}

/// The client's own, made to look like one, or a new one.
fn request_id(app: &App, request: &Request) -> Result<HeaderValue> {
    let id = match text(request.headers(), REQUEST_ID).filter(|text| !text.is_empty()) {
        Some(id) => {
            let longest = app.config().images.max_request_id_length;
            if id.chars().count() > longest {
                return Err(Error::RequestIdTooLong(longest));
            }
            if id.starts_with("req-") {
                id.to_owned()
            } else {
                format!("req-{id}")
            }
        }
        None => format!("req-{}", app.new_id()),
    };
    HeaderValue::from_str(&id)
        .map_err(|_| Error::Invalid("The request id cannot be a header.".into()))
}
