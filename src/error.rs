//! The errors of the whole crate: the sentence that the client reads, and the HTTP status.

use std::borrow::Cow;
use std::io;

/// The result of a fallible operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The part of Glance's error page in which the text of an error is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The text is the explanation, in place of the usual one for the status.
    Explanation,
    /// The text is the detail below the usual explanation for the status.
    Detail,
}

/// An error. Its `Display` is the sentence that the client reads, word for word Glance's.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request has no valid token.
    #[error(
        "This server could not verify that you are authorized to access the document you requested. Either you supplied the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials required."
    )]
    Unauthenticated,

    /// The request is invalid; the text names the reason.
    #[error("{0}")]
    Invalid(String),
    /// A seed is invalid; the text names the seed, the entry and the reason.
    #[error("{0}")]
    InvalidSeed(String),
    /// A snapshot is damaged or not one of this program; the text names the reason.
    #[error("{0}")]
    InvalidSnapshot(String),
    /// The request has a body where none is expected.
    #[error("A body is not expected with this request.")]
    BodyUnexpected,
    /// The request has no body where one is expected.
    #[error("Body expected in request.")]
    BodyMissing,
    /// The body is not JSON.
    #[error("Malformed JSON in request body.")]
    BodyMalformed,
    /// The body is JSON, but neither an object nor a list.
    #[error("Unexpected body type. Expected list/dict.")]
    BodyNotDocument,
    /// A document does not match a schema of the API.
    #[error("Provided object does not match schema '{schema}': {reason}")]
    Schema {
        /// The name of the schema.
        schema: &'static str,
        /// The violation, in the words of Glance's validator.
        reason: String,
    },

    /// The request sets a field that only the server sets.
    #[error("Attribute '{0}' is read-only.")]
    ReadOnly(String),
    /// The request sets a property whose name is reserved for the server.
    #[error("Attribute '{name}' is reserved.")]
    Reserved {
        /// The name of the property.
        name: String,
        /// The part of the page that shows the text.
        shown: Shown,
    },
    /// The caller has no token and may only read.
    #[error("Read-only access")]
    ReadOnlyAccess,
    /// The policy rule with this name denies the request.
    #[error("You are not authorized to complete {0} action.")]
    DeniedByPolicy(&'static str),
    /// The state of a resource forbids the request.
    #[error("{text}")]
    Forbidden {
        /// Glance's text.
        text: String,
        /// The part of the page that shows the text.
        shown: Shown,
    },
    /// The image is protected against deletion.
    #[error("Image {0} is protected and cannot be deleted.")]
    ImageProtected(String),

    /// The image does not exist, or the caller must not know of it.
    #[error("No image found with ID {0}")]
    ImageNotFound(String),
    /// A resource does not exist; the text names it.
    #[error("{0}")]
    NotFound(String),
    /// A policy hides the resource, or the path has no route.
    #[error("The resource could not be found.")]
    ResourceNotFound,
    /// The route does not have the method.
    #[error("The method {method} is not allowed for this resource. ")]
    MethodNotAllowed {
        /// The method of the request.
        method: String,
        /// The methods of the route, for the `Allow` header.
        allow: Cow<'static, str>,
    },

    /// The request deletes a task.
    #[error(
        "This operation is currently not permitted on Glance Tasks. They are auto deleted after reaching the time based on their expires_at property."
    )]
    TaskDeletionNotAllowed,

    /// An image with this ID exists or existed.
    #[error("Image ID {0} already exists!")]
    ImageExists(String),
    /// The transition of an image's status is not allowed.
    #[error("Image status transition from {from} to {to} is not allowed")]
    StatusTransition {
        /// The current status.
        from: &'static str,
        /// The requested status.
        to: &'static str,
    },
    /// The request conflicts with the state of a resource.
    #[error("{text}")]
    Conflict {
        /// Glance's text.
        text: String,
        /// The part of the page that shows the text.
        shown: Shown,
    },
    /// The image was deleted during the upload.
    #[error(
        "Image {0} could not be found after upload. The image may have been deleted during the upload, cleaning up the chunks uploaded."
    )]
    ImageGoneDuringUpload(String),

    /// A quota of an image is exceeded.
    #[error(
        "The limit has been exceeded on the number of allowed image {what}. Attempted: {attempted}, Maximum: {maximum}"
    )]
    QuotaExceeded {
        /// The limited items, such as `tags`.
        what: &'static str,
        /// The number of items in the request.
        attempted: usize,
        /// The quota.
        maximum: i64,
    },
    /// The data is larger than allowed, or does not fit; the text names the limit.
    #[error("{0}")]
    TooLarge(String),

    /// The media type of the body is not supported.
    #[error("{detail}")]
    UnsupportedMediaType {
        /// The `Content-Type` of the request.
        given: Option<String>,
        /// Glance's text.
        detail: String,
        /// The media types of a PATCH, for the `Accept-Patch` header.
        accept_patch: Option<&'static str>,
    },
    /// The MD5 of the data is not the one that the client announced.
    #[error("Unable to process the contained instructions")]
    ChecksumMismatch,
    /// The requested range is invalid or outside of the data.
    #[error("{0}")]
    InvalidRange(String),
    /// No route has the method.
    #[error("The request method {0} is not implemented for this server.")]
    MethodNotImplemented(String),
    /// The request ID is longer than this number of characters.
    #[error("Request ID length is greater than the allowed {0} characters.")]
    RequestIdTooLong(usize),
    /// The store is read-only.
    #[error("Error in store configuration. Adding images to store is disabled.")]
    StoreReadOnly,
    /// A store cannot be written to or does not answer.
    #[error("{0}")]
    StoreUnavailable(String),

    /// The external Keystone does not answer, or its answer is invalid.
    #[error("The Keystone service is temporarily unavailable.")]
    KeystoneUnavailable(#[source] io::Error),

    /// The cloud was reset during the request.
    #[error("The cloud was reset while this was under way.")]
    CloudReset,
    /// The server ends before the request was there.
    #[error("The server is shutting down. Please try again.")]
    ShuttingDown,
    /// The client disconnected before it had sent the whole request.
    #[error("the client went away: {0}")]
    ClientDisconnected(String),
    /// The client did not send its request in time; the text names the limit.
    #[error("{0}")]
    ClientTooSlow(String),
    /// The lease of a task has expired and another server has taken the task.
    #[error("the task is another server's now")]
    TaskLeaseLost,
    /// The database failed or is unavailable.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A store failed.
    #[error("a store failed")]
    Store(#[source] io::Error),
    /// An internal invariant does not hold.
    #[error("{0}")]
    Internal(String),
}

/// A failure of the database.
#[derive(Debug, thiserror::Error)]
#[error("the database failed")]
pub struct DatabaseError {
    kind: DatabaseErrorKind,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// The kind of a failure of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseErrorKind {
    /// The database cannot be reached now; a later attempt may succeed.
    Unavailable,
    /// The disk of the database is full.
    Full,
    /// A write violates a unique constraint: the row exists.
    Duplicate,
    /// Any other failure.
    Other,
}

impl DatabaseError {
    /// Wraps the error of a database driver.
    pub fn new(
        kind: DatabaseErrorKind,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let source = source.into();
        Self { kind, source }
    }
}

impl From<io::Error> for Error {
    /// Returns the error that an `io::Error` of a store carries, or a failure of the store.
    fn from(error: io::Error) -> Self {
        error.downcast().unwrap_or_else(Self::Store)
    }
}

impl Error {
    /// Returns a [`Error::Forbidden`] whose text is the explanation.
    #[must_use]
    pub fn forbidden(text: String) -> Self {
        let shown = Shown::Explanation;
        Self::Forbidden { text, shown }
    }

    /// Returns a [`Error::Forbidden`] whose text is the detail.
    #[must_use]
    pub fn forbidden_detail(text: String) -> Self {
        let shown = Shown::Detail;
        Self::Forbidden { text, shown }
    }

    /// Returns a [`Error::Conflict`] whose text is the explanation.
    #[must_use]
    pub fn conflict(text: String) -> Self {
        let shown = Shown::Explanation;
        Self::Conflict { text, shown }
    }

    /// Returns a [`Error::Conflict`] whose text is the detail.
    #[must_use]
    pub fn conflict_detail(text: String) -> Self {
        let shown = Shown::Detail;
        Self::Conflict { text, shown }
    }

    /// Returns a [`Error::Reserved`] whose text is the explanation.
    #[must_use]
    pub fn reserved(name: String) -> Self {
        let shown = Shown::Explanation;
        Self::Reserved { name, shown }
    }

    /// Returns a [`Error::Reserved`] whose text is the detail.
    #[must_use]
    pub fn reserved_detail(name: String) -> Self {
        let shown = Shown::Detail;
        Self::Reserved { name, shown }
    }

    /// Returns the HTTP status of the response.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Invalid(_)
            | Self::InvalidSeed(_)
            | Self::InvalidSnapshot(_)
            | Self::BodyUnexpected
            | Self::BodyMissing
            | Self::BodyMalformed
            | Self::BodyNotDocument
            | Self::Schema { .. }
            | Self::ClientDisconnected(_) => 400,
            Self::Unauthenticated => 401,
            Self::ReadOnly(_)
            | Self::Reserved { .. }
            | Self::ReadOnlyAccess
            | Self::DeniedByPolicy(_)
            | Self::Forbidden { .. }
            | Self::ImageProtected(_) => 403,
            Self::ImageNotFound(_) | Self::NotFound(_) | Self::ResourceNotFound => 404,
            Self::MethodNotAllowed { .. } | Self::TaskDeletionNotAllowed => 405,
            Self::ClientTooSlow(_) => 408,
            Self::ImageExists(_) | Self::StatusTransition { .. } | Self::Conflict { .. } => 409,
            Self::ImageGoneDuringUpload(_) | Self::StoreReadOnly => 410,
            Self::QuotaExceeded { .. } | Self::TooLarge(_) => 413,
            Self::UnsupportedMediaType { .. } => 415,
            Self::InvalidRange(_) => 416,
            Self::ChecksumMismatch => 422,
            Self::RequestIdTooLong(_) => 431,
            Self::Database(error) => match error.kind {
                DatabaseErrorKind::Unavailable | DatabaseErrorKind::Full => 503,
                DatabaseErrorKind::Duplicate | DatabaseErrorKind::Other => 500,
            },
            Self::TaskLeaseLost | Self::Store(_) | Self::Internal(_) => 500,
            Self::MethodNotImplemented(_) => 501,
            Self::StoreUnavailable(_)
            | Self::KeystoneUnavailable(_)
            | Self::CloudReset
            | Self::ShuttingDown => 503,
        }
    }

    /// Returns `true` if the database cannot be reached now.
    #[must_use]
    pub fn is_database_unavailable(&self) -> bool {
        matches!(self, Self::Database(error) if error.kind == DatabaseErrorKind::Unavailable)
    }

    /// Returns `true` if the disk of the database is full.
    #[must_use]
    pub fn is_database_full(&self) -> bool {
        matches!(self, Self::Database(error) if error.kind == DatabaseErrorKind::Full)
    }

    /// Returns the error of data that a client sends: on a full disk it is told so, whether the disk is that of
    /// a store or of the database.
    #[must_use]
    pub fn of_data(self) -> Self {
        match &self {
            Self::Database(error) if error.kind == DatabaseErrorKind::Full => {
                Self::TooLarge(format!("Image storage media is full: {}", error.source))
            }
            _ => self,
        }
    }

    /// Returns true if a write failed because the row exists.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Database(error) if error.kind == DatabaseErrorKind::Duplicate)
    }
}

/// Returns the texts of an error and of all its causes, each once.
#[must_use]
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Some errors repeat the text of their cause.
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{}", with_causes(.0))]
    struct RepeatingError(#[source] Error);

    #[test]
    fn each_cause_is_written_once() {
        let inner = Error::Store(io::Error::other("the disk is full"));
        assert_eq!(with_causes(&inner), "a store failed: the disk is full");
        let repeats = RepeatingError(inner);
        assert_eq!(with_causes(&repeats), "a store failed: the disk is full");
    }

    #[test]
    fn a_database_failure_has_its_cause_and_its_status() {
        let error = |kind| Error::from(DatabaseError::new(kind, "no route to host"));
        let unavailable = error(DatabaseErrorKind::Unavailable);
        let text = "the database failed: no route to host";
        assert_eq!(with_causes(&unavailable), text);
        assert_eq!(unavailable.status(), 503);
        assert_eq!(error(DatabaseErrorKind::Other).status(), 500);
        assert!(error(DatabaseErrorKind::Duplicate).is_duplicate());
    }
}
