//! How a server comes to the object store: log-ins, tokens, and containers that are missing.

use axum::Router;
use axum::routing::get;
use lookalike::{Config, Server};
use tokio::net::TcpListener;

use super::{ObjectCloud, Site, uploaded};
use crate::glance::{Glance, glance_storing, store};

/// Uploads an image, and downloads it again.
async fn serves(glance: &Glance) {
    let alice = glance.person("alice");
    let image = uploaded(&alice, "data").await;
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
}

/// Returns why a server with this store does not start.
async fn refusal(url: &str) -> String {
    let mut config = Config::for_tests();
    config.stores.store = vec![store(url)];
    Server::with(config).await.err().unwrap().to_string()
}

#[tokio::test]
async fn a_token_that_has_ended_is_replaced() {
    let site = Site::new().await;
    serves(&site.glance).await;
    let day = chrono::TimeDelta::hours(25);
    site.files.glance.advance(day).await.unwrap();
    serves(&site.glance).await;
}

#[tokio::test]
async fn the_file_of_glance_says_who_logs_in() {
    let files = ObjectCloud::new().await;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("glance-swift.conf");
    let address = format!("auth_address = {}/identity", files.glance.url());
    let text = format!("[here]\nuser = admin:admin\nkey = secret\n{address}/v3\n");
    std::fs::write(&path, text).unwrap();
    let path = path.display();
    let url = format!("swift://images?swift_store_config_file={path}&default_swift_reference=here");
    serves(&glance_storing(&[&url]).await).await;
}

#[tokio::test]
async fn swifts_own_log_in_can_be_used() {
    let files = ObjectCloud::new().await;
    let url = format!("{}{}", files.glance.url(), files.account);
    let token = files.keeper.token().to_owned();
    let log_in = get(async move |headers: http::HeaderMap| {
        assert_eq!(headers["x-auth-user"], "images:glance");
        assert_eq!(headers["x-auth-key"], "secret");
        [("x-storage-url", url), ("x-auth-token", token)]
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = Router::new().route("/auth/v1.0", log_in);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let url = format!(
        "swift://images?swift_store_auth_address=http://127.0.0.1:{port}/auth/v1.0\
         &swift_store_auth_version=1&swift_store_user=images:glance&swift_store_key=secret"
    );
    serves(&glance_storing(&[&url]).await).await;
}

#[tokio::test]
async fn a_container_that_is_missing_is_created_if_that_is_wanted() {
    let files = ObjectCloud::empty().await;
    let url = files.store("swift_store_create_container_on_put=true");
    serves(&glance_storing(&[&url]).await).await;
    files.objects("HEAD", "/images").await.is(204);
}

#[tokio::test]
async fn without_that_no_server_starts() {
    let files = ObjectCloud::empty().await;
    let refused = refusal(&files.store("")).await;
    assert!(
        refused.contains("container images does not exist"),
        "{refused}"
    );
    files.objects("HEAD", "/images").await.is(404);
}

#[tokio::test]
async fn a_refused_log_in_is_told_without_the_key() {
    let files = ObjectCloud::new().await;
    let url = files.store("").replace("key=secret", "key=MARK-key");
    let refused = refusal(&url).await;
    assert!(refused.contains("the log-in is answered 401"), "{refused}");
    assert!(!refused.contains("MARK"), "{refused}");
}

#[tokio::test]
async fn the_settings_of_a_server_hide_the_key() {
    let site = Site::new().await;
    let settings = site.glance.control().get("/config").await.is(200);
    assert!(
        settings.text().contains("swift://images/a"),
        "{}",
        settings.text()
    );
    assert!(
        !settings.text().contains("swift_store_key"),
        "{}",
        settings.text()
    );
}
