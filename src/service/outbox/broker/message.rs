//! The form in which notifications are published to a message broker: that of oslo.messaging's driver `messagingv2`.

use serde_json::{Value, json};

/// The version of the form.
const VERSION: &str = "2.0";

/// A notification as it is published.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OsloMessage {
    /// The content of the message: JSON.
    pub(super) content: String,
    /// The priority, as routing keys have it.
    pub(super) priority: String,
}

impl OsloMessage {
    /// Wraps an envelope. One that is published again has the same id, by which listeners know it.
    ///
    /// # Errors
    ///
    /// Fails for a text that is no envelope.
    pub(super) fn of(envelope: &str) -> Result<Self, serde_json::Error> {
        let mut message: serde_json::Map<String, Value> = serde_json::from_str(envelope)?;
        let text = |name: &str| {
            message
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let id = text("message_id").replace('-', "");
        let priority = text("priority").to_lowercase();
        message.insert("_unique_id".into(), id.into());
        let message = Value::Object(message).to_string();
        let content = json!({ "oslo.version": VERSION, "oslo.message": message });
        Ok(Self {
            content: content.to_string(),
            priority,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_an_envelope_in_a_text() {
        let envelope = json!({ "message_id": "ab-cd", "priority": "ERROR", "payload": "x" });
        let message = OsloMessage::of(&envelope.to_string()).unwrap();
        assert_eq!(message.priority, "error");
        let content: Value = serde_json::from_str(&message.content).unwrap();
        assert_eq!(content["oslo.version"], "2.0");
        let inner: Value = serde_json::from_str(content["oslo.message"].as_str().unwrap()).unwrap();
        let expected = json!({ "message_id": "ab-cd", "priority": "ERROR", "payload": "x", "_unique_id": "abcd" });
        assert_eq!(inner, expected);
        assert_eq!(OsloMessage::of(&envelope.to_string()).unwrap(), message);
        assert!(OsloMessage::of("no envelope").is_err());
    }
}
