//! The lines of the log for programs: one JSON object each.
//!
//! The fields of a span are rendered once, when they are known, and copied into each line. (The format of
//! tracing-subscriber has the same members, but parses the fields of each span again for each line and for each field
//! that is recorded later, which was a tenth of the time of a short request.)

use std::error::Error;
use std::fmt::{self, Debug};
use std::io;

use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_log::NormalizeEvent;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// The size in bytes that most lines stay below.
const USUAL_SIZE: usize = 512;

/// Writes events as JSON, with the fields of their spans.
#[derive(Debug)]
pub(super) struct JsonLines;

/// Renders the fields of a span as the members of a JSON object, without its braces.
#[derive(Debug)]
pub(super) struct JsonMembers;

impl<'writer> FormatFields<'writer> for JsonMembers {
    fn format_fields<R: RecordFields>(
        &self,
        mut writer: Writer<'writer>,
        fields: R,
    ) -> fmt::Result {
        writer.write_str(&MemberText::of(fields).text)
    }

    fn add_fields(
        &self,
        current: &'writer mut FormattedFields<Self>,
        fields: &tracing::span::Record<'_>,
    ) -> fmt::Result {
        // A field that is recorded a second time would stand twice: each of ours is recorded once.
        let added = MemberText::of(fields);
        if !added.text.is_empty() {
            if !current.fields.is_empty() {
                current.fields.push(',');
            }
            current.fields.push_str(&added.text);
        }
        Ok(())
    }
}

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        // Events of the crate `log` say where they come from in fields of their own.
        let normalized = event.normalized_metadata();
        let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());
        let mut line = MemberText::default();
        line.text.reserve(USUAL_SIZE);
        line.text.push_str("{\"timestamp\":\"");
        SystemTime.format_time(&mut Writer::new(&mut line.text))?;
        line.text.push('"');
        line.push("level", metadata.level().as_str());
        event.record(&mut line);
        line.push("target", metadata.target());
        if let Some(scope) = context.event_scope() {
            line.text.push_str(",\"spans\":[");
            for (index, span) in scope.from_root().enumerate() {
                line.text.push_str(if index > 0 { ",{" } else { "{" });
                if let Some(fields) = span.extensions().get::<FormattedFields<N>>() {
                    line.text.push_str(&fields.fields);
                }
                line.push("name", span.name());
                line.text.push('}');
            }
            line.text.push(']');
        }
        line.text.push('}');
        writeln!(writer, "{}", line.text)
    }
}

/// The members of a JSON object, as text.
#[derive(Debug, Default)]
struct MemberText {
    text: String,
}

impl MemberText {
    fn of(fields: impl RecordFields) -> Self {
        let mut members = Self::default();
        fields.record(&mut members);
        members
    }

    /// Appends a member.
    fn push(&mut self, name: &str, value: impl Serialize) {
        let before = self.text.len();
        if !self.text.is_empty() && !self.text.ends_with('{') {
            self.text.push(',');
        }
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
        if serde_json::to_writer(TextWriter(&mut self.text), &value).is_err() {
            self.text.truncate(before);
        }
    }

    fn push_field(&mut self, field: &Field, value: impl Serialize) {
        let name = field.name();
        // What the crate `log` adds for its own use.
        if !name.starts_with("log.") {
            self.push(name.strip_prefix("r#").unwrap_or(name), value);
        }
    }
}

/// Appends what is written to a text.
struct TextWriter<'a>(&'a mut String);

impl io::Write for TextWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A serializer writes characters whole.
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        self.0.push_str(text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Visit for MemberText {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push_field(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push_field(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push_field(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push_field(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.push_field(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.push_field(field, value.to_string());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.push_field(field, format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;
    use serde_json::{Value, json};
    use tracing::field::Empty;
    use tracing_subscriber::fmt::MakeWriter;
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::registry;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Lines {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    /// Returns the lines of the events, without their times.
    fn lines(events: impl FnOnce()) -> Vec<Value> {
        let lines = Lines::default();
        let layer = tracing_subscriber::fmt::layer().with_writer(lines.clone());
        let layer = layer.event_format(JsonLines).fmt_fields(JsonMembers);
        tracing::subscriber::with_default(registry().with(layer), events);
        let bytes = lines.0.lock();
        let text = std::str::from_utf8(&bytes).unwrap();
        let lines = text.lines().map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
            line.as_object_mut().unwrap().shift_remove("timestamp");
            line
        });
        lines.collect()
    }

    #[test]
    fn a_line_has_the_fields_of_the_event_and_of_its_spans() {
        let lines = lines(|| {
            let request =
                tracing::info_span!("request", path = "/v2/\"x\"", id = Empty, size = Empty);
            request.record("id", "req-1");
            request.record("size", 5u64);
            let _request = request.entered();
            let _inner = tracing::info_span!("inner").entered();
            tracing::warn!(target: "lookalike::x", status = 200u16, ms = 0.5, cause = ?"a\nb", "answered");
        });
        let spans = json!([
            { "path": "/v2/\"x\"", "id": "req-1", "size": 5, "name": "request" },
            { "name": "inner" },
        ]);
        let line = json!({
            "level": "WARN", "message": "answered", "status": 200, "ms": 0.5, "cause": "\"a\\nb\"",
            "target": "lookalike::x", "spans": spans,
        });
        assert_eq!(lines, [line]);
    }

    #[test]
    fn a_line_outside_of_all_spans_has_none() {
        let lines = lines(|| tracing::info!(ok = true, "ready"));
        let target = module_path!();
        assert_eq!(
            lines,
            [json!({ "level": "INFO", "message": "ready", "ok": true, "target": target })]
        );
    }
}
