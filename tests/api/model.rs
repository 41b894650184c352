//! Random calls of three users of two projects and an admin, against a model in memory: after each call the
//! status and what the caller sees are compared, and proptest shortens a history that disagrees.
//!
//! `LOOKALIKE_MODEL_HISTORIES` and `LOOKALIKE_MODEL_CALLS` say how many and how long; with `LOOKALIKE_TEST_PEER`, the
//! URL of another server with the same quotas, the model is compared with that one (`just model`).

mod call;
mod images;
mod lists;
mod members;
mod patch;
mod play;
mod requests;
mod world;

use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestError, TestRunner};

use call::{Step, created, step};
use play::play;

/// What failed once is tried first.
const REGRESSIONS: &str = "tests/api/model/regressions.txt";

fn number(variable: &str, usual: u32) -> u32 {
    let text = std::env::var(variable).ok();
    text.map_or(usual, |text| text.parse().unwrap())
}

/// Some images, and then any calls.
fn history(calls: usize) -> impl Strategy<Value = Vec<Step>> {
    let begin = prop::collection::vec(created(), 0..=5);
    let rest = prop::collection::vec(step(), 1..=calls);
    (begin, rest).prop_map(|(begin, rest)| [begin, rest].concat())
}

#[test]
fn any_history_of_calls_is_answered_as_the_model_answers_it() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let calls = number("LOOKALIKE_MODEL_CALLS", 30) as usize;
    let mut runner = TestRunner::new(Config {
        cases: number("LOOKALIKE_MODEL_HISTORIES", 25),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(REGRESSIONS))),
        source_file: Some(file!()),
        max_shrink_iters: 2000,
        max_shrink_time: 120_000,
        ..Config::default()
    });
    let outcome = runner.run(&history(calls), |steps| {
        let played = runtime.block_on(play(&steps));
        played.map_err(TestCaseError::fail)
    });
    if let Err(TestError::Fail(reason, steps)) = outcome {
        let steps: Vec<_> = steps.iter().map(|step| format!("  {step:?}")).collect();
        panic!("{reason}\nafter\n{}", steps.join("\n"));
    }
    outcome.unwrap();
}
