//! A test of code that speaks to Glance by `openstack_sdk`, against a cloud in the test's own
//! process: `cargo test --manifest-path examples/openstack-sdk/Cargo.toml`.

use std::error::Error;

use http::header::{CONTENT_TYPE, HeaderValue};
use lookalike::{Expectation, Filter, Server};
use openstack_sdk::AsyncOpenStack;
use openstack_sdk::api::image::v2::image::file::upload;
use openstack_sdk::api::image::v2::image::{create, get};
use openstack_sdk::api::{QueryAsync, RawQueryAsync};
use openstack_sdk::config::CloudConfig;
use openstack_sdk::types::{BoxedAsyncRead, ServiceType};
use serde_json::{Value, json};

/// The code that is tested: makes an image of some data, and tells its id.
async fn publish(cloud: &AsyncOpenStack, data: &'static [u8]) -> Result<String, Box<dyn Error>> {
    let image = create::Request::builder()
        .name(Some("motd".into()))
        .disk_format(create::DiskFormat::Raw)
        .container_format(create::ContainerFormat::Bare)
        .build()?;
    let image: Value = image.query_async(cloud).await?;
    let id = image["id"].as_str().ok_or("an image without an id")?;
    let upload = upload::Request::builder()
        .image_id(id)
        .header(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))
        .build()?;
    upload
        .raw_query_read_body_async(cloud, BoxedAsyncRead::new(data))
        .await?;
    Ok(id.to_owned())
}

/// What stands in a `clouds.yaml` elsewhere.
async fn connect(glance: &Server) -> Result<AsyncOpenStack, Box<dyn Error>> {
    let config: CloudConfig = serde_json::from_value(json!({
        "auth": {
            "auth_url": glance.auth_url(),
            "username": "demo",
            "password": "secret",
            "project_name": "demo",
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        },
        "region_name": "RegionOne",
        // Each test has a cloud of its own, and its tokens are of use nowhere else.
        "auth_cache": false,
    }))?;
    let cloud = AsyncOpenStack::new(&config).await?;
    cloud.discover_service_endpoint(&ServiceType::Image).await?;
    Ok(cloud)
}

#[tokio::test]
async fn what_is_published_is_active_and_was_sent_once() -> Result<(), Box<dyn Error>> {
    let glance = Server::start().await?;
    let cloud = connect(&glance).await?;

    let id = publish(&cloud, b"Hello!").await?;

    let image = get::Request::builder().id(&id).build()?;
    let image: Value = image.query_async(&cloud).await?;
    assert_eq!((&image["status"], &image["size"]), (&json!("active"), &json!(6)));

    let uploads = Expectation {
        filter: Filter::default().method("PUT")?.path("/v2/images/*/file")?,
        exactly: Some(1),
        ..Expectation::default()
    };
    let verdict = glance.verify(&uploads).await?;
    assert!(verdict.holds, "{}: {:#?}", verdict.message, verdict.closest);
    Ok(())
}
