//! The file of property protections, read once: one that cannot be used shuts everybody out.

use std::fs;
use std::path::Path;

use super::image_rules::image_rules;
use crate::config::{Config, RuleFormat};
use crate::domain::image_rules::ImageRules;
use crate::domain::protection::{PropertyProtection, ProtectionFormat, ProtectionRules};

/// Returns what the settings ask for. As with Glance, the server starts even if the file cannot be used.
pub(super) fn load(config: &Config) -> PropertyProtection {
    let options = &config.rules;
    let file = options.property_protection_file.as_deref();
    // An empty setting is none, as for Glance.
    let Some(file) = file.filter(|file| !file.as_os_str().is_empty()) else {
        return built_in(image_rules(config));
    };
    let format = match options.property_protection_rule_format {
        RuleFormat::Roles => ProtectionFormat::Roles,
        RuleFormat::Policies => ProtectionFormat::Policies,
    };
    match read(file, format) {
        Ok(sections) => PropertyProtection::On(sections),
        Err(reason) => {
            tracing::warn!(
                file = %file.display(),
                "cannot load the property protection file; all image requests fail: {reason}"
            );
            PropertyProtection::Broken
        }
    }
}

/// Returns the protections that hold where no file is named.
fn built_in(rules: &ImageRules) -> PropertyProtection {
    let Some(text) = rules.protections else {
        return PropertyProtection::Off;
    };
    match ProtectionRules::read(text, ProtectionFormat::Roles) {
        Ok(sections) => PropertyProtection::On(sections),
        Err(error) => {
            tracing::warn!(%error, "the built-in property protections are wrong; all image requests fail");
            PropertyProtection::Broken
        }
    }
}

fn read(file: &Path, format: ProtectionFormat) -> Result<ProtectionRules, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    ProtectionRules::read(&text, format).map_err(|error| error.to_string())
}
