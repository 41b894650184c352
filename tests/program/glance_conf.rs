//! `--glance-conf` and `lookalike glance-conf`: a server with the configuration of a real Glance.

#[path = "glance_conf/bad.rs"]
mod bad;
#[path = "glance_conf/mounts.rs"]
mod mounts;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::{Server, TempDir, complaint, empty, lookalike, outcome};

const ADMIN: &str = "root:admin:admin,member,reader";
const MEMBER: &str = "ann:team:member,reader";

/// Returns the directory of a configuration in the style of a deployment tool.
fn fixture(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/fixtures/glance-conf").join(name)
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// A configuration in a file of its own.
fn conf(home: &TempDir, content: &str) -> String {
    let path = home.path().join("glance-api.conf");
    std::fs::write(&path, content).unwrap();
    text(&path)
}

/// Copies a configuration, as its root gets directories, and returns the arguments that name it.
fn copied(name: &str, home: &TempDir) -> Vec<String> {
    let to = home.path().join(name);
    let copy = Command::new("cp")
        .arg("-r")
        .arg(fixture(name))
        .arg(&to)
        .status();
    assert!(copy.unwrap().success());
    let mut args = vec![
        "--glance-conf".to_owned(),
        text(&to.join("glance-api.conf")),
    ];
    if to.join("root").is_dir() {
        args.extend(["--glance-conf-root".to_owned(), text(&to.join("root"))]);
    }
    args
}

/// Returns the status and the JSON of an answer.
fn ask(server: &Server, line: &str, token: &str, body: Option<&Value>) -> (u16, Value) {
    let mut stream = TcpStream::connect(server.authority()).unwrap();
    let body = body.map(ToString::to_string).unwrap_or_default();
    let (host, length) = (server.authority(), body.len());
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nX-Auth-Token: {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.get(9..12).and_then(|status| status.parse().ok());
    let json = answer.split_once("\r\n\r\n").map(|(_, body)| body.trim());
    let json = json.and_then(|body| serde_json::from_str(body).ok());
    (status.unwrap_or_default(), json.unwrap_or_default())
}

fn get(server: &Server, path: &str) -> Value {
    let (status, answer) = ask(server, &format!("GET {path}"), ADMIN, None);
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

/// Returns every setting of a server.
fn settings(server: &Server) -> Value {
    let shown = get(server, "/_lookalike/config");
    shown.get("settings").cloned().unwrap_or(shown)
}

/// Starts a server in memory with a configuration, and the tokens that say who they are.
fn start(home: &TempDir, args: &[String]) -> Server {
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    Server::start(home.path(), &[&["--auth", "fake"][..], &args].concat())
}

#[test]
fn stores_have_the_names_kinds_weights_and_descriptions_of_the_file() {
    let home = empty();
    let server = start(&home, &copied("kolla", &home));
    let stores = get(&server, "/v2/info/stores/detail");
    let store = |at: usize| &stores["stores"][at];
    assert_eq!(
        store(0),
        &json!({
            "id": "rbd", "description": "Ceph, three copies", "type": "rbd", "weight": 10,
            "properties": {
                "chunk_size": 4_194_304, "pool": "vms", "thin_provisioning": false, "fsid": null
            },
        })
    );
    assert_eq!(
        store(1),
        &json!({
            "id": "bulk", "description": "cheap and slow", "type": "swift", "weight": 0,
            "properties": {
                "container": "pictures", "large_object_size": 5_368_709_120_u64,
                "large_object_chunk_size": 209_715_200
            },
        })
    );
    assert_eq!(store(2)["id"], "fast");
    assert_eq!(
        (&store(2)["default"], &store(2)["weight"]),
        (&json!("true"), &json!(20))
    );
    assert_eq!(store(2)["type"], "file");
    assert_eq!(store(2)["description"], "NVMe, \"fast\"");
    assert_eq!(
        (&store(3)["type"], &store(3)["read-only"]),
        (&json!("http"), &json!("true"))
    );
    let images = home.path().join("kolla/root/var/lib/glance/images");
    assert!(images.is_dir(), "with a root, file stores lie below it");
    let named = home.path().join("lookalike-data/stores");
    assert!(named.join("rbd").is_dir() && named.join("bulk").is_dir());
}

#[test]
fn the_api_shows_the_formats_quotas_methods_and_limits_of_the_file() {
    let home = empty();
    let mut args = copied("kolla", &home);
    args.push("--ephemeral".into());
    let server = start(&home, &args);
    let schema = get(&server, "/v2/schemas/image");
    let formats = |name: &str| schema["properties"][name]["enum"].clone();
    assert_eq!(formats("disk_format"), json!([null, "qcow2", "raw", "iso"]));
    assert_eq!(
        formats("container_format"),
        json!([null, "bare", "ovf", "docker"])
    );
    let methods = get(&server, "/v2/info/import");
    assert_eq!(
        methods["import-methods"]["value"],
        json!(["glance-direct", "web-download"])
    );
    let image = json!({ "name": "i", "disk_format": "raw", "container_format": "bare" });
    let create = |token, image: &Value| ask(&server, "POST /v2/images", token, Some(image));
    let (status, _) = create(MEMBER, &image);
    assert_eq!(
        status, 403,
        "policy.yaml beside the file lets only administrators create images"
    );
    let (status, made) = create(ADMIN, &image);
    assert_eq!(status, 201, "{made}");
    let mut tagged = image.clone();
    tagged["tags"] = json!(["a", "b", "c", "d"]);
    let (status, _) = create(ADMIN, &tagged);
    assert_eq!(status, 413, "image_tag_quota is 3");
    for _ in 0..5 {
        assert_eq!(create(ADMIN, &image).0, 201);
    }
    let page = get(&server, "/v2/images");
    assert_eq!(
        page["images"].as_array().map(Vec::len),
        Some(4),
        "limit_param_default is 4"
    );
    let (status, _) = ask(&server, "GET /v2/cached_images", ADMIN, None);
    assert_eq!(status, 200, "cachemanagement is part of the flavor");
}

#[test]
fn what_is_said_to_the_server_itself_goes_before_the_file() {
    let home = empty();
    std::fs::write(
        home.path().join("own.toml"),
        "image_property_quota = 70\nimage_tag_quota = 30\n",
    )
    .unwrap();
    let path = conf(
        &home,
        "[DEFAULT]\nimage_tag_quota = 3\nimage_property_quota = 7\nimage_member_quota = 5\n\
         image_location_quota = 9\nallow_anonymous_access = yes\n",
    );
    let later = home.path().join("later.conf.d");
    std::fs::create_dir(&later).unwrap();
    std::fs::write(
        later.join("1.conf"),
        "[DEFAULT]\nimage_location_quota = 8\n",
    )
    .unwrap();
    std::fs::write(
        later.join("2.conf"),
        "[DEFAULT]\nimage_location_quota = 6\n",
    )
    .unwrap();
    std::fs::write(later.join("3.txt"), "no configuration").unwrap();
    let mut command = lookalike(home.path());
    command.env("LOOKALIKE_IMAGE_MEMBER_QUOTA", "50");
    command.env("LOOKALIKE_GLANCE_CONF", path);
    let args = [
        "--ephemeral",
        "--auth",
        "fake",
        "--config",
        "own.toml",
        "--image_tag_quota",
        "300",
        "--glance-conf-dir",
        "later.conf.d",
        "--listen",
        "127.0.0.1:0",
    ];
    let server = Server::run(command, &args);
    let settings = settings(&server);
    assert_eq!(settings["image_tag_quota"], 300, "the command line");
    assert_eq!(settings["image_member_quota"], 50, "the environment");
    assert_eq!(settings["image_property_quota"], 70, "the TOML file");
    assert_eq!(
        settings["image_location_quota"], 6,
        "the last file of the directory"
    );
    assert_eq!(settings["allow_anonymous_access"], true, "the file");
}

#[test]
fn the_printed_toml_makes_the_same_server_as_the_file() {
    for name in ["kolla", "devstack"] {
        let home = empty();
        let args = copied(name, &home);
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        let printed = outcome(home.path(), &[&["glance-conf"][..], &args[1..]].concat());
        assert!(printed.status.success());
        std::fs::write(home.path().join("printed.toml"), &printed.stdout).unwrap();
        let own = ["--auth", "fake"];
        let shown = |args: &[&str]| {
            let server = Server::start(home.path(), &[&own[..], args].concat());
            let mut settings = settings(&server);
            settings["listen"].take();
            settings
        };
        let by_toml = shown(&["--config", "printed.toml"]);
        let by_conf = shown(&args);
        assert_eq!(by_toml, by_conf, "{name}");
        let without = shown(&[]);
        assert_ne!(by_toml["disk_formats"], without["disk_formats"]);
    }
}

#[test]
fn the_report_says_what_each_option_means_and_no_secret() {
    let home = empty();
    let root = text(&fixture("kolla").join("root"));
    let path = text(&fixture("kolla").join("glance-api.conf"));
    let output = outcome(
        home.path(),
        &["glance-conf", &path, "--glance-conf-root", &root],
    );
    assert!(output.status.success());
    let (report, warnings) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    for said in [
        "image_tag_quota = 3 → applied: image_tag_quota = 3",
        "connection = *** → no effect here",
        "password = *** → no effect here",
        "transport_url = *** → no effect here: no driver is messagingv2",
        "workers → gone from Glance",
        "cinder_catalog_info → unknown; did you mean that of [glance_store]?",
    ] {
        assert!(report.contains(said), "{said}: {report}");
    }
    assert!(warnings.contains("cinder_catalog_info"), "{warnings}");
    assert!(!report.contains("hidden") && !warnings.contains("hidden"));
}

#[test]
fn the_message_bus_is_connected_to_where_it_is_asked_for() {
    let home = empty();
    let conf = "[DEFAULT]\ntransport_url = rabbit://openstack:MQ-hidden@127.0.0.1:9/cloud\n\
                control_exchange = images\n\
                [oslo_messaging_notifications]\ndriver = messagingv2\ntopics = notifications,audit\n\
                [oslo_messaging_rabbit]\namqp_durable_queues = true\nrabbit_quorum_queue = true\n\
                amqp_auto_delete = true\nrabbit_quorum_delivery_limit = 3\nssl_ca_file = /ca.pem\n";
    let path = self::conf(&home, conf);
    let report = |more: &[&str]| {
        let output = outcome(
            home.path(),
            &[&["glance-conf", path.as_str()], more].concat(),
        );
        assert!(output.status.success());
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8(all).unwrap();
        assert!(!all.contains("hidden"), "{all}");
        all
    };
    assert!(report(&[]).contains("transport_url = *** → no effect here: the message bus is not"));
    let with_bus = report(&["--glance-conf-bus"]);
    for said in [
        "transport_url = *** → applied: notification_amqp_url: amqp://127.0.0.1:9/cloud",
        "rabbit_quorum_delivery_limit = 3 → not supported",
        "ssl_ca_file = /ca.pem → no effect here: [oslo_messaging_rabbit] ssl is not true",
        "\nnotification_amqp_exchange = \"images\"\n",
        "\nnotification_amqp_durable = true\n",
        "\nnotification_amqp_quorum = true\n",
        "\nnotification_amqp_auto_delete = true\n",
    ] {
        assert!(with_bus.contains(said), "{said}: {with_bus}");
    }
    let args = ["--glance-conf", &path, "--glance-conf-bus", "--auth=fake"];
    let server = Server::start(home.path(), &args);
    let settings = settings(&server);
    assert_eq!(
        settings["notification_amqp_url"],
        "amqp://127.0.0.1:9/cloud"
    );
    assert_eq!(
        settings["notification_amqp_topics"],
        json!(["notifications", "audit"])
    );
}

#[test]
fn the_files_for_tls_to_the_message_bus_are_taken_where_it_is_connected_to() {
    let home = empty();
    let conf = "[oslo_messaging_notifications]\ndriver = messagingv2\n\
                [oslo_messaging_rabbit]\nssl = true\nssl_ca_file = ca.pem\nssl_cert_file =\n\
                ssl_key_file = client.key\n";
    let path = self::conf(&home, conf);
    let all = |more: &[&str]| {
        let args = [&["glance-conf", path.as_str()], more].concat();
        let output = outcome(home.path(), &args);
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let without = all(&[]);
    assert!(without.contains("ssl_ca_file = ca.pem → no effect here: the message bus is not"));
    let missing = all(&["--glance-conf-bus"]);
    assert!(missing.contains("ssl_ca_file") && missing.contains("there is no such file"));
    for name in ["ca.pem", "client.key"] {
        std::fs::write(home.path().join(name), "").unwrap();
    }
    let with_bus = all(&["--glance-conf-bus"]);
    for said in [
        "ssl_ca_file = ca.pem → applied: notification_amqp_ca = \"",
        "ssl_cert_file =  → default",
        "ssl_key_file = client.key → applied: notification_amqp_key = \"",
    ] {
        assert!(with_bus.contains(said), "{said}: {with_bus}");
    }
}

#[test]
fn the_document_of_options_is_current() {
    let document = include_str!("../../docs/glance-options.md");
    let (_, tables) = document
        .split_once("`lookalike glance-options` -->\n\n")
        .unwrap();
    let home = empty();
    let printed = outcome(home.path(), &["glance-options"]);
    assert_eq!(tables, String::from_utf8(printed.stdout).unwrap());
}

#[test]
fn a_file_store_in_memory_is_told_as_the_file_says_it() {
    let home = empty();
    let file = conf(
        &home,
        "[DEFAULT]\nenabled_backends = fast:file\n[glance_store]\ndefault_backend = fast\n\
         [fast]\nfilesystem_store_datadir = /srv/fast\nfilesystem_thin_provisioning = true\n",
    );
    let args = ["--ephemeral", "--glance-conf", &file].map(str::to_owned);
    let server = start(&home, &args);
    let stores = get(&server, "/v2/info/stores/detail");
    let store = &stores["stores"][0];
    assert_eq!(store["type"], "file");
    assert_eq!(
        store["properties"],
        json!({ "data_dir": "/srv/fast", "chunk_size": 65536, "thin_provisioning": true })
    );
}

#[test]
fn several_directories_of_a_store_lie_below_the_data() {
    let home = empty();
    let file = conf(
        &home,
        "[DEFAULT]\nenabled_backends = fast:file\n[glance_store]\ndefault_backend = fast\n\
         [fast]\nfilesystem_store_datadirs = /srv/a:5\nfilesystem_store_datadirs = /srv/b:9\n",
    );
    let server = start(&home, &["--glance-conf".to_owned(), file]);
    let stores = get(&server, "/v2/info/stores/detail");
    let properties = &stores["stores"][0]["properties"];
    assert_eq!(properties["data_dir"], "/srv/b");
    let below = home.path().join("lookalike-data/stores/fast/srv");
    assert!(below.join("a").is_dir() && below.join("b").is_dir());
}

#[test]
fn several_directories_of_a_store_lie_below_the_root_if_there_is_one() {
    let home = empty();
    let file = conf(
        &home,
        "[glance_store]\nfilesystem_store_datadirs = /srv/a:5\nfilesystem_store_datadirs = /srv/b\n",
    );
    let root = text(&home.path().join("root"));
    let args = ["--glance-conf", &file, "--glance-conf-root", &root].map(str::to_owned);
    let _server = start(&home, &args);
    let below = home.path().join("root/srv");
    assert!(below.join("a").is_dir() && below.join("b").is_dir());
}

#[test]
fn one_directory_and_several_exclude_each_other() {
    let home = empty();
    let file = conf(
        &home,
        "[DEFAULT]\nenabled_backends = fast:file\n[glance_store]\ndefault_backend = fast\n\
         [fast]\nfilesystem_store_datadir = /srv/a\nfilesystem_store_datadirs = /srv/b\n",
    );
    let refused = outcome(home.path(), &["--glance-conf", &file]);
    assert_eq!(refused.status.code(), Some(1));
    let said = complaint(&refused);
    assert!(said.contains("Glance takes one of both"), "{said}");
}
