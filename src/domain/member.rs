//! Members: the projects that a shared image is shared with.

use chrono::{DateTime, Utc};

use super::string_enum;

string_enum! {
    /// The answer of a project to an image that is shared with it.
    MemberStatus {
        /// The project has not answered yet.
        Pending = "pending",
        /// The project wants the image in its lists.
        Accepted = "accepted",
        /// The project does not want the image in its lists.
        Rejected = "rejected",
    }
}

/// A project that an image is shared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The ID of the project.
    pub project: String,
    /// The ID of the image.
    pub image_id: String,
    /// The project's answer.
    pub status: MemberStatus,
    /// The time when the image was shared.
    pub created_at: DateTime<Utc>,
    /// The time of the last change of the status.
    pub updated_at: DateTime<Utc>,
}
