//! The settings of unified limits: whether they hold, and which of Keystone's are this server's.

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, boolean};

/// Glance's option, and those of its `[oslo_limit]`, by the names there.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Unified limits")
)]
pub struct LimitOptions {
    /// Enforce Keystone's unified limits: `image_size_total` and `image_stage_total` (in MiB), `image_count_total`, `image_count_uploading`
    #[cfg_attr(feature = "cli", arg(long = "use_keystone_limits", env = "LOOKALIKE_USE_KEYSTONE_LIMITS", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub use_keystone_limits: bool,

    /// Id of the endpoint that the limits are registered for [default: the service of type image]
    #[cfg_attr(
        feature = "cli",
        arg(long = "endpoint_id", env = "LOOKALIKE_ENDPOINT_ID", value_name = "ID")
    )]
    pub endpoint_id: Option<String>,

    /// Region that the limits are registered for, without `--endpoint_id` [default: --bootstrap-region]
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "endpoint_region_name",
            env = "LOOKALIKE_ENDPOINT_REGION_NAME",
            value_name = "REGION"
        )
    )]
    pub endpoint_region_name: Option<String>,
}
