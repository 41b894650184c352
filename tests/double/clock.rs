//! The clock of a cloud.

use chrono::{DateTime, TimeDelta, Utc};
use lookalike::{ClockRangeError, Server};

use crate::Outcome;
use crate::clients::{Failure, Person};

fn new_year() -> Result<DateTime<Utc>, Failure> {
    Ok("2030-01-01T00:00:00Z".parse()?)
}

#[tokio::test]
async fn a_frozen_clock_stands_until_it_is_advanced() -> Outcome {
    let glance = Server::start().await?;
    glance.freeze_at(new_year()?).await?;
    assert_eq!(glance.clock().await.now, new_year()?);
    assert!(glance.clock().await.frozen);
    glance.advance(TimeDelta::hours(1)).await?;
    assert_eq!(glance.clock().await.now, new_year()? + TimeDelta::hours(1));
    Ok(())
}

#[tokio::test]
async fn a_clock_that_is_set_runs_on_and_tokens_expire_by_it() -> Outcome {
    let glance = Server::start().await?;
    let demo = Person::of(&glance).await?;
    assert_eq!(demo.status().await?, 200);
    glance.set_clock(new_year()?).await?;
    let reading = glance.clock().await;
    assert!(!reading.frozen && reading.now >= new_year()?);
    assert_eq!(demo.status().await?, 401);
    Ok(())
}

#[tokio::test]
async fn an_unfrozen_clock_goes_on_from_where_it_stood() -> Outcome {
    let glance = Server::start().await?;
    glance.freeze_at(new_year()?).await?;
    glance.unfreeze().await?;
    let reading = glance.clock().await;
    assert!(!reading.frozen && reading.now >= new_year()?);
    glance.restart_clock().await;
    assert!(glance.clock().await.offset.abs() < TimeDelta::seconds(1));
    Ok(())
}

#[tokio::test]
async fn a_time_that_the_clock_cannot_show_is_refused_and_changes_nothing() -> Outcome {
    let glance = Server::start().await?;
    glance.freeze_at(new_year()?).await?;
    let far = TimeDelta::days(9_999_999);
    assert_eq!(glance.advance(far).await, Err(ClockRangeError));
    assert_eq!(
        glance.set_clock(DateTime::<Utc>::MAX_UTC).await,
        Err(ClockRangeError)
    );
    assert_eq!(glance.clock().await.now, new_year()?);
    Ok(())
}
