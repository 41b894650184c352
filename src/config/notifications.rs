//! The settings of notifications, by Glance's names and with its defaults.

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{Args, name};

/// The options of Glance that govern notifications.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Notifications")
)]
pub struct NotificationOptions {
    /// Types of events, such as `image.create`, and groups of them, such as `image` or `metadef_tag`, of which nobody is notified
    #[cfg_attr(feature = "cli", arg(long = "disabled_notifications", env = "LOOKALIKE_DISABLED_NOTIFICATIONS", value_delimiter = ',', value_parser = name, value_name = "LIST"))]
    pub disabled_notifications: Vec<String>,

    /// Sender that notifications name as their `publisher_id`
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "default_publisher_id",
            env = "LOOKALIKE_DEFAULT_PUBLISHER_ID",
            default_value = "image.localhost",
            value_name = "ID"
        )
    )]
    pub default_publisher_id: String,
}

impl Default for NotificationOptions {
    fn default() -> Self {
        Self {
            disabled_notifications: Vec::new(),
            default_publisher_id: "image.localhost".into(),
        }
    }
}
