//! Those who get notifications from a queue: webhooks and a message broker.

use std::io;
use std::sync::Arc;

use super::Broker;
use super::webhook::Webhooks;
use crate::config::{AmqpUrl, Config, WebhookUrl};
use crate::runtime::blocking::run_blocking;

/// One who gets notifications.
pub(super) enum Recipient<'a> {
    /// A webhook.
    Webhook(&'a Webhooks, WebhookUrl),
    /// A message broker.
    Broker(Box<Broker>, AmqpUrl),
}

impl<'a> Recipient<'a> {
    /// Returns all who the settings name.
    ///
    /// # Errors
    ///
    /// Fails for a broker that this build cannot speak to, or whose files cannot be used.
    pub(super) async fn all(webhooks: &'a Webhooks, config: &Arc<Config>) -> io::Result<Vec<Self>> {
        let urls = config.webhooks.urls().into_iter();
        let mut all: Vec<_> = urls.map(|url| Self::Webhook(webhooks, url)).collect();
        if let Some(url) = &config.amqp.notification_amqp_url {
            let (named, config) = (url.clone(), Arc::clone(config));
            let broker =
                run_blocking(move || Broker::new(&named, &config).map_err(io::Error::other));
            all.push(Self::Broker(Box::new(broker.await?), url.clone()));
        }
        Ok(all)
    }

    /// Sends one notification; success says that it was taken.
    pub(super) async fn send(&self, body: &str) -> Result<(), String> {
        match self {
            Self::Webhook(webhooks, url) => webhooks.post(url, body).await,
            Self::Broker(broker, _) => broker.publish(body).await,
        }
    }

    /// Returns the name of the queue.
    pub(super) fn target(&self) -> String {
        match self {
            Self::Webhook(_, url) => url.target(),
            Self::Broker(_, url) => url.target(),
        }
    }

    /// Returns what it is, as a log says it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Webhook(..) => "webhook",
            Self::Broker(..) => "message broker",
        }
    }

    /// Returns where it is, without secrets.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Webhook(_, url) => url.shown(),
            Self::Broker(_, url) => url.shown(),
        }
    }
}
