//! The rules of lists in which clouds differ.

use super::sort::SortKey;
use crate::domain::image::Visibility;
use crate::domain::string_enum;

string_enum! {
    /// A value of the query parameter `visibility`.
    VisibilityFilter {
        /// Public images.
        Public = "public",
        /// Private images of the caller's project.
        Private = "private",
        /// Images shared by or with the caller's project.
        Shared = "shared",
        /// Community images.
        Community = "community",
        /// Every image that the caller may see.
        All = "all",
        /// No image: an empty value is accepted and matches nothing.
        Nothing = "",
    }
}

impl VisibilityFilter {
    /// Returns the visibility that images must have, if the value is one.
    #[must_use]
    pub fn visibility(self) -> Option<Visibility> {
        self.as_str().parse().ok()
    }
}

/// The rules of lists in one kind of cloud.
#[derive(Debug, PartialEq)]
pub struct ListRules {
    /// The values that the parameter `visibility` may have.
    pub visibilities: &'static [VisibilityFilter],
    /// The keys that lists can be sorted by.
    pub sort_keys: &'static [SortKey],
    /// The parameters that are accepted and have no effect.
    pub ignored: &'static [&'static str],
    /// The names of Glance's parameters that are only names of custom properties here.
    pub absent_fields: &'static [&'static str],
    /// The values of the parameter `protected`.
    pub protected: BooleanWords,
    /// The precision in which timestamps equal each other.
    pub timestamps: TimestampPrecision,
}

/// The values that a boolean parameter may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BooleanWords {
    /// `true` and `false`; all others are refused.
    Strict,
    /// Every text: the usual words for true are true in any case of letters, and all others are false.
    /// Python: `strutils.bool_from_string` of oslo.utils.
    Any,
}

/// The precision in which timestamps equal each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampPrecision {
    /// Microseconds, as they are stored.
    Microseconds,
    /// Seconds, as they are shown.
    Seconds,
}

impl ListRules {
    /// The rules of Glance 33.
    pub const GLANCE: Self = Self {
        visibilities: VisibilityFilter::ALL,
        sort_keys: &[
            SortKey::Name,
            SortKey::Status,
            SortKey::ContainerFormat,
            SortKey::DiskFormat,
            SortKey::Size,
            SortKey::Id,
            SortKey::CreatedAt,
            SortKey::UpdatedAt,
        ],
        ignored: &[],
        absent_fields: &[],
        protected: BooleanWords::Strict,
        timestamps: TimestampPrecision::Microseconds,
    };

    /// Returns true if lists have this one of Glance's parameters.
    #[must_use]
    pub fn has_field(&self, name: &str) -> bool {
        !self.absent_fields.contains(&name)
    }
}
