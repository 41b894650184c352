//! The settings of image signatures.

use std::path::PathBuf;

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::Args;

/// The key manager that the certificates of image signatures come from.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Image signatures")
)]
pub struct SignatureOptions {
    /// Directory of the certificates that images are signed with: UUID.pem or UUID.der. Clients read them at `/key-manager`, which the catalogue names. Without it there is no key manager, and signed images are refused
    #[cfg_attr(
        feature = "cli",
        arg(long, env = "LOOKALIKE_CERTIFICATES", value_name = "DIR")
    )]
    pub certificates: Option<PathBuf>,
}
