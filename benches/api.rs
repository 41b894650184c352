//! Measures a server in memory as a client on the same machine sees it: its start, lists of images, resets, and sandboxes.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use lookalike::{Server, StartError};
use reqwest::Client;
use serde_json::json;
use tokio::runtime::Runtime;

const IMAGES: usize = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new()?;
    let mut criterion = Criterion::default().configure_from_args();
    starts(&mut criterion, &runtime)?;
    let server = runtime.block_on(Server::start())?;
    let token = runtime.block_on(server.token("demo", "demo"))?;
    let client = Client::new();
    runtime.block_on(fill(&client, &server.url(), &token))?;
    lists(&mut criterion, &runtime, &client, &server.url(), &token);
    resets(&mut criterion, &runtime, &server);
    sandboxes(&mut criterion, &runtime)?;
    criterion.final_summary();
    runtime.block_on(server.shutdown());
    Ok(())
}

/// Measures the start of a server in a test: until it answers, without its end.
fn starts(criterion: &mut Criterion, runtime: &Runtime) -> Result<(), StartError> {
    let mut outcome = Ok(());
    criterion.bench_function("start", |bencher| {
        bencher.iter_custom(|times| {
            let started = (0..times).map(|_| runtime.block_on(start()));
            let total: Result<Duration, StartError> = started.sum();
            total.unwrap_or_else(|error| {
                outcome = Err(error);
                Duration::MAX
            })
        });
    });
    outcome
}

/// Returns the time that a start took.
async fn start() -> Result<Duration, StartError> {
    let begin = Instant::now();
    let server = Server::start().await?;
    let taken = begin.elapsed();
    server.shutdown().await;
    Ok(taken)
}

async fn fill(client: &Client, url: &str, token: &str) -> reqwest::Result<()> {
    for number in 0..IMAGES {
        let image = json!({
            "name": format!("image-{number}"), "disk_format": "qcow2", "container_format": "bare",
            "tags": ["linux", "server", "x86_64"], "hw_disk_bus": "virtio", "hw_vif_model": "virtio", "os_distro": "debian",
        });
        let request = client.post(format!("{url}/v2/images")).json(&image);
        request
            .header("X-Auth-Token", token)
            .send()
            .await?
            .error_for_status()?;
    }
    Ok(())
}

async fn get(client: &Client, url: &str, token: &str) -> reqwest::Result<usize> {
    let response = client.get(url).header("X-Auth-Token", token).send().await?;
    Ok(response.error_for_status()?.bytes().await?.len())
}

fn lists(criterion: &mut Criterion, runtime: &Runtime, client: &Client, url: &str, token: &str) {
    let mut group = criterion.benchmark_group("list images");
    for limit in [1, 25, 1000] {
        let url = format!("{url}/v2/images?limit={limit}");
        group.throughput(Throughput::Elements(limit));
        group.bench_function(BenchmarkId::from_parameter(limit), |bencher| {
            bencher.iter(|| runtime.block_on(get(client, &url, token)).map(black_box));
        });
    }
    group.finish();
}

fn resets(criterion: &mut Criterion, runtime: &Runtime, server: &Server) {
    criterion.bench_function("reset", |bencher| {
        bencher.iter(|| {
            runtime
                .block_on(server.reset())
                .map_err(|error| error.to_string())
        });
    });
}

/// Measures the creation of a sandbox in an empty server; it is gone before the next.
fn sandboxes(criterion: &mut Criterion, runtime: &Runtime) -> Result<(), StartError> {
    let server = runtime.block_on(Server::start())?;
    criterion.bench_function("sandbox", |bencher| {
        bencher.iter_with_large_drop(|| {
            runtime
                .block_on(server.sandbox())
                .map_err(|error| error.to_string())
        });
    });
    runtime.block_on(server.shutdown());
    Ok(())
}
