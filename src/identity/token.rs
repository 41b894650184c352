//! What a token holds: the header that carries it, and the roles in its row.

use http::HeaderName;
use serde::{Deserialize, Serialize};

/// The header with the token of whoever asks.
pub(crate) const AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// The domain of whatever is made by somebody whose token is for none.
pub const DEFAULT_DOMAIN: &str = "default";

/// A role as a token has it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct RoleName {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// The roles that a token's row has.
pub(crate) fn roles_in(json: &str) -> Vec<RoleName> {
    serde_json::from_str(json).unwrap_or_default()
}
