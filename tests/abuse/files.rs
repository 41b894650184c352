//! What lies in the place of a server's files.

use serde_json::json;

use crate::glance::glance_with;

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_in_place_of_data_is_not_waited_for() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let glance = glance_with(|config| {
        config.database_url = None;
        config.ephemeral = false;
        config.data.clone_from(&data);
    })
    .await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    let file = data.join("images").join(&image.id);
    for make in ["mkfifo", "mkdir"] {
        std::fs::remove_file(&file).ok();
        let made = std::process::Command::new(make).arg(&file).status();
        assert!(made.unwrap().success());
        alice.get(image.at("/file")).await.is(500);
    }
}
