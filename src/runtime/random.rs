//! Randomness, for ids, tokens and salts: the system's, or reproducible from a seed.
//!
//! With a seed there are many streams of random bytes. Each request has its own, derived from its method,
//! URI and token and from how often the same request came before; each task has its own, derived from
//! the task's name. So work that runs at the same time, or a client that polls more often, does not
//! change the bytes of the others. Whatever belongs to no request or task draws from the fallback stream,
//! whose bytes no client sees after the start.

use std::collections::HashMap;
use std::sync::Arc;

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use parking_lot::{Mutex, MutexGuard};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::domain::text::hex;
use crate::{Error, Result};

/// The number of different requests that are counted before a new round of counting starts.
const MOST_COUNTED: usize = 65_536;

/// The seed of a stream, or of what streams are derived from.
type KeyBytes = [u8; 32];

/// The stream of random bytes of a request or a task. Clones share its sequence.
#[derive(Clone, Debug)]
pub struct TaskStream {
    cloud: Arc<()>,
    stream: Arc<Stream>,
}

/// A source of random bytes for one cloud: the system, or a seed.
#[derive(Debug, Default)]
pub struct Random {
    seeded: Option<Seeded>,
    /// The identity of the cloud: a request to one cloud may work in another.
    cloud: Arc<()>,
}

#[derive(Debug)]
struct Seeded {
    seed: KeyBytes,
    fallback: Stream,
    counts: Mutex<RequestCounts>,
}

/// A sequence of random bytes that depends only on its key.
#[derive(Debug)]
struct Stream(Mutex<ChaCha8Rng>);

/// The counts of requests by their keys.
#[derive(Debug, Default)]
struct RequestCounts {
    /// The number of requests that may have changed something.
    writes: u64,
    written: Tally,
    /// The other requests, since the last one that may have changed something.
    read: Tally,
}

#[derive(Debug, Default)]
struct Tally {
    round: u64,
    seen: HashMap<KeyBytes, u64>,
}

/// The parts of a request that its stream depends on.
#[derive(Clone, Copy, Debug)]
pub struct StreamKey<'a> {
    /// Whether the request may change something.
    pub writes: bool,
    /// The method.
    pub method: &'a str,
    /// The path and query.
    pub uri: &'a str,
    /// The token, or nothing.
    pub token: &'a [u8],
}

/// Returns `N` random bytes of the system in hex, whatever seed the cloud has: for names that outlive
/// the cloud.
pub fn system_hex<const N: usize>() -> Result<String> {
    let mut bytes = [0; N];
    system_bytes(&mut bytes)?;
    Ok(hex(&bytes))
}

/// Fills a buffer with random bytes of the system, whatever seed the cloud has.
pub fn system_bytes(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| Error::Internal(format!("no randomness: {error}")))
}

impl Random {
    /// Creates a source with this seed, or the system's.
    #[must_use]
    pub fn new(seed: Option<&[&[u8]]>) -> Self {
        let seeded = seed.map(|parts| {
            let seed = key_of(&[b"lookalike"], parts);
            Seeded {
                seed,
                fallback: Stream::new(key_of(&[&seed, b"aside"], &[])),
                counts: Mutex::default(),
            }
        });
        let cloud = Arc::default();
        Self { seeded, cloud }
    }

    /// Fills a buffer from a stream of this cloud, or else from the fallback stream.
    pub fn fill(&self, stream: Option<&TaskStream>, bytes: &mut [u8]) -> Result<()> {
        if self.draw(stream, bytes) {
            return Ok(());
        }
        system_bytes(bytes)
    }

    /// Fills a buffer from a stream; returns `false` if there is none.
    fn draw(&self, stream: Option<&TaskStream>, bytes: &mut [u8]) -> bool {
        if let Some(own) = stream.filter(|stream| Arc::ptr_eq(&stream.cloud, &self.cloud)) {
            own.stream.fill(bytes);
            return true;
        }
        if let Some(seeded) = &self.seeded {
            seeded.fallback.fill(bytes);
        }
        self.seeded.is_some()
    }

    /// Returns a new id.
    #[must_use]
    pub fn id(&self, stream: Option<&TaskStream>) -> Uuid {
        let mut bytes = [0; 16];
        if self.draw(stream, &mut bytes) {
            return Builder::from_random_bytes(bytes).into_uuid();
        }
        #[expect(clippy::disallowed_methods, reason = "the only place that creates ids")]
        Uuid::new_v4()
    }

    /// Returns `true` if there is a seed.
    #[must_use]
    pub fn is_seeded(&self) -> bool {
        self.seeded.is_some()
    }

    /// Returns the stream of a request; `None` without a seed.
    #[must_use]
    pub fn request_stream(&self, request: StreamKey<'_>) -> Option<TaskStream> {
        let seeded = self.seeded.as_ref()?;
        Some(self.own(seeded.of_request(request)))
    }

    /// Returns a stream that the seed does not decide, and that changes no other; `None` without a seed, where
    /// nothing repeats.
    #[must_use]
    pub fn unrepeatable_stream(&self) -> Option<TaskStream> {
        self.seeded.as_ref()?;
        let mut key = KeyBytes::default();
        system_bytes(&mut key).ok()?;
        Some(self.own(Stream::new(key)))
    }

    /// Returns the stream of this name; `None` without a seed.
    #[must_use]
    pub fn named_stream(&self, parts: &[&[u8]]) -> Option<TaskStream> {
        let seeded = self.seeded.as_ref()?;
        Some(self.own(seeded.of_named(parts)))
    }

    /// Returns the stream of this name, which is the same each time: derived from the seed, or without one
    /// from this secret.
    #[must_use]
    pub fn repeated_stream(&self, secret: &[u8], parts: &[&[u8]]) -> TaskStream {
        self.own(match &self.seeded {
            Some(seeded) => seeded.of_named(parts),
            None => Stream::new(key_of(&[secret, b"repeated"], parts)),
        })
    }

    fn own(&self, stream: Stream) -> TaskStream {
        TaskStream {
            cloud: Arc::clone(&self.cloud),
            stream: Arc::new(stream),
        }
    }
}

impl Seeded {
    fn of_named(&self, parts: &[&[u8]]) -> Stream {
        Stream::new(key_of(&[&self.seed, b"named"], parts))
    }

    fn of_request(&self, request: StreamKey<'_>) -> Stream {
        let (method, uri) = (request.method.as_bytes(), request.uri.as_bytes());
        let key = key_of(&[&self.seed, b"request"], &[method, uri, request.token]);
        let position = self.counts().count(request.writes, key);
        let position = position.map(u64::to_be_bytes);
        let [since, round, time] = &position;
        Stream::new(key_of(&[&key], &[since, round, time]))
    }

    fn counts(&self) -> MutexGuard<'_, RequestCounts> {
        self.counts.lock()
    }
}

impl RequestCounts {
    /// Counts a request, and returns what tells it from earlier requests with the same key.
    fn count(&mut self, writes: bool, key: KeyBytes) -> [u64; 3] {
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
    fn count(&mut self, key: KeyBytes) -> [u64; 2] {
        if self.seen.len() >= MOST_COUNTED {
            self.seen.clear();
            self.round += 1;
        }
        let time = self.seen.entry(key).or_default();
        *time += 1;
        [self.round, *time]
    }
}

impl Stream {
    fn new(key: KeyBytes) -> Self {
        Self(Mutex::new(ChaCha8Rng::from_seed(key)))
    }

    fn fill(&self, bytes: &mut [u8]) {
        let mut stream = self.0.lock();
        stream.fill_bytes(bytes);
    }
}

/// Hashes parts, each with its length before it, so that no two lists of parts have the same key.
fn key_of(first: &[&[u8]], rest: &[&[u8]]) -> KeyBytes {
    let mut hash = Sha256::new();
    for part in first.iter().chain(rest) {
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

    fn draw(random: &Random, stream: Option<&TaskStream>) -> u64 {
        let mut bytes = [0; 8];
        random.fill(stream, &mut bytes).unwrap();
        u64::from_be_bytes(bytes)
    }

    fn ask(random: &Random, request: StreamKey<'_>) -> u64 {
        draw(random, random.request_stream(request).as_ref())
    }

    fn draws(random: &Random, polls: usize) -> Vec<u64> {
        let mut drawn = vec![draw(random, None), ask(random, CREATE)];
        for _ in 0..polls {
            ask(random, LIST);
            draw(random, None);
        }
        drawn.push(ask(random, CREATE));
        drawn.push(ask(random, LIST));
        let task = random.named_stream(&[b"task", b"1"]);
        drawn.push(draw(random, task.as_ref()));
        drawn
    }

    #[test]
    fn a_seed_repeats_whatever_runs_at_the_same_time() {
        let first = draws(&seeded("a"), 1);
        assert_eq!(first, draws(&seeded("a"), 7));
        assert_ne!(first, draws(&seeded("b"), 1));
        let mut all = first.clone();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), first.len(), "nothing came twice");
    }

    #[test]
    fn clones_of_a_stream_share_its_sequence() {
        let random = seeded("a");
        let stream = random.request_stream(CREATE).unwrap();
        let other = stream.clone();
        let first = [draw(&random, Some(&stream)), draw(&random, Some(&other))];
        assert_ne!(first[0], first[1]);
        let again = seeded("a");
        let stream = again.request_stream(CREATE);
        let drawn = [draw(&again, stream.as_ref()), draw(&again, stream.as_ref())];
        assert_eq!(drawn, first);
    }

    #[test]
    fn a_stream_of_another_cloud_is_ignored() {
        let (one, other) = (seeded("a"), seeded("b"));
        let foreign = other.request_stream(CREATE);
        assert_eq!(draw(&one, foreign.as_ref()), draw(&seeded("a"), None));
    }

    #[test]
    fn a_stream_that_does_not_repeat_changes_no_other() {
        let (one, other) = (seeded("a"), seeded("a"));
        let streams = [one.unrepeatable_stream(), one.unrepeatable_stream()];
        let drawn = streams.map(|stream| draw(&one, stream.as_ref()));
        assert_ne!(drawn[0], drawn[1]);
        assert_eq!(draws(&one, 1), draws(&other, 1));
        assert!(Random::default().unrepeatable_stream().is_none());
    }

    #[test]
    fn without_a_seed_nothing_repeats() {
        let first = draws(&Random::default(), 1);
        assert_ne!(first, draws(&Random::default(), 1));
    }

    #[test]
    fn work_repeats_with_a_secret_where_there_is_no_seed() {
        let (one, other) = (Random::default(), Random::default());
        let by = |random: &Random, secret: &[u8]| {
            let stream = random.repeated_stream(secret, &[b"identity"]);
            (draw(random, Some(&stream)), random.id(Some(&stream)))
        };
        assert_eq!(by(&one, b"a"), by(&other, b"a"));
        assert_ne!(by(&one, b"a"), by(&one, b"b"));
        assert_ne!(by(&one, b"a").0, draw(&one, None));
    }

    #[test]
    fn a_new_round_of_counting_repeats_nothing() {
        let mut tally = Tally::default();
        let key = |number: usize| key_of(&[&number.to_be_bytes()], &[]);
        assert_eq!(tally.count(key(0)), [0, 1]);
        assert_eq!(tally.count(key(0)), [0, 2]);
        for number in 1..MOST_COUNTED {
            tally.count(key(number));
        }
        assert_eq!(tally.count(key(0)), [1, 1]);
    }
}
