//! Makes settings of this server of the options in the files.

mod apply;
mod unknown;

use super::bus;
use super::error::GlanceConfError;
use super::kind::{OptionKind, SettingValue};
use super::meaning::{AppliedSetting, GlanceConf, OptionOutcome, OptionReport};
use super::options::GlanceOption;
use super::reader::ConfReader;
use super::sources::{ConfOrigin, ConfSources};
use super::stores;
use super::treatment::{self, Treatment};
use super::values::{ConfAssignment, normalized};

/// Files that Glance reads beside its configuration without being told, and the settings that name them.
const BESIDE: [(&str, &str); 3] = [
    ("policy.yaml", "policy_file"),
    ("policy.d", "policy_dirs"),
    ("schema-image.json", "schema_image_file"),
];

/// The effect of the sections about more origins of web pages.
const MORE_ORIGINS: &str =
    "oslo.middleware reads only [cors], whose allowed_origin can have several";

impl GlanceConf {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or a value that its option cannot have.
    pub fn read(sources: &ConfSources) -> Result<Self, GlanceConfError> {
        let mut reader = ConfReader::open(sources)?;
        reader.values.kinds = stores::kinds(&reader)?;
        let mut conf = Self::default();
        unknown::sections(&reader.values, &mut conf);
        for assignment in reader.values.assignments() {
            let report = match reader.values.option(&assignment) {
                Some(option) => conf.option(&reader, &assignment, option)?,
                None => Some(unknown::option(&reader.values, &assignment, &mut conf)),
            };
            conf.options.extend(report);
        }
        for setting in stores::settings(&reader)? {
            conf.set(setting);
        }
        if let Some(setting) = bus::setting(&reader)? {
            conf.set(setting);
        }
        conf.take_files_beside(&reader);
        Ok(conf)
    }

    /// Takes one assignment of a known option; returns nothing for one of several that count together.
    fn option(
        &mut self,
        reader: &ConfReader,
        assignment: &ConfAssignment<'_>,
        option: &'static GlanceOption,
    ) -> Result<Option<OptionReport>, GlanceConfError> {
        let section = section_of(assignment, option);
        let all = reader.values.assigned(&section, option);
        let is_this = |other: &ConfAssignment<'_>| {
            other.line == assignment.line && other.path == assignment.path
        };
        let Some(last) = all.last() else {
            return Ok(None);
        };
        if !is_this(last) {
            if matches!(option.kind, OptionKind::Multi(_)) {
                return Ok(None);
            }
            if last.path == assignment.path {
                self.warnings.push(format!(
                    "{}: [{}] {}: it is there twice, and line {} counts",
                    assignment.origin(),
                    assignment.section,
                    assignment.key,
                    last.line
                ));
            }
            let outcome = OptionOutcome::Overridden(last.origin());
            return Ok(Some(report(assignment, None, outcome)));
        }
        let Some(value) = reader.value(&section, option)? else {
            return Ok(None);
        };
        let outcome = match treatment::of(option) {
            _ if is_of_more_origins(&section) => OptionOutcome::NoEffect(MORE_ORIGINS.to_owned()),
            Some(Treatment::Applied(way)) => {
                let place = format!("[{section}] {}", option.name);
                apply::apply(self, reader, way, &value, option, place)?
            }
            Some(Treatment::Equivalent(text)) => OptionOutcome::Equivalent(text.to_owned()),
            Some(Treatment::NoEffect(text)) => OptionOutcome::NoEffect(text.to_owned()),
            Some(Treatment::NotSupported(_)) | None if is_default(option, value.value.as_ref()) => {
                OptionOutcome::Default
            }
            Some(Treatment::NotSupported(text)) => OptionOutcome::NotSupported(text.to_owned()),
            None => OptionOutcome::NotSupported("nothing is known about it".to_owned()),
        };
        if let OptionOutcome::NotSupported(meaning) = &outcome {
            self.warnings.push(format!(
                "{}: [{section}] {}: it is not supported: {meaning}",
                value.origin, option.name
            ));
        }
        Ok(Some(report(assignment, Some(value.shown), outcome)))
    }

    /// Takes the files that Glance reads beside its configuration, unless an option names others.
    fn take_files_beside(&mut self, reader: &ConfReader) {
        for (name, setting) in BESIDE {
            let is_set = self.settings.iter().any(|other| other.setting == setting);
            let Some(path) = reader.places.beside(name).filter(|_| !is_set) else {
                continue;
            };
            let text = path.to_string_lossy().into_owned();
            let value = match setting {
                "policy_dirs" => SettingValue::List(vec![text]),
                _ => SettingValue::Text(text),
            };
            self.set(AppliedSetting {
                setting,
                value,
                origin: ConfOrigin { path, line: 0 },
                option: format!("the file {name} beside the configuration"),
            });
        }
    }
}

/// Returns whether a section is about more origins of web pages, such as `[cors.horizon]`.
fn is_of_more_origins(section: &str) -> bool {
    normalized(section).starts_with("cors.")
}

/// Returns the section whose values count for an assignment: that of today, where it has an older name.
fn section_of(assignment: &ConfAssignment<'_>, option: &GlanceOption) -> String {
    let written = normalized(assignment.section);
    if option.group.starts_with("store:") || is_of_more_origins(&written) {
        return assignment.section.to_owned();
    }
    option.group.to_owned()
}

fn is_default(option: &GlanceOption, value: Option<&SettingValue>) -> bool {
    let default = match &option.kind {
        OptionKind::List { .. } | OptionKind::Multi(_) => {
            let items = option.default.split(',').filter(|item| !item.is_empty());
            Some(SettingValue::List(items.map(str::to_owned).collect()))
        }
        kind => kind.value(option.default).ok().flatten(),
    };
    value == default.as_ref()
}

fn report(
    assignment: &ConfAssignment<'_>,
    value: Option<String>,
    outcome: OptionOutcome,
) -> OptionReport {
    OptionReport {
        section: assignment.section.to_owned(),
        name: assignment.key.to_owned(),
        value,
        origin: assignment.origin(),
        outcome,
    }
}
