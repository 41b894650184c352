//! Tests of which of several faults applies, and how often.

use serde_json::json;

use super::*;
use crate::domain::fault::DataAccess;

fn faults(rules: &[serde_json::Value]) -> Faults {
    let faults = Faults::default();
    for (at, rule) in rules.iter().enumerate() {
        faults.add(format!("{at}"), FaultRule::read(rule.clone()).unwrap());
    }
    faults
}

fn get(path: &str) -> RequestFacts {
    RequestFacts {
        method: "GET".into(),
        path: path.into(),
        ..RequestFacts::default()
    }
}

/// The ids of what strikes: the delays and then the rest.
fn struck(faults: &Faults, path: &str) -> String {
    let verdict = faults.judge(&get(path), || 0.5);
    let all = verdict.delays.iter().chain(&verdict.wire);
    all.map(|value| value.id.as_str())
        .collect::<Vec<_>>()
        .join("+")
}

#[test]
fn without_rules_nothing_is_looked_at() {
    let faults = Faults::default();
    assert!(!faults.armed());
    assert_eq!(struck(&faults, "/"), "");
}

#[test]
fn the_first_that_matches_strikes_and_delays_before_it_add_up() {
    let faults = faults(&[
        json!({ "fault": { "delay_ms": 1 } }),
        json!({ "match": { "path": "/b" }, "fault": { "status": 500 } }),
        json!({ "fault": { "delay_ms": 2 } }),
        json!({ "fault": { "status": 503 } }),
        json!({ "fault": { "delay_ms": 3 } }),
    ]);
    assert_eq!(struck(&faults, "/a"), "0+2+3");
    assert_eq!(struck(&faults, "/b"), "0+1");
}

#[test]
fn a_rule_strikes_as_often_as_it_may_and_then_the_next_has_its_turn() {
    let faults = faults(&[
        json!({ "times": 2, "fault": { "status": 500 } }),
        json!({ "times": 1, "fault": { "status": 503 } }),
    ]);
    let all: Vec<_> = (0..4).map(|_| struck(&faults, "/")).collect();
    assert_eq!(all, ["0", "0", "1", ""]);
    assert!(!faults.armed());
    let listed = faults.list();
    assert_eq!(
        (listed[0].seen, listed[0].struck, listed[0].spent),
        (2, 2, true)
    );
}

#[test]
fn requests_can_be_let_pass_before_and_counted() {
    let faults =
        faults(&[json!({ "after": 1, "match": { "nth": 2 }, "fault": { "status": 500 } })]);
    let all: Vec<_> = (0..5).map(|_| struck(&faults, "/")).collect();
    assert_eq!(all, ["", "", "0", "", ""]);
    assert!(!faults.armed());
}

#[test]
fn chance_decides_where_it_is_asked() {
    let faults = faults(&[
        json!({ "match": { "probability": 0.4 }, "fault": { "status": 500 } }),
        json!({ "match": { "probability": 0.6 }, "fault": { "status": 503 } }),
    ]);
    assert_eq!(struck(&faults, "/"), "1");
}

#[test]
fn what_waits_for_a_fault_hears_when_it_goes() {
    let faults = faults(&[json!({ "fault": { "stall": "forever" } })]);
    let strike = faults.judge(&get("/"), || 0.0).wire.unwrap();
    assert!(!strike.gone.is_cancelled());
    assert!(faults.remove("0"));
    assert!(strike.gone.is_cancelled());
    assert!(!faults.remove("0"));
}

/// Returns what a request is under while these faults are in force.
fn scope(faults: &Faults) -> Arc<FaultScope> {
    let verdict = faults.judge(&get("/"), || 0.0);
    FaultScope::new(faults.clone(), get("/"), verdict.databases, || 0.0, |_| ())
}

#[test]
fn a_store_fails_a_request_in_all_or_in_nothing() {
    let faults =
        faults(&[json!({ "times": 1, "fault": { "store": { "fails": "away", "name": "fast" } } })]);
    let first = scope(&faults);
    let fails = |scope: &FaultScope, name| scope.store_fails(name, DataAccess::Read).is_some();
    assert!(!fails(&first, "cheap"));
    assert!(fails(&first, "fast") && fails(&first, "fast"));
    assert!(!fails(&scope(&faults), "fast"));
}

#[test]
fn a_fault_of_the_database_is_spent_where_the_database_is_asked() {
    let faults = faults(&[
        json!({ "times": 1, "fault": { "database": { "fails": "away", "on": "write" } } }),
    ]);
    let fails = |scope: &FaultScope, access| scope.database_fails(access).is_some();
    scope(&faults);
    assert!(!fails(&scope(&faults), DataAccess::Read));
    assert_eq!(faults.list()[0].seen, 0);
    let writes = scope(&faults);
    assert!(fails(&writes, DataAccess::Write) && fails(&writes, DataAccess::Write));
    assert!(faults.list()[0].spent);
    assert!(!fails(&scope(&faults), DataAccess::Write));
}

#[test]
fn a_fault_of_the_database_breaks_nothing_that_has_begun_before_it() {
    let faults = faults(&[json!({ "fault": { "store": "away" } })]);
    let before = scope(&faults);
    let rule = json!({ "fault": { "database": "away" } });
    faults.add("later".into(), FaultRule::read(rule).unwrap());
    assert_eq!(before.database_fails(DataAccess::Read), None);
    assert!(scope(&faults).database_fails(DataAccess::Read).is_some());
}
