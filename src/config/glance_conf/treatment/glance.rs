//! Glance's own options.

use super::way::Treatment::{Applied, Equivalent, NoEffect, NotSupported};
use super::way::{TreatmentRow, Way};
use crate::config::{Algorithm, Plugin};

const NO_PROFILER: &str = "there is no profiler; `--features otel` sends spans";

fn algorithms() -> Vec<String> {
    Algorithm::ALL.iter().map(ToString::to_string).collect()
}

fn plugins() -> Vec<String> {
    Plugin::ALL.iter().map(ToString::to_string).collect()
}

/// The uses of Glance's own options.
pub(super) const ROWS: &[TreatmentRow] = &[
    (
        "DEFAULT",
        "allow_anonymous_access",
        Applied(Way::Same("allow_anonymous_access")),
    ),
    (
        "DEFAULT",
        "api_limit_max",
        Applied(Way::Same("api_limit_max")),
    ),
    (
        "DEFAULT",
        "daemon",
        NoEffect("it is glance-scrubber's; --sweep says how often data is removed"),
    ),
    (
        "DEFAULT",
        "default_publisher_id",
        Applied(Way::IfAny("default_publisher_id")),
    ),
    (
        "DEFAULT",
        "delayed_delete",
        Applied(Way::Same("delayed_delete")),
    ),
    (
        "DEFAULT",
        "digest_algorithm",
        NoEffect("Glance does not use it; the hash of a signature is a property of the image"),
    ),
    (
        "DEFAULT",
        "disabled_notifications",
        Applied(Way::Same("disabled_notifications")),
    ),
    (
        "DEFAULT",
        "do_secure_hash",
        Applied(Way::Same("do_secure_hash")),
    ),
    ("DEFAULT", "enabled_backends", Applied(Way::Stores)),
    (
        "DEFAULT",
        "enabled_import_methods",
        Applied(Way::Same("enabled_import_methods")),
    ),
    (
        "DEFAULT",
        "hashing_algorithm",
        Applied(Way::Known("hashing_algorithm", algorithms)),
    ),
    (
        "DEFAULT",
        "http_retries",
        Applied(Way::Same("http_retries")),
    ),
    ("DEFAULT", "image_cache_dir", Applied(Way::Cache)),
    (
        "DEFAULT",
        "image_cache_driver",
        Applied(Way::Same("image_cache_driver")),
    ),
    (
        "DEFAULT",
        "image_cache_max_size",
        Applied(Way::Same("image_cache_max_size")),
    ),
    (
        "DEFAULT",
        "image_cache_sqlite_db",
        NoEffect("the cache has no database of its own"),
    ),
    (
        "DEFAULT",
        "image_cache_stall_time",
        Applied(Way::Same("image_cache_stall_time")),
    ),
    (
        "DEFAULT",
        "image_location_quota",
        Applied(Way::Same("image_location_quota")),
    ),
    (
        "DEFAULT",
        "image_member_quota",
        Applied(Way::Same("image_member_quota")),
    ),
    (
        "DEFAULT",
        "image_property_quota",
        Applied(Way::Same("image_property_quota")),
    ),
    (
        "DEFAULT",
        "image_size_cap",
        Applied(Way::Same("image_size_cap")),
    ),
    (
        "DEFAULT",
        "image_tag_quota",
        Applied(Way::Same("image_tag_quota")),
    ),
    (
        "DEFAULT",
        "limit_param_default",
        Applied(Way::Same("limit_param_default")),
    ),
    (
        "DEFAULT",
        "max_request_id_length",
        Applied(Way::Same("max_request_id_length")),
    ),
    (
        "DEFAULT",
        "metadata_encryption_key",
        Equivalent("clients see the same: the URLs of locations are not encrypted in the database"),
    ),
    (
        "DEFAULT",
        "node_staging_uri",
        NoEffect("staged data lies below --data"),
    ),
    (
        "DEFAULT",
        "property_protection_file",
        Applied(Way::File("property_protection_file")),
    ),
    (
        "DEFAULT",
        "property_protection_rule_format",
        Applied(Way::Same("property_protection_rule_format")),
    ),
    (
        "DEFAULT",
        "public_endpoint",
        NoEffect(
            "links would lead clients to the real cloud; --public-url and --public_endpoint name this server",
        ),
    ),
    (
        "DEFAULT",
        "pydev_worker_debug_host",
        NoEffect("it is for debugging Python"),
    ),
    (
        "DEFAULT",
        "pydev_worker_debug_port",
        NoEffect("it is for debugging Python"),
    ),
    (
        "DEFAULT",
        "restore",
        NoEffect("it is glance-scrubber's; `lookalike scrub --restore` does it"),
    ),
    (
        "DEFAULT",
        "scrub_pool_size",
        NoEffect("the data of one image is removed after the other"),
    ),
    ("DEFAULT", "scrub_time", Applied(Way::Same("scrub_time"))),
    (
        "DEFAULT",
        "show_image_direct_url",
        Applied(Way::Same("show_image_direct_url")),
    ),
    (
        "DEFAULT",
        "show_multiple_locations",
        Applied(Way::Same("show_multiple_locations")),
    ),
    (
        "DEFAULT",
        "use_keystone_limits",
        Applied(Way::Same("use_keystone_limits")),
    ),
    (
        "DEFAULT",
        "user_storage_quota",
        Applied(Way::IfAny("user_storage_quota")),
    ),
    (
        "DEFAULT",
        "wakeup_time",
        NoEffect("it is glance-scrubber's; --sweep says how often data is removed"),
    ),
    (
        "DEFAULT",
        "worker_self_reference_url",
        Applied(Way::IfAny("worker_self_reference_url")),
    ),
    (
        "glance_download_properties",
        "extra_properties",
        Applied(Way::Same("extra_properties")),
    ),
    (
        "image_conversion",
        "output_format",
        Applied(Way::Same("output_format")),
    ),
    (
        "image_format",
        "container_formats",
        Applied(Way::Same("container_formats")),
    ),
    (
        "image_format",
        "disk_formats",
        Applied(Way::Same("disk_formats")),
    ),
    (
        "image_format",
        "gpt_safety_checks_nonfatal",
        Applied(Way::Same("gpt_safety_checks_nonfatal")),
    ),
    (
        "image_format",
        "require_image_format_match",
        Applied(Way::Same("require_image_format_match")),
    ),
    (
        "image_format",
        "vmdk_allowed_types",
        Applied(Way::Same("vmdk_allowed_types")),
    ),
    (
        "image_import_opts",
        "image_import_plugins",
        Applied(Way::Known("image_import_plugins", plugins)),
    ),
    (
        "image_import_opts",
        "max_parallel_stores",
        NoEffect("an import writes to one store after the other"),
    ),
    (
        "import_filtering_opts",
        "allowed_hosts",
        Applied(Way::Same("allowed_hosts")),
    ),
    (
        "import_filtering_opts",
        "allowed_ports",
        Applied(Way::Same("allowed_ports")),
    ),
    (
        "import_filtering_opts",
        "allowed_schemes",
        Applied(Way::Same("allowed_schemes")),
    ),
    (
        "import_filtering_opts",
        "disallowed_hosts",
        Applied(Way::Same("disallowed_hosts")),
    ),
    (
        "import_filtering_opts",
        "disallowed_ports",
        Applied(Way::Same("disallowed_ports")),
    ),
    (
        "import_filtering_opts",
        "disallowed_schemes",
        Applied(Way::Same("disallowed_schemes")),
    ),
    (
        "inject_metadata_properties",
        "ignore_user_roles",
        Applied(Way::Same("ignore_user_roles")),
    ),
    (
        "inject_metadata_properties",
        "inject",
        Applied(Way::Same("inject")),
    ),
    (
        "paste_deploy",
        "config_file",
        NotSupported("the pipelines are those of the paste file that Glance comes with"),
    ),
    ("paste_deploy", "flavor", Applied(Way::Pipeline)),
    ("profiler", "*", NoEffect(NO_PROFILER)),
    (
        "task",
        "task_executor",
        Equivalent("tasks are run by the server itself"),
    ),
    (
        "task",
        "task_time_to_live",
        Applied(Way::Same("task_time_to_live")),
    ),
    (
        "task",
        "work_dir",
        NoEffect("temporary data lies below --data"),
    ),
    (
        "taskflow_executor",
        "conversion_format",
        NotSupported("tasks of the type import do not convert; the plugin image_conversion does"),
    ),
    (
        "taskflow_executor",
        "engine_mode",
        NoEffect("the steps of a task follow each other"),
    ),
    (
        "taskflow_executor",
        "max_workers",
        Applied(Way::Same("max_workers")),
    ),
    ("wsgi", "python_interpreter", NoEffect("there is no Python")),
    (
        "wsgi",
        "task_pool_threads",
        NoEffect("--max_workers says how many tasks run"),
    ),
];
