//! The settings of the control API.

use clap::{ArgAction, Args};
use serde::Serialize;

use super::parse::boolean;
use crate::domain::secret::Secret;

/// The control of the server, below `/_lookalike`.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[command(next_help_heading = "Control API")]
pub struct ControlOptions {
    /// Token that requests to the control API must send in the header X-Lookalike-Token. Without it, a server that other machines can reach refuses the control API
    #[arg(
        long,
        env = "LOOKALIKE_CONTROL_TOKEN",
        hide_env_values = true,
        value_parser = token,
        value_name = "TOKEN"
    )]
    pub control_token: Option<Secret>,

    /// Disable the control API (/_lookalike) and sandboxes
    #[arg(long, env = "LOOKALIKE_NO_CONTROL", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false")]
    pub no_control: bool,
}

fn token(text: &str) -> Result<Secret, String> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("a token is made of visible ASCII characters, without spaces".into());
    }
    Ok(Secret::new(text))
}
