//! Errors that nothing is wrong behind, in the form of the others.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::ext::ReasonPhrase;

use super::{Form, Template, Words, old_reason, page};

/// An error of this status with these words, or with those that are usual.
pub(crate) fn made_up(status: StatusCode, words: Option<&str>, form: Form, head: bool) -> Response {
    let form = if head { Form::Html } else { form };
    let words = Words {
        explanation: words.unwrap_or(usual_words(status)).to_owned(),
        detail: String::new(),
        template: Template::Usual,
    };
    let text = if head {
        String::new()
    } else {
        page(status, &words, form)
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.media_type()));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(text.len()));
    *response.body_mut() = Body::from(text);
    if let Some(reason) = old_reason(status) {
        let reason = ReasonPhrase::from_static(reason.as_bytes());
        response.extensions_mut().insert(reason);
    }
    response
}

/// Returns the default explanation of a status.
pub(crate) fn usual_words(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "The request you have made requires authentication.",
        403 => "Access was denied to this resource.",
        404 => "The resource could not be found.",
        409 => "There was a conflict when trying to complete your request.",
        413 => "The body of your request was too large for this server.",
        429 => "Too many requests have come in a short time.",
        500 => "The server has either erred or is incapable of performing the requested operation.",
        503 => "The server is currently unavailable. Please try again at a later time.",
        _ => status
            .canonical_reason()
            .unwrap_or("This error is made up."),
    }
}
