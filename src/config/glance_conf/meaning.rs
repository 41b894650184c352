//! The meaning of a configuration of Glance for this server.

use super::kind::SettingValue;
use super::sources::ConfOrigin;

/// A setting of this server that follows from the files.
#[derive(Clone, Debug, PartialEq)]
pub struct AppliedSetting {
    /// The name of the setting.
    pub setting: &'static str,
    /// Its value.
    pub value: SettingValue,
    /// The place of the option that it follows from.
    pub origin: ConfOrigin,
    /// That option, as `[section] name`.
    pub option: String,
}

/// An option in the files, and what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionReport {
    /// The section, as it is written.
    pub section: String,
    /// The name, as it is written.
    pub name: String,
    /// The value as it may be shown; that of an unknown option is not.
    pub value: Option<String>,
    /// The line.
    pub origin: ConfOrigin,
    /// The meaning.
    pub outcome: OptionOutcome,
}

/// The meaning of an option in the files.
#[derive(Clone, Debug, PartialEq)]
pub enum OptionOutcome {
    /// The settings with these names take the value.
    Applied(Vec<&'static str>),
    /// The option asks for nothing else than what this server does anyway.
    Default,
    /// The server does it in a way of its own, which is told.
    Equivalent(String),
    /// Clients see nothing of it, for the reason that is told.
    NoEffect(String),
    /// The server cannot do it; what that means is told.
    NotSupported(String),
    /// Glance has the option no more; what is there instead is told.
    Former(&'static str),
    /// Another line says the option, too, and counts.
    Overridden(ConfOrigin),
    /// There is no such option; the nearest may be told.
    Unknown(String),
}

/// The meaning of a configuration of Glance for this server.
#[derive(Debug, Default)]
pub struct GlanceConf {
    /// The settings that follow, each once.
    pub settings: Vec<AppliedSetting>,
    /// Each option in the files, in their order.
    pub options: Vec<OptionReport>,
    /// Sentences on what the files say and the server does not do.
    pub warnings: Vec<String>,
}

impl GlanceConf {
    /// Sets a setting; a later value takes the place of an earlier one.
    pub(super) fn set(&mut self, setting: AppliedSetting) {
        self.settings
            .retain(|other| other.setting != setting.setting);
        self.settings.push(setting);
    }
}
