//! A server that is filled and reset, again and again, is no larger at the end than when it was warm.
//! `LOOKALIKE_SOAK_SECONDS` says how long that goes on.

use std::process::Command;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::client::new_id;
use crate::program::Program;

/// How long when nothing is said: an hour's worth is for whoever asks for it.
const SECONDS: u64 = 12;

/// What memory may grow by, in KiB: the allocator keeps what it was given for a while.
const SLACK: u64 = 24 * 1024;

/// Images of a round.
const IMAGES: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn reset_after_reset_memory_does_not_grow() {
    let seconds = std::env::var("LOOKALIKE_SOAK_SECONDS");
    let seconds = seconds.map_or(SECONDS, |it| it.parse().expect("a number of seconds"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_lookalike"));
    command.arg("--ephemeral");
    let program = Program::run(command);
    let whole = Duration::from_secs(seconds);
    let begin = Instant::now();
    let (mut rounds, mut warm) = (0_u64, None);
    while begin.elapsed() < whole {
        round(&program).await;
        rounds += 1;
        if warm.is_none() && begin.elapsed() > whole / 4 {
            warm = Some(program.memory());
        }
    }
    let (warm, end) = (
        warm.expect("a round after the first quarter"),
        program.memory(),
    );
    println!(
        "{rounds} rounds of {IMAGES} images and a reset: {warm} KiB when warm, {end} KiB at the end"
    );
    assert!(
        end <= warm + SLACK,
        "{warm} KiB became {end} KiB in {rounds} rounds"
    );
}

async fn round(program: &Program) {
    let client = program.client();
    let images = (0..IMAGES).map(|_| async {
        let id = new_id();
        assert_eq!(client.create(&id).await, Some(201));
        assert_eq!(client.upload(&id, vec![7; 64 * 1024]).await, Some(204));
    });
    join_all(images).await;
    assert_eq!(client.reset().await, Some(204));
}
