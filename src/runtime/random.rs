//! What nobody can foresee, or with a seed everybody can: ids, tokens, salts.
//!
//! With a seed there is not one sequence but many. Each request draws from a stream of its own,
//! whose name is what it asks and how often that was asked before; each task from one that bears
//! its name. So work that goes on beside them, or a client that asks a little more often whether an
//! image is there yet, takes nothing away from the others. Whatever belongs to nobody (the name of
//! a claim) draws from a stream at the side, which no client sees once the server has started.

use std::collections::HashMap;
use std::sync::Arc;

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use parking_lot::{Mutex, MutexGuard};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::domain::text::hex;
use crate::{Error, Result};

/// How many different requests are counted before the counting begins anew, in another round.
const MOST: usize = 65_536;

/// The name of a stream, or what it is derived from.
type Key = [u8; 32];

tokio::task_local! {
    /// What the present request or task draws from.
    static STREAM: TaskStream;
}

/// A stream, and which cloud's it is.
#[derive(Clone, Debug)]
struct TaskStream {
    of: Arc<()>,
    stream: Arc<Stream>,
}

/// Where bytes that look random come from: the system, or a seed.
#[derive(Debug, Default)]
pub struct Random {
    seeded: Option<Seeded>,
    /// What tells this cloud from others, such as the one that a request to this one makes.
    me: Arc<()>,
}

#[derive(Debug)]
struct Seeded {
    seed: Key,
    fallback: Stream,
    counts: Mutex<Counts>,
}

/// A sequence of bytes, which only its name decides.
#[derive(Debug)]
struct Stream(Mutex<ChaCha8Rng>);

/// How often the same was asked.
#[derive(Debug, Default)]
struct Counts {
    /// The requests that may have changed something.
    writes: u64,
    written: Tally,
    /// The others, since the last that may have.
    read: Tally,
}

#[derive(Debug, Default)]
struct Tally {
    round: u64,
    seen: HashMap<Key, u64>,
}

/// What tells a request from others.
#[derive(Clone, Copy, Debug)]
pub struct StreamKey<'a> {
    /// Whether it may change something.
    pub writes: bool,
    /// Its method.
    pub method: &'a str,
    /// Its path and query.
    pub uri: &'a str,
    /// The token that it bears, or nothing.
    pub token: &'a [u8],
}

/// A word in hex of so many bytes that nobody can guess, whatever seed a cloud has: for what outlives it.
pub fn system_hex<const N: usize>() -> Result<String> {
    let mut bytes = [0; N];
    system_bytes(&mut bytes)?;
    Ok(hex(&bytes))
}

/// Fills this with bytes that nobody can guess, whatever seed a cloud has.
pub fn system_bytes(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| Error::Internal(format!("no randomness: {error}")))
}

impl Random {
    /// Bytes that this seed decides; without one, the system's.
    #[must_use]
    pub fn new(seed: Option<&[&[u8]]>) -> Self {
        let seeded = seed.map(|parts| {
            let seed = name(&[b"lookalike"], parts);
            Seeded {
                seed,
                fallback: Stream::new(name(&[&seed, b"aside"], &[])),
                counts: Mutex::default(),
            }
        });
        let me = Arc::default();
        Self { seeded, me }
    }

    /// Fills this with the next bytes of whatever draws them.
    pub fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        if self.draw(bytes) {
            return Ok(());
        }
        system_bytes(bytes)
    }

    /// Fills this from a stream, if there is one to draw from.
    fn draw(&self, bytes: &mut [u8]) -> bool {
        let drawn = STREAM.try_with(|lent| {
            let mine = Arc::ptr_eq(&lent.of, &self.me);
            if mine {
                lent.stream.fill(bytes);
            }
            mine
        });
        if drawn == Ok(true) {
            return true;
        }
        if let Some(seeded) = &self.seeded {
            seeded.fallback.fill(bytes);
        }
        self.seeded.is_some()
    }

    /// An id that nothing has yet.
    #[must_use]
    pub fn id(&self) -> Uuid {
        let mut bytes = [0; 16];
        if self.draw(&mut bytes) {
            return Builder::from_random_bytes(bytes).into_uuid();
        }
        #[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
        Uuid::new_v4()
    }

    /// Whether there is a seed.
    #[must_use]
    pub fn is_seeded(&self) -> bool {
        self.seeded.is_some()
    }

    /// Has a request draw from the stream that is its own.
    pub async fn with_request_stream<F: Future>(&self, asked: StreamKey<'_>, work: F) -> F::Output {
        match &self.seeded {
            Some(seeded) => self.lend(seeded.of_request(asked), work).await,
            None => work.await,
        }
    }

    /// Has work draw from the stream of this name.
    pub async fn with_named_stream<F: Future>(&self, parts: &[&[u8]], work: F) -> F::Output {
        match &self.seeded {
            Some(seeded) => self.lend(seeded.of_name(parts), work).await,
            None => work.await,
        }
    }

    /// Has work draw from the stream of this name, which is the same each time: with a seed because of
    /// that, and without one because of this secret, which nobody else has.
    pub async fn with_fixed_stream<F: Future>(
        &self,
        secret: &[u8],
        parts: &[&[u8]],
        work: F,
    ) -> F::Output {
        let stream = match &self.seeded {
            Some(seeded) => seeded.of_name(parts),
            None => Stream::new(name(&[secret, b"repeated"], parts)),
        };
        self.lend(stream, work).await
    }

    async fn lend<F: Future>(&self, stream: Stream, work: F) -> F::Output {
        let lent = TaskStream {
            of: Arc::clone(&self.me),
            stream: Arc::new(stream),
        };
        STREAM.scope(lent, work).await
    }
}

impl Seeded {
    fn of_name(&self, parts: &[&[u8]]) -> Stream {
        Stream::new(name(&[&self.seed, b"named"], parts))
    }

    fn of_request(&self, asked: StreamKey<'_>) -> Stream {
        let (method, uri) = (asked.method.as_bytes(), asked.uri.as_bytes());
        let key = name(&[&self.seed, b"request"], &[method, uri, asked.token]);
        let place = self.counts().place(asked.writes, key);
        let place = place.map(u64::to_be_bytes);
        let [since, round, time] = &place;
        Stream::new(name(&[&key], &[since, round, time]))
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock()
    }
}

impl Counts {
    /// What tells this request from the same one asked before.
    fn place(&mut self, writes: bool, key: Key) -> [u64; 3] {
        if writes {
            self.writes += 1;
            self.read = Tally::default();
            let [round, time] = self.written.count(key);
            return [0, round, time];
        }
        let [round, time] = self.read.count(key);
        [self.writes, round, time]
    }
}

impl Tally {
    fn count(&mut self, key: Key) -> [u64; 2] {
        if self.seen.len() >= MOST {
            self.seen.clear();
            self.round += 1;
        }
        let time = self.seen.entry(key).or_default();
        *time += 1;
        [self.round, *time]
    }
}

impl Stream {
    fn new(key: Key) -> Self {
        Self(Mutex::new(ChaCha8Rng::from_seed(key)))
    }

    fn fill(&self, bytes: &mut [u8]) {
        let mut stream = self.0.lock();
        stream.fill_bytes(bytes);
    }
}

/// Has work that is handed to another task of the runtime draw from what this one draws from.
pub fn inherit_stream<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let lent = STREAM.try_with(Clone::clone).ok();
    async move {
        match lent {
            Some(lent) => Box::pin(STREAM.scope(lent, work)).await,
            None => work.await,
        }
    }
}

/// Each part with its length before it, so that no two lists of parts look the same.
fn name(first: &[&[u8]], then: &[&[u8]]) -> Key {
    let mut hash = Sha256::new();
    for part in first.iter().chain(then) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: StreamKey<'_> = StreamKey {
        writes: false,
        method: "GET",
        uri: "/v2/images",
        token: b"",
    };

    const CREATE: StreamKey<'_> = StreamKey {
        writes: true,
        method: "POST",
        ..LIST
    };

    fn seeded(seed: &str) -> Random {
        Random::new(Some(&[seed.as_bytes()]))
    }

    fn draw(random: &Random) -> u64 {
        let mut bytes = [0; 8];
        random.fill(&mut bytes).unwrap();
        u64::from_be_bytes(bytes)
    }

    async fn ask(random: &Random, asked: StreamKey<'_>) -> u64 {
        random
            .with_request_stream(asked, async { draw(random) })
            .await
    }

    async fn story(random: &Random, polls: usize) -> Vec<u64> {
        let mut drawn = vec![draw(random), ask(random, CREATE).await];
        for _ in 0..polls {
            ask(random, LIST).await;
            draw(random);
        }
        drawn.push(ask(random, CREATE).await);
        drawn.push(ask(random, LIST).await);
        drawn.push(
            random
                .with_named_stream(&[b"task", b"1"], async { draw(random) })
                .await,
        );
        drawn
    }

    #[tokio::test]
    async fn a_seed_repeats_whatever_goes_on_beside() {
        let first = story(&seeded("a"), 1).await;
        assert_eq!(first, story(&seeded("a"), 7).await);
        assert_ne!(first, story(&seeded("b"), 1).await);
        let mut all = first.clone();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), first.len(), "nothing came twice");
    }

    #[tokio::test]
    async fn work_apart_draws_from_what_its_request_draws_from() {
        let drawn = async |apart| {
            let random = Arc::new(seeded("a"));
            let other = Arc::clone(&random);
            let work = async move {
                let work = async move { draw(&other) };
                if apart {
                    tokio::spawn(inherit_stream(work)).await.unwrap()
                } else {
                    work.await
                }
            };
            random.with_request_stream(CREATE, work).await
        };
        assert_eq!(drawn(false).await, drawn(true).await);
    }

    #[tokio::test]
    async fn without_a_seed_nothing_repeats() {
        let first = story(&Random::default(), 1).await;
        assert_ne!(first, story(&Random::default(), 1).await);
    }

    #[tokio::test]
    async fn work_repeats_by_a_secret_where_there_is_no_seed() {
        let (one, other) = (Random::default(), Random::default());
        let by = async |random: &Random, secret: &[u8]| {
            let work = async { (draw(random), random.id()) };
            random.with_fixed_stream(secret, &[b"identity"], work).await
        };
        assert_eq!(by(&one, b"a").await, by(&other, b"a").await);
        assert_ne!(by(&one, b"a").await, by(&one, b"b").await);
        assert_ne!(by(&one, b"a").await.0, draw(&one));
    }

    #[tokio::test]
    async fn counting_begins_anew_and_nothing_repeats() {
        let mut tally = Tally::default();
        let key = |it: usize| name(&[&it.to_be_bytes()], &[]);
        assert_eq!(tally.count(key(0)), [0, 1]);
        assert_eq!(tally.count(key(0)), [0, 2]);
        for it in 1..MOST {
            tally.count(key(it));
        }
        assert_eq!(tally.count(key(0)), [1, 1]);
    }
}
