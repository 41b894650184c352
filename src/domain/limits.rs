//! The unified limits of a project: what is limited, and when something is too much.

use super::words;
use crate::{Error, Result};

words! {
    /// What a project's images are limited in.
    Limited {
        /// What they hold together, in MiB.
        Size = "image_size_total",
        /// What of them waits in the staging area, in MiB.
        Stage = "image_stage_total",
        /// How many there are.
        Count = "image_count_total",
        /// How many of them are being filled.
        Uploading = "image_count_uploading",
    }
}

/// What bounds a project: a number for each that is limited; below zero stands for any number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits(Vec<(Limited, i64)>);

impl Limits {
    /// Those of these names and numbers that are known; the first of a name counts.
    #[must_use]
    pub fn of(pairs: impl IntoIterator<Item = (String, i64)>) -> Self {
        let mut limits = Vec::new();
        for (name, most) in pairs {
            if let Some(what) = Limited::from_word(&name)
                && !limits.iter().any(|(known, _)| *known == what)
            {
                limits.push((what, most));
            }
        }
        Self(limits)
    }

    /// The limit of this: 0 where none is registered, for then nothing of it may be had.
    #[must_use]
    pub fn most(&self, what: Limited) -> i64 {
        let found = self.0.iter().find(|(known, _)| *known == what);
        found.map_or(0, |(_, most)| *most)
    }

    /// Refuses `more` of something to a project that has `usage` already, if that is too much.
    pub fn check(&self, project: Option<&str>, what: Limited, usage: i64, more: i64) -> Result<()> {
        let most = self.most(what);
        if most < 0 || usage.saturating_add(more) <= most {
            return Ok(());
        }
        let project = project.unwrap_or("None");
        Err(Error::TooLarge(format!(
            "The request returned a 413 Request Entity Too Large. This generally means that rate \
             limiting or a quota threshold was breached.\n\nThe response body:\nProject {project} \
             is over a limit for [Resource {what} is over limit of {most} due to current usage \
             {usage} and delta {more}]"
        )))
    }
}

/// Bytes as limits count them: in whole MiB.
#[must_use]
pub fn mebibytes(bytes: u64) -> i64 {
    i64::try_from(bytes >> 20).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(most: i64) -> Limits {
        Limits::of([("image_count_total".to_owned(), most)])
    }

    #[test]
    fn a_limit_may_be_reached_but_not_passed() {
        let what = Limited::Count;
        assert!(limits(2).check(Some("p"), what, 1, 1).is_ok());
        assert!(limits(2).check(Some("p"), what, 2, 1).is_err());
        assert!(limits(2).check(Some("p"), what, 2, 0).is_ok());
        assert!(limits(2).check(Some("p"), what, 3, 0).is_err());
    }

    #[test]
    fn a_negative_limit_is_none_and_a_missing_one_allows_nothing() {
        let (count, size) = (Limited::Count, Limited::Size);
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
