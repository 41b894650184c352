//! Renders an [`Error`] as a page, as JSON or as text, as the request's `Accept` asks.
//!
//! A handler's error only marks the response; the outermost layer writes the body, for only there
//! is the request's `Accept` known to all. Forms and templates are WebOb's.

mod accept;
mod refused_data;
mod simulated;

use std::any::Any;
use std::fmt::Write;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};
use hyper::ext::ReasonPhrase;
use serde_json::json;

use super::json::{ascii, spaced};
use super::middleware::next::Next;
use crate::app::App;
use crate::domain::scrub;
use crate::{Error, Shown, with_causes};
pub(super) use accept::Form;
pub(super) use accept::preferred_type;
#[cfg(feature = "console")]
pub(crate) use accept::prefers_page;
pub(super) use simulated::{made_up, usual_words};

/// The error that a response stands for.
#[derive(Clone, Debug)]
struct ErrorExtension(Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = status_of(&self).into_response();
        response
            .extensions_mut()
            .insert(ErrorExtension(Arc::new(self)));
        response
    }
}

/// Returns the HTTP status of an error.
fn status_of(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Returns the response after a panic; its text goes to the log.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub(super) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic");
    Error::Internal(text.to_owned()).into_response()
}

/// Writes the body of each response that stands for an error.
pub(super) async fn write(app: App, request: Request, next: impl Next) -> Response {
    let accept = request.headers().get(ACCEPT).cloned();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let errors = app.dialect().errors;
    let mut response = next.run(app, request).await;
    let Some(ErrorExtension(error)) = response.extensions_mut().remove::<ErrorExtension>() else {
        return response;
    };
    let form = Form::of(errors, accept.as_ref());
    let head = method == Method::HEAD;
    // 501 is the caller's own doing.
    if error.status() >= 500 && error.status() != 501 {
        let request_id = response.headers().get("x-openstack-request-id");
        let request_id = request_id.and_then(|id| id.to_str().ok());
        tracing::error!(error = with_causes(&*error), request_id, "request failed");
    }
    refused_data::log(&method, uri.path(), &error);
    let (form, body) = if head {
        (Form::Html, String::new())
    } else {
        (form, body(&error, form))
    };
    let headers = response.headers_mut();
    // The router adds its own, which knows of HEAD and of nothing else that Glance says.
    headers.remove(ALLOW);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.media_type()));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    match &*error {
        Error::MethodNotAllowed { allow, .. } => {
            if let Ok(allow) = HeaderValue::from_str(allow) {
                headers.insert(ALLOW, allow);
            }
        }
        Error::TaskDeletionNotAllowed => {
            headers.insert(ALLOW, HeaderValue::from_static("GET"));
        }
        Error::UnsupportedMediaType {
            accept_patch: Some(types),
            ..
        } => {
            headers.insert("accept-patch", HeaderValue::from_static(types));
        }
        _ => {}
    }
    if let Some(reason) = old_reason(status_of(&error)) {
        response
            .extensions_mut()
            .insert(ReasonPhrase::from_static(reason.as_bytes()));
    }
    *response.body_mut() = Body::from(body);
    response
}

/// Titles that WebOb knows by the words of an older RFC.
fn old_reason(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Some("Request Entity Too Large"),
        StatusCode::RANGE_NOT_SATISFIABLE => Some("Request Range Not Satisfiable"),
        _ => None,
    }
}

/// The three parts that every WebOb error is made of; the last two are the variable ones.
struct Words {
    explanation: String,
    detail: String,
    template: Template,
}

/// The two shapes of an error page.
enum Template {
    Usual,
    MediaType,
    Bare,
    /// Nothing but the explanation.
    Alone,
}

impl Words {
    fn of(error: &Error) -> Self {
        let said = error.to_string();
        let usual = |explanation: &str, detail: String| Self {
            explanation: explanation.to_owned(),
            detail,
            template: Template::Usual,
        };
        match error {
            Error::ReadOnlyAccess
            | Error::Reserved {
                shown: Shown::Detail,
                ..
            }
            | Error::Forbidden {
                shown: Shown::Detail,
                ..
            } => usual("Access was denied to this resource.", said),
            Error::Conflict {
                shown: Shown::Detail,
                ..
            } => usual(
                "There was a conflict when trying to complete your request.",
                said,
            ),
            Error::InvalidRange(_) => usual("The Range requested is not available.", said),
            Error::UnsupportedMediaType { given, .. } => Self {
                explanation: format!(
                    "The request media type {} is not supported by this server.",
                    given.as_deref().unwrap_or("${CONTENT_TYPE}")
                ),
                detail: said,
                template: Template::MediaType,
            },
            Error::MethodNotAllowed { .. } => Self {
                explanation: said,
                detail: String::new(),
                template: Template::Bare,
            },
            Error::TaskDeletionNotAllowed => Self {
                explanation: said,
                detail: String::new(),
                template: Template::Alone,
            },
            Error::MethodNotImplemented(_) => Self {
                explanation: format!("\n{said} "),
                detail: String::new(),
                template: Template::Bare,
            },
            // What is ours to blame is told to the log only.
            _ if error.status() == 500 => usual(
                "The server has either erred or is incapable of performing the requested operation.",
                String::new(),
            ),
            Error::Database(_) => usual(
                "The server is currently unavailable. Please try again at a later time.",
                String::new(),
            ),
            _ => usual(&said, String::new()),
        }
    }

    fn fill(&self, escape: impl Fn(&str) -> String) -> String {
        // Words may repeat a URL of the request, which whoever reads them need not have sent.
        let [explanation, detail] =
            [&self.explanation, &self.detail].map(|words| escape(&scrub::text(words)));
        match self.template {
            Template::Usual => format!("{explanation}<br /><br />\n{detail}\n\n"),
            Template::MediaType => format!("{explanation}\n<br /><br />\n{detail}"),
            Template::Alone => explanation,
            Template::Bare => format!("{explanation}<br /><br />\n"),
        }
    }
}

fn body(error: &Error, form: Form) -> String {
    page(status_of(error), &Words::of(error), form)
}

fn page(status: StatusCode, words: &Words, form: Form) -> String {
    let title = old_reason(status)
        .or(status.canonical_reason())
        .unwrap_or_default();
    let code = format!("{} {title}", status.as_u16());
    match form {
        Form::Json => {
            let message = words.fill(str::to_owned);
            ascii(&spaced(
                &json!({ "message": message, "code": code, "title": title }),
            ))
        }
        Form::Html => {
            let text = words.fill(escape);
            format!(
                "<html>\n <head>\n  <title>{code}</title>\n </head>\n <body>\n  <h1>{code}</h1>\n  \
                 {text}\n </body>\n</html>"
            )
        }
        Form::Plain => format!("{code}\n\n{}", plain(&words.fill(str::to_owned))),
    }
}

/// Escapes a text for a page, which is ASCII.
fn escape(text: &str) -> String {
    let mut page = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#x27;"),
            letter if letter.is_ascii() => page.push(letter),
            letter => {
                // Writing to a string cannot fail.
                let _ = write!(page, "&#{};", u32::from(letter));
            }
        }
    }
    page
}

/// The text of a page: line breaks where it has them, and no tags.
fn plain(page: &str) -> String {
    let page = page.replace('\n', " ").replace('\r', "");
    let mut text = String::with_capacity(page.len());
    let mut rest = page.as_str();
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let Some((tag, after)) = tag.split_once('>') else {
            text.push('<');
            rest = tag;
            continue;
        };
        if tag.starts_with("br") {
            text.push('\n');
        }
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests;
