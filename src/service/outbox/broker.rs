//! A message broker that speaks AMQP 0-9-1: it gets notifications as oslo.messaging's driver `messagingv2` publishes them.
//!
//! The exchange is of the type `topic`. Each topic and priority has a queue of that name, which is declared before something is published
//! to it, so that what nobody consumes yet waits there. Source: `oslo_messaging/_drivers/impl_rabbit.py`.

mod declaration;
mod events;
mod link;
mod message;
mod trust;

use amqprs::{BasicProperties, DELIVERY_MODE_PERSISTENT, FieldTable};
use tokio::sync::Mutex;

use crate::config::{AmqpUrl, Config, SettingError};
use declaration::Declaration;
use link::Link;
use message::OsloMessage;
use trust::BrokerTrust;

/// The header with the path of the sandbox whose notification it is.
const SANDBOX: &str = "x-lookalike-sandbox";

/// A broker, and the connection to it while there is one.
pub(super) struct Broker {
    pub(super) url: AmqpUrl,
    declaration: Declaration,
    topics: Vec<String>,
    trust: BrokerTrust,
    sandbox: String,
    link: Mutex<Option<Link>>,
}

impl Broker {
    /// Returns the broker of the settings. Nothing is connected before there is something to publish. Blocks.
    ///
    /// # Errors
    ///
    /// Names the setting whose file cannot be used.
    pub(super) fn new(url: &AmqpUrl, config: &Config) -> Result<Self, SettingError> {
        let options = &config.amqp;
        Ok(Self {
            url: url.clone(),
            declaration: Declaration::of(options),
            topics: options.notification_amqp_topics.clone(),
            trust: BrokerTrust::read(url, options)?,
            sandbox: config.below.clone(),
            link: Mutex::default(),
        })
    }

    /// Publishes a notification to each topic, and waits until the broker has it.
    pub(super) async fn publish(&self, envelope: &str) -> Result<(), String> {
        let message = OsloMessage::of(envelope).map_err(|error| error.to_string())?;
        let mut kept = self.link.lock().await;
        // A connection that something went wrong with is left: what is given up in between is not kept, either.
        let mut link = match kept.take().filter(Link::is_open) {
            Some(link) => link,
            None => Link::open(&self.url, &self.trust, &self.declaration).await?,
        };
        for topic in &self.topics {
            let key = format!("{topic}.{}", message.priority);
            link.publish(&key, &message.content, self.properties())
                .await?;
        }
        *kept = Some(link);
        Ok(())
    }

    fn properties(&self) -> BasicProperties {
        let mut headers = FieldTable::new();
        if !self.sandbox.is_empty()
            && let Ok(name) = SANDBOX.try_into()
        {
            headers.insert(name, self.sandbox.as_str().into());
        }
        BasicProperties::default()
            .with_content_type("application/json")
            .with_content_encoding("utf-8")
            .with_delivery_mode(DELIVERY_MODE_PERSISTENT)
            .with_priority(0)
            .with_headers(headers)
            .finish()
    }
}
