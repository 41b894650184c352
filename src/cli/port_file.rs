//! The file with the port of the server, which exists only while the server answers.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::failure::CliError;

/// The port file. When this is dropped, the file is removed if it still has the port of this server.
#[derive(Debug)]
pub(super) struct PortFile {
    path: PathBuf,
    port: u16,
}

impl PortFile {
    /// Checks that the file can be written, and leaves its contents.
    pub(super) fn check(path: &Path) -> Result<(), CliError> {
        let draft = draft(path);
        let tried = std::fs::File::create(&draft).and_then(|_| std::fs::remove_file(&draft));
        tried.map_err(|error| refused(path, &error))
    }

    /// Writes the port, so that a reader finds the whole of it or no file.
    pub(super) fn write(path: &Path, port: u16) -> Result<Self, CliError> {
        let path = path.to_owned();
        let file = Self { path, port };
        file.replace()
            .map_err(|error| refused(&file.path, &error))?;
        Ok(file)
    }

    fn replace(&self) -> io::Result<()> {
        let draft = draft(&self.path);
        let mut file = std::fs::File::create(&draft)?;
        let written =
            writeln!(file, "{}", self.port).and_then(|()| std::fs::rename(&draft, &self.path));
        if written.is_err() {
            let _removed = std::fs::remove_file(&draft);
        }
        written
    }
}

impl Drop for PortFile {
    fn drop(&mut self) {
        let text = std::fs::read_to_string(&self.path).unwrap_or_default();
        if text.trim() == self.port.to_string() {
            let _removed = std::fs::remove_file(&self.path);
        }
    }
}

fn draft(path: &Path) -> PathBuf {
    let mut draft = path.to_owned().into_os_string();
    draft.push(format!(".{}", std::process::id()));
    draft.into()
}

fn refused(path: &Path, error: &io::Error) -> CliError {
    CliError::start(format!(
        "cannot write the port file {}: {error}",
        path.display()
    ))
}
