//! The sets of images that a list is made of, and their conditions.

use crate::db::Sql;
use crate::domain::image::Visibility;
use crate::domain::member::MemberStatus;

/// A set of images that a caller sees for one reason.
#[derive(Clone, Debug, PartialEq)]
pub enum ImageScope {
    /// All images.
    All {
        /// Only this visibility, if given.
        visibility: Option<Visibility>,
        /// The community images among them.
        community: CommunityImages,
    },
    /// Images that everybody sees: public or community.
    Visible {
        /// Public or community.
        visibility: Visibility,
        /// The project whose own images are left out.
        not_of: Option<String>,
    },
    /// The images of a project.
    OwnedBy {
        /// The project.
        project: String,
        /// Only this visibility, if given.
        visibility: Option<Visibility>,
    },
    /// Images that other projects share with a project.
    SharedWith {
        /// The project.
        project: String,
        /// Only this status of the membership, if given.
        status: Option<MemberStatus>,
    },
}

/// The community images in a list of all images.
#[derive(Clone, Debug, PartialEq)]
pub enum CommunityImages {
    /// All of them.
    All,
    /// Only those of this project; none if there is no project.
    OwnedBy(Option<String>),
}

impl ImageScope {
    /// Appends the condition for the images of this scope. `found_by_scope` says that the statement finds
    /// shared images by their membership rows already.
    pub(super) fn condition(&self, sql: Sql, found_by_scope: bool) -> Sql {
        match self {
            Self::All {
                visibility,
                community,
            } => {
                let sql = match visibility {
                    Some(visibility) => sql.push("i.visibility = ").push_bind(visibility.as_str()),
                    None => sql.push("TRUE"),
                };
                match community {
                    CommunityImages::All => sql,
                    CommunityImages::OwnedBy(owner) => sql
                        .push(" AND (i.visibility <> 'community' OR i.owner = ")
                        .push_bind(owner)
                        .push(")"),
                }
            }
            Self::Visible { visibility, not_of } => {
                // The first condition repeats the words of the partial indexes, so that they are used.
                let sql = sql
                    .push("i.visibility IN ('public', 'community') AND i.visibility = ")
                    .push_bind(visibility.as_str());
                match not_of {
                    Some(project) => sql
                        .push(" AND (i.owner IS NULL OR i.owner <> ")
                        .push_bind(project)
                        .push(")"),
                    None => sql,
                }
            }
            Self::OwnedBy {
                project,
                visibility,
            } => {
                let sql = sql.push("i.owner = ").push_bind(project);
                match visibility {
                    Some(visibility) => sql
                        .push(" AND i.visibility = ")
                        .push_bind(visibility.as_str()),
                    None => sql,
                }
            }
            Self::SharedWith { project, status } => {
                let sql = sql
                    .push("i.visibility = 'shared' AND (i.owner IS NULL OR i.owner <> ")
                    .push_bind(project)
                    .push(")");
                if found_by_scope {
                    sql
                } else {
                    shared_with(sql.push(" AND i.id IN ("), project, *status).push(")")
                }
            }
        }
    }

    /// Returns `true` for a scope that is read from membership rows, which are few and in no useful order.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Self::SharedWith { .. })
    }
}

/// Appends a query for the ids of the images that are shared with a project.
pub(super) fn shared_with(sql: Sql, project: &str, status: Option<MemberStatus>) -> Sql {
    let sql = sql
        .push("SELECT m.image_id FROM image_members m WHERE NOT m.removed AND m.member = ")
        .push_bind(project);
    match status {
        Some(status) => sql.push(" AND m.status = ").push_bind(status.as_str()),
        None => sql,
    }
}
