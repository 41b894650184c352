//! A message broker in a build without the feature `amqp`: it is refused.

use std::future::Ready;

use crate::config::{AmqpUrl, Config, SettingError};

/// A broker as notifications would be published to it: there is none.
pub(super) enum Broker {}

impl Broker {
    /// Refuses settings that name a broker.
    ///
    /// # Errors
    ///
    /// Always.
    pub(super) fn new(_: &AmqpUrl, _: &Config) -> Result<Self, SettingError> {
        let why = "this build of lookalike was compiled without the feature `amqp`";
        Err(SettingError::Value(
            "notification_amqp_url".to_owned(),
            why.to_owned(),
        ))
    }

    /// Publishes nothing.
    pub(super) fn publish(&self, _: &str) -> Ready<Result<(), String>> {
        match *self {}
    }
}
