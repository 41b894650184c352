//! What lies in the place of a server's files.

use lookalike::{Config, Server};
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

#[cfg(unix)]
#[tokio::test]
async fn two_servers_do_not_use_one_sqlite_file() {
    let home = tempfile::tempdir().unwrap();
    let (file, link) = (home.path().join("rows.sqlite"), home.path().join("link"));
    let start = |data: &str, file: &std::path::Path| {
        let mut config = Config::for_tests();
        config.ephemeral = false;
        config.data = home.path().join(data);
        config.database_url = Some(format!("sqlite://{}", file.display()));
        Server::with(config)
    };
    let one = start("one", &file).await.unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    for path in [&file, &link] {
        let error = start("two", path).await.err().unwrap().to_string();
        let process = std::process::id();
        let words = format!(
            "another lookalike (process {process}) uses the database {}",
            file.canonicalize().unwrap().display()
        );
        assert!(error.contains(&words), "{error}");
    }
    one.shutdown().await;
    start("two", &link).await.unwrap().shutdown().await;
}

#[tokio::test]
async fn the_database_in_a_data_directory_is_no_other_servers() {
    let home = tempfile::tempdir().unwrap();
    let start = |data: &str, url: Option<String>| {
        let mut config = Config::for_tests();
        config.ephemeral = false;
        config.data = home.path().join(data);
        config.database_url = url;
        Server::with(config)
    };
    let one = start("one", None).await.unwrap();
    let url = format!(
        "sqlite://{}",
        home.path().join("one/lookalike.sqlite").display()
    );
    let error = start("two", Some(url)).await.err().unwrap().to_string();
    assert!(error.contains("uses the database"), "{error}");
    one.shutdown().await;
}
