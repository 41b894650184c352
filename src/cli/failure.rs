//! Why the program ends: one line, and an exit code.

use std::io::Write;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
pub(super) use lookalike::config::value_trouble;

/// What ends the program.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    text: String,
}

impl Failure {
    /// A setting is wrong.
    pub(super) fn usage(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { code: 2, text }
    }

    /// The settings are right, but what they ask for cannot be had.
    pub(super) fn start(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { code: 1, text }
    }

    /// Says it on standard error.
    pub(super) fn report(&self) -> ExitCode {
        let line: Vec<_> = self.text.split_whitespace().collect();
        // Nobody can be told if standard error is gone too.
        let _told = writeln!(std::io::stderr(), "lookalike: {}", line.join(" "));
        ExitCode::from(self.code)
    }
}

/// The option that a clap error is about, as in `--listen`.
pub(super) fn option_of(error: &clap::Error) -> Option<&str> {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(it)) => {
            let it = it.trim_start_matches(['[', '<']);
            it.split([' ', '=', '[', ']', '>', '.']).next()
        }
        _ => None,
    }
}

/// Everything that a clap error says, without the lines on how to get help.
pub(super) fn in_short(error: &clap::Error) -> String {
    let text = error.to_string();
    let said = text
        .lines()
        .map(str::trim)
        .take_while(|it| !it.starts_with("Usage:") && !it.starts_with("For more information"));
    let said: Vec<_> = said.filter(|it| !it.is_empty()).collect();
    said.join(" ").trim_start_matches("error: ").to_owned()
}
