//! Seeds with mistakes: a server does not begin with them, and says what is wrong.

use super::{refused, written};
use crate::glance::{database, glance_with};

#[tokio::test]
async fn the_entry_that_is_wrong_is_named() {
    let id = "11111111-2222-4333-8444-555555555555";
    let raw = "disk_format: raw, container_format: bare";
    for (text, said) in [
        (
            "images:\n  - {name: a}\n  - {name: b, visibility: publik}\n".to_owned(),
            "line 3: images: b: Provided object does not match schema 'image': 'publik' is not one of \
             ['community', 'public', 'private', 'shared']",
        ),
        (
            "images: [{name: x, disk_format: floppy}]".into(),
            "images: x: Provided object does not match schema 'image': 'floppy' is not one of",
        ),
        (
            "images: [{name: x, properties: {os_glance: y}}]".into(),
            "images: x: Attribute 'os_glance' is reserved.",
        ),
        (
            "images: [{name: x, min_ram: -1}]".into(),
            "images: x: Invalid value '-1' for parameter 'min_ram': Cannot be a negative value",
        ),
        (
            "images: [{name: x, data: {text: y}}]".into(),
            "images: x: Properties disk_format, container_format must be set prior to saving data.",
        ),
        (
            format!("images: [{{name: x, status: killed, {raw}, data: {{text: y}}}}]"),
            "images: x: an image that is killed has no data",
        ),
        (
            "images: [{name: x, disk_format: qcow2, container_format: bare, data: {text: y}}]"
                .to_owned(),
            "images: x: Image disk_format qcow2 does not match stream data raw",
        ),
        (
            format!("images: [{{name: x, {raw}, data: {{file: nowhere}}}}]"),
            "images: x: data: the file ",
        ),
        (
            format!("images: [{{name: x, {raw}, data: {{base64: '?'}}}}]"),
            "images: x: data: base64: ",
        ),
        (
            format!("images: [{{name: x, {raw}, data: {{size: 1, text: y}}}}]"),
            "images: x: data: one of file, text, base64 and size is needed",
        ),
        (
            format!("images: [{{name: x, {raw}, data: {{size: 1, pattern: ones}}}}]"),
            "images: x: data: \"ones\" is no pattern: zeros, random and random(NUMBER) are",
        ),
        (
            format!("images: [{{name: x, {raw}, stores: [fast], data: {{size: 1}}}}]"),
            "images: x: there is no store fast",
        ),
        (
            "images: [{name: x, owner: nobody-knows}]".into(),
            "images: x: owner: there is no project nobody-knows; an id that is not to be looked up \
             goes into owner_id",
        ),
        (
            format!("images: [{{id: {id}, name: x}}, {{id: {id}, name: y}}]"),
            "images: y: the id 11111111-2222-4333-8444-555555555555 is there twice",
        ),
        (
            "users: [{name: ann, roles: {demo: [king]}}]".into(),
            "users: ann: there is no role king",
        ),
        (
            "users: [{name: ann, roles: {nowhere: [member]}}]".into(),
            "users: ann: project: there is no project nowhere",
        ),
        (
            "projects: [{name: demo, id: '1'}]".into(),
            "projects: demo: the project is there already, with the id ",
        ),
        (
            "tasks: [{type: import, status: pending}]".into(),
            "tasks: import: only tasks that have ended (success, failure) can be planted",
        ),
        (
            "metadefs: [{namespace: a, visibility: some}]".into(),
            "metadefs: a: Provided object does not match schema",
        ),
        (
            "images:\n  - {name: x, nam: y}\n".into(),
            "unknown field `nam`",
        ),
        ("images: {".into(), "seed FILE: "),
    ] {
        let refusal = refused(&text).await;
        assert!(refusal.starts_with("seed FILE: "), "{text}: {refusal}");
        assert!(refusal.contains(said), "{text}: {refusal}");
    }
}

#[tokio::test]
async fn a_seed_with_a_mistake_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let url = database().await;
    let start = |seed: &super::Written| {
        let word = seed.word.clone();
        let (url, home) = (url.clone(), home.path().to_owned());
        let mut config = lookalike::Config::for_tests();
        config.ephemeral = false;
        config.data = home;
        config.database_url = url;
        config.seeds.seed = vec![word];
        config
    };
    let text = "
projects: [{name: team}]
images:
  - {name: x, owner: team, disk_format: raw, container_format: bare, data: {text: data}}
  - {name: y, owner: nobody-knows}
";
    let bad = written(text);
    lookalike::Server::with(start(&bad)).await.unwrap_err();
    assert_eq!(home.path().join("images").read_dir().unwrap().count(), 0);
    let good = written("projects: [{name: team, id: a-new-one}]");
    let glance = glance_with(|it| *it = start(&good)).await;
    assert!(glance.admin().names("").await.is_empty());
}

#[tokio::test]
async fn a_seed_that_is_not_there_is_named() {
    let mut config = lookalike::Config::for_tests();
    config.seeds.seed = vec!["dmeo".into()];
    let said = lookalike::Server::with(config).await.unwrap_err();
    assert_eq!(
        said.to_string(),
        "the seed dmeo cannot be read: No such file or directory (os error 2); built in are: demo, rackspace, pcd"
    );
}
