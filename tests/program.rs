//! The program itself, started as people start it.
#![cfg(unix)]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on shall fail"
)]

#[path = "program/capture.rs"]
mod capture;
#[path = "program/control.rs"]
mod control;
#[path = "program/env.rs"]
mod env;
#[path = "program/events.rs"]
mod events;
#[path = "program/glance_conf.rs"]
mod glance_conf;
#[path = "program/log.rs"]
mod log;
#[path = "program/manage.rs"]
mod manage;
#[path = "program/mimic.rs"]
mod mimic;
#[path = "program/privacy.rs"]
mod privacy;
#[path = "program/proxy.rs"]
mod proxy;
#[path = "program/refused_data.rs"]
mod refused_data;
#[path = "program/shutdown.rs"]
mod shutdown;
#[path = "program/target.rs"]
mod target;
#[path = "program/terminal.rs"]
mod terminal;
#[path = "program/tls.rs"]
mod tls;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The program, in an empty directory of its own and with an environment that says nothing.
fn lookalike(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lookalike"));
    command.current_dir(directory).env_clear();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// How the program ends with these arguments.
fn outcome(directory: &Path, args: &[&str]) -> Output {
    lookalike(directory).args(args).output().unwrap()
}

/// What it says on standard error, which must be one line.
fn complaint(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let lines: Vec<_> = text.lines().filter(|it| !it.starts_with('{')).collect();
    assert_eq!(lines.len(), 1, "{text}");
    lines[0].strip_prefix("lookalike: ").unwrap().to_owned()
}

/// A server that runs; dropped, it is killed.
struct Server {
    child: Child,
    ready: String,
}

impl Server {
    fn start(directory: &Path, args: &[&str]) -> Self {
        let args = [args, &["--listen", "127.0.0.1:0"]].concat();
        Self::run(lookalike(directory), &args)
    }

    /// Waits until the program is ready.
    fn run(mut command: Command, args: &[&str]) -> Self {
        let mut child = command.args(args).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut ready)
            .unwrap();
        if ready.is_empty() {
            let mut text = String::new();
            if let Some(mut errors) = child.stderr.take() {
                errors.read_to_string(&mut text).unwrap();
            }
            panic!("it did not start: {text}");
        }
        Self { child, ready }
    }

    fn authority(&self) -> &str {
        let rest = self.ready.strip_prefix("lookalike ready at http://");
        rest.expect("a ready line").trim_end()
    }

    /// A connection that has had one answer, and stays open.
    fn connection(&self) -> TcpStream {
        let mut stream = TcpStream::connect(self.authority()).unwrap();
        stream
            .write_all(b"GET /healthcheck HTTP/1.1\r\nhost: h\r\n\r\n")
            .unwrap();
        let mut start = [0; 12];
        stream.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"HTTP/1.1 200");
        stream
    }

    /// Sends a request with a body, and returns the whole answer.
    fn ask(&self, line: &str, media_type: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.authority()).unwrap();
        let (host, length) = (self.authority(), body.len());
        let request = format!(
            "{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {media_type}\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Sends it a signal; how and how soon it ends.
    fn end(mut self, signal: &str) -> (ExitStatus, Duration) {
        let begin = Instant::now();
        let kill = format!("kill -{signal} {}", self.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
        let status = self.child.wait().unwrap();
        (status, begin.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn empty() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn it_answers_once_it_says_that_it_is_ready() {
    let home = empty();
    let server = Server::start(home.path(), &[]);
    server.connection();
    assert!(home.path().join("lookalike-data").is_dir());
}

#[test]
fn serve_is_meant_when_only_its_options_are_given() {
    let home = empty();
    let server = Server::start(home.path(), &["--ephemeral"]);
    server.connection();
    assert_eq!(home.path().read_dir().unwrap().count(), 0);
}

#[test]
fn the_port_file_is_there_as_long_as_the_server() {
    let home = empty();
    let file = home.path().join("port");
    std::fs::write(&file, "of a run that was killed").unwrap();
    let server = Server::start(home.path(), &["--ephemeral", "--port-file", "port"]);
    let port = std::fs::read_to_string(&file).unwrap();
    assert_eq!(server.authority(), format!("127.0.0.1:{}", port.trim()));
    server.end("TERM");
    assert_eq!(home.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_signal_ends_it_at_once_even_if_clients_keep_connections_open() {
    for signal in ["TERM", "INT"] {
        let home = empty();
        let server = Server::start(home.path(), &["serve", "--ephemeral"]);
        let _used = server.connection();
        let _fresh = TcpStream::connect(server.authority()).unwrap();
        let (status, time) = server.end(signal);
        assert_eq!(status.code(), Some(0), "{signal}");
        assert!(time < Duration::from_secs(1), "{signal}: {time:?}");
    }
}

#[test]
fn the_command_line_comes_before_the_environment_and_that_before_the_file() {
    let home = empty();
    std::fs::write(home.path().join("file.toml"), "public-url = 'http://file'").unwrap();
    let url = |flag: Option<&str>, variable: Option<&str>| {
        let mut command = lookalike(home.path());
        command.args(["env", "--config", "file.toml"]);
        command.args(flag.map(|it| format!("--public-url={it}")));
        command.envs(variable.map(|it| ("LOOKALIKE_PUBLIC_URL", it)));
        let text = String::from_utf8(command.output().unwrap().stdout).unwrap();
        let line = text
            .lines()
            .find_map(|it| it.strip_prefix("export OS_AUTH_URL="));
        line.unwrap().to_owned()
    };
    assert_eq!(
        url(Some("http://flag"), Some("http://env")),
        "'http://flag/identity/v3'"
    );
    assert_eq!(url(None, Some("http://env")), "'http://env/identity/v3'");
    assert_eq!(url(None, Some("")), "'http://file/identity/v3'");
    assert_eq!(url(None, None), "'http://file/identity/v3'");
}

#[test]
fn a_mistake_in_the_file_is_named() {
    let home = empty();
    let says = |text: &str| {
        std::fs::write(home.path().join("f.toml"), text).unwrap();
        let output = outcome(
            home.path(),
            &["--config", "f.toml", "--token-expiration", "60"],
        );
        assert_eq!(output.status.code(), Some(2));
        complaint(&output)
    };
    assert_eq!(
        says("lisen = 'x'"),
        "f.toml: lisen: it is no setting; did you mean listen?"
    );
    assert_eq!(
        says("auth = ['fake', 'x']"),
        "f.toml: auth: \"x\" is wrong: keystone, fake, none is allowed"
    );
    let allowed = "allowed are: glance_conf, glance_conf_dir, glance_conf_root, glance_conf_bus, listen, port_file, ";
    assert!(says("kangaroo = 1").contains(allowed));
    assert!(says("\nlisten").starts_with("f.toml: line 2: "));
    assert!(says("[images]\nlisten = 1").starts_with("f.toml: images: it is no setting"));
    // Wrong, though the command line would have had its way.
    assert!(says("token-expiration = 0").starts_with("f.toml: token-expiration: \"0\" is wrong"));
    assert!(says("log-format = 'json'\nlog_format = 'json'").contains("twice"));
}

#[test]
fn a_mistake_in_the_environment_is_named() {
    let home = empty();
    let says = |name: &str, value: &str| {
        let output = lookalike(home.path()).env(name, value).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        complaint(&output)
    };
    let unknown =
        "the environment variable LOOKALIKE_LISTN is no setting; did you mean LOOKALIKE_LISTEN?";
    assert_eq!(says("LOOKALIKE_LISTN", "127.0.0.1:0"), unknown);
    let wrong =
        "LOOKALIKE_EPHEMERAL: \"maybe\" is wrong: true, false, yes, no, on, off, 1 or 0 is allowed";
    assert_eq!(says("LOOKALIKE_EPHEMERAL", "maybe"), wrong);
    for (name, value) in [("LOOKALIKE_PORT", "8080"), ("LOOKALIKE_HOST", "0.0.0.0")] {
        let instead = format!(
            "the environment variable {name} is no setting; did you mean LOOKALIKE_LISTEN (HOST:PORT)?"
        );
        assert_eq!(says(name, value), instead);
    }
    assert!(says("LOOKALIKE_CONFIG", "nowhere").starts_with("cannot read the file nowhere: "));
}

#[test]
fn a_variable_of_another_command_is_no_mistake_for_the_server() {
    let home = empty();
    let mut server = lookalike(home.path());
    // It gets as far as its file.
    server
        .env("LOOKALIKE_URL", "http://127.0.0.1:1")
        .args(["--config", "nowhere"]);
    let output = server.output().unwrap();
    assert!(complaint(&output).starts_with("cannot read the file nowhere: "));
}

#[test]
fn a_mistake_on_the_command_line_is_named() {
    let home = empty();
    let says = |args: &[&str]| {
        let output = outcome(home.path(), args);
        assert_eq!(output.status.code(), Some(2));
        complaint(&output)
    };
    assert!(says(&["--listen", "x"]).starts_with("--listen: \"x\" is wrong: "));
    assert!(says(&["--log", "inof"]).starts_with("--log: \"inof\" is wrong: error, warn, info, "));
    assert!(says(&["--lisen", "x"]).contains("'--listen'"));
    assert!(says(&["serv"]).contains("'serve'"));
    assert!(says(&["--listen"]).starts_with("--listen: it needs a value"));
}

#[test]
fn glances_options_are_taken_from_everywhere() {
    let home = empty();
    let text = "api_limit_max = 5\ndisk_formats = ['raw', 'qcow2']\nallowed-origin = []\nshow_image_direct_url = true";
    // A list that may be empty is one value for clap: text is taken for it, and a list is too.
    for methods in [
        "'glance-direct, web-download'",
        "['glance-direct', 'copy-image']",
        "[]",
        "''",
    ] {
        let text = format!("{text}\nenabled_import_methods = {methods}");
        std::fs::write(home.path().join("f.toml"), text).unwrap();
        let mut command = lookalike(home.path());
        command.args(["env", "--config", "f.toml", "--limit-param-default", "7"]);
        command.env("LOOKALIKE_ALLOW_ANONYMOUS_ACCESS", "true");
        assert!(command.output().unwrap().status.success(), "{methods}");
    }
}

#[test]
fn a_port_that_is_taken_ends_the_start_with_a_line() {
    let home = empty();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let output = outcome(home.path(), &["--listen", &address]);
    assert_eq!(output.status.code(), Some(1));
    let why = format!("cannot listen on {address}: another program does already");
    assert_eq!(complaint(&output), why);
    assert!(!home.path().join("lookalike-data").exists());
}

#[test]
fn a_data_directory_that_cannot_be_had_ends_the_start_with_a_line() {
    let home = empty();
    std::fs::write(home.path().join("file"), "").unwrap();
    let output = outcome(
        home.path(),
        &["--listen", "127.0.0.1:0", "--data", "file/data"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("file/data"));
}

#[test]
fn a_state_that_cannot_be_read_ends_the_start_with_its_name_and_the_reason() {
    let home = empty();
    let start = [
        "--listen",
        "127.0.0.1:0",
        "--ephemeral",
        "--state",
        "nope.tar",
    ];
    let output = outcome(home.path(), &start);
    assert_eq!(output.status.code(), Some(1));
    let why = "the state in nope.tar cannot be loaded: No such file or directory";
    assert!(complaint(&output).starts_with(why));
}

#[test]
fn a_second_server_is_kept_off_the_data_of_the_first() {
    let home = empty();
    let _first = Server::start(home.path(), &[]);
    let output = outcome(home.path(), &["--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("lookalike-data"));
}

#[test]
fn a_database_that_does_not_answer_ends_the_start_with_a_line() {
    let home = empty();
    let database = [
        "--database-url",
        "postgres://nobody@127.0.0.1:1/none",
        "--database-wait",
        "0",
    ];
    let output = outcome(
        home.path(),
        &[&["--listen", "127.0.0.1:0"][..], &database].concat(),
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("database"));
}

#[test]
fn the_health_check_tells_a_server_that_is_well_from_none() {
    let home = empty();
    let server = Server::start(home.path(), &["--ephemeral", "--port-file", "port"]);
    let by_file = ["healthcheck", "--port-file", "port"];
    assert_eq!(outcome(home.path(), &by_file).status.code(), Some(0));
    let url = format!("http://{}/", server.authority());
    assert_eq!(
        outcome(home.path(), &["healthcheck", &url]).status.code(),
        Some(0)
    );
    server.end("TERM");
    let output = outcome(home.path(), &["healthcheck", &url]);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).ends_with("is not there (connection refused)"));
}

#[test]
fn the_health_check_takes_nothing_but_200_for_health() {
    let home = empty();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let sick = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _request = stream.read(&mut [0; 1024]).unwrap();
        stream
            .write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
            .unwrap();
    });
    let output = outcome(home.path(), &["healthcheck", &url]);
    sick.join().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        complaint(&output),
        format!("unhealthy: {url}/healthcheck answered 503")
    );
}

#[test]
fn it_tells_about_itself() {
    let home = empty();
    let says = |args: &[&str]| {
        let output = outcome(home.path(), args);
        assert!(output.status.success(), "{args:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(
        says(&["--version"]),
        concat!("lookalike ", env!("CARGO_PKG_VERSION"), "\n")
    );
    assert!(says(&["--help"]).contains("Examples:"));
    assert!(says(&["serve", "--help"]).contains("LOOKALIKE_LISTEN"));
    assert!(says(&["completions", "bash"]).contains("healthcheck"));
    assert!(says(&["settings"]).contains("| `--listen` | `LOOKALIKE_LISTEN` | `127.0.0.1:9292` |"));
}

#[test]
fn it_writes_a_man_page_of_itself_and_of_each_command_that_help_shows() {
    let home = empty();
    let output = outcome(home.path(), &["man", "pages/man1"]);
    assert!(output.status.success(), "{output:?}");
    let page = |name: &str| std::fs::read_to_string(home.path().join("pages/man1").join(name));
    assert!(
        page("lookalike.1")
            .unwrap()
            .contains("lookalike\\-serve(1)")
    );
    assert!(
        page("lookalike-serve.1")
            .unwrap()
            .contains("LOOKALIKE_LISTEN")
    );
    assert!(page("lookalike-fault-add.1").is_ok());
    // Commands without a line in the help have none here.
    assert!(page("lookalike-man.1").is_err());
}

#[test]
fn the_document_of_settings_is_current() {
    let document = include_str!("../docs/settings.md");
    let (_, tables) = document.split_once("`lookalike settings` -->\n\n").unwrap();
    let printed = Command::new(env!("CARGO_BIN_EXE_lookalike"))
        .arg("settings")
        .output()
        .unwrap();
    assert_eq!(tables, String::from_utf8(printed.stdout).unwrap());
}
