//! Policy files are read again when they change.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use crate::glance::{Glance, Person, glance_with};

/// A server whose policy is in a file of this directory, and in the files of `policy.d` there.
async fn ruled_by(directory: &TempDir) -> Glance {
    let path = directory.path().to_owned();
    glance_with(|config| {
        config.images.policy_file = Some(path.join("policy.yaml"));
        config.rules.policy_dirs = vec![path.join("policy.d")];
    })
    .await
}

fn write(directory: &TempDir, file: &str, text: &str) {
    fs::write(directory.path().join(file), text).unwrap();
}

/// Asks for a list until the answer is this one; it may take as long as files are not looked at.
async fn becomes(person: &Person, status: u16) {
    let patience = Instant::now() + Duration::from_secs(20);
    loop {
        let answer = person.get("/v2/images").await;
        if answer.status == status {
            return;
        }
        assert!(Instant::now() < patience, "{}", answer.text());
    }
}

/// Sees to it that the files have been looked at since: a file that comes to count afterwards does.
async fn looked_at(person: &Person, directory: &TempDir) {
    write(directory, "policy.d/~marker", "add_image: '!'\n");
    let patience = Instant::now() + Duration::from_secs(20);
    while person.post("/v2/images").json(json!({})).await.status != 403 {
        assert!(Instant::now() < patience);
    }
}

#[tokio::test]
async fn a_rule_counts_as_soon_as_the_file_says_so() {
    let directory = TempDir::new().unwrap();
    write(&directory, "policy.yaml", "get_images: '!'\n");
    let glance = ruled_by(&directory).await;
    let alice = glance.person("alice");
    let answer = alice.get("/v2/images").await.is(403);
    answer.says("You are not authorized to complete get_images action.");
    write(&directory, "policy.yaml", "get_images: '@'\n");
    becomes(&alice, 200).await;
    // Of the same size, and perhaps written within the same tick of the clock.
    write(&directory, "policy.yaml", "get_images: '!'\n");
    becomes(&alice, 403).await;
}

#[tokio::test]
async fn a_file_may_come_later_and_go_again() {
    let directory = TempDir::new().unwrap();
    let glance = ruled_by(&directory).await;
    let alice = glance.person("alice");
    alice.get("/v2/images").await.is(200);
    write(&directory, "policy.yaml", "get_images: '!'\n");
    becomes(&alice, 403).await;
    fs::remove_file(directory.path().join("policy.yaml")).unwrap();
    becomes(&alice, 200).await;
}

#[tokio::test]
async fn a_rule_that_leaves_the_file_is_again_what_it_was() {
    let directory = TempDir::new().unwrap();
    write(&directory, "policy.yaml", "get_images: '!'\n");
    let glance = ruled_by(&directory).await;
    let alice = glance.person("alice");
    alice.get("/v2/images").await.is(403);
    write(&directory, "policy.yaml", "add_image: '!'\n");
    becomes(&alice, 200).await;
    alice.post("/v2/images").json(json!({})).await.is(403);
}

#[tokio::test]
async fn the_files_of_a_directory_count_in_the_order_of_their_names() {
    let directory = TempDir::new().unwrap();
    write(&directory, "policy.yaml", "get_images: '@'\n");
    let glance = ruled_by(&directory).await;
    let alice = glance.person("alice");
    alice.get("/v2/images").await.is(200);
    fs::create_dir(directory.path().join("policy.d")).unwrap();
    write(&directory, "policy.d/b", "get_images: '!'\n");
    becomes(&alice, 403).await;
    write(&directory, "policy.d/c", "get_images: '@'\n");
    becomes(&alice, 200).await;
    write(&directory, "policy.d/a", "get_images: '!'\n");
    write(&directory, "policy.d/.z", "get_images: '!'\n");
    looked_at(&alice, &directory).await;
    alice.get("/v2/images").await.is(200);
    fs::remove_file(directory.path().join("policy.d/c")).unwrap();
    becomes(&alice, 403).await;
}

#[tokio::test]
async fn the_older_rules_stay_on_while_a_file_changes() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("policy.yaml");
    let glance = glance_with(|config| {
        config.images.enforce_new_defaults = false;
        config.images.policy_file = Some(path);
    })
    .await;
    let nobody = glance.person("alice").with_roles("other");
    nobody.get("/v2/images").await.is(200);
    write(&directory, "policy.yaml", "get_images: '!'\n");
    becomes(&nobody, 403).await;
    nobody.post("/v2/images").json(json!({})).await.is(201);
    write(&directory, "policy.yaml", "add_image: '!'\n");
    becomes(&nobody, 200).await;
}

#[tokio::test]
async fn a_file_that_cannot_be_used_at_the_start_is_told_with_its_line_and_rule() {
    let directory = TempDir::new().unwrap();
    let start = |name: &str, text: &str| {
        write(&directory, name, text);
        let path = directory.path().to_owned();
        async move {
            let mut config = lookalike::Config::for_tests();
            config.images.policy_file = Some(path.join("policy.yaml"));
            config.rules.policy_dirs = vec![path.clone()];
            let error = lookalike::Server::with(config).await.unwrap_err();
            let said = error.to_string();
            said.replace(path.to_string_lossy().as_ref(), "")
        }
    };
    let cannot = |file: &str| format!("the policy file /{file} cannot be used: ");
    let said = start("policy.yaml", "a: '@'\nget_image: role:reader or\n").await;
    let flaw = "policy rule `get_image` in line 2: it ends where a check should follow";
    assert_eq!(said, cannot("policy.yaml") + flaw);
    let said = start("policy.yaml", "# why\nb: rule:a\na: rule:b\n").await;
    let flaw = "policy rule `b` in line 2 leads back to itself: b → a → b";
    assert_eq!(said, cannot("policy.yaml") + flaw);
    let said = start("policy.yaml", "a: [\n").await;
    assert!(said.starts_with(&cannot("policy.yaml")), "{said}");
    assert!(said.contains("line 1"), "{said}");
    write(&directory, "policy.yaml", "a: '@'\n");
    let said = start("later.yaml", "\n\nadd_image: nonsense\n").await;
    let flaw = "policy rule `add_image` in line 3: `nonsense` is not a check";
    assert!(said.starts_with(&(cannot("later.yaml") + flaw)), "{said}");
}
