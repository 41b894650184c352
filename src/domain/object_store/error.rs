//! The errors of the object store.

use crate::Error;

/// An error of the object store. Its `Display` is the text of the answer where Swift has one of its own;
/// else the answer has the usual page of its status.
#[derive(Debug, thiserror::Error)]
pub enum ObjectStoreError {
    /// The request has no valid token.
    #[error("the request has no valid token")]
    Unauthorized,
    /// The account is not that of the caller's project, or the caller may only read.
    #[error("the caller may not do this in the account")]
    Forbidden,
    /// There is no such container.
    #[error("there is no such container")]
    ContainerNotFound,
    /// There is no such object.
    #[error("there is no such object")]
    ObjectNotFound,
    /// The path is none of the object store's.
    #[error("there is nothing at the path")]
    PathNotFound,
    /// The path does not have the method; the text lists those that it has.
    #[error("the path does not have the method")]
    MethodNotAllowed(&'static str),
    /// The container has objects.
    #[error("the container has objects")]
    ContainerNotEmpty,
    /// The request is invalid; the text says why.
    #[error("{0}")]
    Invalid(String),
    /// The request is malformed; the text says why, as a page.
    #[error("{0}")]
    Malformed(String),
    /// A number or a name is not as it must be; Swift answers 412 to this.
    #[error("{0}")]
    Unfit(String),
    /// A condition of the request does not hold, such as `If-None-Match: *`.
    #[error("a condition of the request does not hold")]
    PreconditionFailed,
    /// The client has the object already.
    #[error("the object was not modified")]
    NotModified,
    /// The object, of so many bytes, has nothing of the range.
    #[error("the object of {0} bytes has nothing of the range")]
    RangeNotSatisfiable(u64),
    /// No format of a listing is acceptable to the client.
    #[error("no format of the listing is acceptable")]
    NotAcceptable,
    /// The request does not tell the length of its body.
    #[error("Missing Content-Length header.")]
    LengthRequired,
    /// The object is larger than one may be.
    #[error("Your request is too large.")]
    TooLarge,
    /// The object is larger than one may be, which its length did not tell.
    #[error("the body of the request is too large")]
    BodyTooLarge,
    /// A request that deletes many at once names more than so many.
    #[error("Maximum Bulk Deletes: {0} per request")]
    TooManyNames(usize),
    /// Any other failure.
    #[error(transparent)]
    Service(#[from] Error),
}

impl From<std::io::Error> for ObjectStoreError {
    fn from(error: std::io::Error) -> Self {
        Self::Service(error.into())
    }
}

impl ObjectStoreError {
    /// Returns `true` if the disk of the database is full.
    #[must_use]
    pub fn is_database_full(&self) -> bool {
        matches!(self, Self::Service(error) if error.is_database_full())
    }

    /// Returns the HTTP status of the response. Swift: `swift/common/swob.py`.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::NotModified => 304,
            Self::Invalid(_) | Self::Malformed(_) => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::ContainerNotFound | Self::ObjectNotFound | Self::PathNotFound => 404,
            Self::MethodNotAllowed(_) => 405,
            Self::NotAcceptable => 406,
            Self::ContainerNotEmpty => 409,
            Self::LengthRequired => 411,
            Self::Unfit(_) | Self::PreconditionFailed => 412,
            Self::TooLarge | Self::BodyTooLarge | Self::TooManyNames(_) => 413,
            Self::RangeNotSatisfiable(_) => 416,
            Self::Service(error) => match error {
                Error::Unauthenticated => 401,
                Error::ClientDisconnected(_) => 499,
                Error::ImageGoneDuringUpload(_) | Error::StoreReadOnly => 503,
                Error::TooLarge(_) => 507,
                error => error.status(),
            },
        }
    }

    /// Returns the text of the answer, if it is not the usual page of its status.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Invalid(text) | Self::Malformed(text) | Self::Unfit(text) => Some(text.clone()),
            Self::LengthRequired | Self::TooLarge | Self::TooManyNames(_) => Some(self.to_string()),
            _ => None,
        }
    }

    /// Returns whether the text of the answer is a page by its media type.
    #[must_use]
    pub fn is_page(&self) -> bool {
        !matches!(
            self,
            Self::Invalid(_) | Self::LengthRequired | Self::TooLarge
        )
    }
}
