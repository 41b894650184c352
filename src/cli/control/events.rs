//! `lookalike events`: the notifications of a cloud, as they are sent.

mod filter;
mod frames;

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;
use lookalike::with_causes;
use reqwest::Response;
use serde_json::Value;

use super::call::Call;
use super::response::{STANDARD, file_error, refused};
use super::{Listing, send};
use crate::cli::address::Target;
use crate::cli::block_on;
use crate::cli::failure::{CliError, warn};
use crate::cli::serve::Signals;
use filter::EventFilter;
use frames::{Frame, FrameReader};

/// The time without a byte after which a connection counts as broken: a server sends a comment every 15 seconds.
const SILENCE: Duration = Duration::from_secs(45);

/// The pause before another attempt to connect.
const PAUSE: Duration = Duration::from_millis(500);

/// The options of `events`.
#[derive(Args, Debug)]
pub(in crate::cli) struct FollowEvents {
    /// Which notifications: type=GLOB (such as image.*), priority=P, owner=PROJECT, id=ID (of an image, or of what else it is about)
    #[arg(value_name = "FILTER=VALUE")]
    filters: Vec<EventFilter>,
    /// The format [default: table on a terminal, json elsewhere, a line for each notification]
    #[arg(long, value_enum)]
    format: Option<Listing>,
    /// Begin behind the event with this id, as far as what came after it is still kept
    #[arg(long, value_name = "ID")]
    last_event_id: Option<String>,
    /// The time in seconds that a server may be away for; then the command ends with an error
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    patience: u64,
    #[command(flatten)]
    target: Box<Target>,
}

/// The end of a connection.
enum Ended {
    /// Nobody reads standard output any more.
    Unread,
    /// The server, or the way to it, has ended it, as this text says.
    Broken(String),
}

/// Prints notifications until a signal asks the process to stop.
pub(super) fn run(command: FollowEvents) -> Result<(), CliError> {
    block_on(async {
        let mut signals = Signals::new()?;
        let mut follower = Follower::new(command);
        tokio::select! {
            done = follower.run() => done,
            () = signals.next() => Ok(()),
        }
    })?
}

struct Follower {
    options: FollowEvents,
    format: Listing,
    /// The id of the last event that was read.
    last: Option<String>,
}

impl Follower {
    fn new(mut options: FollowEvents) -> Self {
        Self {
            format: Listing::or_default(options.format),
            last: options.last_event_id.take(),
            options,
        }
    }

    /// Connects again and again.
    async fn run(&mut self) -> Result<(), CliError> {
        let mut response = self.connect().await?;
        loop {
            let Ended::Broken(why) = self.read(&mut response).await? else {
                return Ok(());
            };
            let behind = match &self.last {
                Some(_) => "going on behind the last event",
                None => "no event was read yet: what is sent meanwhile is not shown",
            };
            warn(&format!("the stream has ended ({why}); {behind}"));
            response = self.reconnect().await?;
        }
    }

    /// Connects, and fails if the server cannot be reached or refuses.
    async fn connect(&self) -> Result<Response, CliError> {
        let response = self.ask().await?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(refused(response).await)
    }

    /// Connects to a server that may be away for a while: it fails then, or refuses for it is about to stop.
    async fn reconnect(&self) -> Result<Response, CliError> {
        let until = Instant::now() + Duration::from_secs(self.options.patience);
        loop {
            tokio::time::sleep(PAUSE).await;
            let failure = match self.ask().await {
                Ok(response) if response.status().is_success() => return Ok(response),
                Ok(response) if response.status().is_server_error() => refused(response).await,
                Ok(response) => return Err(refused(response).await),
                Err(failure) => failure,
            };
            if Instant::now() >= until {
                return Err(failure);
            }
        }
    }

    async fn ask(&self) -> Result<Response, CliError> {
        let base = self.options.target.url()?;
        let mut request = send::begin(&self.options.target, &base, &Call::get("/events"))?;
        if let Some(last) = &self.last {
            request = request.header("Last-Event-ID", last);
        }
        let response = request.send().await;
        response.map_err(|error| send::no_response(&base, &error))
    }

    /// Prints what comes, until the connection ends.
    async fn read(&mut self, response: &mut Response) -> Result<Ended, CliError> {
        let mut reader = FrameReader::default();
        loop {
            let part = match tokio::time::timeout(SILENCE, response.chunk()).await {
                Ok(Ok(Some(part))) => part,
                Ok(Ok(None)) => return Ok(Ended::Broken("the server has closed it".into())),
                Ok(Err(error)) => return Ok(Ended::Broken(with_causes(&error.without_url()))),
                Err(_) => return Ok(Ended::Broken("the server is silent".into())),
            };
            for frame in reader.read(&part) {
                if !self.show(frame)? {
                    return Ok(Ended::Unread);
                }
            }
        }
    }

    /// Prints an event; returns `false` if nobody reads standard output any more.
    fn show(&mut self, frame: Frame) -> Result<bool, CliError> {
        let data: Value = serde_json::from_str(&frame.data).unwrap_or_default();
        if frame.event == "lagged" {
            let missed = data.get("missed").cloned().unwrap_or_default();
            warn(&format!(
                "{missed} notifications were dropped before they were read"
            ));
            return Ok(true);
        }
        let mut is_read = true;
        if self
            .options
            .filters
            .iter()
            .all(|filter| filter.allows(&data))
        {
            let line = match self.format {
                Listing::Json => frame.data,
                Listing::Table => filter::line(&data),
            };
            let mut out = std::io::stdout().lock();
            match writeln!(out, "{line}").and_then(|()| out.flush()) {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => is_read = false,
                written => written.map_err(|error| file_error(Path::new(STANDARD), &error))?,
            }
        }
        self.last = frame.id.or_else(|| self.last.take());
        Ok(is_read)
    }
}
