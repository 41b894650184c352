//! `lookalike requests`: the journal of a cloud.

use clap::{Args, Subcommand};

use super::call::{Call, CallOutput};
use super::input::DocumentArgs;
use super::table::{Column, Table};
use super::{Listing, input, send};
use crate::cli::address::{Target, segment};
use crate::cli::failure::CliError;

/// The columns of the table of requests.
const TABLE: Table = Table {
    list: "requests",
    columns: &[
        Column::number("ID", "id"),
        Column::text("TIME", "at"),
        Column::text("METHOD", "method"),
        Column::number("STATUS", "status"),
        Column::number("MS", "duration_ms"),
        Column::number("RECEIVED", "request_bytes"),
        Column::number("SENT", "response_bytes"),
        Column::text("FAULT", "fault"),
        Column::text("PATH", "path"),
    ],
};

/// The options of `requests`, before a subcommand.
#[derive(Args, Debug)]
pub(in crate::cli) struct RequestsCommand {
    #[command(subcommand)]
    action: Option<RequestsAction>,
    #[command(flatten)]
    list: ListRequests,
    #[command(flatten)]
    target: Box<Target>,
}

/// The options of `requests list`.
#[derive(Args, Debug)]
struct ListRequests {
    #[command(flatten)]
    filter: RequestFilter,
    /// The format of the list [default: table on a terminal, json elsewhere]
    #[arg(long, value_enum)]
    format: Option<Listing>,
}

#[derive(Args, Debug)]
struct RequestFilter {
    /// Which requests: path=GLOB, method=M, status=S (such as 404 or 4xx), user=U, project=P, region=R, interface=I, since=TIME; the last N: limit=N
    #[arg(value_name = "FILTER=VALUE", value_parser = filter)]
    filters: Vec<(String, String)>,
}

#[derive(Debug, Subcommand)]
enum RequestsAction {
    /// List requests; the default
    List(ListRequests),
    /// Show everything that is known of one request
    Show {
        /// The id of the request
        id: String,
    },
    /// Print requests as an HTTP archive (HAR)
    Har(RequestFilter),
    /// Check that the expected requests were sent, and exit with 1 if not
    Verify {
        #[command(flatten)]
        expectation: DocumentArgs,
    },
    /// Print requests as they come, a line of JSON each
    Stream(RequestFilter),
    /// Remove all requests from the journal
    Clear,
}

fn filter(text: &str) -> Result<(String, String), String> {
    let why = "FILTER=VALUE is allowed, or list, show, har, verify, stream, clear";
    input::pair(text).map_err(|_| why.to_owned())
}

/// Runs the command, and prints the response.
pub(super) fn run(command: RequestsCommand) -> Result<(), CliError> {
    let RequestsCommand {
        action,
        list,
        target,
    } = command;
    let call = match action {
        None => list_call(list),
        Some(action) => {
            if let Some((name, value)) = list.filter.filters.first() {
                return Err(CliError::usage(format!(
                    "unexpected argument '{name}={value}' found: filters stand behind the subcommand"
                )));
            }
            action_call(action, list.format)?
        }
    };
    send::send(&target, call)
}

fn list_call(list: ListRequests) -> Call {
    let call = Call::get("/requests").with_query(list.filter.filters);
    match Listing::or_default(list.format) {
        Listing::Json => call,
        Listing::Table => call.printing(CallOutput::Table(&TABLE)),
    }
}

fn action_call(action: RequestsAction, format: Option<Listing>) -> Result<Call, CliError> {
    Ok(match action {
        RequestsAction::List(mut list) => {
            list.format = list.format.or(format);
            list_call(list)
        }
        RequestsAction::Show { id } => Call::get(format!("/requests/{}", segment(&id)?)),
        RequestsAction::Har(filter) => Call::get("/requests.har").with_query(filter.filters),
        RequestsAction::Verify { expectation } => {
            Call::post("/requests/verify").with(&expectation.parse("the expectation")?)
        }
        RequestsAction::Stream(filter) => {
            let call = Call::get("/requests/stream").with_query(filter.filters);
            call.printing(CallOutput::Events)
        }
        RequestsAction::Clear => Call::delete("/requests"),
    })
}
