//! The unified limits of a project. Glance: `glance/quota/keystone.py`.

use super::string_enum;
use crate::{Error, Result};

string_enum! {
    /// A resource that a project has a limit of.
    LimitedResource {
        /// The total size of the images, in MiB.
        Size = "image_size_total",
        /// The total size of the data in the staging area, in MiB.
        Stage = "image_stage_total",
        /// The number of images.
        Count = "image_count_total",
        /// The number of images that are receiving data.
        Uploading = "image_count_uploading",
    }
}

/// The limits of a project, by resource; a negative one is unlimited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectLimits(Vec<(LimitedResource, i64)>);

impl ProjectLimits {
    /// Returns the limits of the known resources among these pairs; the first one of a name counts.
    #[must_use]
    pub fn of(pairs: impl IntoIterator<Item = (String, i64)>) -> Self {
        let mut limits = Vec::new();
        for (name, max) in pairs {
            if let Ok(what) = name.parse::<LimitedResource>()
                && !limits.iter().any(|(known, _)| *known == what)
            {
                limits.push((what, max));
            }
        }
        Self(limits)
    }

    /// Returns the limit of a resource: 0 if none is registered, for then the project may have none
    /// of it.
    #[must_use]
    pub fn max(&self, what: LimitedResource) -> i64 {
        let found = self.0.iter().find(|(known, _)| *known == what);
        found.map_or(0, |(_, max)| *max)
    }

    /// Refuses `more` of a resource to a project that has `usage` already, if that exceeds the
    /// limit.
    pub fn check(
        &self,
        project: Option<&str>,
        what: LimitedResource,
        usage: i64,
        more: i64,
    ) -> Result<()> {
        let max = self.max(what);
        if max < 0 || usage.saturating_add(more) <= max {
            return Ok(());
        }
        let project = project.unwrap_or("None");
        Err(Error::TooLarge(format!(
            "The request returned a 413 Request Entity Too Large. This generally means that rate \
             limiting or a quota threshold was breached.\n\nThe response body:\nProject {project} \
             is over a limit for [Resource {what} is over limit of {max} due to current usage \
             {usage} and delta {more}]"
        )))
    }
}

/// Returns bytes in whole MiB, the unit of the limits.
#[must_use]
pub fn mebibytes(bytes: u64) -> i64 {
    i64::try_from(bytes >> 20).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(max: i64) -> ProjectLimits {
        ProjectLimits::of([("image_count_total".to_owned(), max)])
    }

    #[test]
    fn a_limit_may_be_reached_but_not_passed() {
        let what = LimitedResource::Count;
        assert!(limits(2).check(Some("p"), what, 1, 1).is_ok());
        assert!(limits(2).check(Some("p"), what, 2, 1).is_err());
        assert!(limits(2).check(Some("p"), what, 2, 0).is_ok());
        assert!(limits(2).check(Some("p"), what, 3, 0).is_err());
    }

    #[test]
    fn a_negative_limit_is_none_and_a_missing_one_allows_nothing() {
        let (count, size) = (LimitedResource::Count, LimitedResource::Size);
        assert!(limits(-1).check(Some("p"), count, 9999, 1).is_ok());
        assert!(limits(-1).check(Some("p"), size, 0, 1).is_err());
        assert!(limits(-1).check(Some("p"), size, 0, 0).is_ok());
    }

    #[test]
    fn mebibytes_are_whole() {
        assert_eq!(mebibytes((1 << 20) - 1), 0);
        assert_eq!(mebibytes((1 << 21) + 5), 2);
    }
}
