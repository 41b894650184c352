//! A connection to a message broker, with the channel that is published on.

use std::collections::BTreeSet;
use std::io;

use amqprs::BasicProperties;
use amqprs::channel::{BasicPublishArguments, Channel, ConfirmSelectArguments, QueueBindArguments};
use amqprs::connection::{Connection, OpenConnectionArguments};
use amqprs::error::Error as AmqpError;
use amqprs::tls::TlsAdaptor;
use tokio::sync::mpsc;

use super::declaration::Declaration;
use super::events::{BrokerEvent, Listener};
use super::trust::BrokerTrust;
use crate::config::{AmqpHost, AmqpUrl};
use crate::runtime::blocking::run_blocking;

/// The name that the broker shows for a connection.
const NAME: &str = "lookalike";

/// Parts of the client's errors when the broker ends the connection.
const ENDED: [&str; 2] = ["peer shutdown", "reset by peer"];

/// A connection, what was declared on it, and what the broker says of it.
pub(super) struct Link {
    channel: Channel,
    connection: Connection,
    events: mpsc::UnboundedReceiver<BrokerEvent>,
    declaration: Declaration,
    queues: BTreeSet<String>,
}

impl Link {
    /// Connects to the first host that answers, and declares the exchange.
    pub(super) async fn open(
        url: &AmqpUrl,
        trust: &BrokerTrust,
        declaration: &Declaration,
    ) -> Result<Self, String> {
        let mut reasons = Vec::new();
        for host in &url.hosts {
            match connect(url, host, trust).await {
                Ok(connection) => return Self::on(connection, declaration.clone()).await,
                Err(reason) => reasons.push(format!("{}:{}: {reason}", host.host, host.port)),
            }
        }
        Err(reasons.join("; "))
    }

    async fn on(connection: Connection, declaration: Declaration) -> Result<Self, String> {
        let (listener, events) = Listener::new();
        let registered = connection.register_callback(listener.clone()).await;
        registered.map_err(|error| error.to_string())?;
        let channel = connection.open_channel(None).await;
        let channel = channel.map_err(|error| error.to_string())?;
        let registered = channel.register_callback(listener).await;
        registered.map_err(|error| error.to_string())?;
        let mut link = Self {
            channel,
            connection,
            events,
            declaration,
            queues: BTreeSet::new(),
        };
        let selected = link
            .channel
            .confirm_select(ConfirmSelectArguments::default())
            .await;
        link.explained(selected)?;
        let exchange = link.declaration.of_exchange();
        let declared = link.channel.exchange_declare(exchange).await;
        link.explained(declared)?;
        Ok(link)
    }

    /// Returns whether nothing has ended the connection so far.
    pub(super) fn is_open(&self) -> bool {
        self.connection.is_open() && self.channel.is_open()
    }

    /// Publishes a message with this routing key, and waits until the broker has it.
    pub(super) async fn publish(
        &mut self,
        key: &str,
        content: &str,
        properties: BasicProperties,
    ) -> Result<(), String> {
        if !self.queues.contains(key) {
            self.declare_queue(key).await?;
            self.queues.insert(key.to_owned());
        }
        let arguments = BasicPublishArguments::new(&self.declaration.exchange, key);
        let content = content.as_bytes().to_vec();
        let sent = self
            .channel
            .basic_publish(properties, content, arguments)
            .await;
        self.explained(sent)?;
        match self.events.recv().await {
            Some(BrokerEvent::Taken) => Ok(()),
            Some(BrokerEvent::Refused) => Err("the broker refuses the message".to_owned()),
            Some(BrokerEvent::Closed(reason)) => Err(reason),
            None => Err("the connection has ended".to_owned()),
        }
    }

    async fn declare_queue(&mut self, name: &str) -> Result<(), String> {
        let queue = self.declaration.of_queue(name);
        let declared = self.channel.queue_declare(queue).await;
        self.explained(declared)?;
        let binding = QueueBindArguments::new(name, &self.declaration.exchange, name);
        let bound = self.channel.queue_bind(binding).await;
        self.explained(bound)
    }

    /// Returns what the broker says on why something has failed, where it says it.
    fn explained<T>(&mut self, result: Result<T, AmqpError>) -> Result<(), String> {
        match result {
            Ok(_) => Ok(()),
            Err(error) => Err(match self.events.try_recv() {
                Ok(BrokerEvent::Closed(reason)) => reason,
                _ => error.to_string(),
            }),
        }
    }
}

/// Connects to a host and logs in.
async fn connect(
    url: &AmqpUrl,
    host: &AmqpHost,
    trust: &BrokerTrust,
) -> Result<Connection, String> {
    let mut arguments =
        OpenConnectionArguments::new(&host.host, host.port, &host.user, host.password.reveal());
    arguments.virtual_host(&url.vhost).connection_name(NAME);
    if url.tls {
        let name = host.host.trim_matches(['[', ']']).to_owned();
        let trust = trust.clone();
        let connector = run_blocking(move || trust.connector().map_err(io::Error::other)).await;
        let connector = connector.map_err(|error| error.to_string())?;
        arguments.tls_adaptor(TlsAdaptor::new(connector, name));
    }
    let opened = Connection::open(&arguments).await;
    opened.map_err(|error| {
        let text = error.to_string();
        if ENDED.iter().any(|ended| text.contains(ended)) {
            // RabbitMQ says no more than that to a client that cannot log in.
            let why = "the broker ended the connection during the log-in, as it does when the user or the password is wrong";
            let or = if url.tls { ", or when it does not get the certificate that it asks for" } else { "" };
            return format!("{why}{or}");
        }
        text
    })
}
