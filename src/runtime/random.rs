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

/// The stream that a request or a task draws from, and which cloud's it is; cloning gives the same one.
#[derive(Clone, Debug)]
pub struct TaskStream {
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

    /// Fills this with the next bytes of a stream of this cloud; else of the stream that nobody owns.
    pub fn fill(&self, stream: Option<&TaskStream>, bytes: &mut [u8]) -> Result<()> {
        if self.draw(stream, bytes) {
            return Ok(());
        }
        system_bytes(bytes)
    }

    /// Fills this from a stream, if there is one to draw from.
    fn draw(&self, stream: Option<&TaskStream>, bytes: &mut [u8]) -> bool {
        if let Some(own) = stream.filter(|stream| Arc::ptr_eq(&stream.of, &self.me)) {
            own.stream.fill(bytes);
            return true;
        }
        if let Some(seeded) = &self.seeded {
            seeded.fallback.fill(bytes);
        }
        self.seeded.is_some()
    }

    /// Returns an id that nothing has yet.
    #[must_use]
    pub fn id(&self, stream: Option<&TaskStream>) -> Uuid {
        let mut bytes = [0; 16];
        if self.draw(stream, &mut bytes) {
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

    /// Returns the stream of a request; `None` without a seed.
    #[must_use]
    pub fn request_stream(&self, request: StreamKey<'_>) -> Option<TaskStream> {
        let seeded = self.seeded.as_ref()?;
        Some(self.own(seeded.of_request(request)))
    }

    /// Returns the stream of this name; `None` without a seed.
    #[must_use]
    pub fn named_stream(&self, parts: &[&[u8]]) -> Option<TaskStream> {
        let seeded = self.seeded.as_ref()?;
        Some(self.own(seeded.of_name(parts)))
    }

    /// Returns the stream of this name that is the same each time: with a seed because of that, and
    /// without one because of this secret, which nobody else has.
    #[must_use]
    pub fn repeated_stream(&self, secret: &[u8], parts: &[&[u8]]) -> TaskStream {
        self.own(match &self.seeded {
            Some(seeded) => seeded.of_name(parts),
            None => Stream::new(name(&[secret, b"repeated"], parts)),
        })
    }

    fn own(&self, stream: Stream) -> TaskStream {
        TaskStream {
            of: Arc::clone(&self.me),
            stream: Arc::new(stream),
        }
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

    fn draw(random: &Random, stream: Option<&TaskStream>) -> u64 {
        let mut bytes = [0; 8];
        random.fill(stream, &mut bytes).unwrap();
        u64::from_be_bytes(bytes)
    }

    fn ask(random: &Random, request: StreamKey<'_>) -> u64 {
        draw(random, random.request_stream(request).as_ref())
    }

    fn story(random: &Random, polls: usize) -> Vec<u64> {
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
    fn a_seed_repeats_whatever_goes_on_beside() {
        let first = story(&seeded("a"), 1);
        assert_eq!(first, story(&seeded("a"), 7));
        assert_ne!(first, story(&seeded("b"), 1));
        let mut all = first.clone();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), first.len(), "nothing came twice");
    }

    #[test]
    fn a_stream_goes_on_wherever_it_is_held() {
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
    fn a_stream_of_another_cloud_is_not_drawn_from() {
        let (one, other) = (seeded("a"), seeded("b"));
        let strange = other.request_stream(CREATE);
        assert_eq!(draw(&one, strange.as_ref()), draw(&seeded("a"), None));
    }

    #[test]
    fn without_a_seed_nothing_repeats() {
        let first = story(&Random::default(), 1);
        assert_ne!(first, story(&Random::default(), 1));
    }

    #[test]
    fn work_repeats_by_a_secret_where_there_is_no_seed() {
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
    fn counting_begins_anew_and_nothing_repeats() {
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
