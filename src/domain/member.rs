//! Members: the projects that a shared image is shared with.

use chrono::{DateTime, Utc};

use super::words;

words! {
    /// What a project makes of an image that was shared with it.
    MemberStatus {
        /// It has not said yet.
        Pending = "pending",
        /// It wants the image in its lists.
        Accepted = "accepted",
        /// It does not.
        Rejected = "rejected",
    }
}

/// One project's share in an image.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The project.
    pub project: String,
    /// The image.
    pub image_id: String,
    /// What the project made of it.
    pub status: MemberStatus,
    /// When it was first shared.
    pub created_at: DateTime<Utc>,
    /// When the status last changed.
    pub updated_at: DateTime<Utc>,
}
