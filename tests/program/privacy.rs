//! What other users of the machine, and other machines, may come by.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{Server, empty, lookalike};

/// The permissions of a file or directory.
fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// All that is in a directory.
fn contents(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let mut all = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            all.extend(contents(&path));
        }
        all.push(path);
    }
    all
}

/// Starts a server that logs into a file, and returns what it has logged when it is ready.
fn log(directory: &Path, args: &[&str]) -> String {
    let file = directory.join("log");
    let mut command = lookalike(directory);
    command.stderr(fs::File::create(&file).unwrap());
    let _server = Server::run(command, args);
    fs::read_to_string(file).unwrap()
}

#[test]
fn what_it_writes_is_for_its_own_user() {
    let home = empty();
    // As on most machines: others may read.
    let mut command = std::process::Command::new("sh");
    let program = env!("CARGO_BIN_EXE_lookalike");
    command
        .args(["-c", "umask 022; exec \"$0\" \"$@\"", program])
        .current_dir(home.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null());
    let _server = Server::run(command, &["--listen", "127.0.0.1:0"]);
    let data = home.path().join("lookalike-data");
    assert_eq!(mode(&data), 0o700);
    let contents = contents(&data);
    assert!(contents.len() > 2, "{contents:?}");
    for path in contents {
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), wanted, "{}", path.display());
    }
}

#[test]
fn it_warns_of_a_directory_that_others_may_read() {
    for (mode, warns) in [(0o755, true), (0o710, true), (0o700, false)] {
        let home = empty();
        let data = home.path().join("lookalike-data");
        fs::create_dir(&data).unwrap();
        fs::set_permissions(&data, fs::Permissions::from_mode(mode)).unwrap();
        let log = log(home.path(), &["--listen", "127.0.0.1:0"]);
        let words = "other users of this machine may read the data directory";
        assert_eq!(log.contains(words), warns, "{mode:o}: {log}");
        assert_eq!(
            log.contains(&format!("\"mode\":\"{mode:o}\"")),
            warns,
            "{log}"
        );
    }
}

#[test]
fn it_warns_of_a_known_seed_where_other_machines_reach_it() {
    let home = empty();
    let words = "whoever knows the seed of --deterministic knows every token to come";
    let seed = ["--ephemeral", "--deterministic=x"];
    let elsewhere = log(
        home.path(),
        &[&seed[..], &["--listen", "0.0.0.0:0"]].concat(),
    );
    assert!(elsewhere.contains(words), "{elsewhere}");
    let here = log(
        home.path(),
        &[&seed[..], &["--listen", "127.0.0.1:0"]].concat(),
    );
    assert!(!here.contains(words), "{here}");
}
