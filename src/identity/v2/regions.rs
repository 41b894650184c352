//! The regions of the cloud, and the one that a user's clients take where they name none.

use super::DEFAULT_REGION;
use crate::config::Config;
use crate::db::identity::User;
use crate::identity::document::object;

/// Returns the regions, the first one first.
pub(crate) fn regions(config: &Config) -> Vec<String> {
    vec![config.bootstrap_region.clone()]
}

/// Returns the default region of a user: the user's own, else the first.
pub(crate) fn default_region(config: &Config, user: &User) -> Option<String> {
    let extra = object(&user.extra);
    let own = extra.get(DEFAULT_REGION).and_then(|region| region.as_str());
    own.map(str::to_owned)
        .or_else(|| regions(config).into_iter().next())
}
