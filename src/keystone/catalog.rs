//! The catalog of an external Keystone.

use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::Value;

use super::Keystone;
use super::client::KeystoneAnswerError;
use crate::domain::secret::Secret;
use crate::{Error, Result};

impl Keystone {
    /// The catalog in a caller's token, as Keystone writes it. It is long and seldom wanted: so it
    /// is asked for only here.
    pub async fn catalog(&self, token: &Secret, now: DateTime<Utc>) -> Result<Value> {
        let subject = Self::header(token)?;
        let answer = self.ask.get("/auth/tokens", Some(&subject), now).await?;
        match answer.status {
            StatusCode::OK => {
                let catalog = answer.body.pointer("/token/catalog");
                Ok(catalog.cloned().unwrap_or_default())
            }
            StatusCode::NOT_FOUND => Err(Error::Unauthenticated),
            other => Err(KeystoneAnswerError::answer("a catalog", other).into()),
        }
    }
}

/// Every endpoint of a catalog, each with the service that it is of.
pub(crate) fn endpoints(catalog: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    let services = catalog.as_array().into_iter().flatten();
    services.flat_map(|service| {
        let endpoints = service["endpoints"].as_array().into_iter().flatten();
        endpoints.map(move |endpoint| (service, endpoint))
    })
}
