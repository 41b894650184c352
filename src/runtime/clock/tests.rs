//! Tests of the clock: frozen, set, advanced, and waited for.

use std::sync::Arc;

use super::*;

fn then() -> DateTime<Utc> {
    "2030-01-01T00:00:00Z".parse().unwrap()
}

fn frozen() -> Clock {
    let clock = Clock::default();
    clock.set(Some(then()), Some(true)).unwrap();
    clock
}

#[test]
fn a_clock_shows_the_systems_time_at_first() {
    let clock = Clock::default();
    assert!(clock.is_real());
    assert!(clock.system() - clock.now() < TimeDelta::seconds(1));
    assert_eq!(clock.reading().offset, TimeDelta::zero());
}

#[test]
fn a_frozen_clock_changes_only_when_it_is_advanced() {
    let clock = frozen();
    assert_eq!((clock.now(), clock.now()), (then(), then()));
    clock.advance(TimeDelta::milliseconds(1500)).unwrap();
    assert_eq!(clock.now(), then() + TimeDelta::milliseconds(1500));
    clock.advance(TimeDelta::milliseconds(-1500)).unwrap();
    assert_eq!(clock.reading().now, then());
    clock.step();
    assert_eq!(clock.now(), then(), "the settings have no step");
}

#[test]
fn a_clock_runs_on_from_where_it_was_frozen() {
    let clock = frozen();
    clock.set(None, Some(false)).unwrap();
    let reading = clock.reading();
    assert!(!reading.frozen);
    assert!(reading.now >= then() && reading.now < then() + TimeDelta::minutes(1));
    clock.set(None, Some(true)).unwrap();
    let frozen_at = clock.now();
    assert!(frozen_at >= reading.now);
    assert_eq!(clock.now(), frozen_at);
}

#[test]
fn setting_the_time_leaves_the_clock_frozen_or_running() {
    let clock = Clock::default();
    clock.set(Some(then()), None).unwrap();
    assert!(!clock.is_frozen() && !clock.is_real());
    let clock = frozen();
    clock.set(Some(then() - TimeDelta::days(1)), None).unwrap();
    assert!(clock.is_frozen());
    assert_eq!(clock.now(), then() - TimeDelta::days(1));
}

#[test]
fn a_time_out_of_range_changes_nothing() {
    let clock = frozen();
    let late = "9999-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(clock.set(Some(late), Some(false)), Err(ClockRangeError));
    assert_eq!(
        clock.advance(TimeDelta::days(365 * 9000)),
        Err(ClockRangeError)
    );
    assert_eq!(
        clock.advance(TimeDelta::days(-365 * 70)),
        Err(ClockRangeError)
    );
    assert_eq!(clock.advance(TimeDelta::MAX), Err(ClockRangeError));
    assert_eq!(clock.reading().now, then());
    assert!(clock.is_frozen());
}

#[test]
fn reset_restores_the_settings() {
    let clock = Clock::new(ClockSettings {
        now: Some(then()),
        frozen: true,
        step: TimeDelta::milliseconds(1),
    });
    clock.step();
    clock.step();
    assert_eq!(clock.now(), then() + TimeDelta::milliseconds(2));
    clock.set(None, Some(false)).unwrap();
    clock.reset();
    assert_eq!(clock.now(), then());
}

#[tokio::test]
async fn a_waiter_wakes_as_soon_as_the_clock_is_advanced() {
    for frozen in [true, false] {
        let clock = Arc::new(Clock::default());
        clock.set(Some(then()), Some(frozen)).unwrap();
        let waiting = tokio::spawn({
            let clock = Arc::clone(&clock);
            async move { clock.wait_until(then() + TimeDelta::hours(3)).await }
        });
        clock.advance(TimeDelta::hours(1)).unwrap();
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.advance(TimeDelta::hours(2)).unwrap();
        waiting.await.unwrap();
    }
}

#[tokio::test]
async fn a_past_time_is_not_waited_for() {
    let clock = frozen();
    clock.wait_until(then()).await;
    clock.wait_until(then() - TimeDelta::days(1)).await;
    clock.sleep(Duration::ZERO).await;
}

#[tokio::test]
async fn a_sleep_starts_with_the_call_and_not_with_the_first_poll() {
    let clock = frozen();
    let sleep = clock.sleep(Duration::from_hours(1));
    clock.advance(TimeDelta::hours(2)).unwrap();
    let soon = tokio::time::timeout(Duration::from_secs(5), sleep);
    assert!(soon.await.is_ok());
}
