//! Reads a stream of server-sent events.

use std::mem;

/// An event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    /// The kind of the event; empty if the stream does not say it.
    pub(super) event: String,
    /// The id of the event, if the stream says it.
    pub(super) id: Option<String>,
    /// The data, with a line break between two lines of it.
    pub(super) data: String,
}

/// The part of an event that was read.
#[derive(Debug, Default)]
pub(super) struct FrameReader {
    buffer: Vec<u8>,
    frame: Frame,
    has_data: bool,
}

impl FrameReader {
    /// Takes bytes as they come, and returns the events that end in them.
    pub(super) fn read(&mut self, part: &[u8]) -> Vec<Frame> {
        self.buffer.extend_from_slice(part);
        let Some(end) = self.buffer.iter().rposition(|byte| *byte == b'\n') else {
            return Vec::new();
        };
        let rest = self.buffer.split_off(end + 1);
        let lines = mem::replace(&mut self.buffer, rest);
        let lines = String::from_utf8_lossy(&lines);
        lines.lines().filter_map(|line| self.line(line)).collect()
    }

    /// Takes a line, and returns the event that it ends.
    fn line(&mut self, line: &str) -> Option<Frame> {
        if line.is_empty() {
            let frame = mem::take(&mut self.frame);
            return mem::take(&mut self.has_data).then_some(frame);
        }
        // A line that begins with a colon is a comment: its field has no name.
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.frame.event),
            "id" => self.frame.id = Some(value.to_owned()),
            "data" => {
                if mem::replace(&mut self.has_data, true) {
                    self.frame.data.push('\n');
                }
                self.frame.data.push_str(value);
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(event: &str, id: Option<&str>, data: &str) -> Frame {
        Frame {
            event: event.into(),
            id: id.map(str::to_owned),
            data: data.into(),
        }
    }

    #[test]
    fn an_event_ends_with_an_empty_line_wherever_its_bytes_are_parted() {
        let text = "event: a\nid: 7\ndata: é: 1\r\ndata:2\n\n:\n\ndata: x\n\n".as_bytes();
        let expected = [frame("a", Some("7"), "é: 1\n2"), frame("", None, "x")];
        for at in 0..text.len() {
            let mut reader = FrameReader::default();
            let mut found = reader.read(&text[..at]);
            found.extend(reader.read(&text[at..]));
            assert_eq!(found, expected, "{at}");
        }
    }

    #[test]
    fn an_event_that_does_not_end_is_none() {
        let mut reader = FrameReader::default();
        assert_eq!(reader.read(b"data: x\n"), []);
    }
}
