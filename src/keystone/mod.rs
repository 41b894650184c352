//! A Keystone elsewhere: it is asked whose a token is, and its answer is remembered for a while.

mod access_rules;
mod catalog;
mod client;
mod limits;
mod token;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderValue, StatusCode};
use moka::future::Cache;

use crate::config::keystone::KeystoneOptions;
use crate::domain::digest::digest;
use crate::domain::secret::Secret;
use crate::{Error, Result};
pub(crate) use access_rules::fits;
pub use client::KeystoneSetupError;
use client::{KeystoneAnswerError, KeystoneRequest};
pub(crate) use token::KnownToken;

/// Tokens that are remembered at the most.
const REMEMBERED: u64 = 10_000;

/// A Keystone elsewhere.
#[derive(Debug)]
pub struct Keystone {
    ask: KeystoneRequest,
    remembered: Cache<Key, Arc<KnownToken>>,
    lifetime: TimeDelta,
}

/// A token, by its digest; and whether it may be over. What is asked in one way does not answer
/// the other.
type Key = (String, bool);

/// Why nothing is known of a token.
#[derive(Debug)]
enum Unknown {
    /// The token is not valid.
    Invalid,
    /// Nobody could tell.
    KeystoneAnswerError(KeystoneAnswerError),
}

impl From<KeystoneAnswerError> for Unknown {
    fn from(trouble: KeystoneAnswerError) -> Self {
        Self::KeystoneAnswerError(trouble)
    }
}

impl From<KeystoneAnswerError> for Error {
    fn from(trouble: KeystoneAnswerError) -> Self {
        Self::KeystoneUnavailable(std::io::Error::other(trouble))
    }
}

impl Keystone {
    /// The one that the settings name, if they name one. Nothing is asked of it yet.
    pub fn named(options: &KeystoneOptions) -> Result<Option<Self>, KeystoneSetupError> {
        let Some(url) = &options.keystone_url else {
            return Ok(None);
        };
        let seconds = options.token_cache_time;
        let remembered = Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_live(Duration::from_secs(seconds.into()))
            .build();
        Ok(Some(Self {
            ask: KeystoneRequest::new(url, options)?,
            remembered,
            lifetime: TimeDelta::seconds(seconds.into()),
        }))
    }

    /// What is known of a token that is valid; or, where that is allowed, was until lately.
    /// However many ask for the same token at once, Keystone is asked once.
    pub(crate) async fn known(
        &self,
        token: &HeaderValue,
        allow_expired: bool,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<KnownToken>>> {
        let token = token.as_bytes().trim_ascii();
        let key = (digest(token), allow_expired);
        // The cache goes by the time of the machine; tests may have moved ours on.
        let found = self.remembered.get(&key).await;
        if found.is_some_and(|found| now - found.asked_at > self.lifetime) {
            self.remembered.invalidate(&key).await;
        }
        let fetch = self.fetch(token, allow_expired, now);
        match self.remembered.try_get_with(key, fetch).await {
            Ok(known) => Ok(Some(known).filter(|value| allow_expired || value.expires_at > now)),
            Err(unknown) => match &*unknown {
                Unknown::Invalid => Ok(None),
                Unknown::KeystoneAnswerError(trouble) => Err(trouble.clone().into()),
            },
        }
    }

    async fn fetch(
        &self,
        token: &[u8],
        allow_expired: bool,
        now: DateTime<Utc>,
    ) -> Result<Arc<KnownToken>, Unknown> {
        let mut subject = HeaderValue::from_bytes(token).map_err(|_| Unknown::Invalid)?;
        subject.set_sensitive(true);
        let path = if allow_expired {
            "/auth/tokens?nocatalog&allow_expired=1"
        } else {
            "/auth/tokens?nocatalog"
        };
        let answer = self.ask.get(path, Some(&subject), now).await?;
        match answer.status {
            StatusCode::OK => KnownToken::read(&answer.body, now)
                .map(Arc::new)
                .ok_or(Unknown::Invalid),
            StatusCode::NOT_FOUND => Err(Unknown::Invalid),
            other => Err(KeystoneAnswerError::answer("a token", other).into()),
        }
    }

    /// The header of a token that is kept.
    fn header(token: &Secret) -> Result<HeaderValue> {
        let mut header = HeaderValue::from_str(token.reveal())
            .map_err(|_| Error::Internal("a token that is no header".into()))?;
        header.set_sensitive(true);
        Ok(header)
    }
}
