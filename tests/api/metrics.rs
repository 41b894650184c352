//! What Prometheus reads at `/metrics`.

mod access;
mod contents;
mod format;

use crate::glance::{Answer, Glance, glance_with};

/// A server that collects metrics.
pub(crate) async fn metered() -> Glance {
    glance_with(|it| it.metrics.metrics = true).await
}

/// The metrics, in Prometheus's text format.
pub(crate) async fn scrape(glance: &Glance) -> Answer {
    glance.nobody().get("/metrics").await.is(200)
}

/// The value of a series, by its whole name with labels; 0 if it is not there.
fn value(scrape: &Answer, series: &str) -> f64 {
    let mut lines = scrape.text().lines();
    let value = lines.find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    value.map_or(0.0, |value| value.parse().unwrap())
}

/// Fails unless a series has this value.
#[track_caller]
fn has(scrape: &Answer, series: &str, expected: f64) {
    let found = value(scrape, series);
    let is_it = (found - expected).abs() < f64::EPSILON;
    assert!(
        is_it,
        "{series} is {found}, not {expected}: {}",
        scrape.text()
    );
}
