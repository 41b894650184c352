//! Sends a request to a server's control, and tells what it answered.

use std::path::Path;
use std::time::Duration;

use lookalike::with_causes;
use reqwest::{Client, Response};
use serde_json::Value;
use tokio::io::AsyncWriteExt;

use super::call::{Call, Load, Outcome, escaped};
use super::{Format, Place};
use crate::cli::address;
use crate::cli::failure::Failure;
use crate::cli::print;

/// How long to wait for a server that does not even take the connection.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn send(place: &Place, call: Call) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|it| Failure::start(it.to_string()))?;
    runtime.block_on(converse(place, call))
}

async fn converse(place: &Place, call: Call) -> Result<(), Failure> {
    let config = &place.settings.rest;
    let base = match &place.url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("http://{}", address::of(config)?),
    };
    let sandbox = place.in_sandbox.as_ref();
    let below = sandbox.map(|it| format!("/sandbox/{}", escaped(it)));
    let url = format!(
        "{base}{}/_lookalike{}",
        below.unwrap_or_default(),
        call.path
    );
    let client = Client::builder().connect_timeout(PATIENCE).no_proxy();
    let client = client
        .build()
        .map_err(|it| Failure::start(it.to_string()))?;
    let mut request = client.request(call.method, with_query(url.clone(), &call.query));
    if let Some(token) = &config.control.control_token {
        request = request.header("X-Lookalike-Token", token.reveal());
    }
    request = match call.load {
        Load::Nothing => request,
        Load::Text(text) => request.body(text),
        Load::File(path) => {
            let file = tokio::fs::File::open(&path).await;
            request.body(file.map_err(|it| of_file(&path, &it))?)
        }
    };
    let answer = request.send().await;
    let answer = answer.map_err(|it| Failure::start(format!("{url}: {}", with_causes(&it))))?;
    tell(answer, call.outcome).await
}

fn with_query(url: String, query: &[(String, String)]) -> String {
    if query.is_empty() {
        return url;
    }
    let start = url.len() + 1;
    let mut text = form_urlencoded::Serializer::for_suffix(url + "?", start);
    text.extend_pairs(query).finish()
}

async fn tell(mut answer: Response, outcome: Outcome) -> Result<(), Failure> {
    let status = answer.status();
    let broken = |it: reqwest::Error| Failure::start(with_causes(&it));
    if !status.is_success() {
        let text = answer.text().await.map_err(broken)?;
        let said: Value = serde_json::from_str(&text).unwrap_or_default();
        let said = said.pointer("/error/message").and_then(Value::as_str);
        let said = said.unwrap_or("that is no server of this kind, or it has no control");
        return Err(Failure::start(format!("{status}: {said}")));
    }
    match outcome {
        Outcome::Write(path) => {
            // Beside it first: half a file shall not take the place of a whole one.
            let mut beside = path.clone().into_os_string();
            beside.push(".part");
            let written = write(&mut answer, Path::new(&beside)).await;
            if written.is_err() {
                tokio::fs::remove_file(&beside).await.ok();
            }
            written?;
            let renamed = tokio::fs::rename(&beside, &path).await;
            renamed.map_err(|it| of_file(&path, &it))
        }
        Outcome::Print(format) => {
            let text = answer.text().await.map_err(broken)?;
            print(&shown(&text, format))
        }
    }
}

async fn write(answer: &mut Response, path: &Path) -> Result<(), Failure> {
    let file = tokio::fs::File::create(path).await;
    let mut file = file.map_err(|it| of_file(path, &it))?;
    while let Some(part) = answer
        .chunk()
        .await
        .map_err(|it| Failure::start(with_causes(&it)))?
    {
        let written = file.write_all(&part).await;
        written.map_err(|it| of_file(path, &it))?;
    }
    file.sync_all().await.map_err(|it| of_file(path, &it))
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

fn of_file(path: &Path, error: &std::io::Error) -> Failure {
    Failure::start(format!("{}: {error}", path.display()))
}
