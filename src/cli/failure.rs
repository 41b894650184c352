//! The error that ends the program: one line on standard error, and an exit code.

use std::io::Write;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
pub(super) use lookalike::config::value_trouble;

/// The error that ends the program.
#[derive(Debug)]
pub(crate) struct CliError {
    code: u8,
    text: String,
}

impl CliError {
    /// Makes the error for a wrong setting or argument. The exit code is 2.
    pub(super) fn usage(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { code: 2, text }
    }

    /// Makes the error for anything else that fails. The exit code is 1.
    pub(super) fn start(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { code: 1, text }
    }

    /// Reports whether a setting or an argument is wrong.
    pub(super) fn is_usage(&self) -> bool {
        self.code == 2
    }

    /// Writes the error to standard error, and returns the exit code.
    pub(super) fn report(&self) -> ExitCode {
        let line: Vec<_> = self.text.split_whitespace().collect();
        // There is nowhere else to write it.
        let _written = writeln!(std::io::stderr(), "lookalike: {}", line.join(" "));
        ExitCode::from(self.code)
    }
}

impl std::fmt::Display for CliError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Writes a warning to standard error.
pub(super) fn warn(text: &str) {
    let line: Vec<_> = text.split_whitespace().collect();
    // There is nowhere else to write it.
    let _written = writeln!(std::io::stderr(), "lookalike: warning: {}", line.join(" "));
}

/// Returns the option that a clap error is about, such as `--listen`.
pub(super) fn option_of(error: &clap::Error) -> Option<&str> {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(argument)) => {
            let argument = argument.trim_start_matches(['[', '<']);
            argument.split([' ', '=', '[', ']', '>', '.']).next()
        }
        _ => None,
    }
}

/// Returns the text of a clap error, without the lines on how to get help.
pub(super) fn in_short(error: &clap::Error) -> String {
    let text = error.to_string();
    let lines = text.lines().map(str::trim).take_while(|line| {
        !line.starts_with("Usage:") && !line.starts_with("For more information")
    });
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(" ").trim_start_matches("error: ").to_owned()
}
