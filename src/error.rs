//! Everything that can go wrong: its words, and the status it is answered with.

use http::StatusCode;

use crate::domain::status::Status;

/// The result of every fallible operation here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong. The text is what the caller reads, word for word as Glance says it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request has no valid token.
    #[error(
        "This server could not verify that you are authorized to access the document you requested. Either you supplied the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials required."
    )]
    Unauthenticated,

    /// The request is malformed; the text says how.
    #[error("{0}")]
    Invalid(String),
    /// A body came where none is expected.
    #[error("A body is not expected with this request.")]
    BodyUnexpected,
    /// No body came where one is.
    #[error("Body expected in request.")]
    BodyMissing,
    /// The body is no JSON.
    #[error("Malformed JSON in request body.")]
    BodyMalformed,
    /// The body is JSON, but neither an object nor a list.
    #[error("Unexpected body type. Expected list/dict.")]
    BodyScalar,
    /// A document breaks a schema of the API.
    #[error("Provided object does not match schema '{schema}': {reason}")]
    Schema {
        /// The schema's name.
        schema: &'static str,
        /// What is wrong, as Glance's validator puts it.
        reason: String,
    },

    /// A field that only the server sets.
    #[error("Attribute '{0}' is read-only.")]
    ReadOnly(String),
    /// A name that the server keeps to itself.
    #[error("Attribute '{0}' is reserved.")]
    Reserved(String),
    /// The same, where Glance says it in the detail: a custom property on create.
    #[error("Attribute '{0}' is reserved.")]
    ReservedProperty(String),
    /// The caller has no token and may only read.
    #[error("Read-only access")]
    ReadOnlyAccess,
    /// A policy rule refuses the caller.
    #[error("You are not authorized to complete {0} action.")]
    Policy(&'static str),
    /// The state of something forbids it.
    #[error("{0}")]
    Forbidden(String),
    /// The same, where Glance says it in the detail.
    #[error("{0}")]
    Denied(String),
    /// The image is protected.
    #[error("Image {0} is protected and cannot be deleted.")]
    Protected(String),

    /// There is no such image, or the caller may not know of it.
    #[error("No image found with ID {0}")]
    NoImage(String),
    /// There is no such thing; the text names it.
    #[error("{0}")]
    NotFound(String),
    /// There is something, but a policy hides it; or there is no such route.
    #[error("The resource could not be found.")]
    Hidden,
    /// The route is known, the method is not.
    #[error("The method {method} is not allowed for this resource. ")]
    Method {
        /// The method that was asked for.
        method: String,
        /// Those that the route has, for the `Allow` header.
        allow: &'static str,
    },

    /// Somebody wants to delete a task.
    #[error(
        "This operation is currently not permitted on Glance Tasks. They are auto deleted after reaching the time based on their expires_at property."
    )]
    TasksStay,

    /// The image exists already, or existed.
    #[error("Image ID {0} already exists!")]
    ImageExists(String),
    /// The image cannot go from one state to the other.
    #[error("Image status transition from {from} to {to} is not allowed")]
    Transition {
        /// The state that the image is in.
        from: Status,
        /// The state that was asked for.
        to: Status,
    },
    /// It contradicts what is there; the text says how.
    #[error("{0}")]
    Conflict(String),
    /// The same, where Glance says it in the detail: a patch against what is there.
    #[error("{0}")]
    PatchConflict(String),
    /// The image went away while data came.
    #[error(
        "Image {0} could not be found after upload. The image may have been deleted during the upload, cleaning up the chunks uploaded."
    )]
    GoneDuringUpload(String),

    /// More of something than its quota allows.
    #[error(
        "The limit has been exceeded on the number of allowed image {what}. Attempted: {attempted}, Maximum: {maximum}"
    )]
    Quota {
        /// Of what.
        what: &'static str,
        /// How many there would be.
        attempted: usize,
        /// How many there may be.
        maximum: i64,
    },
    /// More data than is allowed, or fits; the text says which.
    #[error("{0}")]
    TooLarge(String),

    /// The body is in a format that is not accepted.
    #[error("{detail}")]
    MediaType {
        /// The request's `Content-Type`.
        given: Option<String>,
        /// What is wrong with it.
        detail: String,
        /// The types a PATCH may have, for the `Accept-Patch` header.
        accept_patch: Option<&'static str>,
    },
    /// A range that the data does not have.
    #[error("{0}")]
    Range(String),
    /// A method that no route has.
    #[error("The request method {0} is not implemented for this server.")]
    Unimplemented(String),
    /// The request id is too long to be kept.
    #[error("Request ID length is greater than the allowed {0} characters.")]
    RequestId(usize),
    /// A store that nothing may be added to.
    #[error("Error in store configuration. Adding images to store is disabled.")]
    StoreReadOnly,
    /// A store cannot be written to, or does not answer now.
    #[error("{0}")]
    StoreUnavailable(String),

    /// The Keystone that checks tokens does not answer, or not as it should.
    #[error("The Keystone service is temporarily unavailable.")]
    KeystoneAway(#[source] std::io::Error),

    /// The cloud was reset while the request ran.
    #[error("The cloud was reset while this was under way.")]
    Reset,
    /// The client went away before its request was whole.
    #[error("the client went away: {0}")]
    ClientGone(String),
    /// The database failed or is away.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The disk failed.
    #[error("a store failed")]
    Store(#[source] std::io::Error),
    /// Something that cannot be, was.
    #[error("{0}")]
    Internal(String),
}

impl From<std::io::Error> for Error {
    /// What a store failed of, where it is known, and else that it failed.
    fn from(error: std::io::Error) -> Self {
        error.downcast().unwrap_or_else(Self::Store)
    }
}

impl Error {
    /// The status that this is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Invalid(_)
            | Self::BodyUnexpected
            | Self::BodyMissing
            | Self::BodyMalformed
            | Self::BodyScalar
            | Self::Schema { .. }
            | Self::ClientGone(_) => StatusCode::BAD_REQUEST,
            Self::ReadOnly(_)
            | Self::Reserved(_)
            | Self::ReservedProperty(_)
            | Self::ReadOnlyAccess
            | Self::Policy(_)
            | Self::Forbidden(_)
            | Self::Denied(_)
            | Self::Protected(_) => StatusCode::FORBIDDEN,
            Self::NoImage(_) | Self::NotFound(_) | Self::Hidden => StatusCode::NOT_FOUND,
            Self::Method { .. } | Self::TasksStay => StatusCode::METHOD_NOT_ALLOWED,
            Self::ImageExists(_)
            | Self::Transition { .. }
            | Self::Conflict(_)
            | Self::PatchConflict(_) => StatusCode::CONFLICT,
            Self::GoneDuringUpload(_) | Self::StoreReadOnly => StatusCode::GONE,
            Self::Quota { .. } | Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Range(_) => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::RequestId(_) => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Unimplemented(_) => StatusCode::NOT_IMPLEMENTED,
            Self::StoreUnavailable(_) | Self::KeystoneAway(_) | Self::Reset => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Database(cause) if is_away(cause) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_) | Self::Store(_) | Self::Internal(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// Whether a write met a row that is there already.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(cause)) if cause.is_unique_violation())
    }
}

/// The words of an error and of all its causes, each once.
#[must_use]
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(it) = cause {
        let said = it.to_string();
        // Some repeat their cause themselves.
        if !words.contains(&said) {
            words = format!("{words}: {said}");
        }
        cause = it.source();
    }
    words
}

/// Whether the database cannot be reached now, so that trying again later makes sense.
fn is_away(cause: &sqlx::Error) -> bool {
    match cause {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // PostgreSQL, SQLSTATE: 08 connection, 53 resources, 57P shutdown. SQLite: 5 busy, 13 full.
        sqlx::Error::Database(it) => it.code().is_some_and(|code| {
            code.starts_with("08")
                || code.starts_with("53")
                || code.starts_with("57P")
                || matches!(&*code, "5" | "13")
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn causes_are_told_once() {
        let inner = Error::Store(io::Error::other("the disk is full"));
        assert_eq!(with_causes(&inner), "a store failed: the disk is full");
        let repeats = crate::OpenError::Contents(inner);
        assert_eq!(with_causes(&repeats), "a store failed: the disk is full");
    }
}
