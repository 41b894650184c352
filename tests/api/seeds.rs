//! Seeds: what a server begins with.

mod bytes;
mod images;
mod limits;
mod mistakes;
mod people;
mod rackspace;
mod twice;

use lookalike::{Config, Server};
use tempfile::TempDir;

use crate::glance::{Glance, Image, Person, database, glance_with};

/// A directory with a seed in it, and the words that name the seed.
struct Written {
    home: TempDir,
    word: String,
}

fn written(text: &str) -> Written {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("seed.yaml");
    std::fs::write(&path, text).unwrap();
    let word = path.to_str().unwrap().to_owned();
    Written { home, word }
}

/// A server that began with this.
async fn seeded(text: &str) -> Glance {
    seeded_with(text, |_| {}).await
}

/// The same, with some other settings.
async fn seeded_with(text: &str, change: impl FnOnce(&mut Config)) -> Glance {
    let seed = written(text);
    glance_with(|config| {
        config.seeds.seed = vec![seed.word.clone()];
        change(config);
    })
    .await
}

/// What a server says that cannot begin with this.
async fn refused(text: &str) -> String {
    let seed = written(text);
    let mut config = Config::for_tests();
    config.database_url = database().await;
    config.seeds.seed = vec![seed.word.clone()];
    let said = Server::with(config).await.unwrap_err().to_string();
    said.replace(&seed.word, "FILE")
}

/// The only image that somebody sees of this name.
async fn named(person: &Person, name: &str) -> Image {
    let answer = person.get(format!("/v2/images?name={name}")).await.is(200);
    let id = answer["images"][0]["id"].as_str().unwrap().to_owned();
    Image::of(person.get(format!("/v2/images/{id}")).await.is(200))
}
