//! The image cache: `/v2/cache`, its older form, and its part in downloads.

mod downloads;
mod manage;
mod nodes;
mod older;
mod space;

use std::path::Path;

use lookalike::Config;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::glance::{Answer, Glance, Image, Person, glance_with, store};

/// The MD5 of `data`.
const MD5_OF_DATA: &str = "8d777f385d3dfec8815d20f7496026dc";

/// A server with a cache and, behind it, a store in files; both in this directory.
async fn caching() -> (Glance, TempDir) {
    caching_with(|_| {}).await
}

async fn caching_with(change: impl FnOnce(&mut Config)) -> (Glance, TempDir) {
    let home = tempfile::tempdir().unwrap();
    let glance = glance_with(|config| {
        settings(config, home.path());
        change(config);
    })
    .await;
    (glance, home)
}

fn settings(config: &mut Config, home: &Path) {
    let images = format!("file://{}", home.join("images").display());
    config.stores.store = vec![store(&images)];
    config.cache_node.image_cache_dir = Some(home.join("cache"));
    config.cache_node.worker_self_reference_url = Some("http://node".into());
    config.cache.cachemanage = true;
}

/// The files of the cache, in order.
fn files(home: &TempDir) -> Vec<String> {
    let entries = home.path().join("cache").read_dir().unwrap();
    let names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|it| it != "lock").collect();
    names.sort();
    names
}

/// Takes the bytes of an image out of its store: whoever reads them now has a copy.
fn lose(home: &TempDir, image: &Image) {
    std::fs::remove_file(crate::data::data_file(home, image)).unwrap();
}

/// What is cached, as the admin sees it.
async fn cached(glance: &Glance) -> Vec<Value> {
    let state = glance.admin().get("/v2/cache").await.is(200);
    state["cached_images"].as_array().unwrap().clone()
}

/// The images that are cached.
async fn ids(glance: &Glance) -> Vec<String> {
    let id = |it: &Value| it["image_id"].as_str().unwrap().to_owned();
    cached(glance).await.iter().map(id).collect()
}

async fn queued(glance: &Glance) -> Value {
    let state = glance.admin().get("/v2/cache").await.is(200);
    state["queued_images"].clone()
}

/// Asks until the image is cached.
async fn until_cached(glance: &Glance, image: &Image) {
    while !ids(glance).await.contains(&image.id) {
        tokio::task::yield_now().await;
    }
}

/// Has an image cached by the worker.
async fn cache(glance: &Glance, image: &Image) {
    glance.admin().put(entry(image)).await.is(202);
    until_cached(glance, image).await;
}

fn entry(image: &Image) -> String {
    format!("/v2/cache/{}", image.id)
}

async fn download(person: &Person, image: &Image) -> Answer {
    person.get(image.at("/file")).await.is(200)
}

/// An image of so many bytes.
async fn of_size(person: &Person, size: usize) -> Image {
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = person.create(fields).await;
    person.upload(&image, vec![7; size]).await.is(204);
    image
}
