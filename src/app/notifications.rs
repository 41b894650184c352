//! Notifications of what a session changes, sent once it has committed.

use std::sync::Arc;

use serde_json::Value;

use super::App;
use crate::Result;
use crate::db::Session;
use crate::domain::notification::{EventType, Notification, Priority, Sender};

impl App {
    /// Sends a notification when the session commits, if anybody wants it.
    pub fn notify(&self, db: &mut Session, event: EventType, payload: impl FnOnce() -> Value) {
        if let Some(notification) = self.notification(event, Priority::Info, payload) {
            db.announce(&self.notifications, notification);
        }
    }

    /// Sends notifications, one after the other, of what no session changes.
    pub fn send_now(&self, notifications: Vec<Arc<Notification>>) {
        if notifications.is_empty() {
            return;
        }
        if self.notifications.targets().is_empty() {
            self.notifications.add(notifications);
            return;
        }
        let app = self.detached();
        self.apart.begin(async move {
            if let Err(error) = app.enqueue(notifications).await {
                let cause = &error as &dyn std::error::Error;
                tracing::warn!(error = cause, "a notification was not queued");
            }
        });
    }

    async fn enqueue(&self, notifications: Vec<Arc<Notification>>) -> Result<()> {
        let mut db = self.db.write().await?;
        for notification in notifications {
            db.announce(&self.notifications, notification);
        }
        Ok(db.commit().await?)
    }

    /// Returns whether anybody wants notifications of this type.
    #[must_use]
    pub fn is_wanted(&self, event: EventType) -> bool {
        self.notifications.is_wanted() && {
            let config = self.config();
            !event.is_in(&config.notifications.disabled_notifications)
        }
    }

    /// Returns a notification, if anybody wants it.
    pub fn notification(
        &self,
        event: EventType,
        priority: Priority,
        payload: impl FnOnce() -> Value,
    ) -> Option<Arc<Notification>> {
        if !self.is_wanted(event) {
            return None;
        }
        let sender = Sender {
            message_id: self.message_id(),
            publisher_id: &self.config().notifications.default_publisher_id,
            timestamp: self.clock.now(),
        };
        Some(Arc::new(Notification::new(
            event,
            priority,
            &payload(),
            &sender,
        )))
    }

    /// Returns a new id that takes nothing from the seed of the cloud: whether somebody listens changes no other id.
    fn message_id(&self) -> String {
        let stream = self.random.unrepeatable_stream();
        self.random.id(stream.as_ref()).to_string()
    }
}
