//! The response of the control API: printed, written into a file, or followed as it comes.

use std::io::{ErrorKind, Write};
use std::path::Path;

use reqwest::{Response, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::call::{CallOutput, Field};
use super::table;
use crate::cli::failure::CliError;
use crate::cli::print;

/// The name that stands for standard input and standard output.
pub(super) const STANDARD: &str = "-";

/// Handles a response as the command wants it.
///
/// # Errors
///
/// A status that is no success, a response that breaks off, and files that cannot be written.
pub(super) async fn handle(mut response: Response, output: CallOutput) -> Result<(), CliError> {
    if !response.status().is_success() {
        return Err(refused(response).await);
    }
    match output {
        CallOutput::File(path) if path.as_os_str() == STANDARD => {
            write(&mut response, &mut tokio::io::stdout(), &path).await
        }
        CallOutput::File(path) => save(&mut response, &path).await,
        CallOutput::Events => follow(&mut response).await,
        output => {
            let text = response.text().await.map_err(|error| broken(&error))?;
            print(&rendered(&text, &output))
        }
    }
}

/// Returns the error for a response that is no success. The body of a failed expectation is printed.
pub(super) async fn refused(response: Response) -> CliError {
    let status = response.status();
    let url = response.url().to_string();
    let text = match response.text().await {
        Ok(text) => text,
        Err(error) => return broken(&error),
    };
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let Some(message) = body.pointer("/error/message").and_then(Value::as_str) else {
        let why = "this is not a lookalike server, or it runs with --no-control";
        return CliError::start(format!("{url} answered {status}: {why}"));
    };
    if status == StatusCode::EXPECTATION_FAILED
        && let Err(failure) = print(&indented(&text))
    {
        return failure;
    }
    CliError::start(format!("{status}: {message}"))
}

/// Writes a response into a file: into a temporary one beside it first, so that an incomplete file
/// never replaces a complete one.
async fn save(response: &mut Response, path: &Path) -> Result<(), CliError> {
    let mut beside = path.to_owned().into_os_string();
    beside.push(".part");
    let written = async {
        let file = tokio::fs::File::create(&beside).await;
        let mut file = file.map_err(|error| file_error(path, &error))?;
        write(response, &mut file, path).await?;
        file.sync_all()
            .await
            .map_err(|error| file_error(path, &error))
    };
    let written = written.await;
    if written.is_err() {
        tokio::fs::remove_file(&beside).await.ok();
    }
    written?;
    let renamed = tokio::fs::rename(&beside, path).await;
    renamed.map_err(|error| file_error(path, &error))
}

async fn write(
    response: &mut Response,
    to: &mut (impl AsyncWrite + Unpin),
    path: &Path,
) -> Result<(), CliError> {
    while let Some(part) = response.chunk().await.map_err(|error| broken(&error))? {
        let written = to.write_all(&part).await;
        written.map_err(|error| file_error(path, &error))?;
    }
    to.flush().await.map_err(|error| file_error(path, &error))
}

/// Prints the data of each server-sent event as a line, until the stream ends or standard output is
/// closed.
async fn follow(response: &mut Response) -> Result<(), CliError> {
    let mut buffer = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| broken(&error))? {
        buffer.extend_from_slice(&part);
        while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
            let line: Vec<_> = buffer.drain(..=end).collect();
            let Some(data) = line.strip_prefix(b"data:") else {
                continue;
            };
            let mut out = std::io::stdout().lock();
            match out
                .write_all(data.trim_ascii_start())
                .and_then(|()| out.flush())
            {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
                written => written.map_err(|error| file_error(Path::new(STANDARD), &error))?,
            }
        }
    }
    Ok(())
}

/// Returns the text to print for a body.
fn rendered(text: &str, output: &CallOutput) -> String {
    let value: Value = match (output, serde_json::from_str(text)) {
        (CallOutput::Field(_) | CallOutput::Table(_) | CallOutput::Fields, Ok(value)) => value,
        _ => return indented(text),
    };
    match output {
        CallOutput::Field(field) => field_lines(&value, *field),
        CallOutput::Table(table) => table.render(&value),
        _ => table::fields(&value),
    }
}

/// Returns the field of an object, or of each object in the list.
fn field_lines(value: &Value, field: Field) -> String {
    if let Some(Value::Array(all)) = value.get(field.list) {
        return all.iter().map(|item| field_lines(item, field)).collect();
    }
    match value.get(field.name).and_then(Value::as_str) {
        Some(text) if text.ends_with('\n') => text.to_owned(),
        Some(text) => format!("{text}\n"),
        None => indented(&value.to_string()),
    }
}

/// Returns JSON with indentation, and any other text as it is.
fn indented(text: &str) -> String {
    let value: Result<Value, _> = serde_json::from_str(text);
    let pretty = value.and_then(|value| serde_json::to_string_pretty(&value));
    pretty.map_or_else(|_| text.to_owned(), |pretty| pretty + "\n")
}

/// Returns the error for a response that breaks off.
fn broken(error: &reqwest::Error) -> CliError {
    CliError::start(format!(
        "the server closed the connection: {}",
        cause(error)
    ))
}

/// Returns the error for a file that cannot be read or written.
pub(super) fn file_error(path: &Path, error: &std::io::Error) -> CliError {
    CliError::start(format!("{}: {error}", path.display()))
}

/// Returns the text of an error's first cause.
pub(in crate::cli) fn cause(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    last.to_string()
}
