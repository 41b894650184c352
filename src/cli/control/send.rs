//! Sends a request to the control API.

use std::time::Duration;

use reqwest::{Body, RequestBuilder};
use tokio_util::io::ReaderStream;

use super::call::{Call, RequestBody};
use super::response::{STANDARD, cause, file_error, handle};
use crate::cli::address::Target;
use crate::cli::block_on;
use crate::cli::failure::CliError;

/// The time that a server has to accept the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Sends the request, and prints the response.
pub(super) fn send(target: &Target, call: Call) -> Result<(), CliError> {
    block_on(exchange(target, call))?
}

async fn exchange(target: &Target, call: Call) -> Result<(), CliError> {
    let base = target.url()?;
    let request = begin(target, &base, &call)?;
    let request = match call.body {
        RequestBody::Empty => request,
        RequestBody::Text(text) => request.body(text),
        RequestBody::File(path) if path.as_os_str() == STANDARD => {
            request.body(Body::wrap_stream(ReaderStream::new(tokio::io::stdin())))
        }
        RequestBody::File(path) => {
            let file = tokio::fs::File::open(&path).await;
            request.body(file.map_err(|error| file_error(&path, &error))?)
        }
    };
    let response = request.send().await;
    let response = response.map_err(|error| no_response(&base, &error))?;
    handle(response, call.output).await
}

/// Returns the request of a call to the server at a URL, without its body.
pub(super) fn begin(target: &Target, base: &str, call: &Call) -> Result<RequestBuilder, CliError> {
    let url = format!("{base}/_lookalike{}", call.path);
    let client = target.trust(base).client()?;
    let client = client.connect_timeout(CONNECT_TIMEOUT).build();
    let client = client.map_err(|error| CliError::start(error.to_string()))?;
    let request = client.request(call.method.clone(), with_query(url, &call.query));
    Ok(match &target.config().control.control_token {
        Some(token) => request.header("X-Lookalike-Token", token.reveal()),
        None => request,
    })
}

fn with_query(url: String, query: &[(String, String)]) -> String {
    if query.is_empty() {
        return url;
    }
    let start = url.len() + 1;
    let mut text = form_urlencoded::Serializer::for_suffix(url + "?", start);
    text.extend_pairs(query).finish()
}

/// Returns the error for a server that does not answer.
pub(super) fn no_response(base: &str, error: &reqwest::Error) -> CliError {
    let cause = cause(error);
    if !error.is_connect() {
        return CliError::start(format!(
            "the server at {base} closed the connection: {cause}"
        ));
    }
    if base.starts_with("https://") && cause.contains("certificate") {
        return CliError::start(format!(
            "the certificate of the server at {base} is not trusted: {cause}; --cacert names the file with its CA"
        ));
    }
    CliError::start(format!(
        "no server answers at {base}: {cause}; start one with `lookalike serve`, or say where it is \
         with --url, --port-file or --listen"
    ))
}
