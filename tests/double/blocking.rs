//! The library in functions that are not `async`.

use std::fs;
use std::net::TcpStream;
use std::path::Path;

use lookalike::blocking::Server;
use lookalike::{Filter, StartError};
use serde_json::json;

use crate::Outcome;

#[test]
fn a_server_is_started_controlled_and_ended_without_a_runtime() -> Outcome {
    let glance = Server::start()?;
    let address = glance.inner().address();
    assert!(!glance.token("demo", "demo")?.is_empty());
    let id = glance.fault(json!({ "fault": { "status": 503 } }))?;
    glance.remove_fault(&id)?;
    assert!(glance.remove_fault(&id).is_err());
    glance.freeze()?;
    assert!(glance.clock().frozen);
    assert!(glance.requests_matching(&Filter::default()).is_empty());
    glance.reset()?;
    glance.shutdown();
    assert!(TcpStream::connect(address).is_err());
    Ok(())
}

#[tokio::test]
async fn it_waits_within_a_runtime_too() -> Outcome {
    let glance = Server::start()?;
    let token = glance.token("demo", "demo")?;
    let images = reqwest::Client::new().get(format!("{}/v2/images", glance.url()));
    let answer = images.header("X-Auth-Token", token).send().await?;
    assert_eq!(answer.status(), 200);
    assert_eq!(glance.requests().len(), 1);
    drop(glance);
    Ok(())
}

#[test]
fn a_sandbox_goes_when_it_is_dropped() -> Outcome {
    let glance = Server::start()?;
    let removed = glance.sandbox()?;
    assert!(removed.url().ends_with(removed.id()));
    removed.remove();
    let dropped = glance.sandbox_with(|sandbox| sandbox.name("mine"))?;
    let url = dropped.url();
    drop(dropped);
    // It is removed beside us, at once.
    let runtime = tokio::runtime::Runtime::new()?;
    let gone = runtime.block_on(async {
        for _ in 0..1000 {
            if reqwest::get(&url).await?.status() == 404 {
                return Ok::<_, reqwest::Error>(true);
            }
        }
        Ok(false)
    })?;
    assert!(gone, "{url} is still there");
    Ok(())
}

#[test]
fn an_address_that_is_taken_is_an_error() -> Outcome {
    let glance = Server::start()?;
    let same = lookalike::Server::builder().listen(glance.inner().address());
    let error = same.start_blocking().map(drop);
    assert!(matches!(error, Err(StartError::Listen(..))), "{error:?}");
    Ok(())
}

#[test]
fn every_method_of_a_cloud_waits_here_too() -> Outcome {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server");
    let blocking = fs::read_to_string(sources.join("blocking/handle.rs"))?;
    let mut files = vec![sources.join("powers.rs")];
    for entry in fs::read_dir(sources.join("powers"))? {
        files.push(entry?.path());
    }
    for file in files {
        let text = fs::read_to_string(&file)?;
        let methods = text.lines().filter_map(|line| {
            let rest = line.trim_start().strip_prefix("pub ")?;
            let rest = rest.strip_prefix("async ").unwrap_or(rest);
            rest.strip_prefix("fn ")?.split('(').next()
        });
        for method in methods {
            let here = blocking.contains(&format!("pub fn {method}("));
            assert!(here, "{method} of {}", file.display());
        }
    }
    Ok(())
}
