//! The region that a user's clients take where they name none.

use super::DEFAULT_REGION;
use crate::config::Config;
use crate::db::identity::User;
use crate::identity::document::object;

/// Returns the default region of a user: the user's own, else the first of the cloud.
pub(crate) fn default_region(config: &Config, user: &User) -> String {
    let extra = object(&user.extra);
    let own = extra.get(DEFAULT_REGION).and_then(|region| region.as_str());
    own.unwrap_or_else(|| config.first_region()).to_owned()
}
