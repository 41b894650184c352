//! The file of property protections, read once: one that cannot be used shuts everybody out.

use std::fs;
use std::path::Path;

use crate::config::{RuleFormat, RuleOptions};
use crate::domain::protection::{PropertyProtection, ProtectionFormat, ProtectionRules};

/// Returns what the settings ask for. As with Glance, the server starts even if the file cannot be used.
pub(super) fn load(options: &RuleOptions) -> PropertyProtection {
    let file = options.property_protection_file.as_deref();
    // An empty setting is none, as for Glance.
    let Some(file) = file.filter(|file| !file.as_os_str().is_empty()) else {
        return PropertyProtection::Off;
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

fn read(file: &Path, format: ProtectionFormat) -> Result<ProtectionRules, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    ProtectionRules::read(&text, format).map_err(|error| error.to_string())
}
