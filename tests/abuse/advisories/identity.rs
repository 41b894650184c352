//! Who somebody is, and who a server is.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use lookalike::config::{AuthMode, Secret};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::glance::{Glance, Person, glance, glance_with};

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Logs in at the embedded identity.
pub(super) async fn log_in(glance: &Glance, identity: Value, project: Option<&str>) -> Person {
    let mut auth = json!({ "identity": identity });
    if let Some(project) = project {
        auth["scope"] = json!({ "project": { "name": project, "domain": { "id": "default" } } });
    }
    let request = glance.nobody().post("/identity/v3/auth/tokens");
    let answer = request
        .header(JSON.0, JSON.1)
        .json(json!({ "auth": auth }))
        .await
        .is(201);
    glance.bearer(answer.header("x-subject-token"))
}

async fn admin(glance: &Glance) -> Person {
    let identity = crate::program::password("admin", "secret");
    log_in(glance, identity, Some("admin")).await
}

/// An admin in whose catalogue the image service of this region has this URL.
pub(super) async fn admin_with_endpoint(glance: &Glance, region: &str, url: &str) -> Person {
    let admin = admin(glance).await;
    let post = async |of: &str, one: &str, body: Value| {
        let request = admin
            .post(format!("/identity/v3/{of}"))
            .header(JSON.0, JSON.1);
        request.json(json!({ one: body })).await.is(201)
    };
    post("regions", "region", json!({ "id": region })).await;
    let service = post("services", "service", json!({ "type": "image" })).await;
    let service = &service["service"]["id"];
    let endpoint =
        json!({ "service_id": service, "region_id": region, "interface": "public", "url": url });
    post("endpoints", "endpoint", endpoint).await;
    admin
}

/// A token of an application credential ends with the credential (Keystone, CVE-2022-2447).
#[tokio::test]
async fn cve_2022_2447_a_token_does_not_outlive_its_application_credential() {
    let glance = glance().await;
    let admin = admin(&glance).await;
    let subject = "/identity/v3/auth/tokens";
    let status = glance.control().get("/clock").await.is(200);
    let now: DateTime<Utc> = status["now"].as_str().unwrap().parse().unwrap();
    let ends = now + TimeDelta::seconds(60);
    let ends = ends.to_rfc3339_opts(SecondsFormat::Secs, true);
    let user = admin.get("/identity/v3/users?name=admin").await.is(200);
    let user = user["users"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/identity/v3/users/{user}/application_credentials");
    let new = json!({ "name": "c", "expires_at": ends.trim_end_matches('Z') });
    let new = json!({ "application_credential": new });
    let made = admin
        .post(path)
        .header(JSON.0, JSON.1)
        .json(new)
        .await
        .is(201);
    let made = &made["application_credential"];
    let credential = json!({ "id": made["id"], "secret": made["secret"] });
    let identity =
        json!({ "methods": ["application_credential"], "application_credential": credential });
    let person = log_in(&glance, identity, None).await;
    person.get("/v2/images").await.is(200);
    let own = person
        .get(subject)
        .header("X-Subject-Token", person.token())
        .await
        .is(200);
    let until: DateTime<Utc> = own["token"]["expires_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(until <= now + TimeDelta::seconds(60), "{until}");
    glance.advance(TimeDelta::seconds(61)).await.unwrap();
    person.get("/v2/images").await.is(401);
}

/// A certificate authority, and the file that has its certificate.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: tempfile::NamedTempFile,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), certificate.pem()).unwrap();
        Self {
            issuer: Issuer::new(params, key),
            file,
        }
    }

    /// Starts a server that takes TLS off for this one, with a certificate for a name; returns its port.
    async fn serve(&self, name: &str, behind: std::net::SocketAddr) -> u16 {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder().with_no_client_auth();
        let config = config
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let tls = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let tls = tls.clone();
                tokio::spawn(async move {
                    let mut client = tls.accept(socket).await.ok()?;
                    let mut server = TcpStream::connect(behind).await.ok()?;
                    tokio::io::copy_bidirectional(&mut client, &mut server)
                        .await
                        .ok()
                });
            }
        });
        port
    }
}

/// A Keystone elsewhere gets no password and is believed nothing unless its certificate is of an authority
/// that is trusted, and for its name (CVE-2013-4111).
#[tokio::test]
async fn ossa_2013_018_the_certificate_of_a_keystone_is_checked() {
    let cloud = glance().await;
    let admin = admin(&cloud).await;
    let (trusted, other) = (Authority::new(), Authority::new());
    for (authority, name, status) in [
        (&trusted, "localhost", 200),
        (&trusted, "another.example", 503),
        (&other, "localhost", 503),
    ] {
        let port = authority.serve(name, cloud.address()).await;
        let glance = glance_with(|config| {
            config.access.auth = vec![AuthMode::Keystone];
            let keystone = &mut config.keystone;
            keystone.keystone_url = Some(format!("https://localhost:{port}/identity"));
            keystone.keystone_username = "admin".into();
            keystone.keystone_password = Some(Secret::new("secret"));
            keystone.keystone_project_name = "admin".into();
            keystone.keystone_cafile = Some(trusted.file.path().to_owned());
            keystone.http_request_max_retries = 0;
        })
        .await;
        let person = glance.bearer(admin.token());
        let answer = person.get("/v2/images").await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
    }
}
