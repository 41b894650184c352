//! Rackspace Cloud Images, with Identity v2.0 and Cloud Files.

mod identity;
mod images;
mod roles;
mod tasks;

use super::paths::Interface::Internal;
use super::{
    AbsentRoute, ApiUser, BuiltInSeed, Defaults, Dialect, ErrorForm, GLANCE, ListedVersion, Mount,
    Paths, VersionList,
};

/// Rackspace Cloud Images: an Icehouse-era Glance with additions (spec 11 Part A, 14 Part A).
pub static RACKSPACE: Dialect = Dialect {
    name: "rackspace",
    title: "Rackspace Cloud Images",
    has_releases: false,
    first_users: "rackspace (account 929418, API key 0123456789abcdef0123456789abcdef), rackspace-creator, \
                  rackspace-observer, admin, demo, alt",
    absent_routes: &[
        AbsentRoute::all("/v2/images/{image}/stage"),
        AbsentRoute::all("/v2/images/{image}/import"),
        AbsentRoute::all("/v2/images/{image}/locations"),
        AbsentRoute::all("/v2/images/{image}/tasks"),
        AbsentRoute::all("/v2/info/{*}"),
        AbsentRoute::all("/v2/stores/{*}"),
        AbsentRoute::all("/v2/cache"),
        AbsentRoute::all("/v2/cache/{*}"),
        AbsentRoute::all("/v2/cached_images"),
        AbsentRoute::all("/v2/cached_images/{*}"),
        AbsentRoute::all("/v2/queued_images"),
        AbsentRoute::all("/v2/queued_images/{*}"),
        AbsentRoute::all("/v2/metadefs/{*}"),
        AbsentRoute::all("/v2/schemas/metadefs/{*}"),
    ],
    paths: Paths {
        // ServiceNet, by which machines of the cloud reach its services.
        mounts: &[Mount {
            prefix: "/snet",
            onto: "",
            interface: Internal,
        }],
        account_numbers: true,
        json_suffix: true,
        merges_slashes: true,
        ..Paths::PLAIN
    },
    versions: VersionList::Fixed(&[ListedVersion {
        id: "v2.2",
        status: "CURRENT",
    }]),
    errors: ErrorForm::Text,
    images: &images::INTERNAL,
    public_images: Some(&images::PUBLIC),
    defaults: Defaults {
        disk_formats: Some(&[
            "ami", "ari", "aki", "vhd", "vmdk", "raw", "qcow2", "vdi", "iso",
        ]),
        container_formats: Some(&["ami", "ari", "aki", "bare", "ovf"]),
        require_image_format_match: Some(false),
        bootstrap_region: Some("ORD"),
        token_expiration: Some(24 * 60 * 60),
        ..Defaults::GLANCE
    },
    identity_v2: true,
    api_user: Some(ApiUser {
        name: "rackspace",
        key: "0123456789abcdef0123456789abcdef",
    }),
    rate_limited: true,
    object_store: true,
    tasks: &tasks::TASKS,
    catalogue: identity::CATALOGUE,
    roles: identity::ROLES,
    seed: Some(BuiltInSeed::RACKSPACE),
    ..GLANCE
};
