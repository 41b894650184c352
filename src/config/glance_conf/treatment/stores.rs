//! The options of `glance_store`.

use super::way::Treatment::{Applied, NoEffect, NotSupported};
use super::way::{TreatmentRow, Way};

const ELSEWHERE: &str =
    "the data of every store lies below --data; its name, description, weight and kind are shown";
const ONE_STORE: &str = "the data of the only store lies below --data";
const IN_SWIFT: &str = "the data lies below --data; a store in Swift is --store NAME=swift://…, which has this as a parameter";
const SHOWN: TreatmentRow = ("", "", Applied(Way::Stores));

const fn shown(group: &'static str, name: &'static str) -> TreatmentRow {
    (group, name, SHOWN.2)
}

const fn in_swift(name: &'static str) -> TreatmentRow {
    ("store:swift", name, NoEffect(IN_SWIFT))
}

/// The uses of the options of stores.
pub(super) const ROWS: &[TreatmentRow] = &[
    ("glance_store", "default_backend", Applied(Way::Stores)),
    (
        "glance_store",
        "default_store",
        NoEffect("without enabled_backends there is one store, whose kind no request shows"),
    ),
    (
        "glance_store",
        "stores",
        NoEffect(
            "without enabled_backends there is one store, and locations on web servers can be read",
        ),
    ),
    shown("glance_store", "filesystem_store_datadir"),
    shown("glance_store", "filesystem_store_datadirs"),
    shown("glance_store", "filesystem_store_file_perm"),
    shown("glance_store", "filesystem_store_metadata_file"),
    ("glance_store", "*", NoEffect(ONE_STORE)),
    shown("store:file", "store_description"),
    shown("store:file", "weight"),
    shown("store:file", "filesystem_store_datadir"),
    shown("store:file", "filesystem_store_datadirs"),
    shown("store:file", "filesystem_store_file_perm"),
    shown("store:file", "filesystem_store_chunk_size"),
    shown("store:file", "filesystem_thin_provisioning"),
    shown("store:file", "filesystem_store_metadata_file"),
    (
        "store:file",
        "*",
        NoEffect("files are written as this server does it"),
    ),
    shown("store:http", "store_description"),
    shown("store:http", "weight"),
    (
        "store:http",
        "*",
        NotSupported("data on web servers is read without a proxy, and certificates are checked"),
    ),
    shown("store:rbd", "store_description"),
    shown("store:rbd", "weight"),
    shown("store:rbd", "rbd_store_chunk_size"),
    shown("store:rbd", "rbd_store_pool"),
    shown("store:rbd", "rbd_thin_provisioning"),
    ("store:rbd", "*", NoEffect(ELSEWHERE)),
    shown("store:swift", "store_description"),
    shown("store:swift", "weight"),
    shown("store:swift", "swift_store_container"),
    shown("store:swift", "swift_store_large_object_size"),
    shown("store:swift", "swift_store_large_object_chunk_size"),
    in_swift("default_swift_reference"),
    in_swift("swift_store_application_credential_id"),
    in_swift("swift_store_application_credential_secret"),
    in_swift("swift_store_auth_address"),
    in_swift("swift_store_auth_insecure"),
    in_swift("swift_store_auth_version"),
    in_swift("swift_store_cacert"),
    in_swift("swift_store_config_file"),
    in_swift("swift_store_create_container_on_put"),
    in_swift("swift_store_endpoint"),
    in_swift("swift_store_endpoint_type"),
    in_swift("swift_store_key"),
    in_swift("swift_store_project_id"),
    in_swift("swift_store_project_name"),
    in_swift("swift_store_region"),
    in_swift("swift_store_service_type"),
    in_swift("swift_store_user"),
    ("store:swift", "*", NoEffect(ELSEWHERE)),
    shown("store:cinder", "store_description"),
    shown("store:cinder", "weight"),
    shown("store:cinder", "cinder_volume_type"),
    shown("store:cinder", "cinder_use_multipath"),
    ("store:cinder", "*", NoEffect(ELSEWHERE)),
    shown("store:s3", "store_description"),
    shown("store:s3", "weight"),
    shown("store:s3", "s3_store_large_object_size"),
    shown("store:s3", "s3_store_large_object_chunk_size"),
    shown("store:s3", "s3_store_thread_pools"),
    ("store:s3", "*", NoEffect(ELSEWHERE)),
    shown("store:vmware", "store_description"),
    shown("store:vmware", "weight"),
    ("store:vmware", "*", NoEffect(ELSEWHERE)),
];
