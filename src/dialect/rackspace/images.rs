//! The images of Rackspace Cloud Images, in both faces of the service.

use super::roles;
use crate::domain::image_rules::{
    DownloadOfNothing, Downloads, ForeignStatus, ImageRules, Sharing,
};
use crate::domain::query::{
    BooleanWords, ListRules, SortKey, TimestampPrecision, VisibilityFilter,
};

/// The rules behind the endpoint for Compute, where images are made and filled.
pub(super) const INTERNAL: ImageRules = ImageRules {
    documents: &[
        ("image", include_str!("schemas/image.json")),
        ("images", include_str!("schemas/images.json")),
        ("member", include_str!("schemas/member.json")),
        ("members", include_str!("schemas/members.json")),
        ("task", include_str!("schemas/task.json")),
        ("tasks", include_str!("schemas/tasks.json")),
    ],
    absent_fields: ABSENT_FIELDS,
    key_order: KEY_ORDER,
    admin_only: &["image_type", "os_type", "owner", "user_id"],
    sharing: Sharing::PrivateImages,
    download_of_nothing: DownloadOfNothing::Forbidden,
    foreign_status: ForeignStatus::NotPermitted,
    downloads: Downloads::ByPolicy,
    lists: ListRules {
        visibilities: &[
            VisibilityFilter::Public,
            VisibilityFilter::Private,
            VisibilityFilter::Shared,
        ],
        sort_keys: &[
            SortKey::Name,
            SortKey::Status,
            SortKey::ContainerFormat,
            SortKey::DiskFormat,
            SortKey::Size,
            SortKey::Id,
            SortKey::CreatedAt,
            SortKey::UpdatedAt,
            SortKey::Owner,
        ],
        ignored: &["offset"],
        absent_fields: ABSENT_FIELDS,
        protected: BooleanWords::Any,
        timestamps: TimestampPrecision::Seconds,
    },
    policy: roles::INTERNAL,
    protections: Some(include_str!("protections.conf")),
};

/// The rules behind the public endpoint, where customers neither make images nor get at their data.
pub(super) const PUBLIC: ImageRules = ImageRules {
    downloads: Downloads::OverLimit,
    policy: roles::PUBLIC,
    ..INTERNAL
};

const ABSENT_FIELDS: &[&str] = &[
    "os_hidden",
    "os_hash_algo",
    "os_hash_value",
    "stores",
    "locations",
    "direct_url",
];

/// The keys of an entity in the order of the sample that Rackspace published.
const KEY_ORDER: &[&str] = &[
    "com.rackspace__1__options",
    "container_format",
    "min_ram",
    "updated_at",
    "self",
    "owner",
    "file",
    "flavor_classes",
    "vm_mode",
    "com.rackspace__1__release_id",
    "com.rackspace__1__build_core",
    "id",
    "size",
    "os_distro",
    "com.rackspace__1__release_version",
    "hypervisor_version_requires",
    "image_type",
    "org.openstack__1__os_version",
    "disk_format",
    "com.rackspace__1__platform_target",
    "com.rackspace__1__build_managed",
    "org.openstack__1__architecture",
    "schema",
    "status",
    "com.rackspace__1__visible_core",
    "tags",
    "com.rackspace__1__ui_default_show",
    "com.rackspace__1__release_build_date",
    "visibility",
    "com.rackspace__1__visible_rackconnect",
    "min_disk",
    "org.openstack__1__os_distro",
    "com.rackspace__1__visible_managed",
    "virtual_size",
    "name",
    "com.rackspace__1__build_rackconnect",
    "checksum",
    "created_at",
    "cache_in_nova",
    "com.rackspace__1__build_config_options",
    "protected",
    "auto_disk_config",
    "os_type",
    "com.rackspace__1__source",
];
