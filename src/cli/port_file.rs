//! The file that says which port was taken; it is there only while the server answers.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::failure::Failure;

/// The file; dropped, it is removed.
#[derive(Debug)]
pub(super) struct PortFile(PathBuf);

impl PortFile {
    /// Claims the file: one that an earlier run left behind is removed.
    pub(super) fn claim(path: &Path) -> Result<Self, Failure> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(refused(path, &error)),
            _ => Ok(Self(path.to_owned())),
        }
    }

    /// Writes the port, so that a reader finds all of it or no file.
    pub(super) fn write(&self, port: u16) -> Result<(), Failure> {
        self.replace(port).map_err(|error| refused(&self.0, &error))
    }

    fn replace(&self, port: u16) -> io::Result<()> {
        let mut draft = self.0.clone().into_os_string();
        draft.push(format!(".{}", std::process::id()));
        let draft = PathBuf::from(draft);
        let mut file = std::fs::File::create(&draft)?;
        let written = writeln!(file, "{port}").and_then(|()| std::fs::rename(&draft, &self.0));
        if written.is_err() {
            let _gone = std::fs::remove_file(&draft);
        }
        written
    }
}

impl Drop for PortFile {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.0);
    }
}

fn refused(path: &Path, error: &io::Error) -> Failure {
    Failure::start(format!(
        "cannot write the port file {}: {error}",
        path.display()
    ))
}
