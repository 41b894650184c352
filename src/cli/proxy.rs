//! `lookalike proxy`: stands before a real Glance and its Keystone, passes everything through, and records it.

mod forward;
mod log;
mod rewrite;
mod upstream;
mod watched;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use clap::Args;
use lookalike::NumberedSecrets;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::failure::CliError;
use super::port_file::PortFile;
use super::recording::{RecordingHeader, RecordingWriter};
use super::serve::Signals;
use log::Recorder;
use upstream::Upstreams;

/// The time that exchanges get to end once the proxy is to stop.
const GRACE: Duration = Duration::from_secs(5);

/// The options of `proxy`.
#[derive(Args, Debug)]
pub(super) struct ProxyOptions {
    /// The URL of the Glance
    #[arg(long, value_name = "URL", value_parser = upstream::url)]
    to: String,

    /// The URL of the Keystone, which the proxy has below /identity: clients then log in at http://HOST:PORT/identity
    #[arg(long, value_name = "URL", value_parser = upstream::url)]
    keystone: Option<String>,

    /// The file to record in, a line of JSON for each exchange; it must not exist
    #[arg(long, value_name = "FILE")]
    record: PathBuf,

    /// A file for the same as an HTTP archive (HAR); it must not exist
    #[arg(long, value_name = "FILE")]
    har: Option<PathBuf>,

    /// The address to listen on
    #[arg(
        id = "proxy_listen",
        long = "listen",
        default_value = "127.0.0.1:9393",
        value_name = "ADDRESS"
    )]
    listen: SocketAddr,

    /// Write the port into this file
    #[arg(id = "proxy_port_file", long = "port-file", value_name = "FILE")]
    port_file: Option<PathBuf>,

    /// File with the CAs to trust where a URL begins with https:// [default: those of the machine]
    #[arg(
        id = "proxy_cacert",
        long = "cacert",
        env = "OS_CACERT",
        value_name = "FILE"
    )]
    cacert: Option<PathBuf>,

    /// Accept any certificate
    #[arg(long)]
    insecure: bool,
}

/// Stands before the servers until a signal asks the process to stop.
pub(super) fn proxy(options: &ProxyOptions) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|error| CliError::start(format!("cannot start threads: {error}")))?;
    let outcome = runtime.block_on(run(options));
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

async fn run(options: &ProxyOptions) -> Result<(), CliError> {
    let mut signals = Signals::new()?;
    let upstreams = Upstreams::new(
        &options.to,
        options.keystone.as_deref(),
        options.cacert.as_deref(),
        options.insecure,
    );
    let upstreams = upstreams.map_err(CliError::usage)?;
    let listener = TcpListener::bind(options.listen).await;
    let listener = listener.map_err(|error| {
        CliError::start(format!("cannot listen on {}: {error}", options.listen))
    })?;
    let address = listener
        .local_addr()
        .map_err(|error| CliError::start(error.to_string()))?;
    let recorder = Arc::new(recorder(options)?);
    let port_file = options.port_file.as_deref();
    let _port_file = port_file
        .map(|path| PortFile::write(path, address.port()))
        .transpose()?;
    let proxy = forward::Proxy {
        upstreams,
        recorder: Arc::clone(&recorder),
    };
    let router = Router::new()
        .fallback(forward::forward)
        .with_state(Arc::new(proxy));
    let stop = Arc::new(Notify::new());
    let stopped = Arc::clone(&stop);
    let served = axum::serve(listener, router)
        .with_graceful_shutdown(async move { stopped.notified().await });
    let mut served = tokio::spawn(served.into_future());
    super::print(&format!("lookalike proxy ready at http://{address}\n"))?;
    tokio::select! {
        () = signals.next() => {}
        () = recorder.failed() => {}
    }
    stop.notify_one();
    let ended = tokio::time::timeout(GRACE, &mut served);
    tokio::select! {
        ended = ended => if ended.is_err() { served.abort(); },
        () = signals.next() => served.abort(),
    }
    recorder.finish().map_err(CliError::start)
}

fn recorder(options: &ProxyOptions) -> Result<Recorder, CliError> {
    let mut header = RecordingHeader {
        lookalike_recording: 0,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: SystemTime::now().into(),
        glance: upstream::shown(&options.to),
        keystone: options.keystone.as_deref().map(upstream::shown),
    };
    let writer = RecordingWriter::create(&options.record, options.har.as_deref(), &mut header);
    let writer = writer.map_err(CliError::start)?;
    Ok(Recorder::new(writer, NumberedSecrets::default()))
}
