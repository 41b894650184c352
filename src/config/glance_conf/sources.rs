//! The files of a configuration of Glance, and the lines in them.

use std::path::PathBuf;

/// The files to read, and what stands around them.
#[derive(Clone, Debug, Default)]
pub struct ConfSources {
    /// The files; later ones override earlier ones.
    pub files: Vec<PathBuf>,
    /// Directories whose `*.conf` come after the files, in the order of their names.
    pub directories: Vec<PathBuf>,
    /// The directory that stands for `/` in the files.
    pub root: Option<PathBuf>,
    /// The directory for data; none: nothing is kept.
    pub data: Option<PathBuf>,
    /// Whether the message bus in the files is connected to.
    pub bus: bool,
}

/// The line of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfOrigin {
    /// The file.
    pub path: PathBuf,
    /// The number of the line; 0: the file as a whole.
    pub line: usize,
}

impl std::fmt::Display for ConfOrigin {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.path.display();
        match self.line {
            0 => write!(to, "{path}"),
            line => write!(to, "{path}: line {line}"),
        }
    }
}
