//! `lookalike events`: the notifications of a server, followed from the command line.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Server, complaint, empty, lookalike, outcome};

/// The longest wait for a line.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the command prints, and its process.
struct FollowedEvents {
    child: Child,
    lines: Receiver<String>,
}

impl FollowedEvents {
    fn of(home: &Path, authority: &str, words: &[&str]) -> Self {
        let mut command = lookalike(home);
        let url = format!("http://{authority}");
        command.args(["events", "--url", &url]).args(words);
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (give, take) = mpsc::channel();
        std::thread::spawn(move || lines.for_each(|line| drop(give.send(line.unwrap()))));
        Self { child, lines: take }
    }

    /// Makes images until one is told, for it is not told when the stream has begun; returns the line.
    fn first(&self, server: &Server) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < deadline, "nothing came");
            create_image(server, "first");
            if let Ok(line) = self.lines.recv_timeout(Duration::from_millis(100)) {
                return line;
            }
        }
    }

    /// Waits for the notification about an image of this name.
    fn wait_for(&self, name: &str) {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap();
            let told: Value = serde_json::from_str(&line).unwrap();
            if told["payload"]["name"] == name {
                return;
            }
        }
    }

    /// Sends the signal of Ctrl-C, and returns how the process ends.
    fn interrupt(mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.unwrap().success());
        self.child.wait().unwrap()
    }
}

fn server(home: &Path) -> Server {
    Server::start(home, &["--ephemeral", "--auth", "fake"])
}

/// Makes an image of the project `team`.
fn create_image(server: &Server, name: &str) {
    let mut stream = TcpStream::connect(server.authority()).unwrap();
    let body = format!(r#"{{"name": "{name}"}}"#);
    let head =
        "POST /v2/images HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Auth-Token: ann:team:member";
    let length = body.len();
    let rest = format!("Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
    write!(stream, "{head}\r\n{rest}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

/// A way to a server that can be cut.
struct Relay {
    authority: String,
    /// The connections that are open; `None` while the way is cut.
    open: Arc<Mutex<Option<Vec<TcpStream>>>>,
}

impl Relay {
    fn to(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let open = Arc::new(Mutex::new(Some(Vec::new())));
        let (there, ways) = (server.authority().to_owned(), Arc::clone(&open));
        std::thread::spawn(move || {
            for near in listener.incoming() {
                let near = near.unwrap();
                if let Some(ways) = ways.lock().unwrap().as_mut() {
                    let far = TcpStream::connect(&there).unwrap();
                    ways.extend([near.try_clone().unwrap(), far.try_clone().unwrap()]);
                    pass(near.try_clone().unwrap(), far.try_clone().unwrap());
                    pass(far, near);
                }
            }
        });
        Self { authority, open }
    }

    fn cut(&self) {
        for stream in self.open.lock().unwrap().take().unwrap() {
            let _closed = stream.shutdown(Shutdown::Both);
        }
    }

    fn mend(&self) {
        *self.open.lock().unwrap() = Some(Vec::new());
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    std::thread::spawn(move || drop(std::io::copy(&mut from, &mut to)));
}

#[test]
fn notifications_are_followed_until_ctrl_c() {
    let home = empty();
    let server = server(home.path());
    let filters = ["type=image.*", "owner=team"];
    let events = FollowedEvents::of(home.path(), server.authority(), &filters);
    let told: Value = serde_json::from_str(&events.first(&server)).unwrap();
    assert_eq!(told["event_type"], "image.create");
    assert_eq!(told["payload"]["name"], "first");
    assert!(events.interrupt().success());
}

#[test]
fn people_get_a_line_for_each_notification() {
    let home = empty();
    let server = server(home.path());
    let table = ["--format", "table"];
    let events = FollowedEvents::of(home.path(), server.authority(), &table);
    let line = events.first(&server);
    assert!(line.contains("  image.create "), "{line}");
    assert!(line.ends_with("  first  queued"), "{line}");
    assert!(events.interrupt().success());
}

#[test]
fn what_a_filter_leaves_out_is_not_shown() {
    let home = empty();
    let server = server(home.path());
    let all = FollowedEvents::of(home.path(), server.authority(), &[]);
    let others = FollowedEvents::of(home.path(), server.authority(), &["owner=others"]);
    all.first(&server);
    let shown = others.lines.recv_timeout(Duration::from_millis(300));
    assert!(shown.is_err(), "{shown:?}");
    assert!(others.interrupt().success() && all.interrupt().success());
}

#[test]
fn a_connection_that_breaks_is_made_again_and_nothing_is_missed() {
    let home = empty();
    let server = server(home.path());
    let relay = Relay::to(&server);
    let events = FollowedEvents::of(home.path(), &relay.authority, &[]);
    events.first(&server);
    relay.cut();
    create_image(&server, "while it was away");
    relay.mend();
    create_image(&server, "after it came back");
    events.wait_for("while it was away");
    events.wait_for("after it came back");
    assert!(events.interrupt().success());
}

#[test]
fn a_server_that_stays_away_ends_it_with_an_error() {
    let home = empty();
    let server = server(home.path());
    let patience = ["--patience", "0"];
    let mut events = FollowedEvents::of(home.path(), server.authority(), &patience);
    events.first(&server);
    drop(server);
    assert_eq!(events.child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_filter_that_there_is_not_is_named() {
    let home = empty();
    let output = outcome(home.path(), &["events", "colour=red"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(complaint(&output).contains("type=GLOB"));
}
