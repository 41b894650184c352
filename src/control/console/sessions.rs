//! The sessions of the console: keys that open one, once, and the tokens of those that are open.
//!
//! Keys and tokens are kept as hashes: how long a comparison takes says nothing about what is compared.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use crate::Result;
use crate::runtime::random::system_hex;

/// The greatest number of keys that wait to be used; a new one takes the place of the oldest.
const MOST_KEYS: usize = 16;

/// The greatest number of open sessions; a new one takes the place of the one that was not used for longest.
const MOST_SESSIONS: usize = 256;

/// The time after which a session that is not used ends.
const IDLE: Duration = Duration::from_hours(12);

/// The SHA-256 of a key or a token.
type SecretHash = [u8; 32];

/// The sessions of one server.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<SessionTable>);

#[derive(Debug, Default)]
struct SessionTable {
    keys: VecDeque<SecretHash>,
    /// The time of the last use of each token.
    tokens: HashMap<SecretHash, Instant>,
}

impl Sessions {
    /// Returns a new key, which opens one session.
    ///
    /// # Errors
    ///
    /// Fails if the system has no randomness.
    pub(super) fn new_key(&self) -> Result<String> {
        let key = system_hex::<32>()?;
        let mut table = self.0.lock();
        if table.keys.len() >= MOST_KEYS {
            table.keys.pop_front();
        }
        table.keys.push_back(hash(key.as_bytes()));
        Ok(key)
    }

    /// Returns whether this is a key that was not used before; now it is.
    pub(super) fn redeem(&self, key: &str) -> bool {
        let key = hash(key.as_bytes());
        let keys = &mut self.0.lock().keys;
        let place = keys.iter().position(|known| *known == key);
        place.and_then(|place| keys.remove(place)).is_some()
    }

    /// Opens a session, and returns its token.
    ///
    /// # Errors
    ///
    /// Fails if the system has no randomness.
    pub(super) fn open(&self) -> Result<String> {
        let token = system_hex::<32>()?;
        let tokens = &mut self.0.lock().tokens;
        tokens.retain(|_, used| used.elapsed() < IDLE);
        if tokens.len() >= MOST_SESSIONS
            && let Some(oldest) = tokens.iter().min_by_key(|(_, used)| **used)
        {
            let oldest = *oldest.0;
            tokens.remove(&oldest);
        }
        tokens.insert(hash(token.as_bytes()), Instant::now());
        Ok(token)
    }

    /// Returns whether this is the token of an open session, and notes that it is used.
    pub(super) fn knows(&self, token: &[u8]) -> bool {
        let mut table = self.0.lock();
        let used = table.tokens.get_mut(&hash(token));
        let used = used.filter(|used| used.elapsed() < IDLE);
        used.map(|used| *used = Instant::now()).is_some()
    }

    /// Ends a session.
    pub(super) fn close(&self, token: &[u8]) {
        self.0.lock().tokens.remove(&hash(token));
    }
}

fn hash(secret: &[u8]) -> SecretHash {
    Sha256::digest(secret).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_one_session() {
        let sessions = Sessions::default();
        let key = sessions.new_key().unwrap();
        assert!(!sessions.redeem("another"));
        assert!(sessions.redeem(&key));
        assert!(!sessions.redeem(&key));
    }

    #[test]
    fn keys_and_sessions_are_bounded_and_the_oldest_go() {
        let sessions = Sessions::default();
        let first = (sessions.new_key().unwrap(), sessions.open().unwrap());
        for _ in 0..MOST_KEYS {
            sessions.new_key().unwrap();
        }
        let mut last = String::new();
        for _ in 0..MOST_SESSIONS {
            last = sessions.open().unwrap();
        }
        assert!(!sessions.redeem(&first.0));
        assert!(!sessions.knows(first.1.as_bytes()));
        assert!(sessions.knows(last.as_bytes()));
        assert_eq!(sessions.0.lock().tokens.len(), MOST_SESSIONS);
    }

    #[test]
    fn a_session_that_was_closed_is_not_known() {
        let sessions = Sessions::default();
        let token = sessions.open().unwrap();
        assert!(sessions.knows(token.as_bytes()));
        sessions.close(token.as_bytes());
        assert!(!sessions.knows(token.as_bytes()));
    }
}
