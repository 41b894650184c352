//! The properties that an exchange and its queues are declared with. Source: `oslo_messaging/_drivers/impl_rabbit.py`, `notify_send`.

use amqprs::FieldTable;
use amqprs::channel::{ExchangeDeclareArguments, QueueDeclareArguments};

use crate::config::AmqpOptions;

/// The argument of a queue with its type.
const QUEUE_TYPE: &str = "x-queue-type";

/// An exchange and its queues. A broker refuses the declaration of one that exists with other properties.
#[derive(Clone, Debug)]
pub(super) struct Declaration {
    /// The name of the exchange.
    pub(super) exchange: String,
    durable: bool,
    quorum: bool,
    auto_delete: bool,
}

impl Declaration {
    /// Returns what the settings say. With quorum queues, which are always durable, the exchange is durable, too.
    pub(super) fn of(options: &AmqpOptions) -> Self {
        let quorum = options.notification_amqp_quorum;
        Self {
            exchange: options.notification_amqp_exchange.clone(),
            durable: options.notification_amqp_durable || quorum,
            quorum,
            auto_delete: options.notification_amqp_auto_delete,
        }
    }

    /// Returns the declaration of the exchange.
    pub(super) fn of_exchange(&self) -> ExchangeDeclareArguments {
        ExchangeDeclareArguments::new(&self.exchange, "topic")
            .durable(self.durable)
            .auto_delete(self.auto_delete)
            .finish()
    }

    /// Returns the declaration of a queue.
    pub(super) fn of_queue(&self, name: &str) -> QueueDeclareArguments {
        let mut arguments = FieldTable::new();
        if self.quorum
            && let Ok(name) = QUEUE_TYPE.try_into()
        {
            arguments.insert(name, "quorum".into());
        }
        QueueDeclareArguments::new(name)
            .durable(self.durable)
            .auto_delete(self.auto_delete)
            .arguments(arguments)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the declarations of the exchange and of a queue, as they are for debugging.
    fn declared(quorum: bool, auto_delete: bool) -> [String; 2] {
        let declaration = Declaration::of(&AmqpOptions {
            notification_amqp_quorum: quorum,
            notification_amqp_auto_delete: auto_delete,
            ..AmqpOptions::default()
        });
        let exchange = format!("{:?}", declaration.of_exchange());
        [exchange, format!("{:?}", declaration.of_queue("queue"))]
    }

    #[test]
    fn a_quorum_queue_and_its_exchange_are_durable() {
        let [exchange, queue] = declared(true, false);
        assert!(
            exchange.contains("durable: true, auto_delete: false"),
            "{exchange}"
        );
        assert!(queue.contains("durable: true"), "{queue}");
        assert!(
            queue.contains(QUEUE_TYPE) && queue.contains("quorum"),
            "{queue}"
        );
    }

    #[test]
    fn the_queues_of_an_exchange_that_is_deleted_by_itself_are_so_too() {
        for declared in declared(false, true) {
            assert!(declared.contains("durable: false"), "{declared}");
            assert!(declared.contains("auto_delete: true"), "{declared}");
            assert!(!declared.contains(QUEUE_TYPE), "{declared}");
        }
    }
}
