//! A store in the object store of another cloud, by Swift's API.

mod access;
mod failures;

use http::Method;
use lookalike::Config;
use lookalike::dialect::RACKSPACE;
use serde_json::json;

use crate::glance::{Answer, Glance, Image, Person, glance_with, store};
use crate::noise::noise;

/// More than several segments of a MiB.
const LARGE: usize = (3 << 20) + 5;

/// What says who logs in, behind the address.
const ADMIN: &str = "swift_store_user=admin:admin&swift_store_key=secret";

/// A cloud with an object store.
struct ObjectCloud {
    glance: Glance,
    keeper: Person,
    account: String,
}

impl ObjectCloud {
    /// A cloud whose account has the container `images`.
    async fn new() -> Self {
        let cloud = Self::empty().await;
        cloud.objects("PUT", "/images").await.is(201);
        cloud
    }

    async fn empty() -> Self {
        let glance = glance_with(|config| {
            config.dialect.dialect = &RACKSPACE;
            config.dialect.dialect_seed = false;
        })
        .await;
        let domain = json!({ "id": "default" });
        let body = json!({ "auth": {
            "identity": { "methods": ["password"], "password": {
                "user": { "name": "admin", "password": "secret", "domain": domain } } },
            "scope": { "project": { "name": "admin", "domain": domain } },
        }});
        let request = glance.nobody().post("/identity/v3/auth/tokens");
        let request = request.header("Content-Type", "application/json");
        let answer = request.json(body).await.is(201);
        let project = answer["token"]["project"]["id"].as_str().unwrap();
        Self {
            account: format!("/v1/MossoCloudFS_{project}"),
            keeper: glance.bearer(answer.header("x-subject-token")),
            glance,
        }
    }

    /// A store in the container `images`, with these words besides.
    fn store(&self, words: &str) -> String {
        let url = self.glance.url();
        format!(
            "swift://images/a?swift_store_auth_address={url}/identity&{ADMIN}\
             &swift_store_large_object_chunk_size=1&{words}"
        )
    }

    async fn objects(&self, method: &str, path: &str) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let path = format!("{}{path}", self.account);
        let request = self.keeper.request(method, path);
        request.header("Accept", "*/*").await
    }

    /// Returns the names in the container.
    async fn names(&self) -> Vec<String> {
        let listing = self.objects("GET", "/images").await;
        listing.text().lines().map(str::to_owned).collect()
    }
}

/// A server that keeps its images in another cloud.
struct Site {
    files: ObjectCloud,
    glance: Glance,
    alice: Person,
}

impl Site {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let files = ObjectCloud::new().await;
        let url = files.store("");
        let glance = glance_with(|config| {
            config.stores.store = vec![store(&url)];
            change(config);
        })
        .await;
        let alice = glance.person("alice");
        Self {
            files,
            glance,
            alice,
        }
    }
}

async fn raw(person: &Person) -> Image {
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    person.create(fields).await
}

async fn uploaded(person: &Person, data: impl Into<reqwest::Body>) -> Image {
    let image = raw(person).await;
    person.upload(&image, data).await.is(204);
    image
}

#[tokio::test]
async fn images_of_every_size_are_read_as_they_were_written() {
    let site = Site::new().await;
    for size in [0, 5, 1 << 20, LARGE] {
        let data = noise(size);
        let image = uploaded(&site.alice, data.clone()).await;
        let answer = site.alice.get(image.at("/file")).await.is(200);
        assert!(answer.body == data, "{size}");
    }
}

#[tokio::test]
async fn a_large_image_is_segments_with_a_manifest() {
    let site = Site::new().await;
    let image = uploaded(&site.alice, noise(LARGE)).await;
    let names = site.files.names().await;
    let segments = names.iter().filter(|name| name.starts_with("a/segments/"));
    let segments: Vec<_> = segments.collect();
    assert_eq!(segments.len(), 4, "{names:?}");
    let mut names = names.iter();
    let manifest = names.find(|name| name.starts_with(&format!("a/{}", image.id)));
    let path = format!("/images/{}", manifest.unwrap());
    let head = site.files.objects("HEAD", &path).await;
    assert_eq!(head.header("content-length"), LARGE.to_string());
    let below = segments[0].trim_end_matches("00000001");
    assert_eq!(head.header("x-object-manifest"), format!("images/{below}"));
}

#[tokio::test]
async fn any_part_can_be_downloaded() {
    let site = Site::new().await;
    let data = noise(LARGE);
    let image = uploaded(&site.alice, data.clone()).await;
    for (start, end) in [(0, 0), (1_048_575, 1_048_576), (1_048_577, LARGE - 1)] {
        let part = site.alice.get(image.at("/file"));
        let part = part.header("Range", &format!("bytes={start}-{end}"));
        assert!(part.await.is(206).body == data[start..=end]);
    }
}

#[tokio::test]
async fn a_deletion_takes_the_segments_with_it() {
    let site = Site::new().await;
    let before = site.files.names().await;
    for size in [5, LARGE] {
        let image = uploaded(&site.alice, noise(size)).await;
        site.alice.delete(image.at("")).await.is(204);
        assert_eq!(site.files.names().await, before);
    }
}

#[tokio::test]
async fn an_image_whose_objects_are_gone_can_be_deleted() {
    let site = Site::new().await;
    let before = site.files.names().await;
    let image = uploaded(&site.alice, noise(LARGE)).await;
    for name in site.files.names().await {
        if !before.contains(&name) {
            site.files
                .objects("DELETE", &format!("/images/{name}"))
                .await
                .is(204);
        }
    }
    site.alice.get(image.at("/file")).await.is(204);
    site.alice.delete(image.at("")).await.is(204);
}

#[tokio::test]
async fn a_refused_upload_leaves_nothing_and_another_may_follow() {
    let site = Site::with(|config| config.images.image_size_cap = 4 << 20).await;
    let before = site.files.names().await;
    let image = raw(&site.alice).await;
    for (size, said, status) in [(LARGE, LARGE + 1, 400), (5 << 20, 5 << 20, 413)] {
        let upload = site.alice.upload(&image, noise(size));
        let upload = upload.header("X-OpenStack-Image-Size", &said.to_string());
        upload.await.is(status);
        assert_eq!(site.files.names().await, before);
    }
    site.alice.upload(&image, noise(LARGE)).await.is(204);
}

#[tokio::test]
async fn an_upload_whose_client_goes_away_leaves_nothing() {
    let site = Site::new().await;
    let before = site.files.names().await;
    let image = raw(&site.alice).await;
    let wire = crate::wire::Wire::upload_half(&site.glance, &image, &noise(LARGE)).await;
    while site.files.names().await.len() == before.len() {
        tokio::task::yield_now().await;
    }
    drop(wire);
    crate::wire::until(&site.alice, &image, "queued").await;
    assert_eq!(site.files.names().await, before);
}

#[tokio::test]
async fn segments_that_a_dead_server_left_are_swept() {
    let site = Site::with(|config| config.stores.sweep = 1).await;
    let before = site.files.names().await;
    let kept = uploaded(&site.alice, noise(LARGE)).await;
    let segment = "images/a/segments/00000000-0000-4000-8000-000000000000_1.2/00000001";
    let path = format!("{}/{segment}", site.files.account);
    let put = site.files.keeper.put(path).body("left");
    put.header("Accept", "*/*").await.is(201);
    while site.files.names().await.len() > before.len() + 5 {
        tokio::task::yield_now().await;
    }
    let answer = site.alice.get(kept.at("/file")).await.is(200);
    assert!(answer.body == noise(LARGE));
}

#[tokio::test]
async fn the_url_of_a_location_has_the_reference_in_place_of_credentials() {
    let site = Site::with(|config| config.images.show_image_direct_url = true).await;
    let image = uploaded(&site.alice, "data").await;
    let image = site.alice.see(&image).await;
    let url = image["direct_url"].as_str().unwrap();
    let expected = format!("swift+config://ref1/images/a/{}", image.id);
    assert!(url.starts_with(&expected), "{url}");
}

#[tokio::test]
async fn the_details_show_the_container() {
    let files = ObjectCloud::new().await;
    let url = format!("far={}", files.store(""));
    let glance = glance_with(|config| config.stores.store = vec![store(&url)]).await;
    let answer = glance.admin().get("/v2/info/stores/detail").await.is(200);
    let shown = &answer["stores"][0];
    assert_eq!(shown["type"], "swift");
    let expected = json!({ "container": "images", "large_object_size": 1 << 20,
        "large_object_chunk_size": 1 << 20 });
    assert_eq!(shown["properties"], expected);
}
