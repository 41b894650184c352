//! The things that are measured.

use crate::domain::fault::DataAccess;
use crate::domain::string_enum;
use crate::domain::task::{TaskKind, TaskStatus};

string_enum! {
    /// An operation of a store on the bytes of one image.
    StoreOperation {
        /// Finds the bytes, so that they can be read.
        Open = "open",
        /// Writes all bytes and publishes them; the time in which the store waits for bytes does not count.
        Write = "write",
    }
}

string_enum! {
    /// An API that gives out tokens.
    LoginApi {
        /// Keystone's v3.
        V3 = "v3",
        /// Keystone's v2.0.
        V2 = "v2.0",
    }
}

/// Work whose duration is measured.
#[derive(Clone, Copy, Debug)]
pub enum TimedWork<'a> {
    /// The wait for a connection of the database.
    DatabaseWait(DataAccess),
    /// A session of the database, from the connection to the commit or the end of reading.
    DatabaseSession(DataAccess),
    /// An operation of the store of this name.
    Store(&'a str, StoreOperation),
}

/// Work that is counted while it goes on.
#[derive(Clone, Copy, Debug)]
pub enum Ongoing {
    /// An open connection.
    Connection,
    /// Data that comes from a client.
    Upload,
    /// Data that goes to a client.
    Download,
    /// A task that this server performs.
    Task,
}

/// An occurrence that is counted.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// A fault rule struck; by the name of its effect.
    Fault(&'static str),
    /// A task ended.
    TaskEnded(TaskKind, TaskStatus),
    /// A log-in was refused.
    LoginRefused(LoginApi),
    /// A request to the Images API or the object store had no valid token.
    TokenRefused,
    /// Bytes of images and objects came from clients.
    UploadedBytes(u64),
    /// Bytes of images and objects went to clients.
    DownloadedBytes(u64),
    /// A webhook or a message broker has taken a notification.
    NotificationDelivered,
    /// Notifications were dropped, for a queue was full.
    NotificationsDropped(u64),
}

/// A form of the text in which metrics are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFormat {
    /// Prometheus's own, version 0.0.4.
    Prometheus,
    /// `OpenMetrics` 1.0.0.
    OpenMetrics,
}

impl TextFormat {
    /// Returns the form that an `Accept` header asks for.
    #[must_use]
    pub fn accepted(accept: &str) -> Self {
        if accept.contains("application/openmetrics-text") {
            Self::OpenMetrics
        } else {
            Self::Prometheus
        }
    }

    /// Returns the media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// The rows and clouds that are counted when metrics are read.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// The images of the main cloud, by status.
    pub images: Vec<(String, i64)>,
    /// The tasks of the main cloud, by kind and status, as the database names them.
    pub tasks: Vec<(String, String, i64)>,
    /// The number of sandboxes.
    pub sandboxes: usize,
}
