//! Releases of Glance: what came when.
//!
//! Every fact is read off the tags of the Glance repository: `glance/api/versions.py` (lists of versions),
//! `glance/api/v2/router.py` (routes), `glance/async_/flows/api_image_import.py` (import methods), and the release notes that
//! are named below. Train is 19.0.0, Ussuri 20, Wallaby 22, Yoga 24, 2023.1 26, 2024.1 28, 2025.1 30, 2026.2 33.

use super::absent::AbsentRoute;
use crate::domain::import::ImportMethod;
use crate::domain::string_enum;

string_enum! {
    /// A release of Glance.
    #[derive(Default, PartialOrd, Ord)]
    GlanceRelease {
        /// 19.0.0.
        Train = "train",
        /// 20.0.0.
        Ussuri = "ussuri",
        /// 22.0.0.
        Wallaby = "wallaby",
        /// 24.0.0.
        Yoga = "yoga",
        /// 26.0.0.
        V2023_1 = "2023.1",
        /// 28.0.0.
        V2024_1 = "2024.1",
        /// 30.0.0.
        V2025_1 = "2025.1",
        /// 33.0.0, the newest.
        #[default]
        V2026_2 = "2026.2",
    }
}

use GlanceRelease::{Ussuri, V2023_1, V2025_1, V2026_2, Wallaby, Yoga};

/// The routes by the first of the releases here that has them.
const ROUTES: [(GlanceRelease, AbsentRoute); 10] = [
    // Release note delete_from_store.
    (Ussuri, AbsentRoute::all("/v2/stores/{store}/{image}")),
    // Release note image-tasks-api.
    (Wallaby, AbsentRoute::all("/v2/images/{image}/tasks")),
    // Release notes cache-api, added-store-detail-api, added-quota-usage-api.
    (Yoga, AbsentRoute::all("/v2/cache")),
    (Yoga, AbsentRoute::all("/v2/cache/{image}")),
    (Yoga, AbsentRoute::all("/v2/info/stores/detail")),
    (Yoga, AbsentRoute::all("/v2/info/usage")),
    // Release notes add-new-add-location-api, add-new-get-locations-api (29.0.0).
    (V2025_1, AbsentRoute::all("/v2/images/{image}/locations")),
    // Release notes cache-clean-prune-api-endpoints, list-cached-nodes-admin-only.
    (V2026_2, AbsentRoute::all("/v2/cache/clean")),
    (V2026_2, AbsentRoute::all("/v2/cache/prune")),
    (V2026_2, AbsentRoute::all("/v2/cache/nodes/{image}")),
];

/// The import methods that came after Train: release notes copy-existing-image and add-glance-download-method (25.0.0).
const IMPORT_METHODS: [(GlanceRelease, ImportMethod); 2] = [
    (Ussuri, ImportMethod::CopyImage),
    (V2023_1, ImportMethod::GlanceDownload),
];

/// Something in a request that came after Train; earlier releases do not look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaterInput {
    /// `stores`, `all_stores` and `all_stores_must_succeed` of an import.
    ImportStores,
    /// The header `x-openstack-image-size` of an upload.
    SizeHeader,
    /// The parameter `prefer` of a download.
    PreferredStores,
}

impl LaterInput {
    /// Returns the first of the releases here that reads it.
    const fn since(self) -> GlanceRelease {
        match self {
            // Release note import-multi-stores.
            Self::ImportStores => Ussuri,
            // Release notes add-x-openstack-image-size-header (31.0.0) and download-from-suggested-stores.
            Self::SizeHeader | Self::PreferredStores => V2026_2,
        }
    }
}

impl GlanceRelease {
    /// Returns true for the newest release, which has everything.
    #[must_use]
    pub fn is_newest(self) -> bool {
        self == Self::default()
    }

    /// Returns true if the release has a route, by the route's path in the table.
    #[must_use]
    pub fn has_route(self, method: &str, path: &str) -> bool {
        let mut later = ROUTES.iter().filter(|(since, _)| *since > self);
        !later.any(|(_, route)| route.covers(method, path))
    }

    /// Returns true if the release has an import method.
    #[must_use]
    pub fn has_import_method(self, method: ImportMethod) -> bool {
        let mut later = IMPORT_METHODS.iter().filter(|(since, _)| *since > self);
        !later.any(|(_, later)| *later == method)
    }

    /// Returns true if the release reads an input.
    #[must_use]
    pub fn reads(self, input: LaterInput) -> bool {
        self >= input.since()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_later_is_not_there() {
        let train = GlanceRelease::Train;
        assert!(train.has_route("GET", "/v2/images/{image}"));
        assert!(!train.has_route("GET", "/v2/images/{image}/tasks"));
        assert!(GlanceRelease::Wallaby.has_route("GET", "/v2/images/{image}/tasks"));
        assert!(!train.has_import_method(ImportMethod::CopyImage));
        assert!(train.has_import_method(ImportMethod::WebDownload));
        assert!(!Yoga.has_import_method(ImportMethod::GlanceDownload));
        assert!(!train.reads(LaterInput::ImportStores) && Ussuri.reads(LaterInput::ImportStores));
    }

    #[test]
    fn the_newest_release_has_everything() {
        let newest = GlanceRelease::default();
        assert!(ROUTES.iter().all(|(since, _)| *since <= newest));
        assert!(newest.is_newest() && newest.has_import_method(ImportMethod::GlanceDownload));
    }
}
