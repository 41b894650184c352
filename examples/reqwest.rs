//! A test of code that speaks to Glance by reqwest, against a cloud in the test's own process.
//!
//! As a program, so that it can be run as it stands: `cargo run --example reqwest`. In a test, the
//! body of `main` stands below `#[tokio::test]`.

use std::error::Error;

use chrono::TimeDelta;
use lookalike::{Expectation, Filter, Server};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

/// The code that is tested: makes an image of some data, and tells its id.
async fn publish(glance: &str, token: &str, data: &'static str) -> Result<String, Box<dyn Error>> {
    let http = Client::new();
    let fields = json!({ "name": "motd", "disk_format": "raw", "container_format": "bare" });
    let request = http.post(format!("{glance}/v2/images"));
    let request = request.header("X-Auth-Token", token).json(&fields);
    let image: Value = request.send().await?.error_for_status()?.json().await?;
    let id = image.get("id").and_then(Value::as_str);
    let id = id.ok_or("an image without an id")?;
    http.put(format!("{glance}/v2/images/{id}/file"))
        .header("X-Auth-Token", token)
        .header("Content-Type", "application/octet-stream")
        .body(data)
        .send()
        .await?
        .error_for_status()?;
    Ok(id.to_owned())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let glance = Server::start().await?;
    let token = glance.token("demo", "demo").await?;

    let id = publish(&glance.url(), &token, "Hello!").await?;

    // What the server has of it.
    let http = Client::new();
    let file = http.get(format!("{}/v2/images/{id}/file", glance.url()));
    let file = file.header("X-Auth-Token", &token).send().await?;
    assert_eq!(file.text().await?, "Hello!");

    // What the code really sent.
    let uploads = Expectation {
        filter: Filter::default().method("PUT")?.path("/v2/images/*/file")?,
        exactly: Some(1),
        ..Expectation::default()
    };
    let verdict = glance.verify(&uploads).await?;
    assert!(verdict.holds, "{}: {:#?}", verdict.message, verdict.closest);

    // What becomes of it tomorrow, when the token is over.
    glance.advance(TimeDelta::days(1)).await?;
    let later = http.get(format!("{}/v2/images/{id}", glance.url()));
    let later = later.header("X-Auth-Token", &token).send().await?;
    assert_eq!(later.status(), StatusCode::UNAUTHORIZED);

    // And the next test finds nothing of all that.
    glance.reset().await?;
    assert!(glance.requests().await.is_empty());
    println!("all as expected");
    Ok(())
}
