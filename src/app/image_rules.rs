//! The rules of images in the kind of cloud that the settings name.

use crate::config::Config;
use crate::domain::image_rules::ImageRules;

/// Returns the rules of images.
pub(super) fn image_rules(_: &Config) -> &'static ImageRules {
    &ImageRules::GLANCE
}
