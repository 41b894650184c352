//! The versions of the Images API that a cloud lists.

use super::release::GlanceRelease;

/// The list of versions.
#[derive(Clone, Copy, Debug)]
pub enum VersionList {
    /// That of the release of Glance, by the features that the settings enable; `/versions` answers 200.
    Glance,
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

/// The features of a server that decide which versions it lists.
#[derive(Clone, Copy, Debug, Default)]
pub struct VersionFeatures {
    /// An image cache.
    pub cache: bool,
    /// Several stores.
    pub several_stores: bool,
}

/// The servers that list a version.
#[derive(Clone, Copy, Debug)]
enum When {
    Always,
    Stores,
    OneStore,
    Cache,
    NoCache,
}

/// A version with the servers that list it.
type VersionRow = (ListedVersion, When);

const fn current(id: &'static str, when: When) -> VersionRow {
    let status = "CURRENT";
    (ListedVersion { id, status }, when)
}

const fn supported(id: &'static str, when: When) -> VersionRow {
    let status = "SUPPORTED";
    (ListedVersion { id, status }, when)
}

use When::{Always, Cache, NoCache, OneStore, Stores};

/// 19.0.0: version 2.8 is that of several stores, 2.9 is current.
const TRAIN: &[VersionRow] = &[supported("v2.8", Stores), current("v2.9", Always)];

/// 20.0.0: version 2.10 is written as a number there, and so is listed as `v2.1`, like the old 2.1.
const USSURI: &[VersionRow] = &[
    current("v2.1", Stores),
    supported("v2.9", Stores),
    supported("v2.8", Stores),
    current("v2.9", OneStore),
];

/// 22.0.0.
const WALLABY: &[VersionRow] = &[
    current("v2.12", Stores),
    supported("v2.11", Stores),
    supported("v2.10", Stores),
    supported("v2.9", Stores),
    supported("v2.8", Stores),
    current("v2.9", OneStore),
];

/// 24.0.0: the image cache has versions of its own.
const YOGA: &[VersionRow] = &[
    current("v2.15", Cache),
    supported("v2.14", Cache),
    current("v2.15", NoCache),
];

/// 25.0.0 to 28.0.0.
const ZED: &[VersionRow] = &[
    current("v2.16", Cache),
    supported("v2.15", Cache),
    supported("v2.14", Cache),
    current("v2.15", NoCache),
];

/// 29.0.0 and 30.0.0, where version 2.17 stands behind those of the stores.
const DALMATIAN: &[VersionRow] = &[
    supported("v2.16", Cache),
    supported("v2.15", Cache),
    supported("v2.14", Cache),
    supported("v2.15", NoCache),
];

/// The version of the newer locations, which is current in 29.0.0 to 32.0.0 …
const LOCATIONS: &[VersionRow] = &[current("v2.17", Always)];

/// … and in 33.0.0 without an image cache only.
const LOCATIONS_CURRENT: &[VersionRow] = &[current("v2.17", NoCache)];

/// 33.0.0.
const HIBISCUS: &[VersionRow] = &[
    current("v2.18", Cache),
    supported("v2.17", Cache),
    supported("v2.16", Cache),
    supported("v2.15", Cache),
    supported("v2.14", Cache),
    supported("v2.15", NoCache),
];

/// The versions of several stores, from 24.0.0 on.
const STORES: &[VersionRow] = &[
    supported("v2.13", Stores),
    supported("v2.12", Stores),
    supported("v2.11", Stores),
    supported("v2.10", Stores),
    supported("v2.9", Stores),
    supported("v2.8", Stores),
    supported("v2.9", OneStore),
];

/// The versions that every release lists, the last.
const OLD: &[VersionRow] = &[
    supported("v2.7", Always),
    supported("v2.6", Always),
    supported("v2.5", Always),
    supported("v2.4", Always),
    supported("v2.3", Always),
    supported("v2.2", Always),
    supported("v2.1", Always),
    supported("v2.0", Always),
];

/// The parts of the list of each release, in the order of `glance/api/versions.py`.
const fn parts(release: GlanceRelease) -> [&'static [VersionRow]; 4] {
    match release {
        GlanceRelease::Train => [TRAIN, &[], &[], OLD],
        GlanceRelease::Ussuri => [USSURI, &[], &[], OLD],
        GlanceRelease::Wallaby => [WALLABY, &[], &[], OLD],
        GlanceRelease::Yoga => [YOGA, STORES, &[], OLD],
        GlanceRelease::V2023_1 | GlanceRelease::V2024_1 => [ZED, STORES, &[], OLD],
        GlanceRelease::V2025_1 => [DALMATIAN, STORES, LOCATIONS, OLD],
        GlanceRelease::V2026_2 => [HIBISCUS, STORES, LOCATIONS_CURRENT, OLD],
    }
}

impl VersionList {
    /// Returns the versions that a server with these features lists, in their order.
    pub fn listed(
        self,
        release: GlanceRelease,
        features: VersionFeatures,
    ) -> impl Iterator<Item = ListedVersion> {
        let (fixed, parts) = match self {
            Self::Fixed(versions) => (versions, [&[] as &[VersionRow]; 4]),
            Self::Glance => (&[] as &[ListedVersion], parts(release)),
        };
        let rows = parts.into_iter().flatten();
        let rows = rows.filter(move |(_, when)| features.have(*when));
        fixed
            .iter()
            .chain(rows.map(|(version, _)| version))
            .copied()
    }
}

impl VersionFeatures {
    const fn have(self, when: When) -> bool {
        match when {
            Always => true,
            Stores => self.several_stores,
            OneStore => !self.several_stores,
            Cache => self.cache,
            NoCache => !self.cache,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(release: GlanceRelease, cache: bool, several_stores: bool) -> String {
        let features = VersionFeatures {
            cache,
            several_stores,
        };
        let versions = VersionList::Glance.listed(release, features);
        let words = versions.map(|version| {
            let minor = version.id.trim_start_matches("v2.");
            let mark = if version.status == "CURRENT" { "!" } else { "" };
            format!("{minor}{mark}")
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_versions_tell_of_stores_and_of_a_cache() {
        for (cache, several_stores, versions) in [
            (false, false, "15 9 17! 7 6 5 4 3 2 1 0"),
            (false, true, "15 13 12 11 10 9 8 17! 7 6 5 4 3 2 1 0"),
            (true, false, "18! 17 16 15 14 9 7 6 5 4 3 2 1 0"),
            (
                true,
                true,
                "18! 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0",
            ),
        ] {
            let newest = GlanceRelease::default();
            assert_eq!(listed(newest, cache, several_stores), versions);
        }
    }

    #[test]
    fn each_release_ends_where_it_ended() {
        for (release, plain, with_both) in [
            ("train", "9!", "8 9!"),
            ("ussuri", "9!", "1! 9 8"),
            ("wallaby", "9!", "12! 11 10 9 8"),
            ("yoga", "15! 9", "15! 14 13 12 11 10 9 8"),
            ("2023.1", "15! 9", "16! 15 14 13 12 11 10 9 8"),
            ("2024.1", "15! 9", "16! 15 14 13 12 11 10 9 8"),
            ("2025.1", "15 9 17!", "16 15 14 13 12 11 10 9 8 17!"),
        ] {
            let release = release.parse().unwrap();
            let rest = "7 6 5 4 3 2 1 0";
            assert_eq!(listed(release, false, false), format!("{plain} {rest}"));
            assert_eq!(listed(release, true, true), format!("{with_both} {rest}"));
        }
    }
}
