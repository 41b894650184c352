//! HTTPS: the certificate, both schemes side by side, and clients that do not behave before HTTP begins.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lookalike::Config;
use lookalike::config::TlsOptions;
use rcgen::{CertificateParams, KeyPair};
use reqwest::{Certificate, Client};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::glance::{Glance, glance_with};

/// The time in which everything here has to happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server with a certificate of its own.
async fn secured(change: impl FnOnce(&mut Config)) -> Glance {
    glance_with(|config| {
        config.tls.tls_self_signed = true;
        change(config);
    })
    .await
}

/// A client that trusts this certificate only.
fn trusting(pem: &str) -> Client {
    let certificate = Certificate::from_pem(pem.as_bytes()).unwrap();
    let client = Client::builder().tls_certs_only([certificate]);
    client.timeout(PATIENCE).build().unwrap()
}

fn client_of(glance: &Glance) -> Client {
    trusting(glance.ca_pem().unwrap())
}

/// A connection after its handshake.
async fn connection(glance: &Glance) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    let pem = glance.ca_pem().unwrap();
    roots
        .add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap())
        .unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots);
    let connector = TlsConnector::from(Arc::new(config.with_no_client_auth()));
    let stream = TcpStream::connect(glance.address()).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    connector.connect(name, stream).await.unwrap()
}

/// All that comes until the connection ends, in whatever way.
async fn rest(mut stream: impl AsyncReadExt + Unpin) -> Vec<u8> {
    let mut all = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut all)).await;
    read.unwrap().ok();
    all
}

#[tokio::test]
async fn a_client_that_trusts_the_ca_is_answered_and_another_is_not() {
    let glance = secured(|_| {}).await;
    let url = format!("{}/healthcheck", glance.url());
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let answer = client_of(&glance).get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let stranger = secured(|_| {}).await;
    let refused = client_of(&stranger).get(&url).send().await;
    assert!(refused.unwrap_err().is_connect());
}

#[tokio::test]
async fn the_certificate_is_for_each_name_that_the_settings_have() {
    let glance = secured(|config| {
        config.tls.tls_names = vec!["glance.example".into()];
        config.connections.accept_host = vec!["inner.example".into()];
        config.access.public_url = Some("https://outer.example/image".into());
    })
    .await;
    let pem = Certificate::from_pem(glance.ca_pem().unwrap().as_bytes()).unwrap();
    let port = glance.address().port();
    for name in [
        "localhost",
        "glance.example",
        "inner.example",
        "outer.example",
    ] {
        let client = Client::builder().tls_certs_only([pem.clone()]);
        let client = client.resolve(name, glance.address()).build().unwrap();
        let answer = client.get(format!("https://{name}:{port}/healthcheck"));
        assert_eq!(answer.send().await.unwrap().status(), 200, "{name}");
    }
    let client = Client::builder().tls_certs_only([pem]);
    let client = client.resolve("other.example", glance.address());
    let answer = client
        .build()
        .unwrap()
        .get(format!("https://other.example:{port}/"));
    assert!(answer.send().await.is_err());
}

/// The links that a client is given at a URL: of the versions, of a new image, of the catalogue and of the challenge.
async fn links(client: &Client, url: &str) -> Vec<String> {
    let versions: Value = client.get(url).send().await.unwrap().json().await.unwrap();
    let user = json!({ "name": "demo", "password": "secret", "domain": { "id": "default" } });
    let auth = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": user } },
        "scope": { "project": { "name": "demo", "domain": { "id": "default" } } },
    } });
    let answer = client.post(format!("{url}/identity/v3/auth/tokens"));
    let answer = answer.json(&auth).send().await.unwrap();
    let token = answer.headers()["x-subject-token"].clone();
    let body: Value = answer.json().await.unwrap();
    let catalog = body["token"]["catalog"].as_array().unwrap();
    let image = catalog.iter().find(|entry| entry["type"] == "image");
    let image = image.unwrap()["endpoints"][0]["url"].clone();
    let created = client.post(format!("{url}/v2/images"));
    let created = created.header("X-Auth-Token", token);
    let created = created.json(&json!({ "name": "x" })).send().await.unwrap();
    let challenged = client.get(format!("{url}/v2/images")).send().await.unwrap();
    let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
    vec![
        versions["versions"][0]["links"][0]["href"]
            .as_str()
            .unwrap()
            .into(),
        image.as_str().unwrap().into(),
        text(&created.headers()["location"]),
        text(&challenged.headers()["www-authenticate"]).replace("Keystone uri=\"", ""),
    ]
}

#[tokio::test]
async fn links_begin_as_the_url_that_was_asked() {
    let glance = secured(|config| {
        config.tls.listen_http = Some(([127, 0, 0, 1], 0).into());
    })
    .await;
    let client = client_of(&glance);
    let plain = glance.http_url().unwrap();
    for url in [glance.url(), plain] {
        for link in links(&client, &url).await {
            assert!(link.starts_with(&url), "{link} at {url}");
        }
    }
}

#[tokio::test]
async fn the_journal_knows_the_scheme_of_a_request() {
    let glance = secured(|_| {}).await;
    let client = client_of(&glance);
    let url = glance.url();
    client
        .get(format!("{url}/v2/schemas/image"))
        .send()
        .await
        .unwrap();
    let archive = client.get(format!("{url}/_lookalike/requests.har"));
    let archive: Value = archive.send().await.unwrap().json().await.unwrap();
    let noted = archive["log"]["entries"][0]["request"]["url"].as_str();
    assert_eq!(noted, Some(&*format!("{url}/v2/schemas/image")));
}

#[tokio::test]
async fn a_second_address_that_others_reach_closes_the_control_api() {
    let glance = secured(|config| {
        config.tls.listen_http = Some(([0, 0, 0, 0], 0).into());
    })
    .await;
    let status = format!("{}/_lookalike/status", glance.url());
    let answer = client_of(&glance).get(status).send().await.unwrap();
    assert_eq!(answer.status(), 403);
}

#[tokio::test]
async fn a_request_without_tls_is_told_that_the_port_speaks_https() {
    let glance = secured(|_| {}).await;
    let mut stream = TcpStream::connect(glance.address()).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        .await
        .unwrap();
    let answer = String::from_utf8(rest(stream).await).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 400 Bad Request\r\n"),
        "{answer}"
    );
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(body.contains("https://"), "{answer}");
    assert!(
        head.contains(&format!("Content-Length: {}", body.len())),
        "{answer}"
    );
}

#[tokio::test]
async fn garbage_ends_the_connection_and_nothing_else() {
    let glance = secured(|_| {}).await;
    let mut hello = vec![0x16, 3, 1, 2, 0];
    hello.extend([7; 512]);
    for bytes in [
        &[0; 64][..],
        &[0x80, 0x2e, 1, 3, 1],
        &hello[..],
        &[0x16, 9, 9, 0xff, 0xff, 1],
    ] {
        let mut stream = TcpStream::connect(glance.address()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let said = rest(stream).await;
        // An alert of TLS at the most.
        assert!(said.is_empty() || said[0] == 21, "{bytes:?}: {said:?}");
    }
    let url = format!("{}/healthcheck", glance.url());
    assert_eq!(
        client_of(&glance).get(url).send().await.unwrap().status(),
        200
    );
}

#[tokio::test]
async fn stalled_handshakes_keep_nobody_waiting_and_end() {
    let glance = secured(|config| {
        config.connections.header_timeout = Duration::from_secs(1);
    })
    .await;
    let mut stalled = Vec::new();
    for begin in [&[][..], &[0x16], &[0x16, 3, 1, 2, 0, 1, 0]].repeat(8) {
        let mut stream = TcpStream::connect(glance.address()).await.unwrap();
        stream.write_all(begin).await.unwrap();
        stalled.push(stream);
    }
    let url = format!("{}/healthcheck", glance.url());
    assert_eq!(
        client_of(&glance).get(url).send().await.unwrap().status(),
        200
    );
    for stream in stalled {
        assert_eq!(rest(stream).await, b"");
    }
}

#[tokio::test]
async fn handshakes_count_as_connections() {
    let glance = secured(|config| config.connections.max_connections = Some(4)).await;
    let mut stalled = Vec::new();
    for _ in 0..8 {
        stalled.push(TcpStream::connect(glance.address()).await.unwrap());
    }
    let url = format!("{}/healthcheck", glance.url());
    assert_eq!(
        client_of(&glance).get(url).send().await.unwrap().status(),
        200
    );
    // The oldest made room.
    assert_eq!(rest(stalled.swap_remove(0)).await, b"");
}

#[tokio::test]
async fn a_head_that_stalls_after_the_handshake_ends_the_connection() {
    let glance = secured(|config| {
        config.connections.header_timeout = Duration::from_secs(1);
    })
    .await;
    let mut stream = connection(&glance).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
    stream.flush().await.unwrap();
    rest(stream).await;
}

#[tokio::test]
async fn requests_on_one_connection_are_answered_in_order() {
    let glance = secured(|_| {}).await;
    let mut stream = connection(&glance).await;
    let request = |path: &str, end: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: {end}\r\n\r\n")
    };
    let both = request("/healthcheck", "keep-alive") + &request("/v2/nothing", "close");
    stream.write_all(both.as_bytes()).await.unwrap();
    let answers = String::from_utf8(rest(stream).await).unwrap();
    assert!(answers.starts_with("HTTP/1.1 200"), "{answers}");
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 2, "{answers}");
}

/// A certificate of its own for localhost, in a file with its key.
fn write_pair(file: &Path) -> String {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".into()]).unwrap();
    let certificate = params.self_signed(&key).unwrap().pem();
    let text = format!("{}{certificate}", key.serialize_pem());
    std::fs::write(file, text).unwrap();
    certificate
}

#[tokio::test]
async fn a_changed_certificate_is_in_force_for_the_next_connections_and_a_bad_one_is_not() {
    let home = TempDir::new().unwrap();
    let file = home.path().join("pair.pem");
    let first = write_pair(&file);
    let glance = glance_with(|config| {
        config.tls = TlsOptions {
            tls_cert: Some(file.clone()),
            ..TlsOptions::default()
        };
    })
    .await;
    let url = format!("{}/healthcheck", glance.url());
    // Each with a connection of its own.
    let answers = async |pem: &str| trusting(pem).get(&url).send().await.is_ok();
    assert!(answers(&first).await);
    let second = write_pair(&file);
    let deadline = Instant::now() + PATIENCE;
    while !answers(&second).await {
        assert!(
            Instant::now() < deadline,
            "the new certificate is not in force"
        );
    }
    assert!(!answers(&first).await);
    std::fs::write(&file, "no certificate").unwrap();
    // For longer than the time between two looks.
    let deadline = Instant::now() + Duration::from_millis(2500);
    while Instant::now() < deadline {
        assert!(answers(&second).await);
    }
    let third = write_pair(&file);
    let deadline = Instant::now() + PATIENCE;
    while !answers(&third).await {
        assert!(
            Instant::now() < deadline,
            "the mended certificate is not in force"
        );
    }
}

#[tokio::test]
async fn the_ca_in_a_directory_outlives_a_restart_and_its_key_is_private() {
    let home = TempDir::new().unwrap();
    let directory = home.path().join("ca");
    let first = secured(|config| config.tls.tls_dir = Some(directory.clone())).await;
    let client = client_of(&first);
    drop(first);
    let second = secured(|config| config.tls.tls_dir = Some(directory.clone())).await;
    let url = format!("{}/healthcheck", second.url());
    assert_eq!(client.get(url).send().await.unwrap().status(), 200);
    let shown = std::fs::read_to_string(directory.join("ca.pem")).unwrap();
    assert_eq!(Some(shown.as_str()), second.ca_pem());
    assert!(!shown.contains("PRIVATE"), "{shown}");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(directory.join("ca-key.pem"))
            .unwrap()
            .permissions(),
    );
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}

#[tokio::test]
async fn servers_that_start_together_agree_on_a_ca() {
    let home = TempDir::new().unwrap();
    let start = || secured(|config| config.tls.tls_dir = Some(home.path().into()));
    let (one, two, three) = tokio::join!(start(), start(), start());
    assert_eq!(one.ca_pem(), two.ca_pem());
    assert_eq!(one.ca_pem(), three.ca_pem());
}
