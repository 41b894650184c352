//! The library as a double of Glance in a test. It needs no feature: `just test-double` runs this without any, too.
#![expect(
    clippy::panic_in_result_fn,
    reason = "a test that cannot go on shall fail"
)]

mod access;
mod blocking;
mod clients;
mod clock;
mod sandboxes;
mod simulation;
mod snapshots;

use clients::Failure;
use lookalike::Server;
use reqwest::Client;
use serde_json::{Value, json};

type Outcome = Result<(), Failure>;

#[tokio::test]
async fn an_image_is_returned_as_it_was_uploaded() -> Outcome {
    let glance = Server::start().await?;
    let token = glance.token("demo", "demo").await?;
    let (http, images) = (Client::new(), format!("{}/v2/images", glance.url()));
    let fields = json!({ "name": "motd", "disk_format": "raw", "container_format": "bare" });
    let create = http.post(&images).header("X-Auth-Token", &token);
    let image: Value = create.json(&fields).send().await?.json().await?;
    let id = image
        .get("id")
        .and_then(Value::as_str)
        .ok_or("an image without an id")?;
    let upload = http
        .put(format!("{images}/{id}/file"))
        .header("X-Auth-Token", &token)
        .header("Content-Type", "application/octet-stream");
    assert_eq!(upload.body("Hello!").send().await?.status(), 204);

    let download = http.get(format!("{images}/{id}/file"));
    let download = download.header("X-Auth-Token", &token).send().await?;
    assert_eq!(download.text().await?, "Hello!");
    let listing = http.get(&images).header("X-Auth-Token", &token);
    let listing: Value = listing.send().await?.json().await?;
    let first = listing.pointer("/images/0");
    let field = |name| first.and_then(|image| image.get(name));
    assert_eq!(field("id"), Some(&json!(id)));
    assert_eq!(field("status"), Some(&json!("active")));
    assert_eq!(field("size"), Some(&json!(6)));
    glance.shutdown().await;
    Ok(())
}

#[cfg(not(feature = "postgres"))]
#[tokio::test]
async fn a_database_on_postgresql_is_refused_at_the_start_with_the_name_of_the_feature() {
    let glance = Server::builder().database("postgres://nobody@127.0.0.1:1/none");
    let error = glance.start().await.map(drop);
    let error = error.map_err(|error| error.to_string());
    assert!(
        matches!(&error, Err(text) if text.ends_with("without the feature `postgres`")),
        "{error:?}"
    );
}

#[cfg(not(feature = "s3"))]
#[tokio::test]
async fn a_store_in_a_bucket_is_refused_at_the_start_with_the_name_of_the_feature() -> Outcome {
    let store = lookalike::config::stores::StoreOption::read("s3://bucket/images")?;
    let glance = Server::builder().configure(|config| config.stores.store.push(store));
    let error = glance.start().await.map(drop);
    let error = error.map_err(|error| error.to_string());
    assert!(
        matches!(&error, Err(text) if text.ends_with("without the feature `s3`")),
        "{error:?}"
    );
    Ok(())
}

#[cfg(not(feature = "cli"))]
#[tokio::test]
async fn a_setting_that_is_to_change_by_name_is_refused_with_the_name_of_the_feature() -> Outcome {
    let glance = Server::start().await?;
    let changes = serde_json::Map::from_iter([("image_size_cap".to_owned(), json!(1))]);
    let error = glance.configure(&changes).await;
    let error = error.map_err(|error| error.to_string());
    assert!(
        matches!(&error, Err(text) if text.ends_with("without the feature `cli`")),
        "{error:?}"
    );
    glance.shutdown().await;
    Ok(())
}
