//! Checks that ask another server.

use std::cell::RefCell;

use super::*;

/// Servers that answer yes below `/yes`, no below `/no`, and nothing else; with the questions that were heard.
#[derive(Default)]
struct Servers(RefCell<Vec<RemoteQuestion>>);

impl RemoteAnswers for Servers {
    fn answer(&self, question: RemoteQuestion) -> Option<bool> {
        let url = question.url.clone().unwrap_or_default();
        self.0.borrow_mut().push(question);
        match url.rsplit('/').next() {
            Some("yes") => Some(true),
            Some("no") => Some(false),
            _ => None,
        }
    }
}

/// Returns whether Alice passes a check, and the URLs that were asked.
fn asked(check: &str) -> (bool, Vec<Option<String>>) {
    let policy = Policy::read(&format!("get_images: \"{check}\""), true).unwrap();
    let servers = Servers::default();
    let target = [("owner", Some("o")), ("gone", None)];
    let passes = policy.allows_with(Rule::GetImages, &ALICE, &target, &servers);
    let questions = servers.0.into_inner().into_iter();
    (passes, questions.map(|question| question.url).collect())
}

#[test]
fn a_server_says_whether_a_check_holds() {
    assert!(asked("http://host/yes").0);
    assert!(!asked("https://host/no").0);
    assert!(asked("not http://host/no").0);
}

#[test]
fn fields_of_the_target_are_filled_into_the_url() {
    let (_, urls) = asked("http://host/%(owner)s/%(gone)s/yes");
    assert_eq!(urls, [Some("http://host/o/None/yes".to_owned())]);
    assert_eq!(asked("http://host/%(unknown)s"), (false, vec![None]));
}

#[test]
fn nobody_is_asked_where_the_answer_is_known() {
    assert_eq!(asked("role:member or http://host/no"), (true, vec![]));
    assert_eq!(asked("role:god and http://host/yes"), (false, vec![]));
}

#[test]
fn nobody_passes_while_an_answer_is_missing() {
    for check in [
        "http://host/wait",
        "not http://host/wait",
        "http://host/wait or @",
        "not (http://host/wait and !)",
    ] {
        assert!(!asked(check).0, "{check}");
    }
}

#[test]
fn the_question_names_the_rule_that_the_caller_needs() {
    let text = "get_images: rule:other\nother: http://host/yes";
    let policy = Policy::read(text, true).unwrap();
    let servers = Servers::default();
    let target = [("project_id", Some("p1"))];
    assert!(policy.allows_with(Rule::GetImages, &ALICE, &target, &servers));
    let questions = servers.0.into_inner();
    assert_eq!(questions[0].rule, "get_images");
    assert_eq!(questions[0].target, r#"{"project_id":"p1"}"#);
    let credentials = r#"{"user_id":"alice","project_id":"p1","domain_id":null}"#;
    assert_eq!(questions[0].credentials, credentials);
}

#[test]
fn a_policy_knows_whether_it_asks_others() {
    let asks = |text: &str| Policy::read(text, true).unwrap().asks_others();
    assert!(asks("mine: role:a or not (role:b and https://host)"));
    assert!(!asks("mine: role:a"));
}

#[test]
fn who_is_an_admin_is_no_question_for_others() {
    for text in [
        "context_is_admin: http://host",
        "context_is_admin: rule:asked\nasked: not http://host",
    ] {
        let refused = Policy::read(text, true).unwrap_err().to_string();
        assert!(
            refused.contains("cannot depend on another server"),
            "{refused}"
        );
    }
}
