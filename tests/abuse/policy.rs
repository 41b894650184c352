//! Policies that would cost more than they are long.

use std::time::{Duration, Instant};

use serde_json::{Map, json};

use crate::glance::glance;

#[tokio::test]
async fn a_rule_is_not_evaluated_again_for_each_reference_to_it() {
    let glance = glance().await;
    let mut rules: Map<_, _> = (0..60)
        .map(|number| {
            let next = number + 1;
            let twice = format!("rule:r{next} and rule:r{next}");
            (format!("r{number}"), twice.into())
        })
        .collect();
    rules.insert("r60".into(), "@".into());
    rules.insert("add_image".into(), "rule:r0".into());
    glance
        .control()
        .put("/policy")
        .json(rules.into())
        .await
        .is(200);
    let start = Instant::now();
    glance.person("alice").create(json!({})).await;
    assert!(start.elapsed() < Duration::from_secs(1), "{start:?}");
}
