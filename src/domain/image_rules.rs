//! The rules of images in which clouds differ, as data. Glance's own are [`ImageRules::GLANCE`].

use super::image::{READ_ONLY, SETTABLE, Visibility};
use super::query::ListRules;

/// The rules of images in one kind of cloud.
#[derive(Debug)]
pub struct ImageRules {
    /// The schema documents that stand in the place of Glance's, by their names.
    pub documents: &'static [(&'static str, &'static str)],
    /// The fields of Glance's images that images do not have here. Custom properties may have these names.
    pub absent_fields: &'static [&'static str],
    /// The keys that an entity begins with, in their order; Glance's order if there are none.
    pub key_order: &'static [&'static str],
    /// The fields and properties that only an admin changes.
    pub admin_only: &'static [&'static str],
    /// The images that can be shared with other projects, and what they are called.
    pub sharing: Sharing,
    /// The answer to a download of an image that has no data yet.
    pub download_of_nothing: DownloadOfNothing,
    /// The answer to a caller who sets the status of a member and is not that member.
    pub foreign_status: ForeignStatus,
    /// The callers who may download at all, whatever the policy says.
    pub downloads: Downloads,
    /// The rules of lists.
    pub lists: ListRules,
    /// The policy rules that differ from Glance's defaults, by name and check.
    pub policy: &'static [(&'static str, &'static str)],
    /// The property protections that hold if the settings name no file, in its format with roles.
    pub protections: Option<&'static str>,
}

/// The images that can be shared with other projects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Images with the visibility `shared`.
    SharedImages,
    /// Private images. They are stored as shared ones: a shared image without members is a private one.
    PrivateImages,
}

/// The answer to a download of an image that has no data yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownloadOfNothing {
    /// An empty answer, 204.
    Empty,
    /// A refusal, 403.
    Forbidden,
}

/// The answer to a caller who sets the status of a member and is not that member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignStatus {
    /// The policy rule `modify_member` says no, and another's record is not found.
    ByPolicy,
    /// The status is not theirs to modify, 403, for the owner and for other members.
    NotPermitted,
}

/// The callers who may download data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Downloads {
    /// Those whom the policy lets.
    ByPolicy,
    /// Admins only; all others are over their limit, 413.
    OverLimit,
}

impl ImageRules {
    /// The rules of Glance 33.
    pub const GLANCE: Self = Self {
        documents: &[],
        absent_fields: &[],
        key_order: &[],
        admin_only: &[],
        sharing: Sharing::SharedImages,
        download_of_nothing: DownloadOfNothing::Empty,
        foreign_status: ForeignStatus::ByPolicy,
        downloads: Downloads::ByPolicy,
        lists: ListRules::GLANCE,
        policy: &[],
        protections: None,
    };

    /// Returns true if images have this one of Glance's fields.
    #[must_use]
    pub fn has_field(&self, name: &str) -> bool {
        !self.absent_fields.contains(&name)
    }

    /// Returns true for a field that only the server sets.
    #[must_use]
    pub fn is_read_only(&self, name: &str) -> bool {
        READ_ONLY.contains(&name) && self.has_field(name)
    }

    /// Returns true for a field that a patch can set but not remove.
    #[must_use]
    pub fn is_settable(&self, name: &str) -> bool {
        SETTABLE.contains(&name) && self.has_field(name)
    }
}

impl Sharing {
    /// Returns the word for a visibility in an entity.
    #[must_use]
    pub fn shown(self, visibility: Visibility) -> Visibility {
        match (self, visibility) {
            (Self::SharedImages, visibility)
            | (Self::PrivateImages, visibility @ Visibility::Public) => visibility,
            (Self::PrivateImages, _) => Visibility::Private,
        }
    }

    /// Returns the visibility with which an image is stored whose entity has this word.
    #[must_use]
    pub fn stored(self, word: Visibility) -> Visibility {
        match (self, word) {
            (Self::PrivateImages, Visibility::Private) => Visibility::Shared,
            (_, word) => word,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_image_that_can_be_shared_is_shown_as_private() {
        let sharing = Sharing::PrivateImages;
        for word in [Visibility::Public, Visibility::Private] {
            assert_eq!(sharing.shown(sharing.stored(word)), word);
        }
        assert_eq!(sharing.stored(Visibility::Private), Visibility::Shared);
        for word in Visibility::ALL {
            let glance = Sharing::SharedImages;
            assert_eq!(glance.shown(glance.stored(*word)), *word);
        }
    }

    #[test]
    fn the_name_of_an_absent_field_is_free() {
        let rules = ImageRules {
            absent_fields: &["os_hidden", "direct_url"],
            ..ImageRules::GLANCE
        };
        assert!(ImageRules::GLANCE.is_settable("os_hidden") && !rules.is_settable("os_hidden"));
        assert!(ImageRules::GLANCE.is_read_only("direct_url") && !rules.is_read_only("direct_url"));
        assert!(rules.is_settable("name") && rules.is_read_only("id"));
    }
}
