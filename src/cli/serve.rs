//! `lookalike serve`: runs the server until a signal ends it.

use std::future::Future;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use lookalike::config::AuthMode;
use lookalike::server::reachable;
use lookalike::{Config, Server};

use super::banner::{Listening, banner, ready_line};
use super::failure::CliError;
use super::port_file::PortFile;
use super::trust::Trust;
use super::{health, logging};

/// The time that blocking work may take after everything else has ended.
const BLOCKING_GRACE: Duration = Duration::from_secs(1);

/// Serves with these settings until a signal asks the process to stop.
pub(super) fn serve(config: Config, warnings: &[String]) -> Result<(), CliError> {
    let spans = logging::start(config.log_format, &config.log).map_err(CliError::usage)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    keep_private(&config);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|error| CliError::start(format!("cannot start threads: {error}")))?;
    let outcome = runtime.block_on(run(config));
    runtime.shutdown_timeout(BLOCKING_GRACE);
    spans.send();
    outcome
}

async fn run(config: Config) -> Result<(), CliError> {
    let mut signals = Signals::new()?;
    warn_of_open_access(&config);
    for path in [&config.port_file, &config.tls.http_port_file] {
        path.as_deref().map_or(Ok(()), PortFile::check)?;
    }
    let start = async {
        let server = Server::with(config.clone())
            .await
            .map_err(|error| CliError::start(error.to_string()))?;
        wait_for_answer(&server).await?;
        Ok(server)
    };
    let server = tokio::select! {
        outcome = start => outcome?,
        () = signals.next() => return Ok(()),
    };
    let port_files = port_files(&config, &server)?;
    if let Some(url) = server.http_url() {
        tracing::info!(%url, "answers without TLS, too");
    }
    if let Some(file) = server.ca_file() {
        tracing::info!(file = %file.display(), "clients that trust the CA in this file reach the server");
    }
    super::print(&if std::io::stdout().is_terminal() {
        banner(&config, &Listening::of(&server), console_link(&server))
    } else {
        ready_line(&server.url())
    })?;
    signals.next().await;
    drop(port_files);
    stop(server, signals.next()).await;
    Ok(())
}

/// Writes the ports of the addresses into the files that the settings name.
fn port_files(config: &Config, server: &Server) -> Result<[Option<PortFile>; 2], CliError> {
    let write = |path: &Option<PathBuf>, address: Option<SocketAddr>| {
        let named = path.as_deref().zip(address);
        let file = named.map(|(path, address)| PortFile::write(path, address.port()));
        file.transpose()
    };
    Ok([
        write(&config.port_file, Some(server.address()))?,
        write(&config.tls.http_port_file, server.http_address())?,
    ])
}

/// Returns the link to the console, if it is served; why there is none is logged.
fn console_link(server: &Server) -> Option<String> {
    let link = server.console_url();
    link.inspect_err(|error| tracing::warn!(%error, "there is no link to the console"))
        .ok()
        .flatten()
}

/// Stops the server. A second signal does not wait for running requests.
async fn stop(server: Server, second: impl Future<Output = ()>) {
    tracing::info!("stopping");
    tokio::select! {
        () = server.shutdown() => {}
        () = second => {}
    }
}

/// Waits for the first answer, so that the server answers once it says that it is ready.
async fn wait_for_answer(server: &Server) -> Result<(), CliError> {
    let url = server.url();
    if url.starts_with("https://") {
        let asked = health::ask_securely(&format!("{url}/healthcheck"), &Trust::Any).await;
        return asked.map(drop);
    }
    let address = reachable(server.address());
    let answer = tokio::task::spawn_blocking(move || {
        health::ask(address, &address.to_string(), "/healthcheck")
    });
    match answer.await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(CliError::start(format!(
            "the server at {address} does not answer: {error}"
        ))),
        Err(error) => Err(CliError::start(error.to_string())),
    }
}

/// Makes whatever the server writes readable for its own user only, and logs a warning if a data directory
/// is there that others may read.
#[cfg(unix)]
fn keep_private(config: &Config) {
    use std::os::unix::fs::PermissionsExt;

    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    if config.ephemeral {
        return;
    }
    let found = std::fs::metadata(&config.data);
    let mode = found.map_or(0, |found| found.permissions().mode() & 0o777);
    if mode & 0o077 != 0 {
        tracing::warn!(directory = %config.data.display(), mode = format!("{mode:o}"), "other users of this machine may read the data directory: chmod 700 shuts them out");
    }
}

/// Makes whatever the server writes readable for its own user only.
#[cfg(not(unix))]
fn keep_private(_: &Config) {}

/// Logs a warning if other machines may use the server without a secret.
fn warn_of_open_access(config: &Config) {
    if config.is_local() {
        return;
    }
    let listen = config.listen;
    if config.determinism.deterministic.is_some() {
        tracing::warn!(%listen, "other machines may reach this address, and whoever knows the seed of --deterministic knows every token to come");
    }
    if config.takes(AuthMode::None) || config.takes(AuthMode::Fake) {
        tracing::warn!(%listen, "anybody who reaches this address has full access: --auth accepts requests without a password");
    } else if config.bootstrap_password == Config::default().bootstrap_password {
        tracing::warn!(%listen, "other machines may reach this address, and the password is the default one: set --bootstrap-password");
    }
}

/// The signals that ask a process to stop.
#[cfg(unix)]
pub(super) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Begins to wait.
    pub(super) fn new() -> Result<Self, CliError> {
        use tokio::signal::unix::{SignalKind, signal};
        let refused = |error| CliError::start(format!("cannot wait for signals: {error}"));
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(refused)?,
            terminate: signal(SignalKind::terminate()).map_err(refused)?,
        })
    }

    /// Waits for the next signal.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signal that asks a process to stop.
#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Begins to wait.
    pub(super) fn new() -> Result<Self, CliError> {
        Ok(Self)
    }

    /// Waits for the next signal.
    pub(super) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
