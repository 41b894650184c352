//! A server for one test, and the people who use it.

mod answer;
pub(crate) mod database;
mod image;
mod person;
mod request;
pub(crate) mod seen;

use std::fmt::Display;
use std::ops::Deref;

use lookalike::config::stores::StoreOption;
use lookalike::{Config, Server};

pub(crate) use answer::Answer;
pub(crate) use database::database;
use database::empty_database;
pub(crate) use image::Image;
pub(crate) use person::Person;
pub(crate) use request::Request;

/// A server that stops at the end of its test.
pub(crate) struct Glance {
    server: Server,
    http: reqwest::Client,
}

/// A server with the settings that tests have.
pub(crate) async fn glance() -> Glance {
    glance_with(|_| {}).await
}

/// A server with some other settings.
pub(crate) async fn glance_with(change: impl FnOnce(&mut Config)) -> Glance {
    show_errors();
    let mut config = Config::for_tests();
    let copied = database().await;
    config.database_url.clone_from(&copied);
    change(&mut config);
    if copied.is_some() && config.database_url == copied && has_own_catalogue(&config) {
        config.database_url = Some(empty_database().await);
    }
    let server = Server::with(config).await.unwrap();
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        // The certificates of the machine, which each process would read and parse, are of no use to it.
        .tls_certs_only(Vec::<reqwest::Certificate>::new())
        .build()
        .unwrap();
    Glance { server, http }
}

/// Returns whether a new cloud with these settings has another catalogue than that in the database which tests copy.
fn has_own_catalogue(config: &Config) -> bool {
    let usual = Config::for_tests();
    let dialect = |config: &Config| config.dialect.dialect.name;
    dialect(config) != dialect(&usual)
        || config.regions != usual.regions
        || config.bootstrap_region != usual.bootstrap_region
}

/// A server with these stores, as the command line would name them.
pub(crate) async fn glance_storing(stores: &[&str]) -> Glance {
    glance_with(|it| it.stores.store = stores.iter().map(|it| store(it)).collect()).await
}

/// A store, as the command line would name it.
pub(crate) fn store(text: &str) -> StoreOption {
    StoreOption::read(text).unwrap()
}

/// Lets the causes of 5xx answers be read below the test that failed.
fn show_errors() {
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::ERROR);
    drop(log.with_test_writer().try_init());
}

impl Glance {
    /// A member and reader of the project that is called after the person.
    pub(crate) fn person(&self, name: &str) -> Person {
        self.bearer(format_args!("{name}:{name}-project:member,reader"))
    }

    /// An admin, in a project without images of its own.
    pub(crate) fn admin(&self) -> Person {
        self.bearer("root:admin-project:admin,member,reader")
    }

    /// Whoever this token stands for: `user:project:role,role`.
    pub(crate) fn bearer(&self, token: impl Display) -> Person {
        Person::new(self.url(), self.http.clone(), Some(token.to_string()))
    }

    /// Stops it, as the signal that ends a process does.
    pub(crate) async fn stop(self) {
        self.server.shutdown().await;
    }

    /// Whoever controls the server: the paths are those below `/_lookalike`.
    pub(crate) fn control(&self) -> Person {
        Person::new(
            format!("{}/_lookalike", self.url()),
            self.http.clone(),
            None,
        )
    }

    /// Whoever this token stands for, at another URL of the server: that of a sandbox.
    pub(crate) fn at(&self, url: &str, token: impl Display) -> Person {
        Person::new(url.to_owned(), self.http.clone(), Some(token.to_string()))
    }

    /// Somebody without a token.
    pub(crate) fn nobody(&self) -> Person {
        Person::new(self.url(), self.http.clone(), None)
    }
}

impl Deref for Glance {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.server
    }
}
