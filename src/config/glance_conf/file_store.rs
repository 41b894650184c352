//! The places of a file store of a configuration.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::super::data_directories::{
    DIRECTORIES, DataDirectory, METADATA_FILE, METADATA_ROOT, PERMISSIONS, permissions,
};
use super::error::GlanceConfError;
use super::files::no_such_file;
use super::options;
use super::reader::{ConfReader, OptionValue};

/// The option for the only directory of a store.
pub(super) const DIRECTORY: &str = "filesystem_store_datadir";

/// The directory of a store that says none.
const DEFAULT_DIRECTORY: &str = "/var/lib/glance/images";

/// The characters of a path that a URL in a list cannot have.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'?').add(b'#').add(b',');

/// A file store: the address in its URL, and the words behind it.
#[derive(Debug, Default)]
pub(super) struct FileStore {
    /// The address.
    pub(super) address: String,
    /// The words behind the address.
    pub(super) words: Vec<(&'static str, String)>,
    /// The only directory, as the configuration says it.
    pub(super) directory: Option<String>,
    /// The directory that stands for several, where Glance shows one.
    pub(super) shown_directory: Option<String>,
    /// The option that says where it is, with its value.
    pub(super) said_by: Option<(&'static str, OptionValue)>,
}

impl FileStore {
    /// Reads the options of a file store in a section; `group` is the group that declares them.
    pub(super) fn read(
        reader: &ConfReader,
        section: &str,
        group: &str,
    ) -> Result<Self, GlanceConfError> {
        let value = |name: &str| -> Result<Option<OptionValue>, GlanceConfError> {
            match options::find(group, name) {
                Some(option) => reader.value(section, option),
                None => Ok(None),
            }
        };
        let only = value(DIRECTORY)?.filter(|value| !value.text().is_empty());
        let several = value(DIRECTORIES)?;
        let several = several.filter(|value| value.texts.iter().any(|text| !text.is_empty()));
        let mut store = match (only, several) {
            (Some(_), Some(several)) => {
                let reason = format!("{DIRECTORY} is there, too: Glance takes one of both");
                return Err(wrong(section, DIRECTORIES, &several, reason));
            }
            (_, Some(several)) => Self::of_several(reader, section, several)?,
            (only, None) => Self::of_one(reader, only),
        };
        if let Some(value) = value(PERMISSIONS)?
            && let Some(mode) = permissions(value.text())
                .map_err(|reason| wrong(section, PERMISSIONS, &value, reason))?
        {
            store.words.push((PERMISSIONS, format!("{mode:o}")));
            store.said_by.get_or_insert((PERMISSIONS, value));
        }
        if let Some(value) = value(METADATA_FILE)?.filter(|value| !value.text().is_empty()) {
            store.mounted_as(reader, section, value)?;
        }
        Ok(store)
    }

    /// Adds the file about the mounts, whose mountpoints are compared with the directories that the configuration says.
    fn mounted_as(
        &mut self,
        reader: &ConfReader,
        section: &str,
        value: OptionValue,
    ) -> Result<(), GlanceConfError> {
        let file = reader
            .places
            .find(value.text())
            .map_err(|places| wrong(section, METADATA_FILE, &value, no_such_file(&places)))?;
        let file = file.to_string_lossy().into_owned();
        self.words.push((METADATA_FILE, file));
        if let Some(root) = reader.places.data("/") {
            let root = root.to_string_lossy().into_owned();
            self.words.push((METADATA_ROOT, root));
        }
        self.said_by.get_or_insert((METADATA_FILE, value));
        Ok(())
    }

    /// Returns the only directory of a store of which the mounts are described: they are compared with it.
    pub(super) fn mounted_directory(&self) -> Option<&str> {
        let mut words = self.words.iter();
        let is_mounted = words.any(|(word, _)| *word == METADATA_FILE);
        self.directory.as_deref().filter(|_| is_mounted)
    }

    fn of_one(reader: &ConfReader, only: Option<OptionValue>) -> Self {
        let directory = only.as_ref().map_or(DEFAULT_DIRECTORY, OptionValue::text);
        let placed = reader.places.data(directory).map(|path| {
            let path = path.to_string_lossy();
            format!("file://{}", utf8_percent_encode(&path, ESCAPED))
        });
        Self {
            address: placed.unwrap_or_else(|| "file:".to_owned()),
            words: Vec::new(),
            directory: Some(directory.to_owned()),
            shown_directory: None,
            said_by: only.map(|only| (DIRECTORY, only)),
        }
    }

    fn of_several(
        reader: &ConfReader,
        section: &str,
        several: OptionValue,
    ) -> Result<Self, GlanceConfError> {
        let mut all = Vec::new();
        for text in several.texts.iter().filter(|text| !text.is_empty()) {
            let one = DataDirectory::read(text)
                .map_err(|reason| wrong(section, DIRECTORIES, &several, reason))?;
            all.push(one);
        }
        // Of equal ones the first counts.
        let first = all.iter().rev().max_by_key(|one| one.priority);
        let shown_directory = first.map(|first| first.path.to_string_lossy().into_owned());
        let mut words = Vec::new();
        for one in &all {
            let path = one.path.to_string_lossy();
            let place = match reader.places.data(&path) {
                Some(place) => Cow::Owned(place.to_string_lossy().into_owned()),
                None => Cow::Borrowed(path.trim_start_matches('/')),
            };
            words.push((DIRECTORIES, format!("{place}:{}", one.priority)));
        }
        Ok(Self {
            address: "file:".to_owned(),
            words,
            directory: None,
            shown_directory,
            said_by: Some((DIRECTORIES, several)),
        })
    }
}

fn wrong(section: &str, option: &str, value: &OptionValue, reason: String) -> GlanceConfError {
    GlanceConfError::Value {
        origin: value.origin.clone(),
        option: format!("[{section}] {option}"),
        value: format!("{:?}", value.shown),
        reason,
    }
}
