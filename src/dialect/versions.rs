//! The versions of the Images API that a cloud lists.

/// The list of versions.
#[derive(Clone, Copy, Debug)]
pub enum VersionList {
    /// Glance's, by the features that the settings enable; `/versions` answers 200.
    ByFeatures,
    /// These, and 300 at `/versions` as at `/`.
    Fixed(&'static [ListedVersion]),
}

/// A version in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedVersion {
    /// The id, such as `v2.2`.
    pub id: &'static str,
    /// The status, such as `CURRENT`.
    pub status: &'static str,
}
