//! States that are saved, and carried from server to server.

use lookalike::{Server, SnapshotError};

use crate::Outcome;
use crate::clients::Person;

#[tokio::test]
async fn a_state_is_carried_to_another_server_in_a_file() -> Outcome {
    let home = tempfile::tempdir()?;
    let file = home.path().join("ready.tar");
    let one = Server::start().await?;
    Person::of(&one).await?.create("cirros").await?;
    let saved = one.save("ready", true).await?;
    one.export("ready", &file).await?;
    let other = Server::start().await?;

    let imported = other.import("mine", &file).await?;
    other.load("mine").await?;

    assert_eq!(
        (imported.images, imported.created_at),
        (saved.images, saved.created_at)
    );
    assert_eq!(other.snapshot("mine")?, imported);
    assert_eq!(Person::of(&other).await?.names().await?, ["cirros"]);
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_no_snapshot_is_refused_and_one_that_is_not_there_is_named() -> Outcome {
    let home = tempfile::tempdir()?;
    let (empty, absent) = (home.path().join("empty"), home.path().join("absent"));
    std::fs::write(&empty, "")?;
    let glance = Server::start().await?;
    let refused = glance.import("mine", &empty).await;
    assert!(
        matches!(refused, Err(SnapshotError::Failed(_))),
        "{refused:?}"
    );
    let refused = glance.import("mine", &absent).await;
    assert!(
        matches!(&refused, Err(SnapshotError::File { path, .. }) if *path == absent),
        "{refused:?}"
    );
    assert!(glance.snapshots().is_empty());
    Ok(())
}

#[tokio::test]
async fn a_state_that_was_not_saved_is_not_exported() -> Outcome {
    let home = tempfile::tempdir()?;
    let glance = Server::start().await?;
    let refused = glance.export("ready", home.path().join("ready.tar")).await;
    assert!(
        matches!(refused, Err(SnapshotError::Absent(_))),
        "{refused:?}"
    );
    assert!(!home.path().join("ready.tar").exists());
    Ok(())
}
