//! Stores that are others after a restart: an image has its own bytes, or it is said that they are not to be had. Nobody
//! gets those of another image, and with the first settings all of them are there again.

use std::path::Path;
use std::time::Duration;

use lookalike::config::stores::StoreOption;
use serde_json::json;

use crate::glance::{Glance, Image, glance_with, store};
use crate::s3::S3;
use crate::server::serve_text;

/// The data on the web server.
const WEB: &str = "what is on the web";

/// The stores of one start. The first takes uploads.
fn stores(name: &str, home: &Path, s3: &S3) -> Vec<StoreOption> {
    let file = |name: &str| format!("file://{}", home.join(name).display());
    let named = |name: &str, url: String| format!("{name}={url}");
    let options = match name {
        "a directory" => vec![file("disk")],
        "another directory" => vec![file("other")],
        "a named directory" => vec![named("one", file("disk")), named("web", "http:".into())],
        "directories that swapped names" => {
            vec![named("one", file("other")), named("two", file("disk"))]
        }
        "a bucket" => vec![s3.url("a")],
        "a bucket and the directory" => vec![named("two", s3.url("a")), named("one", file("disk"))],
        "the database" => vec![
            named("one", "database:".into()),
            named("web", "http:".into()),
        ],
        other => panic!("{other}"),
    };
    options.iter().map(|option| store(option)).collect()
}

const SETTINGS: [&str; 7] = [
    "a directory",
    "another directory",
    "a named directory",
    "directories that swapped names",
    "a bucket",
    "a bucket and the directory",
    "the database",
];

struct Place {
    home: tempfile::TempDir,
    s3: S3,
    web: String,
}

impl Place {
    async fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            s3: S3::start().await,
            web: serve_text(WEB).await,
        }
    }

    /// Starts the server on the data of the last time, with these stores.
    async fn start(&self, name: &str) -> Glance {
        let stores = stores(name, self.home.path(), &self.s3);
        let data = self.home.path().join("data");
        glance_with(|config| {
            config.database_url = None;
            config.ephemeral = false;
            config.data = data;
            config.stores.store = stores;
            config.filter.import_allow_loopback = true;
            config.filter.allowed_ports.clear();
        })
        .await
    }
}

/// Uploads an image of a person, with data that names it.
async fn uploaded(glance: &Glance, person: &str) -> (String, Image, String) {
    let alice = glance.person(person);
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    let data = format!("the data of {person}: {}", image.id);
    alice.upload(&image, data.clone()).await.is(204);
    (person.to_owned(), image, data)
}

/// An image whose data is on a web server, at a path that ends in the id of another one, where a store takes that.
async fn on_the_web(
    glance: &Glance,
    place: &Place,
    bait: &Image,
) -> Option<(String, Image, String)> {
    let carol = glance.person("carol");
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = carol.create(fields).await;
    let location = json!({ "url": format!("{}/{}", place.web, bait.id) });
    let add = carol.post(image.at("/locations")).json(location).await;
    if add.status >= 400 {
        carol.delete(&image).await.is(204);
        return None;
    }
    while carol.see(&image).await["status"] != "active" {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Some(("carol".to_owned(), image, WEB.to_owned()))
}

/// Fails if an image has other data than its own. Returns whether it has that.
async fn is_right(glance: &Glance, (person, image, data): &(String, Image, String)) -> bool {
    let answer = glance.person(person).get(image.at("/file")).await;
    if answer.status == 200 {
        assert_eq!(answer.text(), data);
        return true;
    }
    let size = answer.header("content-length").to_owned();
    assert!(
        answer.status >= 400 || (answer.status == 204 && size != data.len().to_string()),
        "{} {}",
        answer.status,
        answer.text()
    );
    assert!(!answer.text().contains("the data of"), "{}", answer.text());
    false
}

/// Fills stores, restarts the server with all other settings in turn, and then with the first again.
async fn restart_everywhere(before: &str) {
    let place = Place::new().await;
    let glance = place.start(before).await;
    let mut first = vec![
        uploaded(&glance, "alice").await,
        uploaded(&glance, "bob").await,
    ];
    let bait = first[0].1.clone();
    first.extend(on_the_web(&glance, &place, &bait).await);
    glance.stop().await;
    for after in SETTINGS {
        let glance = place.start(after).await;
        let new = uploaded(&glance, "dave").await;
        assert!(is_right(&glance, &new).await, "{after}");
        for image in &first {
            let served = is_right(&glance, image).await;
            assert!(served || after != before, "{before} is lost");
        }
        glance.person("dave").delete(&new.1).await.is(204);
        glance.stop().await;
    }
    let glance = place.start(before).await;
    for image in &first {
        assert!(is_right(&glance, image).await, "{before}: {}", image.2);
    }
}

macro_rules! restarts {
    ($($test:ident: $before:literal,)*) => {
        $(
            #[tokio::test]
            async fn $test() {
                restart_everywhere($before).await;
            }
        )*
    };
}

restarts! {
    a_directory_keeps_what_it_has: "a directory",
    a_named_directory_keeps_what_it_has: "a named directory",
    directories_that_swap_names_keep_what_they_have: "directories that swapped names",
    a_bucket_keeps_what_it_has: "a bucket",
    a_bucket_beside_a_directory_keeps_what_it_has: "a bucket and the directory",
    the_database_keeps_what_it_has: "the database",
}
