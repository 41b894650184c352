//! The directories of files that a server will not need again.

use std::path::{Path, PathBuf};

/// The directory that a server puts files into which it will not need again; without a name, that of
/// all servers.
pub(super) fn scratch_of(data: &Path, server: &str) -> PathBuf {
    data.join("scratch").join(server)
}
