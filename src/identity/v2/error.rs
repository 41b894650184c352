//! The errors of Identity v2.0. Each has a name of its own, which is the key of its body.

use http::StatusCode;

use crate::Error;
use crate::domain::rate_limit::OverLimitError;
use crate::identity::error::KeystoneError;

/// The result of every fallible operation of Identity v2.0.
pub(crate) type Result<T, E = IdentityV2Error> = std::result::Result<T, E>;

/// An error of Identity v2.0. The text is for the caller.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IdentityV2Error {
    /// The request is wrong; the text says how.
    #[error("{0}")]
    BadRequest(String),
    /// Whoever asks has not proved who he is, or has no role on the tenant; the text says which.
    #[error("{0}")]
    Unauthorized(String),
    /// The caller may not do this.
    #[error("Not Authorized")]
    Forbidden,
    /// The caller may not do this; the text says why.
    #[error("{0}")]
    ForbiddenAs(String),
    /// The user, whose name this is, has been disabled.
    #[error("User '{0}' is disabled.")]
    UserDisabled(String),
    /// There is no such resource; the text says of what kind.
    #[error("{0}")]
    NotFound(String),
    /// There is no such path.
    #[error("Resource Not Found")]
    NoSuchPath,
    /// The path does not have the method.
    #[error("Method Not Allowed")]
    BadMethod,
    /// The body did not come in time; the text names the limit.
    #[error("{0}")]
    TooSlow(String),
    /// There is one of this name already; the text says so.
    #[error("{0}")]
    Conflict(String),
    /// The caller has sent too many requests.
    #[error(transparent)]
    OverLimit(#[from] OverLimitError),
    /// The body of the request is too large.
    #[error("The request entity is too large.")]
    TooLarge,
    /// The body is neither JSON nor said to be.
    #[error("Unsupported Media Type")]
    BadMediaType,
    /// The fault is ours.
    #[error("{}", ours(.0))]
    Ours(#[from] Error),
}

fn ours(error: &Error) -> &'static str {
    if error.status() == 503 {
        "The service is unavailable."
    } else {
        "The identity service failed."
    }
}

impl IdentityV2Error {
    /// Returns the error for credentials that are not right.
    pub(crate) fn wrong_credentials() -> Self {
        Self::Unauthorized("Unable to authenticate user with credentials provided.".into())
    }

    /// Returns the status that this is answered with.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::ForbiddenAs(_) | Self::UserDisabled(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) | Self::NoSuchPath => StatusCode::NOT_FOUND,
            Self::BadMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooSlow(_) => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge | Self::OverLimit(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BadMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Ours(error) => {
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    /// Returns the name of the fault: the key of the body.
    pub(crate) fn fault(&self) -> &'static str {
        match self {
            // A conflict has no fault of its own in Rackspace's service.
            Self::BadRequest(_) | Self::TooSlow(_) | Self::Conflict(_) => "badRequest",
            Self::Unauthorized(_) => "unauthorized",
            Self::Forbidden | Self::ForbiddenAs(_) => "forbidden",
            Self::UserDisabled(_) => "userDisabled",
            Self::NotFound(_) | Self::NoSuchPath => "itemNotFound",
            Self::BadMethod => "badMethod",
            Self::TooLarge | Self::OverLimit(_) => "overLimit",
            Self::BadMediaType => "badMediaType",
            Self::Ours(error) if error.status() == 503 => "serviceUnavailable",
            Self::Ours(_) => "identityFault",
        }
    }
}

impl From<sqlx::Error> for IdentityV2Error {
    fn from(error: sqlx::Error) -> Self {
        KeystoneError::from(error).into()
    }
}

impl From<KeystoneError> for IdentityV2Error {
    fn from(error: KeystoneError) -> Self {
        let text = error.to_string();
        match error {
            KeystoneError::Unauthenticated | KeystoneError::Refused(..) => {
                Self::wrong_credentials()
            }
            KeystoneError::Missing(..) | KeystoneError::Invalid(_) => Self::BadRequest(text),
            KeystoneError::TooLarge => Self::TooLarge,
            KeystoneError::TooSlow(text) => Self::TooSlow(text),
            KeystoneError::Forbidden(_)
            | KeystoneError::ForbiddenAs(_)
            | KeystoneError::NotAllowed => Self::Forbidden,
            KeystoneError::Denied(text) => Self::ForbiddenAs(text),
            KeystoneError::Unknown(..)
            | KeystoneError::NoLimit(..)
            | KeystoneError::NoAssignment(..)
            | KeystoneError::NotFound(_)
            | KeystoneError::NotFoundAs(_) => Self::NotFound(text),
            KeystoneError::Conflict(..) => Self::Conflict(text),
            KeystoneError::Ours(error) => Self::Ours(error),
        }
    }
}
