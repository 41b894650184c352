//! Tests of what clients see while a task is held.

use chrono::TimeDelta;
use serde_json::json;

use super::*;
use crate::domain::pace::PacedState;

fn pace(rule: Value) -> Pace {
    let pace = Pace::default();
    pace.set(PaceRule::read_all(rule).unwrap());
    pace
}

/// Work on image `i` that rests once; whoever holds the end of the channel sees whether it is over.
fn work(pace: &Pace, clock: &Arc<Clock>) -> tokio::task::JoinHandle<()> {
    let following = pace.follow(Some("i"), None, None, "R").unwrap();
    let clock = Arc::clone(clock);
    tokio::spawn(async move {
        if let Some(rest) = following.rest(PacedState::Saving, &clock) {
            rest.over(&clock).await;
        }
    })
}

fn left(pace: &Pace) -> Option<u64> {
    pace.resting().first().and_then(|resting| resting.polls)
}

#[tokio::test]
async fn a_state_is_seen_as_often_as_it_is_to_be() {
    let (pace, clock) = (pace(json!({ "saving": { "polls": 2 } })), Arc::default());
    let work = work(&pace, &clock);
    pace.polled("i", &clock).await;
    pace.polled("i", &clock).await;
    assert_eq!(left(&pace), Some(0));
    assert!(!work.is_finished());
    pace.polled("i", &clock).await;
    assert!(pace.resting().is_empty());
    work.await.unwrap();
}

#[tokio::test]
async fn the_clock_lets_go_on_when_its_time_has_come() {
    let (pace, clock) = (
        pace(json!({ "saving": { "seconds": 3600 } })),
        Arc::default(),
    );
    let work = work(&pace, &clock);
    pace.polled("i", &clock).await;
    assert_eq!(pace.resting().len(), 1);
    clock.advance(TimeDelta::hours(1)).unwrap();
    pace.polled("i", &clock).await;
    work.await.unwrap();
}

#[tokio::test]
async fn without_rules_everything_goes_on() {
    let (pace, clock) = (pace(json!({ "saving": { "polls": 9 } })), Arc::default());
    let work = work(&pace, &clock);
    pace.polled("i", &clock).await;
    pace.set(Vec::new());
    work.await.unwrap();
    assert!(!pace.in_use());
    assert_eq!(pace.idle_tasks(), 0);
}

#[tokio::test]
async fn the_first_rule_that_is_for_an_image_counts() {
    let pace = pace(json!({ "rules": [{ "image": "fast" }, { "saving": { "polls": 1 } }] }));
    let clock = Clock::default();
    let fast = pace.follow(Some("1"), Some("fast"), None, "R").unwrap();
    assert!(fast.rest(PacedState::Saving, &clock).is_none());
    let slow = pace.follow(Some("2"), Some("slow"), None, "R").unwrap();
    assert!(slow.rest(PacedState::Saving, &clock).is_some());
}
