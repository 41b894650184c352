//! Tests of reloading: the rules in force after each change of their files.

use std::sync::mpsc;
use std::{fs, thread};

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::domain::caller::{Caller, CallerAsOwner};

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.0.path().join(file), text).unwrap();
    }

    fn rules(&self) -> Rules {
        let mut config = Config::for_tests();
        config.images.policy_file = Some(self.0.path().join("policy.yaml"));
        config.rules.policy_dirs = vec![self.0.path().join("policy.d")];
        let named = vec![("named".to_owned(), "rule:asked".to_owned())];
        Rules::open(&config, named).unwrap()
    }
}

/// Returns whether a reader may list, once the files have been read again.
fn lists(rules: &Rules) -> bool {
    rules.0.reread();
    let caller = Caller {
        project: Some("p".into()),
        roles: vec!["reader".into()],
        ..Caller::default()
    };
    let own = CallerAsOwner(&caller);
    rules.allows(Rule::GetImages, &own, &own, None)
}

#[test]
fn without_files_the_defaults_count() {
    assert!(lists(&Files::new().rules()));
}

#[test]
fn a_change_counts_and_one_that_cannot_be_used_changes_nothing() {
    let files = Files::new();
    files.write("policy.yaml", "get_images: '!'");
    let rules = files.rules();
    assert!(!lists(&rules));
    for wrong in [
        "get_images: [",
        "get_images: role:reader and",
        "get_images: rule:get_images",
        "- no map",
        "get_images: {}",
    ] {
        files.write("policy.yaml", wrong);
        assert!(!lists(&rules), "{wrong}");
    }
    files.write("policy.yaml", "get_images: '@'");
    assert!(lists(&rules));
    files.write("policy.yaml", "get_images: '!'");
    assert!(!lists(&rules), "of the same size, at once");
}

#[test]
fn files_may_come_and_go() {
    let files = Files::new();
    let rules = files.rules();
    assert!(lists(&rules));
    files.write("policy.yaml", "get_images: '!'");
    assert!(!lists(&rules));
    fs::create_dir(files.0.path().join("policy.d")).unwrap();
    files.write("policy.d/a", "get_images: '@'");
    assert!(lists(&rules));
    fs::remove_file(files.0.path().join("policy.d/a")).unwrap();
    assert!(!lists(&rules));
    fs::remove_file(files.0.path().join("policy.yaml")).unwrap();
    assert!(lists(&rules));
}

#[test]
fn rules_that_no_file_holds_ask_those_of_the_files() {
    let files = Files::new();
    files.write("policy.yaml", "asked: role:x");
    let rules = files.rules();
    let holds = |role: &str| {
        rules.0.reread();
        let who = Caller {
            roles: vec![role.to_owned()],
            ..Caller::default()
        };
        rules.holds_named("named", &who, None)
    };
    assert!(holds("x") && !holds("y"));
    files.write("policy.yaml", "asked: role:y");
    assert!(holds("y") && !holds("x"));
    // Nobody wrote it: `default` stands for it.
    files.write("policy.yaml", "default: role:z");
    assert!(holds("z") && !holds("x"));
}

#[test]
fn nobody_looks_at_the_files_all_the_time() {
    let files = Files::new();
    files.write("policy.yaml", "get_images: '!'");
    let rules = files.rules();
    rules.0.looked.store(u64::MAX, Ordering::Relaxed);
    assert!(!rules.0.is_due(), "they have just been looked at");
    let config = Config::for_tests();
    let none = Rules::open(&config, Vec::new()).unwrap();
    assert!(!none.0.is_due(), "there are none");
}

#[tokio::test]
async fn who_asks_what_the_rules_are_holds_up_nobody_else() {
    let rules = Files::new().rules();
    let (taken, is_taken) = mpsc::channel();
    let (give_back, is_over) = mpsc::channel::<()>();
    let held = rules.clone();
    let holding = thread::spawn(move || {
        let _held = held.0.held();
        taken.send(()).unwrap();
        is_over.recv().ok();
    });
    is_taken.recv().unwrap();
    let asked = rules.clone();
    let asking = tokio::spawn(async move { asked.written().await });
    let over = json!({ "get_images": "!" }).as_object().cloned();
    let laying = tokio::spawn(async move { rules.lay_over(over).await });
    // There is one thread for the three of us.
    tokio::task::yield_now().await;
    give_back.send(()).unwrap();
    assert!(asking.await.unwrap().is_ok());
    assert_eq!(laying.await.unwrap().unwrap()["get_images"], "!");
    holding.join().unwrap();
}
