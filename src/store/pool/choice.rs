//! The choice of the directory that gets the bytes of an image.

use std::io;
use std::path::Path;

use super::PoolMember;

/// Returns the position of the directory for so many bytes: of the highest priority that has one with
/// space enough, that with the most free space. A directory that cannot tell is passed over.
///
/// # Errors
///
/// Fails if no directory has enough space.
pub(super) fn choose(
    members: &[PoolMember],
    size: u64,
    free_space: impl Fn(&Path) -> io::Result<u64>,
) -> io::Result<usize> {
    let mut best: Option<(i64, u64, usize)> = None;
    for (position, member) in members.iter().enumerate() {
        if best.is_some_and(|(priority, ..)| priority != member.priority) {
            break;
        }
        let path = member.directory.path();
        let free = match free_space(path) {
            Ok(free) => free,
            Err(error) => {
                tracing::warn!(%error, directory = %path.display(), "cannot ask a directory for its free space");
                continue;
            }
        };
        let most = best.map_or(0, |(_, most, _)| most);
        if free >= size && free > most {
            best = Some((member.priority, free, position));
        }
    }
    let chosen = best.map(|(_, _, position)| position);
    chosen.ok_or_else(|| {
        let words = format!(
            "There is no enough disk space left on the image storage media. requested={size}"
        );
        io::Error::new(io::ErrorKind::StorageFull, words)
    })
}

/// Returns the number of bytes that may be written to the file system of a directory.
pub(super) fn free_space(path: &Path) -> io::Result<u64> {
    let found = rustix::fs::statvfs(path)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::super::DirectoryPool;
    use super::*;

    /// A store of directories `0`, `1`, … with these priorities.
    fn pool(home: &TempDir, priorities: &[i64]) -> DirectoryPool {
        let paths: Vec<_> = (0..priorities.len())
            .map(|number| home.path().join(number.to_string()))
            .collect();
        let directories = paths.iter().map(AsRef::as_ref);
        DirectoryPool::open(directories.zip(priorities.iter().copied()), None).unwrap()
    }

    /// Returns the name of the directory for so many bytes, where the directories have so many bytes free.
    fn chosen(priorities: &[i64], free: &[u64], size: u64) -> Option<String> {
        let home = tempfile::tempdir().unwrap();
        let pool = pool(&home, priorities);
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let space = |path: &Path| match free[name(path).parse::<usize>().unwrap()] {
            u64::MAX => Err(io::ErrorKind::NotFound.into()),
            free => Ok(free),
        };
        let position = choose(&pool.members, size, space).ok()?;
        Some(name(pool.members[position].directory.path()))
    }

    #[test]
    fn the_highest_priority_is_chosen() {
        assert_eq!(chosen(&[1, 10, 2], &[90, 50, 99], 5).unwrap(), "1");
    }

    #[test]
    fn among_equals_that_with_the_most_space_is_chosen() {
        assert_eq!(chosen(&[5, 5, 5], &[20, 60, 40], 5).unwrap(), "1");
        assert_eq!(chosen(&[0, 0], &[60, 60], 5).unwrap(), "0");
    }

    #[test]
    fn a_directory_without_space_enough_is_passed_over() {
        assert_eq!(chosen(&[10, 5], &[9, 100], 10).unwrap(), "1");
        assert_eq!(chosen(&[10, 5], &[10, 100], 10).unwrap(), "0");
    }

    #[test]
    fn a_full_directory_is_passed_over_though_the_size_is_not_known() {
        assert_eq!(chosen(&[10, 5], &[0, 1], 0).unwrap(), "1");
    }

    #[test]
    fn a_directory_that_is_not_there_is_passed_over() {
        assert_eq!(chosen(&[10, 5], &[u64::MAX, 20], 10).unwrap(), "1");
    }

    #[test]
    fn where_no_directory_has_space_there_is_no_choice() {
        assert_eq!(chosen(&[10, 5], &[9, 9], 10), None);
    }
}
