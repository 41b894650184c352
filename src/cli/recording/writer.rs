//! Writes a recording: each exchange is a whole line in one write, so that a kill leaves whole lines.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use parking_lot::Mutex;

use super::VERSION;
use super::exchange::{Exchange, RecordingHeader};
use super::har;

/// The files of a recording.
#[derive(Debug)]
pub(in crate::cli) struct RecordingWriter(Mutex<RecordingFiles>);

#[derive(Debug)]
struct RecordingFiles {
    lines: File,
    archive: Option<Archive>,
}

#[derive(Debug)]
struct Archive {
    file: File,
    is_empty: bool,
}

impl RecordingWriter {
    /// Makes the files, which must not exist, and writes their beginnings.
    pub(in crate::cli) fn create(
        path: &Path,
        archive: Option<&Path>,
        header: &mut RecordingHeader,
    ) -> Result<Self, String> {
        header.lookalike_recording = VERSION;
        let lines = create(path)?;
        let archive = archive.map(|path| {
            let mut file = create(path)?;
            let written = file.write_all(format!("{}{}", har::begin(), har::END).as_bytes());
            written.map_err(|error| format!("{}: {error}", path.display()))?;
            Ok::<_, String>(Archive {
                file,
                is_empty: true,
            })
        });
        let archive = archive.transpose()?;
        let writer = Self(Mutex::new(RecordingFiles { lines, archive }));
        let line = serde_json::to_string(header).map_err(|error| error.to_string())?;
        let written = append(&mut writer.0.lock().lines, &line);
        written.map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(writer)
    }

    /// Adds an exchange.
    pub(in crate::cli) fn add(&self, exchange: &Exchange) -> io::Result<()> {
        let line = serde_json::to_string(exchange)?;
        let mut files = self.0.lock();
        append(&mut files.lines, &line)?;
        match &mut files.archive {
            Some(archive) => archive.add(exchange),
            None => Ok(()),
        }
    }

    /// Sees to it that the files outlive a failure of the machine.
    pub(in crate::cli) fn sync(&self) -> io::Result<()> {
        let files = self.0.lock();
        if let Some(archive) = &files.archive {
            archive.file.sync_all()?;
        }
        files.lines.sync_all()
    }
}

impl Archive {
    /// Writes an entry over the end of the document, and the end behind it: it is whole at any time.
    fn add(&mut self, exchange: &Exchange) -> io::Result<()> {
        let comma = if self.is_empty { "" } else { ",\n" };
        let entry = serde_json::to_string(&har::entry(exchange))?;
        let length = i64::try_from(har::END.len()).unwrap_or_default();
        self.file.seek(SeekFrom::End(-length))?;
        let text = format!("{comma}{entry}{}", har::END);
        self.file.write_all(text.as_bytes())?;
        self.is_empty = false;
        Ok(())
    }
}

/// Makes a file that is not there yet and that only its owner may read.
fn create(path: &Path) -> Result<File, String> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| {
        let path = path.display();
        match error.kind() {
            io::ErrorKind::AlreadyExists => {
                format!("{path} exists: remove it, or name another file")
            }
            _ => format!("cannot write {path}: {error}"),
        }
    })
}

/// Adds a line, or nothing if there is no room for all of it.
fn append(file: &mut File, line: &str) -> io::Result<()> {
    let length = file.stream_position()?;
    let written = file.write_all(format!("{line}\n").as_bytes());
    if written.is_err() {
        file.set_len(length)?;
    }
    written
}
