//! Why the program ends: one line, and an exit code.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

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
        Some(ContextValue::String(it)) => it.split([' ', '=', '[']).next(),
        _ => None,
    }
}

/// What a clap error says about a value, without the option's name; none if it is about something
/// else.
pub(super) fn value_trouble(error: &clap::Error) -> Option<String> {
    if !matches!(
        error.kind(),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation
    ) {
        return None;
    }
    let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue) else {
        return None;
    };
    let why = match (error.source(), error.get(ContextKind::ValidValue)) {
        (_, Some(ContextValue::Strings(allowed))) if !allowed.is_empty() => {
            format!("{} is allowed", allowed.join(", "))
        }
        (Some(source), _) => source.to_string(),
        (None, _) => return Some("it needs a value".into()),
    };
    Some(format!("{value:?} is wrong: {why}"))
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
