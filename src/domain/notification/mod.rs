//! Notifications: what Glance tells a message bus of changes. Glance: `glance/notifier.py`.

mod event_type;
mod image;
mod metadef;
mod task;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::string_enum;

pub use event_type::EventType;
pub use image::{SentData, image, importing_image, member};
pub use metadef::{
    association, namespace, namespace_update, object, object_update, property, property_update,
    tag, tag_update,
};
pub use task::task;

string_enum! {
    /// The priority of a notification.
    Priority {
        /// Something was done.
        Info = "INFO",
        /// Something has failed.
        Failure = "ERROR",
    }
}

/// A notification as it is delivered.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// The type of the event.
    pub event_type: EventType,
    /// The envelope with the payload, as JSON text.
    pub body: String,
}

/// The parts of an envelope that do not depend on the event.
#[derive(Clone, Debug)]
pub struct Sender<'a> {
    /// The ID of the message.
    pub message_id: String,
    /// Who sends it.
    pub publisher_id: &'a str,
    /// The time of the event.
    pub timestamp: DateTime<Utc>,
}

impl Notification {
    /// Builds the envelope around a payload: the members of one that the notifier of oslo.messaging sends.
    #[must_use]
    pub fn new(
        event_type: EventType,
        priority: Priority,
        payload: &Value,
        sender: &Sender<'_>,
    ) -> Self {
        let envelope = json!({
            "message_id": sender.message_id,
            "publisher_id": sender.publisher_id,
            "event_type": event_type,
            "priority": priority,
            "payload": payload,
            "timestamp": sender.timestamp.format("%Y-%m-%d %H:%M:%S%.6f").to_string(),
        });
        Self {
            event_type,
            body: envelope.to_string(),
        }
    }
}

/// Returns the payload of a deletion: that of what is deleted, with the time.
#[must_use]
pub fn deleted(mut payload: Value, at: DateTime<Utc>) -> Value {
    if let Value::Object(members) = &mut payload {
        members.insert("deleted".into(), true.into());
        members.insert("deleted_at".into(), iso(at).into());
    }
    payload
}

/// Returns a time in the form that payloads have: whole seconds.
fn iso(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_has_the_members_of_oslo_messaging() {
        let sender = Sender {
            message_id: "m".into(),
            publisher_id: "image.host",
            timestamp: DateTime::UNIX_EPOCH,
        };
        let payload = json!({ "id": 1 });
        let made = Notification::new(EventType::ImageCreate, Priority::Info, &payload, &sender);
        let envelope: Value = serde_json::from_str(&made.body).unwrap();
        let expected = json!({
            "message_id": "m",
            "publisher_id": "image.host",
            "event_type": "image.create",
            "priority": "INFO",
            "payload": { "id": 1 },
            "timestamp": "1970-01-01 00:00:00.000000",
        });
        assert_eq!(envelope, expected);
    }
}
