//! What a server answered: printed, written into a file, or followed as it comes.

use std::io::{ErrorKind, Write};
use std::path::Path;

use reqwest::{Response, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::Format;
use super::call::Outcome;
use crate::cli::failure::Failure;
use crate::cli::print;

/// The word for standard input, and for standard output.
pub(super) const STANDARD: &str = "-";

pub(super) async fn tell(mut answer: Response, outcome: Outcome) -> Result<(), Failure> {
    if !answer.status().is_success() {
        return Err(refused(answer).await);
    }
    match outcome {
        Outcome::Write(path) if path.as_os_str() == STANDARD => {
            write(&mut answer, &mut tokio::io::stdout(), &path).await
        }
        Outcome::Write(path) => keep(&mut answer, &path).await,
        Outcome::Print(format) => {
            let text = answer.text().await.map_err(|it| broken(&it))?;
            print(&shown(&text, format))
        }
        Outcome::Follow => follow(&mut answer).await,
    }
}

/// Why it was not done. Where something is not as it was expected, what is instead is printed.
async fn refused(answer: Response) -> Failure {
    let status = answer.status();
    let url = answer.url().to_string();
    let text = match answer.text().await {
        Ok(text) => text,
        Err(error) => return broken(&error),
    };
    let said: Value = serde_json::from_str(&text).unwrap_or_default();
    let Some(message) = said.pointer("/error/message").and_then(Value::as_str) else {
        let why = "that is no lookalike, or one with --no-control";
        return Failure::start(format!("{url} answered {status}: {why}"));
    };
    if status == StatusCode::EXPECTATION_FAILED
        && let Err(failure) = print(&shown(&text, Format::Json))
    {
        return failure;
    }
    Failure::start(format!("{status}: {message}"))
}

/// Writes an answer into a file: beside it first, for half a file shall not take the place of a whole
/// one.
async fn keep(answer: &mut Response, path: &Path) -> Result<(), Failure> {
    let mut beside = path.to_owned().into_os_string();
    beside.push(".part");
    let written = async {
        let file = tokio::fs::File::create(&beside).await;
        let mut file = file.map_err(|it| of_file(path, &it))?;
        write(answer, &mut file, path).await?;
        file.sync_all().await.map_err(|it| of_file(path, &it))
    };
    let written = written.await;
    if written.is_err() {
        tokio::fs::remove_file(&beside).await.ok();
    }
    written?;
    let renamed = tokio::fs::rename(&beside, path).await;
    renamed.map_err(|it| of_file(path, &it))
}

async fn write(
    answer: &mut Response,
    to: &mut (impl AsyncWrite + Unpin),
    path: &Path,
) -> Result<(), Failure> {
    while let Some(part) = answer.chunk().await.map_err(|it| broken(&it))? {
        let written = to.write_all(&part).await;
        written.map_err(|it| of_file(path, &it))?;
    }
    to.flush().await.map_err(|it| of_file(path, &it))
}

/// Prints the data of each server-sent event as a line, until there are no more or nobody reads them.
async fn follow(answer: &mut Response) -> Result<(), Failure> {
    let mut begun = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|it| broken(&it))? {
        begun.extend_from_slice(&part);
        while let Some(end) = begun.iter().position(|it| *it == b'\n') {
            let line: Vec<_> = begun.drain(..=end).collect();
            let Some(data) = line.strip_prefix(b"data:") else {
                continue;
            };
            let mut out = std::io::stdout().lock();
            match out
                .write_all(data.trim_ascii_start())
                .and_then(|()| out.flush())
            {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
                written => written.map_err(|it| of_file(Path::new(STANDARD), &it))?,
            }
        }
    }
    Ok(())
}

/// An answer for people: of JSON, the field that is asked for, or all of it with its structure.
fn shown(text: &str, format: Format) -> String {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return text.to_owned();
    };
    let field = match format {
        Format::Json => None,
        Format::Openrc => value.get("openrc"),
        Format::Clouds => value.get("clouds_yaml"),
        Format::Id => value.get("id"),
        Format::Url => value.get("url"),
    };
    if let (None, Some(Value::Array(all))) = (field, value.get("sandboxes"))
        && format != Format::Json
    {
        return all
            .iter()
            .map(|it| shown(&it.to_string(), format))
            .collect();
    }
    match field.and_then(Value::as_str) {
        Some(field) if field.ends_with('\n') => field.to_owned(),
        Some(field) => format!("{field}\n"),
        None => {
            serde_json::to_string_pretty(&value).map_or_else(|_| text.to_owned(), |it| it + "\n")
        }
    }
}

/// The answer did not come to its end.
fn broken(error: &reqwest::Error) -> Failure {
    Failure::start(format!("the server broke off: {}", cause(error)))
}

pub(super) fn of_file(path: &Path, error: &std::io::Error) -> Failure {
    Failure::start(format!("{}: {error}", path.display()))
}

/// What an error comes from in the end.
pub(super) fn cause(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    last.to_string()
}
