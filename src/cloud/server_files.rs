//! The names of the servers that share a directory, each in a file that its server holds locked: so
//! one that starts knows which of those before it are no more.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Files of servers that are still to be named.
const DRAFT: &str = "new";

/// The file of a server that is no more. While this is held, no other server sees to it.
#[derive(Debug)]
pub(crate) struct DeadServer {
    /// The server's name.
    pub(crate) name: String,
    path: PathBuf,
    _lock: File,
}

impl DeadServer {
    /// Forgets the server, once all that it left is put right.
    pub(crate) fn close(self) -> io::Result<()> {
        fs::remove_file(self.path)
    }
}

/// Those of servers that died. Where files cannot be locked, all are taken to be alive.
pub(crate) fn dead_servers(directory: &Path) -> io::Result<Vec<DeadServer>> {
    let mut dead_servers = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|file_name| file_name.to_str());
        let Some(name) = name.filter(|name| !name.contains('.')).map(str::to_owned) else {
            continue;
        };
        let Ok(lock) = File::open(&path) else {
            continue;
        };
        if lock.try_lock().is_ok() {
            dead_servers.push(DeadServer {
                name,
                path,
                _lock: lock,
            });
        }
    }
    Ok(dead_servers)
}

/// Makes a name known, as long as the answer is held; nothing where files cannot be locked.
pub(crate) fn live(directory: &Path, name: &str) -> io::Result<Option<File>> {
    let path = directory.join(name);
    let draft = path.with_extension(DRAFT);
    let file = File::create_new(&draft)?;
    // It gets its name only when it is locked: nobody finds it there unlocked while this lives.
    match file.try_lock() {
        Ok(()) => fs::rename(&draft, &path).map(|()| Some(file)),
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {
            fs::remove_file(&draft).map(|()| None)
        }
    }
}
