//! `lookalike capture`: what a Glance has, written as a seed.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Server, complaint, empty, lookalike};

/// A cloud with a bit of everything that a catalogue shows.
const SEED: &str = r#"
projects: [{name: team, id: 0123456789abcdef0123456789abcdef}]
images:
  - name: plain
    created_at: 2024-01-01
    owner: null
  - name: "24.10"
    visibility: public
    disk_format: raw
    container_format: bare
    created_at: 2024-01-02
    updated_at: 2024-01-03
    min_disk: 3
    tags: [a, "null", "é: [x]"]
    properties: {os_version: 24.10, quoted: "it's \"so\"", lines: "a\nb\n", empty: ""}
    data: {size: 70000, pattern: random(4)}
  - name: shared
    owner: team
    created_at: 2024-01-04
    members:
      - {member: demo, status: accepted, created_at: 2024-02-01}
      - {member: alt, status: rejected, created_at: 2024-02-02, updated_at: 2024-02-03}
  - {name: hidden, visibility: community, os_hidden: true, protected: true, created_at: 2024-01-05}
  - {name: killed, status: killed, created_at: 2024-01-06}
  - {name: private, visibility: private, owner: demo, created_at: 2024-01-07}
  - name: off
    status: deactivated
    disk_format: qcow2
    container_format: bare
    virtual_size: 5GiB
    created_at: 2024-01-08
    data: {size: 300KiB}
"#;

/// A server that began with a seed.
fn server(home: &TempDir, seed: &str) -> Server {
    let path = home.path().join("seed.yaml");
    std::fs::write(path, seed).unwrap();
    Server::start(home.path(), &["--ephemeral", "--seed", "seed.yaml"])
}

fn identity(server: &Server) -> String {
    format!("http://{}/identity", server.authority())
}

/// The variables of somebody who signs in as admin.
pub(super) fn admin(command: &mut Command, server: &Server) {
    command
        .env("OS_AUTH_URL", identity(server))
        .env("OS_USERNAME", "admin")
        .env("OS_PASSWORD", "secret")
        .env("OS_PROJECT_NAME", "admin")
        .env("OS_USER_DOMAIN_NAME", "Default")
        .env("OS_PROJECT_DOMAIN_NAME", "Default");
}

/// What is written of a server.
fn captured(home: &Path, server: &Server) -> String {
    let mut command = lookalike(home);
    admin(&mut command, server);
    let output = command.arg("capture").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_server_that_begins_with_what_was_captured_has_the_same_images() {
    let home = empty();
    let first = server(&home, SEED);
    let captured_first = captured(home.path(), &first);
    assert_eq!(
        captured_first.matches("\n- id: ").count(),
        7,
        "{captured_first}"
    );
    assert!(captured_first.contains("No data was copied."));
    assert!(captured_first.contains("os_version: \"24.10\"\n"));
    let second = server(&home, &captured_first);
    assert_eq!(captured(home.path(), &second), captured_first);
}

#[test]
fn a_cloud_may_be_one_of_clouds_yaml_with_its_secret_elsewhere() {
    let home = empty();
    let server = server(&home, SEED);
    let clouds = format!(
        "clouds:\n  mine:\n    auth:\n      auth_url: {}/v3\n      username: admin\n      \
         project_name: admin\n      user_domain_name: Default\n      project_domain_name: Default\n    \
         region_name: RegionOne\n    interface: internal\n",
        identity(&server)
    );
    let places = home.path().join("home/.config/openstack");
    std::fs::create_dir_all(&places).unwrap();
    std::fs::write(places.join("clouds.yaml"), clouds).unwrap();
    let secure = "clouds:\n  mine:\n    auth:\n      password: secret\n";
    std::fs::write(places.join("secure.yaml"), secure).unwrap();
    let mut command = lookalike(home.path());
    command.env("HOME", home.path().join("home"));
    command.args(["capture", "--os-cloud", "mine", "--output", "it.yaml"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, "7 images written to it.yaml\n");
    let written = std::fs::read_to_string(home.path().join("it.yaml")).unwrap();
    assert_eq!(written, captured(home.path(), &server));

    let mut command = lookalike(home.path());
    command.env("HOME", home.path().join("home"));
    let output = command
        .args(["capture", "--os-cloud", "yours"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = complaint(&output);
    assert!(said.ends_with("clouds.yaml has no cloud yours"), "{said}");
}

#[test]
fn an_application_credential_or_a_token_is_enough() {
    let home = empty();
    let server = server(&home, SEED);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (token, credential) = runtime.block_on(credentials(&server));
    for variables in [
        vec![
            ("OS_AUTH_TYPE", "v3token"),
            ("OS_TOKEN", &token),
            ("OS_PROJECT_NAME", "admin"),
        ],
        vec![
            ("OS_AUTH_TYPE", "v3applicationcredential"),
            (
                "OS_APPLICATION_CREDENTIAL_ID",
                credential["id"].as_str().unwrap(),
            ),
            (
                "OS_APPLICATION_CREDENTIAL_SECRET",
                credential["secret"].as_str().unwrap(),
            ),
        ],
    ] {
        let mut command = lookalike(home.path());
        command
            .env("OS_AUTH_URL", identity(&server))
            .envs(variables);
        let output = command.arg("capture").output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.matches("\n- id: ").count(), 7, "{text}");
    }
}

/// A token of the admin, and an application credential.
async fn credentials(server: &Server) -> (String, Value) {
    let http = reqwest::Client::new();
    let url = identity(server);
    let domain = json!({ "id": "default" });
    let user = json!({ "name": "admin", "domain": domain, "password": "secret" });
    let body = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": user } },
        "scope": { "project": { "name": "admin", "domain": domain } },
    }});
    let answer = http.post(format!("{url}/v3/auth/tokens")).json(&body);
    let answer = answer.send().await.unwrap();
    let token = answer.headers()["x-subject-token"]
        .to_str()
        .unwrap()
        .to_owned();
    let answer: Value = answer.json().await.unwrap();
    let user = answer["token"]["user"]["id"].as_str().unwrap();
    let body = json!({ "application_credential": { "name": "mine" } });
    let url = format!("{url}/v3/users/{user}/application_credentials");
    let answer = http.post(url).header("X-Auth-Token", &token).json(&body);
    let answer: Value = answer.send().await.unwrap().json().await.unwrap();
    (token, answer["application_credential"].clone())
}

#[test]
fn who_cannot_sign_in_is_told_why() {
    let home = empty();
    let server = server(&home, "{}");
    let mut command = lookalike(home.path());
    admin(&mut command, &server);
    let output = command
        .env("OS_PASSWORD", "wrong")
        .arg("capture")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = complaint(&output);
    let url = format!(
        "{}/v3/auth/tokens answers 401 Unauthorized: ",
        identity(&server)
    );
    assert!(said.starts_with(&url), "{said}");
    let output = lookalike(home.path()).arg("capture").output().unwrap();
    assert_eq!(
        complaint(&output),
        "which cloud? give --os-cloud NAME, or set OS_AUTH_URL and the like"
    );
}

/// A Glance whose list has three pages, each of which leads on to another: in the end, back to the
/// first.
fn circle() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for (turn, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { return };
            let mut head = [0; 4096];
            if stream.read(&mut head).is_err() {
                return;
            }
            let (this, after) = (turn % 3, (turn + 1) % 3);
            let page = json!({
                "images": [{ "id": this.to_string(), "created_at": "2024-01-01T00:00:00Z" }],
                "next": format!("/v2/images?marker={after}"),
            })
            .to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\
                 Content-Length: {}\r\n\r\n{page}",
                page.len()
            );
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    });
    url
}

#[test]
fn a_list_that_goes_round_in_a_circle_is_no_list() {
    let home = empty();
    let url = circle();
    let mut command = lookalike(home.path());
    command
        .env("OS_AUTH_TYPE", "none")
        .env("OS_ENDPOINT", &url)
        .args(["capture", "--output", "it.yaml"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = complaint(&output);
    let start = format!("the page after {url}/v2/images?");
    assert!(said.starts_with(&start), "{said}");
    assert!(said.ends_with("the list never ends"), "{said}");
    assert!(!home.path().join("it.yaml").exists());
}
