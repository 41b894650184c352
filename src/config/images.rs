//! The options of Glance that govern images and requests for them.

use std::path::PathBuf;

use serde::Serialize;

use super::Algorithm;
#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, boolean, glance_size, name};

/// The options of Glance that govern images, by Glance's names and with its defaults.
#[derive(Clone, Debug, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are Glance's, each a switch of its own"
)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Images and quotas")
)]
pub struct ImageOptions {
    /// Default page size of lists
    #[cfg_attr(feature = "cli", arg(long = "limit_param_default", env = "LOOKALIKE_LIMIT_PARAM_DEFAULT", default_value_t = 25, value_parser = clap::value_parser!(i64).range(1..), value_name = "N"))]
    pub limit_param_default: i64,

    /// Maximum page size of lists
    #[cfg_attr(feature = "cli", arg(long = "api_limit_max", env = "LOOKALIKE_API_LIMIT_MAX", default_value_t = 1000, value_parser = clap::value_parser!(i64).range(1..), value_name = "N"))]
    pub api_limit_max: i64,

    /// Maximum number of locations per image; negative: no limit
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "image_location_quota",
            env = "LOOKALIKE_IMAGE_LOCATION_QUOTA",
            default_value_t = 10,
            allow_negative_numbers = true,
            value_name = "N"
        )
    )]
    pub image_location_quota: i64,

    /// Maximum number of custom properties per image; negative: no limit
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "image_property_quota",
            env = "LOOKALIKE_IMAGE_PROPERTY_QUOTA",
            default_value_t = 128,
            allow_negative_numbers = true,
            value_name = "N"
        )
    )]
    pub image_property_quota: i64,

    /// Maximum number of tags per image; negative: no limit
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "image_tag_quota",
            env = "LOOKALIKE_IMAGE_TAG_QUOTA",
            default_value_t = 128,
            allow_negative_numbers = true,
            value_name = "N"
        )
    )]
    pub image_tag_quota: i64,

    /// Maximum number of members per image; negative: no limit
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "image_member_quota",
            env = "LOOKALIKE_IMAGE_MEMBER_QUOTA",
            default_value_t = 128,
            allow_negative_numbers = true,
            value_name = "N"
        )
    )]
    pub image_member_quota: i64,

    /// Maximum size of an image, in bytes
    #[cfg_attr(feature = "cli", arg(long = "image_size_cap", env = "LOOKALIKE_IMAGE_SIZE_CAP", default_value_t = 1_099_511_627_776, value_parser = clap::value_parser!(u64).range(1..=9_223_372_036_854_775_807), value_name = "BYTES"))]
    pub image_size_cap: u64,

    /// The size of all images of one project together, in Glance's units: a number with B, KB (1024 bytes), MB, GB, TB or nothing behind it; 0: no limit
    #[cfg_attr(feature = "cli", arg(long = "user_storage_quota", env = "LOOKALIKE_USER_STORAGE_QUOTA", default_value = "0", value_parser = glance_size, value_name = "SIZE"))]
    pub user_storage_quota: u64,

    /// Allowed values of `disk_format`
    #[cfg_attr(feature = "cli", arg(long = "disk_formats", env = "LOOKALIKE_DISK_FORMATS", value_delimiter = ',', value_parser = name, default_value = "ami,ari,aki,vhd,vhdx,vmdk,raw,qcow2,vdi,iso,ploop", value_name = "LIST"))]
    pub disk_formats: Vec<String>,

    /// Allowed values of `container_format`
    #[cfg_attr(feature = "cli", arg(long = "container_formats", env = "LOOKALIKE_CONTAINER_FORMATS", value_delimiter = ',', value_parser = name, default_value = "ami,ari,aki,bare,ovf,ova,docker,compressed", value_name = "LIST"))]
    pub container_formats: Vec<String>,

    /// Hash algorithm of `os_hash_value`
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "hashing_algorithm",
            env = "LOOKALIKE_HASHING_ALGORITHM",
            default_value = "sha512",
            value_enum,
            value_name = "ALGORITHM"
        )
    )]
    pub hashing_algorithm: Algorithm,

    /// Inspect uploaded data and refuse it with 415 if it does not match `disk_format`
    #[cfg_attr(feature = "cli", arg(long = "require_image_format_match", env = "LOOKALIKE_REQUIRE_IMAGE_FORMAT_MATCH", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = true, default_missing_value = "true", value_name = "true|false"))]
    pub require_image_format_match: bool,

    /// Checks of partition tables that data may fail: `mbr`
    #[cfg_attr(feature = "cli", arg(long = "gpt_safety_checks_nonfatal", env = "LOOKALIKE_GPT_SAFETY_CHECKS_NONFATAL", value_delimiter = ',', value_parser = name, value_name = "LIST"))]
    pub gpt_safety_checks_nonfatal: Vec<String>,

    /// Types of VMDK (`createType`) that the plugin `image_conversion` converts from; empty: none
    #[cfg_attr(feature = "cli", arg(long = "vmdk_allowed_types", env = "LOOKALIKE_VMDK_ALLOWED_TYPES", value_delimiter = ',', value_parser = name, default_value = "streamOptimized,monolithicSparse", value_name = "LIST"))]
    pub vmdk_allowed_types: Vec<String>,

    /// Show the storage URLs of an image in `locations`
    #[cfg_attr(feature = "cli", arg(long = "show_multiple_locations", env = "LOOKALIKE_SHOW_MULTIPLE_LOCATIONS", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub show_multiple_locations: bool,

    /// Show the storage URL of an image in `direct_url`
    #[cfg_attr(feature = "cli", arg(long = "show_image_direct_url", env = "LOOKALIKE_SHOW_IMAGE_DIRECT_URL", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub show_image_direct_url: bool,

    /// Accept requests without a token, for reading only (with Glance's default policies they see no images)
    #[cfg_attr(feature = "cli", arg(long = "allow_anonymous_access", env = "LOOKALIKE_ALLOW_ANONYMOUS_ACCESS", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub allow_anonymous_access: bool,

    /// Maximum length of a request id sent by a client, in characters
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "max_request_id_length",
            env = "LOOKALIKE_MAX_REQUEST_ID_LENGTH",
            default_value_t = 64,
            value_name = "N"
        )
    )]
    pub max_request_id_length: usize,

    /// Use X-Forwarded-Proto, X-Forwarded-Host, X-Forwarded-Prefix and Forwarded to build links; only behind a trusted proxy
    #[cfg_attr(feature = "cli", arg(long = "enable_proxy_headers_parsing", env = "LOOKALIKE_ENABLE_PROXY_HEADERS_PARSING", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub enable_proxy_headers_parsing: bool,

    /// Policy file (YAML or JSON, as for Glance) that overrides Glance's default rules; reloaded when it changes
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "policy_file",
            env = "LOOKALIKE_POLICY_FILE",
            value_name = "FILE"
        )
    )]
    pub policy_file: Option<PathBuf>,

    /// Enforce only the new RBAC defaults. If false, the deprecated defaults also apply
    #[cfg_attr(feature = "cli", arg(long = "enforce_new_defaults", env = "LOOKALIKE_ENFORCE_NEW_DEFAULTS", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = true, default_missing_value = "true", value_name = "true|false"))]
    pub enforce_new_defaults: bool,
}
