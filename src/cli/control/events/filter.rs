//! Which notifications are shown, and their lines for people.

use std::str::FromStr;

use globset::{Glob, GlobMatcher};
use serde_json::Value;

/// The members of payloads that name what a notification is about.
const SUBJECTS: [&str; 3] = ["id", "image_id", "namespace"];

/// The members of payloads that name the project that owns it.
const OWNERS: [&str; 2] = ["owner", "owner_id"];

/// A condition.
#[derive(Clone, Debug)]
pub(super) enum EventFilter {
    Type(GlobMatcher),
    Priority(String),
    Owner(String),
    Subject(String),
}

impl FromStr for EventFilter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        match name {
            "type" => Glob::new(value)
                .map(|glob| Self::Type(glob.compile_matcher()))
                .map_err(|error| error.to_string()),
            "priority" => Ok(Self::Priority(value.to_ascii_uppercase())),
            "owner" => Ok(Self::Owner(value.to_owned())),
            "id" => Ok(Self::Subject(value.to_owned())),
            _ => Err("type=GLOB, priority=P, owner=PROJECT or id=ID is allowed".into()),
        }
    }
}

impl EventFilter {
    /// Returns `true` if a notification fulfils the condition.
    pub(super) fn allows(&self, notification: &Value) -> bool {
        let text = |name: &str| notification.get(name).and_then(Value::as_str);
        match self {
            Self::Type(glob) => text("event_type").is_some_and(|found| glob.is_match(found)),
            Self::Priority(priority) => text("priority") == Some(priority),
            Self::Owner(owner) => member(notification, &OWNERS).any(|found| found == owner),
            Self::Subject(id) => member(notification, &SUBJECTS).any(|found| found == id),
        }
    }
}

/// Returns those of these members that the payload has.
fn member<'a>(notification: &'a Value, names: &'a [&str]) -> impl Iterator<Item = &'a str> {
    let payload = notification.get("payload");
    names
        .iter()
        .filter_map(move |name| payload?.get(name)?.as_str())
}

/// Returns the line for people: time, type, priority, what it is about, and its name or status.
pub(super) fn line(notification: &Value) -> String {
    let text = |name: &str| {
        notification
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or("-")
    };
    let subject = member(notification, &SUBJECTS).next().unwrap_or("-");
    let mut line = format!(
        "{}  {:<24}  {:<5}  {subject:<36}",
        text("timestamp"),
        text("event_type"),
        text("priority"),
    );
    let about = member(notification, &["name", "member_id", "type", "status"]);
    for word in about {
        line.push_str("  ");
        line.push_str(word);
    }
    if let Some(Value::String(failure)) = notification.get("payload") {
        line.push_str("  ");
        line.push_str(failure);
    }
    // Names are others' texts: none of them may move the cursor of a terminal.
    line.replace(char::is_control, " ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn created() -> Value {
        json!({
            "timestamp": "2026-01-31 12:00:00.000000", "event_type": "image.create", "priority": "INFO",
            "payload": { "id": "i", "name": "a\u{1b}[2J", "owner": "p", "status": "queued" },
        })
    }

    #[test]
    fn a_filter_lets_through_what_it_names() {
        for (filter, allows) in [
            ("type=image.*", true),
            ("type=image", false),
            ("priority=info", true),
            ("priority=error", false),
            ("owner=p", true),
            ("owner=q", false),
            ("id=i", true),
            ("id=j", false),
        ] {
            let condition: EventFilter = filter.parse().unwrap();
            assert_eq!(condition.allows(&created()), allows, "{filter}");
        }
        assert!("name=x".parse::<EventFilter>().is_err());
    }

    #[test]
    fn a_line_has_no_control_characters() {
        let line = line(&created());
        assert!(
            line.starts_with("2026-01-31 12:00:00.000000  image.create "),
            "{line}"
        );
        assert!(line.ends_with("a [2J  queued"), "{line}");
    }
}
