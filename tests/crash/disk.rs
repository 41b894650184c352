//! Disks that are full or closed.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::client::new_id;
use crate::program::{Program, files};

/// A user without privileges, whom `root` can become.
const NOBODY: u32 = 65534;

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_does_not_fit_on_the_disk_is_refused_and_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    // No disk is as easily made full as a limit on files is: to the program it looks alike.
    let mut command = Command::new("sh");
    let limited = "trap '' XFSZ; ulimit -f 8000; exec \"$0\" \"$@\"";
    command
        .args(["-c", limited, env!("CARGO_BIN_EXE_lookalike"), "--data"])
        .arg(home.path());
    let program = Program::run(command);
    let client = program.client();
    let id = new_id();
    client.create(&id).await;
    for size in [9 << 20, 20 << 20] {
        let (status, text) = client.upload_and_read(&id, vec![7; size]).await.unwrap();

        assert_eq!(status, 413, "{text}");
        assert!(text.contains("Image storage media is full: "), "{text}");
        assert_eq!(client.show(&id).await["status"], "queued");
        assert_eq!(files(home.path()), [""; 0]);
    }
    assert_eq!(client.upload(&id, vec![7; 1 << 20]).await, Some(204));
    assert_eq!(files(home.path()), [id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_may_not_be_written_to_is_unavailable_until_it_may() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let program = Program::run(as_nobody(home.path(), &data));
    let images = data.join("images");
    let client = program.client();
    let id = new_id();
    client.create(&id).await;

    set_permissions(&images, Permissions::from_mode(0o555)).unwrap();
    let (status, text) = client.upload_and_read(&id, "data").await.unwrap();

    assert_eq!(status, 503, "{text}");
    assert!(
        text.contains("Insufficient permissions on image storage media: "),
        "{text}"
    );
    assert_eq!(client.show(&id).await["status"], "queued");
    set_permissions(&images, Permissions::from_mode(0o755)).unwrap();
    assert_eq!(client.upload(&id, "data").await, Some(204));
}

/// The program, run by somebody who has to heed permissions.
fn as_nobody(home: &Path, data: &Path) -> Command {
    std::fs::create_dir(data).unwrap();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_lookalike"));
    if home.metadata().unwrap().uid() != 0 {
        let mut command = Command::new(program);
        command.arg("--data").arg(data);
        return command;
    }
    // Where it lies, others may not be let in.
    let copy = home.join("lookalike");
    if std::fs::hard_link(&program, &copy).is_err() {
        std::fs::copy(&program, &copy).unwrap();
    }
    set_permissions(home, Permissions::from_mode(0o755)).unwrap();
    chown(data, Some(NOBODY), Some(NOBODY)).unwrap();
    let mut command = Command::new(copy);
    command.arg("--data").arg(data).uid(NOBODY).gid(NOBODY);
    command
}
