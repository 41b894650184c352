//! One request to the control API, and what happens to the response.

use std::path::PathBuf;

use reqwest::Method;
use serde_json::Value;

use super::table::Table;

/// The body of a request.
#[derive(Debug)]
pub(super) enum RequestBody {
    /// No body.
    Empty,
    /// A document.
    Text(String),
    /// The contents of a file; `-` is standard input.
    File(PathBuf),
}

/// A field of an object that is printed alone, for each object where there is a list of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// The name of the list.
    pub(super) list: &'static str,
    /// The name of the field.
    pub(super) name: &'static str,
}

/// The use of a response.
#[derive(Debug)]
pub(super) enum CallOutput {
    /// Prints it as indented JSON.
    Json,
    /// One field of it is printed.
    Field(Field),
    /// A list in it is printed in columns.
    Table(&'static Table),
    /// The object is printed with a line for each field.
    Fields,
    /// Writes it to a file; `-` is standard output.
    File(PathBuf),
    /// The data of each server-sent event is printed as it comes.
    Events,
}

/// A request to `/_lookalike`.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    /// The path below `/_lookalike`.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: RequestBody,
    pub(super) output: CallOutput,
}

impl Call {
    fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            body: RequestBody::Empty,
            output: CallOutput::Json,
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

    pub(super) fn patch(path: impl Into<String>) -> Self {
        Self::new(Method::PATCH, path)
    }

    pub(super) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    pub(super) fn with(self, body: &Value) -> Self {
        self.with_text(&body.to_string())
    }

    pub(super) fn with_text(mut self, body: &str) -> Self {
        self.body = RequestBody::Text(body.to_owned());
        self
    }

    pub(super) fn with_file(mut self, file: PathBuf) -> Self {
        self.body = RequestBody::File(file);
        self
    }

    pub(super) fn with_query(mut self, query: Vec<(String, String)>) -> Self {
        self.query = query;
        self
    }

    pub(super) fn writing_to(self, file: PathBuf) -> Self {
        self.printing(CallOutput::File(file))
    }

    pub(super) fn printing_field(self, field: Option<Field>) -> Self {
        self.printing(field.map_or(CallOutput::Json, CallOutput::Field))
    }

    pub(super) fn printing(mut self, output: CallOutput) -> Self {
        self.output = output;
        self
    }
}
