//! One request to a server's control, and what becomes of its answer.

use std::path::PathBuf;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use reqwest::Method;
use serde_json::Value;

use super::Format;
use crate::cli::failure::Failure;

/// What may not stand in one part of a path.
const APART: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\');

/// A name as one part of a path. Dots, however they are written, lead to other paths.
pub(super) fn escaped(name: &str) -> Result<String, Failure> {
    if ["", ".", ".."].contains(&name) {
        return Err(Failure::usage(format!("{name:?} is no name that can be")));
    }
    Ok(utf8_percent_encode(name, APART).to_string())
}

/// What a request carries.
#[derive(Debug)]
pub(super) enum Load {
    Nothing,
    Text(String),
    File(PathBuf),
}

/// What becomes of an answer.
#[derive(Debug)]
pub(super) enum Outcome {
    Print(Format),
    Write(PathBuf),
    Follow,
}

/// A request to `/_lookalike`.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) load: Load,
    pub(super) outcome: Outcome,
}

impl Call {
    fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            load: Load::Nothing,
            outcome: Outcome::Print(Format::Json),
        }
    }

    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    pub(super) fn put(path: impl Into<String>) -> Self {
        Self::new(Method::PUT, path)
    }

    pub(super) fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    pub(super) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// A PATCH, where it was a PUT.
    pub(super) fn patching(mut self) -> Self {
        if self.method == Method::PUT {
            self.method = Method::PATCH;
        }
        self
    }

    pub(super) fn with(self, body: &Value) -> Self {
        self.with_text(&body.to_string())
    }

    pub(super) fn with_text(mut self, body: &str) -> Self {
        self.load = Load::Text(body.to_owned());
        self
    }

    pub(super) fn sending_file(mut self, file: PathBuf) -> Self {
        self.load = Load::File(file);
        self
    }

    pub(super) fn writing_to(mut self, file: PathBuf) -> Self {
        self.outcome = Outcome::Write(file);
        self
    }

    /// What comes is printed as it comes.
    pub(super) fn following(mut self) -> Self {
        self.outcome = Outcome::Follow;
        self
    }

    pub(super) fn asking(mut self, query: Vec<(String, String)>) -> Self {
        self.query = query;
        self
    }

    pub(super) fn showing(mut self, format: Format) -> Self {
        self.outcome = Outcome::Print(format);
        self
    }
}
