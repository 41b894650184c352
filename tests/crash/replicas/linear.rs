//! Requests that two servers answer at once, and an order in which one server could have answered them one after the
//! other: of every request that is somewhere between its beginning and its answer.
//!
//! Images do not depend on each other, so that each needs an order of its own (Herlihy and Wing, "Linearizability", theorem
//! 1). The search is that of Wing and Gong, which remembers where it has been.

mod search;

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::Both;
use crate::client::{Client, new_id};
use search::{Event, Operation, Outcome, has_an_order};

/// Clients, half of them at each server.
const CLIENTS: usize = 6;

/// Requests of each client in a round.
const REQUESTS: usize = 10;

/// Numbers that are the same at every run, one after the other.
struct Draw(u64);

impl Draw {
    /// The next number below this one: xorshift.
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Sends one request, and notes when it began and was answered.
async fn send(client: &Client, id: &str, draw: &mut Draw, mark: &str, start: Instant) -> Event {
    let kind = draw.below(12);
    let begin = start.elapsed();
    let (operation, outcome) = match kind {
        0..=2 => (Operation::Create, status(client.create(id).await)),
        3..=5 => {
            let data = mark.to_owned();
            let answer = status(client.upload(id, data.clone()).await);
            (Operation::Upload(data), answer)
        }
        6 | 7 => {
            let name = mark.to_owned();
            let answer = status(client.rename(id, &name).await);
            (Operation::Rename(name), answer)
        }
        8 | 9 => {
            let found = client.find(id).await.expect("an answer");
            let shown = found.map(|image| {
                let text = |name: &str| image[name].as_str().map(str::to_owned);
                (text("status").unwrap_or_default(), text("name"))
            });
            (Operation::Show, Outcome::Shown(shown))
        }
        10 => {
            let outcome = match client.download(id).await {
                Some((status, bytes)) => {
                    Outcome::Data(status, String::from_utf8_lossy(&bytes).into_owned())
                }
                None => Outcome::Interrupted,
            };
            (Operation::Download, outcome)
        }
        _ => (Operation::Delete, status(client.delete(id).await)),
    };
    Event {
        begin,
        end: start.elapsed(),
        operation,
        outcome,
    }
}

fn status(said: Option<u16>) -> Outcome {
    Outcome::Status(said.expect("an answer"))
}

/// Has all clients ask for two images at once, and looks for an order for each of the two.
async fn round(clients: &[Client; 2], number: u64) {
    let images = [new_id(), new_id()];
    let start = Instant::now();
    let histories = join_all((0..CLIENTS).map(|client| {
        let (images, asked) = (images.clone(), clients[client % 2].clone());
        tokio::spawn(async move {
            let seed = number * 1000 + client as u64 + 1;
            let mut draw = Draw(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let mut events = Vec::new();
            for request in 0..REQUESTS {
                let which = usize::try_from(draw.below(2)).unwrap();
                let mark = format!("{number}-{client}-{request}");
                let event = send(&asked, &images[which], &mut draw, &mark, start).await;
                events.push((which, event));
            }
            events
        })
    }))
    .await;
    let mut of_image = [Vec::new(), Vec::new()];
    for (which, event) in histories.into_iter().flat_map(Result::unwrap) {
        of_image[which].push(event);
    }
    for mut events in of_image {
        events.sort_by_key(|event| event.begin);
        let shown: Vec<_> = events.iter().map(ToString::to_string).collect();
        assert!(
            has_an_order(&events),
            "round {number}:\n{}",
            shown.join("\n")
        );
    }
}

/// The number of rounds: more of them by `LOOKALIKE_LINEAR_ROUNDS`.
fn rounds() -> u64 {
    let text = std::env::var("LOOKALIKE_LINEAR_ROUNDS").ok();
    text.map_or(12, |text| text.parse().unwrap())
}

pub(super) async fn one_after_the_other(both: &Both) {
    let clients = both.clients();
    for number in 0..rounds() {
        round(&clients, number).await;
    }
}

/// A request from its beginning to its answer, in milliseconds.
fn event(begin: u64, end: u64, operation: Operation, outcome: Outcome) -> Event {
    let (begin, end) = (Duration::from_millis(begin), Duration::from_millis(end));
    Event {
        begin,
        end,
        operation,
        outcome,
    }
}

#[test]
fn an_order_is_found_where_there_is_one_and_nowhere_else() {
    let create = |begin, end, status| event(begin, end, Operation::Create, Outcome::Status(status));
    let delete = |begin, end, status| event(begin, end, Operation::Delete, Outcome::Status(status));
    let upload = |begin, end, data: &str, status| {
        event(
            begin,
            end,
            Operation::Upload(data.into()),
            Outcome::Status(status),
        )
    };
    let data = |begin, end, text: &str| {
        event(
            begin,
            end,
            Operation::Download,
            Outcome::Data(200, text.into()),
        )
    };
    let interrupted = |begin, end| event(begin, end, Operation::Download, Outcome::Interrupted);
    let (created, deleted) = (create(0, 1, 201), delete(3, 6, 204));
    assert!(has_an_order(&[
        created.clone(),
        deleted.clone(),
        interrupted(2, 4)
    ]));
    assert!(!has_an_order(&[created, deleted, interrupted(7, 8)]));
    // Both began before the other ended, so that either may be the first.
    assert!(has_an_order(&[create(0, 9, 409), create(1, 8, 201)]));
    // The one that failed was answered before there was an image.
    assert!(!has_an_order(&[create(0, 1, 409), create(2, 3, 201)]));
    assert!(!has_an_order(&[create(0, 9, 201), create(1, 8, 201)]));
    assert!(has_an_order(&[
        create(0, 1, 201),
        upload(2, 9, "a", 204),
        upload(3, 4, "b", 409)
    ]));
    assert!(!has_an_order(&[
        create(0, 1, 201),
        upload(2, 9, "a", 204),
        upload(3, 8, "b", 204)
    ]));
    assert!(!has_an_order(&[
        create(0, 1, 201),
        upload(2, 3, "a", 204),
        data(4, 5, "b")
    ]));
    assert!(has_an_order(&[
        create(0, 1, 201),
        upload(2, 9, "a", 410),
        delete(3, 4, 204)
    ]));
    assert!(!has_an_order(&[
        create(0, 1, 201),
        upload(2, 3, "a", 410),
        delete(4, 5, 204)
    ]));
    assert!(!has_an_order(&[
        create(0, 1, 201),
        delete(2, 3, 204),
        delete(4, 5, 204)
    ]));
}
