//! The values of several files together: later files win. Source: `oslo_config/cfg.py`, `_Namespace`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::ini::{self, IniFile};
use super::error::GlanceConfError;
use super::kind::OptionKind;
use super::options::{self, GlanceOption};
use super::sources::ConfOrigin;

/// The prefix of sections for more origins of web pages.
const MORE_ORIGINS: &str = "cors.";

/// The files, the earliest first.
#[derive(Debug, Default)]
pub(super) struct ConfValues {
    files: Vec<ConfFile>,
    /// The kind of each store, by the section that it has.
    pub(super) kinds: BTreeMap<String, String>,
}

/// A file that was read.
#[derive(Debug)]
struct ConfFile {
    path: PathBuf,
    content: IniFile,
}

/// An assignment in one of the files.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConfAssignment<'a> {
    /// The file.
    pub(super) path: &'a Path,
    /// The line that it begins in.
    pub(super) line: usize,
    /// The section, as it is written.
    pub(super) section: &'a str,
    /// The name, as it is written.
    pub(super) key: &'a str,
    /// The value.
    pub(super) value: &'a str,
}

impl ConfAssignment<'_> {
    pub(super) fn origin(&self) -> ConfOrigin {
        ConfOrigin {
            path: self.path.to_owned(),
            line: self.line,
        }
    }
}

/// Returns the name of a section in the form by which sections are compared.
pub(super) fn normalized(section: &str) -> String {
    match section {
        "DEFAULT" => section.to_owned(),
        _ => section.to_lowercase(),
    }
}

impl ConfValues {
    /// Reads one more file.
    pub(super) fn add(&mut self, path: &Path) -> Result<(), GlanceConfError> {
        let text = std::fs::read_to_string(path).map_err(|reason| GlanceConfError::Unreadable {
            path: path.to_owned(),
            reason,
        })?;
        let content = ini::parse(&text).map_err(|error| GlanceConfError::Syntax {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        self.files.push(ConfFile {
            path: path.to_owned(),
            content,
        });
        Ok(())
    }

    /// Returns the files, the earliest first.
    pub(super) fn paths(&self) -> impl DoubleEndedIterator<Item = &Path> {
        self.files.iter().map(|file| file.path.as_path())
    }

    /// Returns every section of every file: its name, its file and its line.
    pub(super) fn sections(&self) -> impl Iterator<Item = (&str, &Path, usize)> {
        self.files.iter().flat_map(|file| {
            let sections = file.content.sections.iter();
            sections.map(|section| (section.name.as_str(), file.path.as_path(), section.line))
        })
    }

    /// Returns every assignment, in the order of the files and their lines.
    pub(super) fn assignments(&self) -> impl Iterator<Item = ConfAssignment<'_>> {
        self.files.iter().flat_map(|file| {
            file.content.sections.iter().flat_map(|section| {
                section.entries.iter().map(|entry| ConfAssignment {
                    path: &file.path,
                    line: entry.line,
                    section: &section.name,
                    key: &entry.key,
                    value: &entry.value,
                })
            })
        })
    }

    /// Returns the group in the table of options that a section belongs to.
    pub(super) fn group(&self, section: &str) -> String {
        let section = normalized(section);
        if section.starts_with(MORE_ORIGINS) {
            return "cors".to_owned();
        }
        match self.kinds.get(&section) {
            Some(kind) => format!("store:{kind}"),
            None => section,
        }
    }

    /// Returns the option that an assignment is one of, if any is.
    pub(super) fn option(&self, assignment: &ConfAssignment<'_>) -> Option<&'static GlanceOption> {
        options::find_by_any_name(&self.group(assignment.section), assignment.key)
    }

    /// Returns the assignments that count for an option in a section: those of the last file that has one, and of them the last; all
    /// of them for an option that is repeated.
    pub(super) fn assigned(&self, section: &str, option: &GlanceOption) -> Vec<ConfAssignment<'_>> {
        let section = normalized(section);
        let names = |assignment: &ConfAssignment<'_>| {
            let written = normalized(assignment.section);
            let now = written == section && assignment.key == option.name;
            let older = option.older.iter().any(|(group, name)| {
                let group = if group.starts_with("store:") {
                    &section
                } else {
                    *group
                };
                written == group && assignment.key == *name
            });
            now || older
        };
        let mut found: Vec<_> = self.assignments().filter(names).collect();
        if !matches!(option.kind, OptionKind::Multi(_)) {
            // Within the file that counts, the name of today goes before an older one.
            let last = found.last().map(|assignment| assignment.path);
            found.retain(|assignment| Some(assignment.path) == last);
            if found.iter().any(|assignment| assignment.key == option.name) {
                found.retain(|assignment| assignment.key == option.name);
            }
            found.drain(..found.len().saturating_sub(1));
        }
        found
    }
}

#[cfg(test)]
impl ConfValues {
    /// Returns the values of a file with this text.
    pub(super) fn of_text(text: &str) -> Self {
        let mut values = Self::default();
        values.push_text("test.conf", text);
        values
    }

    /// Adds a file with this text.
    pub(super) fn push_text(&mut self, path: &str, text: &str) {
        let content = ini::parse(text).unwrap();
        let path = path.into();
        self.files.push(ConfFile { path, content });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(values: &ConfValues, section: &str, group: &str, name: &str) -> Vec<String> {
        let option = options::find(group, name).unwrap();
        let found = values.assigned(section, option);
        found.iter().map(|it| it.value.to_owned()).collect()
    }

    #[test]
    fn the_last_value_of_the_last_file_counts() {
        let mut values =
            ConfValues::of_text("[DEFAULT]\nimage_tag_quota = 1\nimage_tag_quota = 2\n");
        values.push_text("later.conf", "[DEFAULT]\nimage_member_quota = 3\n");
        assert_eq!(
            said(&values, "DEFAULT", "DEFAULT", "image_tag_quota"),
            ["2"]
        );
        values.push_text("last.conf", "[DEFAULT]\nimage_tag_quota = 4\n");
        assert_eq!(
            said(&values, "DEFAULT", "DEFAULT", "image_tag_quota"),
            ["4"]
        );
    }

    #[test]
    fn an_option_that_is_repeated_has_all_values() {
        let text = "[oslo_policy]\npolicy_dirs = a\n[OSLO_policy]\npolicy_dirs = b\n";
        let values = ConfValues::of_text(text);
        assert_eq!(
            said(&values, "oslo_policy", "oslo_policy", "policy_dirs"),
            ["a", "b"]
        );
    }

    #[test]
    fn an_older_name_counts_where_that_of_today_is_missing() {
        let older = "[DEFAULT]\ndisk_formats = raw\n";
        let values = ConfValues::of_text(older);
        assert_eq!(
            said(&values, "image_format", "image_format", "disk_formats"),
            ["raw"]
        );
        let values = ConfValues::of_text(&format!("[image_format]\ndisk_formats = iso\n{older}"));
        assert_eq!(
            said(&values, "image_format", "image_format", "disk_formats").len(),
            1
        );
    }
}
