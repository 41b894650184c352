//! The text formats, and the dashboard that reads them.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{metered, scrape};
use crate::glance::Glance;

const DASHBOARD: &str = include_str!("../../../docs/metrics/grafana.json");
const MANUAL: &str = include_str!("../../../docs/metrics.md");

/// Has everything measured at least once.
async fn exercise(glance: &Glance) {
    let alice = glance.person("alice");
    let image = alice.create_active(json!({ "name": "x" })).await;
    alice.get(image.at("/file")).await.is(200);
    let admin = glance.admin();
    let body = json!({ "type": "location_import", "input": {} });
    let task = admin.post("/v2/tasks").json(body).await.is(201);
    crate::tasks::ended(&admin, task["id"].as_str().unwrap()).await;
}

/// The names of samples in a scrape.
fn samples(text: &str) -> BTreeSet<&str> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect()
}

/// The words of a text that are names of metrics.
fn names(text: &str) -> BTreeSet<&str> {
    let is_of_a_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words = text.split(|letter| !is_of_a_name(letter));
    let is_name = |word: &&str| {
        let prefixes = ["lookalike_", "process_"];
        prefixes.iter().any(|prefix| word.starts_with(prefix)) && !word.ends_with('_')
    };
    words.filter(is_name).collect()
}

/// The queries of the dashboard.
fn queries() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().unwrap());
    targets
        .map(|target| target["expr"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn every_family_has_a_help_and_a_type() {
    let glance = metered().await;
    exercise(&glance).await;
    let scrape = scrape(&glance).await;
    assert_eq!(
        scrape.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let text = scrape.text();
    let of = |kind: &str| -> BTreeSet<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(kind));
        lines
            .map(|rest| rest.split(' ').next().unwrap().to_owned())
            .collect()
    };
    let (helps, types) = (of("# HELP "), of("# TYPE "));
    assert_eq!(helps, types);
    for sample in samples(text) {
        let parts = ["_bucket", "_sum", "_count"];
        let family = parts.iter().find_map(|part| sample.strip_suffix(part));
        let has = |name: &str| types.contains(name);
        assert!(
            has(sample) || family.is_some_and(has),
            "{sample} has no type"
        );
    }
}

#[tokio::test]
async fn the_dashboard_asks_for_metrics_that_there_are() {
    let glance = metered().await;
    exercise(&glance).await;
    let scrape = scrape(&glance).await;
    let there = samples(scrape.text());
    let queries = queries();
    let asked: BTreeSet<_> = queries.iter().flat_map(|query| names(query)).collect();
    let missing: Vec<_> = asked.difference(&there).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(asked.len() > 20, "{asked:?}");
}

#[tokio::test]
async fn the_manual_names_every_family_and_no_other() {
    let glance = metered().await;
    exercise(&glance).await;
    let scrape = scrape(&glance).await;
    let types = scrape
        .text()
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "));
    let there: BTreeSet<_> = types.map(|rest| rest.split(' ').next().unwrap()).collect();
    let rows = MANUAL.lines().filter_map(|line| line.strip_prefix("| `"));
    let rows = rows.filter_map(|row| row.split(['`', '{']).next());
    let described: BTreeSet<_> = rows.filter(|name| !names(name).is_empty()).collect();
    assert_eq!(described, there);
}

#[tokio::test]
async fn open_metrics_are_for_whoever_accepts_them() {
    let glance = metered().await;
    let asked = glance.nobody().get("/metrics");
    let accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
    let answer = asked.header("Accept", accept).await.is(200);
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(answer.header("content-type"), media_type);
    assert!(answer.text().ends_with("# EOF\n"), "{}", answer.text());
}

/// Runs promtool with a text on its standard input.
fn promtool(args: &[&str], input: &str) {
    let unpacked = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache"),
        PathBuf::from,
    );
    let unpacked = unpacked.join("lookalike-test/promtool");
    let program = if unpacked.exists() {
        &unpacked
    } else {
        Path::new("promtool")
    };
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.trim().is_empty(),
        "{said}{input}"
    );
}

#[tokio::test]
#[ignore = "needs promtool: scripts/test installs and runs it"]
async fn promtool_finds_nothing_to_complain_of() {
    let glance = metered().await;
    exercise(&glance).await;
    let scrape = scrape(&glance).await;
    let text = scrape.text().to_owned();
    tokio::task::spawn_blocking(move || promtool(&["check", "metrics"], &text))
        .await
        .unwrap();
}

#[tokio::test]
#[ignore = "needs promtool: scripts/test installs and runs it"]
async fn promtool_understands_the_queries_of_the_dashboard() {
    let queries = queries().into_iter().enumerate().map(|(number, query)| {
        let query = query.replace("$__rate_interval", "5m");
        let query = query.replace("$job", ".+").replace("$instance", ".+");
        json!({ "record": format!("query:{number}"), "expr": query })
    });
    let rules =
        json!({ "groups": [{ "name": "dashboard", "rules": queries.collect::<Vec<_>>() }] });
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), rules.to_string()).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    tokio::task::spawn_blocking(move || promtool(&["check", "rules", &path], ""))
        .await
        .unwrap();
}
