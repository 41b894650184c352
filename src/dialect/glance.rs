//! The default: the newest Glance as it is.

use super::paths::Interface::{Admin, Internal, Public};
use super::{
    CatalogueService, Defaults, Dialect, ErrorForm, GlanceRelease, ImageRules, Paths, VersionList,
};
use crate::domain::task::TaskRules;

/// Glance, with the Keystone that is embedded.
pub const GLANCE: Dialect = Dialect {
    name: "glance",
    title: "OpenStack Glance",
    first_users: "admin, demo, alt",
    release: GlanceRelease::V2026_2,
    has_releases: true,
    absent_routes: &[],
    paths: Paths::PLAIN,
    versions: VersionList::Glance,
    errors: ErrorForm::Negotiated,
    images: &ImageRules::GLANCE,
    public_images: None,
    defaults: Defaults::GLANCE,
    identity_v2: false,
    api_user: None,
    rate_limited: false,
    object_store: false,
    divides_uploads: false,
    tasks: &TaskRules::GLANCE,
    catalogue: &[
        CatalogueService::KEYSTONE,
        CatalogueService {
            kind: "image",
            name: "glance",
            endpoints: &[(Public, ""), (Internal, ""), (Admin, "")],
        },
    ],
    roles: &[],
    seed: None,
};
