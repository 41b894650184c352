//! The rules of images in the cloud of these settings.

use crate::config::Config;
use crate::domain::image_rules::ImageRules;

/// Returns the rules of images of the dialect.
pub(super) fn image_rules(config: &Config) -> &'static ImageRules {
    config.dialect.in_force().images
}
