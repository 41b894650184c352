//! A message broker that does not answer: `scripts/check-amqp` has one that does.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lookalike::Config;
use lookalike::config::AmqpUrl;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::glance::{Glance, glance_with};

/// Publishes notifications to a broker at this address, which has so long for each.
fn publish_to(config: &mut Config, address: &str, patience: Duration) {
    publish_by("amqp", config, address, patience);
}

fn publish_by(scheme: &str, config: &mut Config, address: &str, patience: Duration) {
    let url = AmqpUrl::read(&format!("{scheme}://user:hidden@{address}/vhost"));
    config.amqp.notification_amqp_url = Some(url.unwrap());
    config.webhooks.notification_webhook_timeout = patience;
    config.webhooks.notification_webhook_queue = 2;
    config.metrics.metrics = true;
}

async fn wait_for_metric(glance: &Glance, line: &str) {
    let line = format!("\n{line}\n");
    while !glance.nobody().get("/metrics").await.text().contains(&line) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn requests_do_not_wait_for_a_broker_that_is_away_and_the_oldest_are_dropped() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nobody.local_addr().unwrap().to_string();
    drop(nobody);
    let patience = Duration::from_mins(5);
    let glance = glance_with(|config| publish_to(config, &address, patience)).await;
    let alice = glance.person("alice");
    for name in ["a", "b", "c", "d", "e"] {
        alice.create(json!({ "name": name })).await;
    }
    wait_for_metric(&glance, "lookalike_notifications_dropped_total 3").await;
    let delivered = "\nlookalike_notifications_delivered_total 0\n";
    let metrics = glance.nobody().get("/metrics").await;
    assert!(metrics.text().contains(delivered));
}

#[tokio::test]
async fn a_broker_that_says_nothing_is_left_and_tried_again() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let patience = Duration::from_millis(100);
    let glance = glance_with(|config| publish_to(config, &address, patience)).await;
    glance.person("alice").create(json!({})).await;
    let (first, _) = silent.accept().await.unwrap();
    let (second, _) = silent.accept().await.unwrap();
    drop((first, second));
}

#[tokio::test]
async fn the_settings_show_a_broker_without_its_password() {
    let glance =
        glance_with(|config| publish_to(config, "127.0.0.1:1", Duration::from_secs(1))).await;
    let shown = glance.control().get("/config").await;
    assert!(!shown.text().contains("hidden"), "{}", shown.text());
    assert_eq!(
        shown.json()["notification_amqp_url"],
        "amqp://127.0.0.1:1/vhost"
    );
}

/// A CA in the file `ca.pem`, and the TLS of a broker with a certificate of it, which asks clients for another of it.
struct BrokerAuthority {
    issuer: Issuer<'static, KeyPair>,
    roots: RootCertStore,
}

impl BrokerAuthority {
    fn make(home: &Path) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        std::fs::write(home.join("ca.pem"), certificate.pem()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.der().clone()).unwrap();
        let issuer = Issuer::new(params, key);
        Self { issuer, roots }
    }

    fn certificate(&self) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    fn acceptor(self) -> TlsAcceptor {
        let (certificate, key) = self.certificate();
        let clients = WebPkiClientVerifier::builder(Arc::new(self.roots));
        let config = ServerConfig::builder().with_client_cert_verifier(clients.build().unwrap());
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = config.with_single_cert(vec![certificate.der().clone()], key);
        TlsAcceptor::from(Arc::new(config.unwrap()))
    }
}

#[tokio::test]
async fn a_broker_that_the_named_ca_vouches_for_is_shown_a_certificate_and_spoken_to() {
    let home = tempfile::tempdir().unwrap();
    let authority = BrokerAuthority::make(home.path());
    let (certificate, key) = authority.certificate();
    let both = certificate.pem() + &key.serialize_pem();
    std::fs::write(home.path().join("client.pem"), both).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let glance = glance_with(|config| {
        publish_by("amqps", config, &address, Duration::from_mins(5));
        config.amqp.notification_amqp_ca = Some(home.path().join("ca.pem"));
        config.amqp.notification_amqp_cert = Some(home.path().join("client.pem"));
    })
    .await;
    glance.person("alice").create(json!({})).await;
    let (stream, _) = listener.accept().await.unwrap();
    let mut stream = authority.acceptor().accept(stream).await.unwrap();
    let mut begin = [0; 8];
    stream.read_exact(&mut begin).await.unwrap();
    assert_eq!(&begin, b"AMQP\x00\x00\x09\x01");
}

#[tokio::test]
async fn a_broker_that_another_ca_vouches_for_is_not_spoken_to() {
    let [home, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    BrokerAuthority::make(home.path());
    let acceptor = BrokerAuthority::make(other.path()).acceptor();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let glance = glance_with(|config| {
        publish_by("amqps", config, &address, Duration::from_mins(5));
        config.amqp.notification_amqp_ca = Some(home.path().join("ca.pem"));
    })
    .await;
    glance.person("alice").create(json!({})).await;
    let (stream, _) = listener.accept().await.unwrap();
    let refused = acceptor.accept(stream).await.unwrap_err().to_string();
    assert!(refused.contains("received fatal alert"), "{refused}");
}
