//! Runs the server until a signal ends it.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use lookalike::config::AuthMode;
use lookalike::server::reachable;
use lookalike::{Config, Server};

use super::failure::Failure;
use super::health;
use super::port_file::PortFile;
use crate::logging;

/// How long work that nobody waits for any more may hold up the end.
const PATIENCE: Duration = Duration::from_secs(1);

/// Serves with these settings until the process is asked to stop.
pub(super) fn serve(config: Config) -> Result<(), Failure> {
    logging::start(config.log_format, &config.log).map_err(Failure::usage)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|it| Failure::start(format!("cannot start threads: {it}")))?;
    let outcome = runtime.block_on(run(config));
    runtime.shutdown_timeout(PATIENCE);
    outcome
}

async fn run(config: Config) -> Result<(), Failure> {
    let mut signals = Signals::new()?;
    warn_of_open_doors(&config);
    let port_file = config.port_file.clone();
    if let Some(path) = &port_file {
        PortFile::try_out(path)?;
    }
    let start = async {
        let lookalike = Server::with(config)
            .await
            .map_err(|it| Failure::start(it.to_string()))?;
        see_answer(lookalike.address()).await?;
        Ok(lookalike)
    };
    let lookalike = tokio::select! {
        outcome = start => outcome?,
        () = signals.next() => return Ok(()),
    };
    let port = lookalike.address().port();
    let port_file = port_file.map(|it| PortFile::write(&it, port)).transpose()?;
    super::print(&format!("lookalike ready at {}\n", lookalike.url()))?;
    signals.next().await;
    drop(port_file);
    stop(lookalike, signals.next()).await;
    Ok(())
}

/// A second signal does not wait for the requests that run.
async fn stop(lookalike: Server, hurry: impl Future<Output = ()>) {
    tracing::info!("stopping");
    tokio::select! {
        () = lookalike.shutdown() => {}
        () = hurry => {}
    }
}

/// Waits for the first answer, so that whoever reads that the server is ready can rely on it.
async fn see_answer(address: SocketAddr) -> Result<(), Failure> {
    let address = reachable(address);
    let answer = tokio::task::spawn_blocking(move || health::ask(address, &address.to_string()));
    match answer.await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(Failure::start(format!(
            "the server at {address} does not answer: {error}"
        ))),
        Err(error) => Err(Failure::start(error.to_string())),
    }
}

/// Says so if others than this machine may come in without a secret.
fn warn_of_open_doors(config: &Config) {
    if config.listen.ip().is_loopback() {
        return;
    }
    let listen = config.listen;
    if config.takes(AuthMode::None) || config.takes(AuthMode::Fake) {
        tracing::warn!(%listen, "whoever reaches this address can do everything: --auth lets them in without a password");
    } else if config.bootstrap_password == Config::default().bootstrap_password {
        tracing::warn!(%listen, "other machines may reach this address, and the password is the one that everybody knows: give --bootstrap-password");
    }
}

/// The signals that ask a process to end.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let refused = |error| Failure::start(format!("cannot wait for signals: {error}"));
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(refused)?,
            terminate: signal(SignalKind::terminate()).map_err(refused)?,
        })
    }

    /// Waits for the next one.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signal that asks a process to end.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Result<Self, Failure> {
        Ok(Self)
    }

    /// Waits for the next one.
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
