//! The errors of the identity service, in Keystone's words and form.

use http::StatusCode;
use serde_json::Value;

use crate::Error;

/// The result of every fallible operation of the identity service.
pub(crate) type Result<T, E = KeystoneError> = std::result::Result<T, E>;

/// An error of the identity service. The text is for the caller.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeystoneError {
    /// Whoever asks has not proved who he is, or may not have what he asks a token for.
    #[error("The request you have made requires authentication.")]
    Unauthenticated,
    /// Authentication failed for a reason that the caller is told, with Keystone's member `identity` beside it.
    #[error("{0}")]
    Refused(&'static str, Value),
    /// Something is not where it should be in the request.
    #[error(
        "Expecting to find {0} in {1}. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error."
    )]
    Missing(&'static str, &'static str),
    /// The request is wrong; the text says how.
    #[error("{0}")]
    Invalid(String),
    /// The body of the request is too large. Keystone forgets to fill in its limit.
    #[error("Request is too large. Larger than max_request_body_size (%s).")]
    TooLarge,
    /// The body of the request did not come in time; the text names the limit.
    #[error("{0}")]
    TooSlow(String),
    /// The caller lacks the role for this action of Keystone's policy.
    #[error("You are not authorized to perform the requested action: identity:{0}.")]
    Forbidden(String),
    /// The state of something forbids it.
    #[error("{0}")]
    Denied(String),
    /// There is no such resource: what it would be, and the id.
    #[error("Could not find {0}: {1}.")]
    Unknown(&'static str, String),
    /// There is no such limit: of which kind, and the id.
    #[error("Could not find {0} for {1}.")]
    NoLimit(&'static str, String),
    /// There is no such thing; the text says so.
    #[error("{0}")]
    NotFound(&'static str),
    /// There is no such thing; the text, which names it, says so.
    #[error("{0}")]
    NotFoundAs(String),
    /// The caller may not do this; the text is what Keystone calls it.
    #[error("You are not authorized to perform the requested action: {0}.")]
    ForbiddenAs(&'static str),
    /// The caller may not do this, whatever it is.
    #[error("You are not authorized to perform the requested action.")]
    NotAllowed,
    /// There is no such role assignment: the role, the user or group, and where.
    #[error(
        "Could not find role assignment with role: {0}, user or group: {1}, project, domain, or system: {2}."
    )]
    NoAssignment(String, String, String),
    /// A resource of this kind with this name is there already.
    #[error("Conflict occurred attempting to store {0} - {1}.")]
    Conflict(&'static str, String),
    /// The fault is ours.
    #[error("{}", ours(.0))]
    Ours(#[from] Error),
}

fn ours(error: &Error) -> &'static str {
    if error.status() == 503 {
        "The server is currently unable to handle the request."
    } else {
        "An unexpected error prevented the server from fulfilling your request."
    }
}

impl From<sqlx::Error> for KeystoneError {
    /// A resource that a request names may go away while it is worked on: only then does a write meet a
    /// reference that leads nowhere.
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(cause) if cause.is_foreign_key_violation() => {
                Self::NotFound("Could not find what the request refers to.")
            }
            _ => Self::Ours(error.into()),
        }
    }
}

impl KeystoneError {
    /// The status that this is answered with.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated | Self::Refused(..) => StatusCode::UNAUTHORIZED,
            Self::Missing(..) | Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Forbidden(_) | Self::ForbiddenAs(_) | Self::NotAllowed | Self::Denied(_) => {
                StatusCode::FORBIDDEN
            }
            Self::Unknown(..)
            | Self::NoLimit(..)
            | Self::NoAssignment(..)
            | Self::NotFound(_)
            | Self::NotFoundAs(_) => StatusCode::NOT_FOUND,
            Self::Conflict(..) => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow(_) => StatusCode::REQUEST_TIMEOUT,
            Self::Ours(error) => {
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    /// A write that met a row that is there already becomes `conflict`.
    pub(crate) fn or_conflict(error: sqlx::Error, conflict: impl FnOnce() -> Self) -> Self {
        match &error {
            sqlx::Error::Database(cause) if cause.is_unique_violation() => conflict(),
            _ => error.into(),
        }
    }
}
