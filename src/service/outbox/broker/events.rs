//! What a message broker says of what was published, and of the end of a connection.

use amqprs::callbacks::{ChannelCallback, ConnectionCallback};
use amqprs::channel::Channel;
use amqprs::connection::Connection;
use amqprs::error::Error;
use amqprs::{Ack, BasicProperties, Cancel, Close, CloseChannel, Nack, Return};
use async_trait::async_trait;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What a broker says.
#[derive(Debug)]
pub(super) enum BrokerEvent {
    /// It has the message.
    Taken,
    /// It does not take the message.
    Refused,
    /// It ends the channel or the connection, for this reason.
    Closed(String),
}

/// Hands on what a broker says.
#[derive(Clone, Debug)]
pub(super) struct Listener(UnboundedSender<BrokerEvent>);

impl Listener {
    /// Returns a listener, and what it hears.
    pub(super) fn new() -> (Self, UnboundedReceiver<BrokerEvent>) {
        let (to, heard) = unbounded_channel();
        (Self(to), heard)
    }

    fn hear(&self, event: BrokerEvent) {
        // Who has left the connection hears nothing more of it.
        self.0.send(event).ok();
    }
}

#[async_trait]
impl ConnectionCallback for Listener {
    async fn close(&mut self, _: &Connection, close: Close) -> Result<(), Error> {
        self.hear(BrokerEvent::Closed(close.reply_text().clone()));
        Ok(())
    }

    async fn blocked(&mut self, _: &Connection, _: String) {}

    async fn unblocked(&mut self, _: &Connection) {}

    async fn secret_updated(&mut self, _: &Connection) {}
}

#[async_trait]
impl ChannelCallback for Listener {
    async fn close(&mut self, _: &Channel, close: CloseChannel) -> Result<(), Error> {
        self.hear(BrokerEvent::Closed(close.reply_text().clone()));
        Ok(())
    }

    async fn cancel(&mut self, _: &Channel, _: Cancel) -> Result<(), Error> {
        Ok(())
    }

    async fn flow(&mut self, _: &Channel, active: bool) -> Result<bool, Error> {
        Ok(active)
    }

    async fn publish_ack(&mut self, _: &Channel, _: Ack) {
        self.hear(BrokerEvent::Taken);
    }

    async fn publish_nack(&mut self, _: &Channel, _: Nack) {
        self.hear(BrokerEvent::Refused);
    }

    async fn publish_return(&mut self, _: &Channel, _: Return, _: BasicProperties, _: Vec<u8>) {}
}
