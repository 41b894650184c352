//! The settings of the control API.

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, boolean, token};
use crate::domain::secret::Secret;

/// The control of the server, below `/_lookalike`.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Control API")
)]
pub struct ControlOptions {
    /// Token that requests to the control API must send in the header X-Lookalike-Token. Without it, a server that other machines can reach refuses the control API
    #[cfg_attr(feature = "cli", arg(
        long,
        env = "LOOKALIKE_CONTROL_TOKEN",
        hide_env_values = true,
        value_parser = token,
        value_name = "TOKEN"
    ))]
    pub control_token: Option<Secret>,

    /// Disable the control API (/_lookalike) and sandboxes
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_NO_CONTROL", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub no_control: bool,

    /// Disable the console, the pages at /_lookalike/ui/
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_NO_CONSOLE", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub no_console: bool,
}
