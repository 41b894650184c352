//! Notifications: what Glance tells a message bus.

mod broker;
mod images;
mod listen;
mod metadefs;
mod receiver;
mod tasks;
mod webhooks;

use crate::events::Events;
use crate::glance::Glance;

/// Listens to the notifications of the cloud of the server.
async fn listen(glance: &Glance) -> Events {
    Events::open(glance, "/_lookalike/events", None).await
}
