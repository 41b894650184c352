//! HTTPS as the program has it: what a wrong certificate is answered with, and how client commands reach the server.

use std::io::Read;
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use super::{Server, complaint, empty, lookalike, outcome};

/// Options that a server does not start with, and what it says to them.
const REFUSED: &[(&str, &str)] = &[
    (
        "--tls-cert none.pem",
        "--tls-cert none.pem: there is no such file",
    ),
    ("--tls-cert .", "--tls-cert .: it is a directory"),
    (
        "--tls-cert text",
        "--tls-cert text: there is no certificate in PEM in it",
    ),
    (
        "--tls-cert der",
        "--tls-cert der: there is no certificate in PEM in it; it looks like DER",
    ),
    (
        "--tls-cert cut --tls-key one.key",
        "--tls-cert cut: it is no valid PEM",
    ),
    (
        "--tls-cert broken --tls-key one.key",
        "--tls-cert broken: the certificate cannot be used",
    ),
    (
        "--tls-cert one.pem",
        "--tls-cert one.pem: there is no private key in PEM in it",
    ),
    (
        "--tls-cert one.pem --tls-key none.key",
        "--tls-key none.key: there is no such file",
    ),
    (
        "--tls-cert one.pem --tls-key one.pem",
        "--tls-key one.pem: there is no private key in PEM in it",
    ),
    (
        "--tls-cert one.pem --tls-key locked",
        "--tls-key locked: the key is encrypted with a passphrase",
    ),
    (
        "--tls-cert one.pem --tls-key old",
        "--tls-key old: the key is encrypted with a passphrase",
    ),
    (
        "--tls-cert one.pem --tls-key two.key",
        "--tls-key two.key: it is not the key of the certificate in one.pem",
    ),
    (
        "--tls-key one.key",
        "--tls-key is the key of a certificate: --tls-cert must name that, too",
    ),
    (
        "--tls-cert one.pem --tls-self-signed",
        "--tls-self-signed makes a certificate",
    ),
    (
        "--tls-self-signed --tls-names ü",
        "cannot be a name in a certificate",
    ),
    (
        "--tls-self-signed --tls-dir text",
        "the directory of the CA",
    ),
    (
        "--notification-amqp-url amqps://127.0.0.1:9 --notification-amqp-ca none.pem",
        "notification_amqp_ca: none.pem: there is no such file",
    ),
    (
        "--notification-amqp-url amqps://127.0.0.1:9 --notification-amqp-ca .",
        "notification_amqp_ca: .: it is a directory",
    ),
    (
        "--notification-amqp-url amqps://127.0.0.1:9 --notification-amqp-ca empty",
        "notification_amqp_ca: empty: there is no certificate in PEM in it",
    ),
    (
        "--notification-amqp-url amqps://127.0.0.1:9 --notification-amqp-ca one.key",
        "notification_amqp_ca: one.key: there is no certificate in PEM in it",
    ),
    (
        "--notification-amqp-url amqps://127.0.0.1:9 --notification-amqp-ca cut",
        "notification_amqp_ca: cut: it is no valid PEM",
    ),
    (
        "--notification-amqp-url amqps://127.0.0.1:9 --notification-amqp-ca /dev/zero",
        "notification_amqp_ca: /dev/zero: it is too large for a certificate or a key",
    ),
    (
        "--notification-amqp-url amqps://127.0.0.1:9 --notification-amqp-ca broken",
        "notification_amqp_ca: broken: no certificate in it can be used",
    ),
    (
        "--notification-amqp-url amqp://127.0.0.1:9 --notification-amqp-ca one.pem",
        "notification_amqp_ca: it is for TLS",
    ),
    (
        "--notification-amqp-url amqps://127.0.0.1:9 --notification-amqp-key one.key",
        "notification_amqp_key: it is the key of a certificate",
    ),
    (
        "--notification-amqp-url amqps://127.0.0.1:9 --notification-amqp-cert one.pem",
        "notification_amqp_cert: one.pem: there is no private key in PEM in it",
    ),
    (
        "--notification-amqp-url amqps://127.0.0.1:9 --notification-amqp-cert one.pem --notification-amqp-key two.key",
        "notification_amqp_key: two.key: it cannot be used with the certificate in one.pem",
    ),
];

/// Writes a certificate for a name, and its key beside it.
fn write_pair(home: &Path, name: &str, change: impl FnOnce(&mut CertificateParams)) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([format!("{name}.example")]).unwrap();
    change(&mut params);
    let certificate = params.self_signed(&key).unwrap();
    std::fs::write(home.join(format!("{name}.pem")), certificate.pem()).unwrap();
    std::fs::write(home.join(format!("{name}.key")), key.serialize_pem()).unwrap();
}

fn url(server: &Server) -> &str {
    let url = server.ready.strip_prefix("lookalike ready at ");
    url.expect("a ready line").trim_end()
}

fn text(output: &std::process::Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_certificate_that_cannot_be_used_is_named_with_the_reason() {
    let home = empty();
    let at = home.path();
    write_pair(at, "one", |_| {});
    write_pair(at, "two", |_| {});
    std::fs::write(at.join("text"), "hello").unwrap();
    std::fs::write(at.join("empty"), "").unwrap();
    std::fs::write(at.join("der"), [0x30, 0x82, 1, 2]).unwrap();
    let broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    std::fs::write(at.join("broken"), broken).unwrap();
    let cut = "-----BEGIN CERTIFICATE-----\nMIIB\n";
    std::fs::write(at.join("cut"), cut).unwrap();
    let locked =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";
    std::fs::write(at.join("locked"), locked).unwrap();
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIB\n-----END RSA PRIVATE KEY-----\n";
    std::fs::write(at.join("old"), old).unwrap();
    for (options, why) in REFUSED {
        let options = format!("--ephemeral --listen 127.0.0.1:0 {options}");
        let words: Vec<_> = options.split(' ').collect();
        let output = outcome(at, &words);
        assert_eq!(output.status.code(), Some(1), "{options}");
        let said = complaint(&output);
        assert!(said.contains(why), "{options}: {said}");
    }
}

#[test]
fn a_certificate_that_has_expired_is_served_with_a_warning() {
    let home = empty();
    write_pair(home.path(), "old", |params| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    });
    let options = [
        "--ephemeral",
        "--tls-cert",
        "old.pem",
        "--tls-key",
        "old.key",
    ];
    let mut server = Server::start(home.path(), &options);
    let mut log = server.child.stderr.take().unwrap();
    assert_eq!(server.end("TERM").0.code(), Some(0));
    let mut said = String::new();
    log.read_to_string(&mut said).unwrap();
    assert!(said.contains("the certificate has expired"), "{said}");
}

#[test]
fn client_commands_reach_a_server_with_a_ca_of_its_own() {
    let home = empty();
    let server = Server::start(home.path(), &["--tls-self-signed", "--port-file", "port"]);
    let url = url(&server);
    assert!(url.starts_with("https://"), "{url}");
    let ca = "lookalike-data/tls/ca.pem";
    for options in [
        &["--tls-self-signed", "--port-file", "port"][..],
        &["--url", url],
        &["--url", url, "--data", "elsewhere", "--cacert", ca],
    ] {
        for command in ["status", "healthcheck", "fault"] {
            text(&outcome(home.path(), &[&[command][..], options].concat()));
        }
        let env = text(&outcome(home.path(), &[&["env"][..], options].concat()));
        let file = home.path().join(ca);
        let file = file.canonicalize().unwrap();
        let line = format!("export OS_CACERT='{}'\n", file.display());
        assert!(env.contains(&line), "{env}");
        assert!(
            env.contains(&format!("export OS_AUTH_URL='{url}/")),
            "{env}"
        );
    }
    let mut command = lookalike(home.path());
    command.args(["status", "--url", url, "--data", "elsewhere"]);
    text(&command.env("OS_CACERT", ca).output().unwrap());
    let lost = outcome(
        home.path(),
        &["status", "--url", url, "--data", "elsewhere"],
    );
    let said = complaint(&lost);
    assert!(said.contains("is not trusted"), "{said}");
    assert!(said.contains("--cacert"), "{said}");
}

#[test]
fn client_commands_with_the_settings_of_a_server_trust_its_certificate_whatever_its_names() {
    let home = empty();
    write_pair(home.path(), "one", |_| {});
    write_pair(home.path(), "two", |_| {});
    let options = ["--port-file", "port", "--tls-key", "one.key"];
    let server = Server::start(
        home.path(),
        &[&options[..], &["--ephemeral", "--tls-cert", "one.pem"]].concat(),
    );
    for command in ["status", "healthcheck"] {
        let with = |file: &str| {
            let words = [&[command, "--tls-cert", file][..], &options].concat();
            outcome(home.path(), &words)
        };
        text(&with("one.pem"));
        assert!(!with("two.pem").status.success(), "{command}");
    }
    drop(server);
}

#[test]
fn the_ca_of_an_ephemeral_server_goes_with_it_and_a_check_needs_none() {
    let home = empty();
    let server = Server::start(
        home.path(),
        &["--ephemeral", "--tls-self-signed", "--port-file", "port"],
    );
    let options = ["--ephemeral", "--tls-self-signed", "--port-file", "port"];
    text(&outcome(
        home.path(),
        &[&["healthcheck"][..], &options[..]].concat(),
    ));
    let said = complaint(&outcome(
        home.path(),
        &[&["env"][..], &options[..]].concat(),
    ));
    assert!(said.contains("--cacert"), "{said}");
    server.end("TERM");
    assert_eq!(home.path().read_dir().unwrap().count(), 0);
}

#[test]
fn each_address_has_a_port_file_of_its_own() {
    let home = empty();
    let read = |name: &str| std::fs::read_to_string(home.path().join(name)).unwrap();
    let server = Server::start(
        home.path(),
        &[
            "--ephemeral",
            "--tls-self-signed",
            "--port-file",
            "port",
            "--listen-http",
            "127.0.0.1:0",
            "--http-port-file",
            "plain",
        ],
    );
    assert_eq!(
        url(&server),
        format!("https://127.0.0.1:{}", read("port").trim())
    );
    let plain = format!("http://127.0.0.1:{}", read("plain").trim());
    text(&outcome(home.path(), &["healthcheck", "--url", &plain]));
    server.end("TERM");
    assert_eq!(home.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_signal_ends_it_at_once_even_if_handshakes_have_begun_and_both_addresses_have_connections() {
    let home = empty();
    let read = |name: &str| std::fs::read_to_string(home.path().join(name)).unwrap();
    let server = Server::start(
        home.path(),
        &[
            "--ephemeral",
            "--tls-self-signed",
            "--port-file",
            "port",
            "--listen-http",
            "127.0.0.1:0",
            "--http-port-file",
            "plain",
        ],
    );
    let connect = |name| TcpStream::connect(format!("127.0.0.1:{}", read(name).trim())).unwrap();
    let _open = [connect("port"), connect("plain")];
    let (status, time) = server.end("TERM");
    assert_eq!(status.code(), Some(0));
    assert!(time < Duration::from_secs(1), "{time:?}");
}
