//! Reads a recording, and says what is wrong with one that cannot be read.

use std::path::Path;

use serde_json::Value;

use super::VERSION;
use super::exchange::{Exchange, RecordingHeader};

/// A recording.
#[derive(Debug)]
pub(in crate::cli) struct Recording {
    /// What was recorded, and when.
    pub(in crate::cli) header: RecordingHeader,
    /// The exchanges in the order of their requests.
    pub(in crate::cli) exchanges: Vec<Exchange>,
}

/// Reads a recording.
///
/// # Errors
///
/// A file that cannot be read, that is no recording, is cut off, or is of another version.
pub(in crate::cli) fn read(path: &Path) -> Result<Recording, String> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| format!("{shown}: {error}"))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| format!("{shown} is no recording of lookalike proxy: it is not text"))?;
    parse(&text).map_err(|why| format!("{shown}: {why}"))
}

fn parse(text: &str) -> Result<Recording, String> {
    if text.trim().is_empty() {
        return Err("the recording is empty".into());
    }
    let mut lines = text.lines().enumerate();
    let first = lines.next().map_or("", |(_, line)| line);
    let header = header(first)?;
    let mut exchanges = Vec::new();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let exchange: Result<Exchange, _> = serde_json::from_str(line);
        let exchange = exchange.map_err(|error| {
            let number = number + 1;
            if error.is_eof() {
                format!(
                    "line {number} is cut off: the rest of the recording is missing; without that line, what is there \
                     can be compared"
                )
            } else {
                format!("line {number} is no exchange: {error}")
            }
        })?;
        exchanges.push(exchange);
    }
    if exchanges.is_empty() {
        return Err("the recording has no exchange".into());
    }
    exchanges.sort_by_key(|exchange| exchange.id);
    Ok(Recording { header, exchanges })
}

fn header(line: &str) -> Result<RecordingHeader, String> {
    let document: Value = serde_json::from_str(line)
        .map_err(|_| "this is no recording of lookalike proxy".to_owned())?;
    let version = document.get("lookalike_recording").and_then(Value::as_u64);
    match version {
        Some(version) if version == u64::from(VERSION) => {
            serde_json::from_value(document).map_err(|error| format!("line 1: {error}"))
        }
        Some(version) => Err(format!(
            "the recording has version {version} of the form, and this program reads version {VERSION}"
        )),
        None => {
            Err("this is no recording of lookalike proxy: its first line does not say so".into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"{"lookalike_recording":1,"version":"0","started":"2026-01-01T00:00:00Z","glance":"http://h","keystone":null}"#;

    #[test]
    fn what_is_wrong_with_a_recording_is_said() {
        let other = HEADER.replace("recording\":1", "recording\":7");
        let cut = format!("{HEADER}\n{{\"id\":1,\"at\":\"20");
        let odd = format!("{HEADER}\n{{\"id\":\"one\"}}\n");
        for (text, why) in [
            ("", "is empty"),
            ("\n\n", "is empty"),
            ("{\"log\": {}}", "first line does not say so"),
            ("ELF", "no recording"),
            (HEADER, "no exchange"),
            (&other, "version 7"),
            (&cut, "line 2 is cut off"),
            (&odd, "line 2 is no exchange"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
