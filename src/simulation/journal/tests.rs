//! Tests of the bounds of the journal.

use std::time::Duration;

use chrono::DateTime;
use http::{Request, StatusCode};
use serde_json::json;

use super::*;

fn journal(requests: usize, bytes: u64) -> Journal {
    Journal::new(JournalOptions {
        journal_requests: requests,
        journal_bytes: bytes,
    })
}

fn add(journal: &Journal, path: &str) -> u64 {
    let request = Request::get(path).header("X-Auth-Token", "s3cret");
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let asked = RecordedRequest::of(&parts, DateTime::UNIX_EPOCH, RequestNotes::default(), None);
    let answered = RecordedResponse {
        status: StatusCode::OK,
        headers: Headers::default(),
        fault: None,
        end: None,
    };
    journal.add(asked, Some(answered), Duration::ZERO).id()
}

fn ids(journal: &Journal) -> Vec<u64> {
    journal.all().iter().map(|journal| journal.id()).collect()
}

#[test]
fn the_oldest_makes_room_for_the_newest() {
    let journal = journal(2, 1 << 20);
    for path in ["/1", "/2", "/3"] {
        add(&journal, path);
    }
    assert_eq!(ids(&journal), [2, 3]);
    assert!(journal.one(1).is_none());
    assert_eq!(journal.one(3).unwrap().recorded().path, "/3");
}

#[test]
fn bytes_are_bounded_too() {
    let journal = journal(1000, 10_000);
    for _ in 0..100 {
        add(&journal, &format!("/{}", "x".repeat(1000)));
    }
    assert!((2..10).contains(&ids(&journal).len()));
    add(&journal, &format!("/{}", "x".repeat(20_000)));
    assert!(ids(&journal).is_empty(), "what is too large is not kept");
    add(&journal, "/small");
    assert_eq!(ids(&journal), [102]);
}

#[test]
fn who_asked_takes_room_as_well() {
    let journal = journal(1000, 10_000);
    let (parts, ()) = Request::get("/").body(()).unwrap().into_parts();
    for _ in 0..100 {
        let notes = RequestNotes::default();
        notes.who(Some(&"x".repeat(1000)), None);
        let asked = RecordedRequest::of(&parts, DateTime::UNIX_EPOCH, notes, None);
        journal.add(asked, None, Duration::ZERO);
    }
    assert!((2..10).contains(&ids(&journal).len()));
}

#[test]
fn ids_count_on_when_it_was_cleared() {
    let journal = journal(10, 1 << 20);
    add(&journal, "/1");
    journal.clear();
    assert!(ids(&journal).is_empty());
    assert_eq!(add(&journal, "/2"), 2);
}

#[test]
fn nothing_secret_is_kept() {
    let journal = journal(10, 1 << 20);
    add(&journal, "/v2/images?marker=1&X-Amz-Signature=s3cret");
    assert!(!format!("{:?}", journal.all()).contains("s3cret"));
}

#[tokio::test]
async fn a_reader_learns_what_it_missed() {
    let journal = journal(2, 1 << 20);
    let mut reader = journal.follow(None);
    for path in ["/1", "/2", "/3"] {
        add(&journal, path);
    }
    assert!(matches!(reader.next().await, Some(JournalEvent::Missed(1))));
    assert!(matches!(reader.next().await, Some(JournalEvent::Entry(it)) if it.id() == 2));
    assert!(matches!(reader.next().await, Some(JournalEvent::Entry(it)) if it.id() == 3));
    journal.end();
    assert!(reader.next().await.is_none());
}

#[tokio::test]
async fn a_reader_waits_for_what_comes() {
    let journal = journal(10, 1 << 20);
    let mut reader = journal.follow(None);
    let adding = async { add(&journal, "/1") };
    let (news, id) = tokio::join!(reader.next(), adding);
    assert!(matches!(news, Some(JournalEvent::Entry(it)) if it.id() == id));
}

#[tokio::test]
async fn a_reader_goes_on_where_it_left_off() {
    let journal = journal(10, 1 << 20);
    add(&journal, "/1");
    add(&journal, "/2");
    let mut reader = journal.follow(Some(1));
    assert!(matches!(reader.next().await, Some(JournalEvent::Entry(it)) if it.id() == 2));
}

#[test]
fn an_expectation_that_cannot_be_met_is_refused() {
    let verify = |value| journal(1, 1).verify(&serde_json::from_value(value).unwrap());
    assert!(verify(json!({ "exactly": 1, "at_least": 1 })).is_err());
    assert!(verify(json!({ "at_least": 2, "at_most": 1 })).is_err());
}

#[test]
fn an_expectation_counts_what_matches() {
    let journal = journal(10, 1 << 20);
    add(&journal, "/v2/images");
    add(&journal, "/v2/tasks");
    let verify = |value| journal.verify(&serde_json::from_value(value).unwrap());
    let images = json!({ "path": "/v2/images" });
    let verdict = verify(json!({ "match": images, "exactly": 1 })).unwrap();
    assert!(verdict.holds && verdict.closest.is_empty());
    let verdict = verify(json!({ "match": images, "at_most": 0 })).unwrap();
    assert_eq!(
        (verdict.holds, verdict.message.as_str()),
        (false, "expected at most 0 request to /v2/images, found 1")
    );
    assert!(verdict.closest[0].differs.is_empty());
    let wanted = json!({ "path": "/v2/tasks", "method": "POST" });
    let verdict = verify(json!({ "match": wanted })).unwrap();
    assert!(!verdict.holds);
    assert_eq!(verdict.closest[0].differs, ["method is GET, not POST"]);
    assert_eq!(verdict.closest[0].request.path, "/v2/tasks");
}
