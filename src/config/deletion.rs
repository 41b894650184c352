//! The settings of delayed deletion, by Glance's names and with its defaults.

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, boolean, whole_seconds};

/// The options of Glance that delay the deletion of data.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Delayed deletion")
)]
pub struct DeletionOptions {
    /// Keep the data of a deleted image until it is scrubbed: by `lookalike scrub`, or by the first --sweep after `--scrub_time`. Until then an admin can restore the image
    #[cfg_attr(feature = "cli", arg(long = "delayed_delete", env = "LOOKALIKE_DELAYED_DELETE", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub delayed_delete: bool,

    /// How long the data of a deleted image is kept at least, with `--delayed_delete`: seconds, or such as 90m or 1h30m
    #[cfg_attr(feature = "cli", arg(long = "scrub_time", env = "LOOKALIKE_SCRUB_TIME", default_value_t = 0, value_parser = whole_seconds(0..=u32::MAX), value_name = "DURATION"))]
    pub scrub_time: u32,
}
