//! Sends a request to a server's control.

use std::time::Duration;

use reqwest::{Body, Client};
use tokio_util::io::ReaderStream;

use super::Place;
use super::call::{Call, Load, escaped};
use super::tell::{STANDARD, cause, of_file, tell};
use crate::cli::address;
use crate::cli::failure::Failure;

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
        Some(url) => url.clone(),
        None => format!("http://{}", address::of(config)?),
    };
    let sandbox = place.in_sandbox.as_ref();
    let below = sandbox.map(|it| Ok(format!("/sandbox/{}", escaped(it)?)));
    let below = below.transpose()?;
    let url = format!(
        "{base}{}/_lookalike{}",
        below.unwrap_or_default(),
        call.path
    );
    let client = Client::builder().connect_timeout(PATIENCE).no_proxy();
    let client = client
        .build()
        .map_err(|it| Failure::start(it.to_string()))?;
    let mut request = client.request(call.method, with_query(url, &call.query));
    if let Some(token) = &config.control.control_token {
        request = request.header("X-Lookalike-Token", token.reveal());
    }
    request = match call.load {
        Load::Nothing => request,
        Load::Text(text) => request.body(text),
        Load::File(path) if path.as_os_str() == STANDARD => {
            request.body(Body::wrap_stream(ReaderStream::new(tokio::io::stdin())))
        }
        Load::File(path) => {
            let file = tokio::fs::File::open(&path).await;
            request.body(file.map_err(|it| of_file(&path, &it))?)
        }
    };
    let answer = request.send().await;
    let answer = answer.map_err(|it| unanswered(&base, &it))?;
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

fn unanswered(base: &str, error: &reqwest::Error) -> Failure {
    let cause = cause(error);
    if !error.is_connect() {
        return Failure::start(format!("the server at {base} broke off: {cause}"));
    }
    Failure::start(format!(
        "no server answers at {base}: {cause}; start one with `lookalike serve`, or say where it is \
         with --url, --port-file or --listen"
    ))
}
