//! The values of options, read from the files and checked.

use std::path::{Path, PathBuf};

use super::error::GlanceConfError;
use super::files::ConfPlaces;
use super::kind::{OptionKind, SettingValue};
use super::options::{self, GlanceOption};
use super::sources::{ConfOrigin, ConfSources};
use super::template;
use super::values::{ConfAssignment, ConfValues};
use crate::domain::secret::split_at_password;

/// The text that stands for a secret.
const STARS: &str = "***";

/// The files, and where the files are that they name.
#[derive(Debug)]
pub(super) struct ConfReader {
    pub(super) values: ConfValues,
    pub(super) places: ConfPlaces,
    /// The directory for data; none: nothing is kept.
    pub(super) data: Option<PathBuf>,
    /// Whether the message bus in the files is connected to.
    pub(super) bus: bool,
}

/// The value of an option in the files.
#[derive(Debug)]
pub(super) struct OptionValue {
    /// The texts, with references replaced: one, but for an option that is repeated.
    pub(super) texts: Vec<String>,
    /// The value; none for a number that is not said.
    pub(super) value: Option<SettingValue>,
    /// The value as it may be shown.
    pub(super) shown: String,
    /// The place of the last assignment.
    pub(super) origin: ConfOrigin,
}

impl ConfReader {
    /// Reads all files.
    pub(super) fn open(sources: &ConfSources) -> Result<Self, GlanceConfError> {
        let mut values = ConfValues::default();
        for path in &sources.files {
            values.add(path)?;
        }
        for directory in &sources.directories {
            for path in conf_files(directory)? {
                values.add(&path)?;
            }
        }
        let places = ConfPlaces::new(&values, sources);
        Ok(Self {
            values,
            places,
            data: sources.data.clone(),
            bus: sources.bus,
        })
    }

    /// Returns the value of an option of Glance in the section that it has in the table.
    pub(super) fn named(
        &self,
        group: &str,
        name: &str,
    ) -> Result<Option<OptionValue>, GlanceConfError> {
        match options::find(group, name) {
            Some(option) => self.value(group, option),
            None => Ok(None),
        }
    }

    /// Returns the value of an option in a section; none if no file has it.
    pub(super) fn value(
        &self,
        section: &str,
        option: &GlanceOption,
    ) -> Result<Option<OptionValue>, GlanceConfError> {
        let assigned = self.values.assigned(section, option);
        let Some(last) = assigned.last() else {
            return Ok(None);
        };
        let mut texts = Vec::new();
        let mut values = Vec::new();
        let mut shown = Vec::new();
        for assignment in &assigned {
            let (text, safe) = self.resolved(section, option, assignment)?;
            let value = option.kind.value(&text);
            values.push(value.map_err(|reason| wrong(assignment, section, option, &safe, reason))?);
            texts.push(text);
            shown.push(safe);
        }
        let value = match option.kind {
            OptionKind::Multi(_) => Some(SettingValue::List(texts.clone())),
            _ => values.pop().flatten(),
        };
        Ok(Some(OptionValue {
            value,
            shown: shown.join(", "),
            origin: last.origin(),
            texts,
        }))
    }

    /// Returns the value of an assignment with its references replaced, and the form of it that may be shown.
    fn resolved(
        &self,
        section: &str,
        option: &GlanceOption,
        assignment: &ConfAssignment<'_>,
    ) -> Result<(String, String), GlanceConfError> {
        let raw = shown(assignment.value, option.secret);
        let resolved = template::resolve(&self.values, section, assignment.value);
        let resolved =
            resolved.map_err(|reason| wrong(assignment, section, option, &raw, reason))?;
        let safe = shown(&resolved.text, option.secret || resolved.has_secret);
        Ok((resolved.text, safe))
    }
}

impl OptionValue {
    /// Returns the last text, which is the only one but for an option that is repeated.
    pub(super) fn text(&self) -> &str {
        self.texts.last().map_or("", String::as_str)
    }
}

/// Returns the error for a value that an option cannot have.
fn wrong(
    assignment: &ConfAssignment<'_>,
    section: &str,
    option: &GlanceOption,
    shown: &str,
    reason: String,
) -> GlanceConfError {
    GlanceConfError::Value {
        origin: assignment.origin(),
        option: format!("[{section}] {}", option.name),
        value: quoted(shown),
        reason: if shown == STARS {
            without_quote(&reason).to_owned()
        } else {
            reason
        },
    }
}

/// Returns a reason without the part of the value that it may quote.
fn without_quote(reason: &str) -> &str {
    if reason.starts_with(template::REFERS) {
        return "a reference in it leads to no option, or to itself; $$ stands for a $";
    }
    reason.rsplit(": ").next().unwrap_or_default()
}

fn quoted(shown: &str) -> String {
    if shown == STARS {
        return "its value (a secret)".to_owned();
    }
    format!("{shown:?}")
}

/// Returns a value as it may be shown.
fn shown(value: &str, secret: bool) -> String {
    if secret && !value.is_empty() {
        return STARS.to_owned();
    }
    match split_at_password(value) {
        Some((before, after)) => format!("{before}{STARS}{after}"),
        None => value.to_owned(),
    }
}

/// Returns the configuration files of a directory, in the order of their names.
fn conf_files(directory: &Path) -> Result<Vec<PathBuf>, GlanceConfError> {
    let unreadable = |reason| GlanceConfError::Unreadable {
        path: directory.to_owned(),
        reason,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|end| end == "conf") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
