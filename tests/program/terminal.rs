//! What a person sees on a terminal, and what a program sees elsewhere.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::{Server, empty, lookalike, outcome};

/// The side of a terminal that shows what programs write.
struct Screen(File);

impl Screen {
    /// Makes a terminal: its screen, and the end that a program writes to.
    fn new() -> (Self, File) {
        let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&screen).unwrap();
        unlockpt(&screen).unwrap();
        let name = ptsname(&screen, Vec::new()).unwrap();
        let mut terminal = File::options();
        let terminal = terminal.read(true).write(true);
        let terminal = terminal.open(name.to_str().unwrap()).unwrap();
        (Self(screen.into()), terminal)
    }

    /// Returns what is shown up to a text.
    fn until(&mut self, end: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut shown = Vec::new();
        let mut part = [0; 1024];
        loop {
            let text = String::from_utf8_lossy(&shown).replace("\r\n", "\n");
            if text.contains(end) {
                return text;
            }
            assert!(Instant::now() < deadline, "{text}");
            match self.0.read(&mut part) {
                Ok(length) => shown.extend_from_slice(&part[..length]),
                // On Linux a terminal that nobody writes to any more fails.
                Err(error) => panic!("{error}: {text}"),
            }
        }
    }
}

/// A server whose terminal one sees; dropped, it is killed.
struct Watched(Child);

impl Watched {
    fn start(home: &Path, variables: &[(&str, &str)]) -> (Self, Screen) {
        let (screen, terminal) = Screen::new();
        let mut command = lookalike(home);
        command.args([
            "--ephemeral",
            "--listen",
            "127.0.0.1:0",
            "--port-file",
            "port",
        ]);
        command.envs(variables.iter().copied());
        command.stdout(Stdio::from(terminal.try_clone().unwrap()));
        command.stderr(Stdio::from(terminal));
        (Self(command.spawn().unwrap()), screen)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

#[test]
fn a_start_on_a_terminal_says_where_everything_is() {
    let home = empty();
    let (_server, mut screen) = Watched::start(home.path(), &[]);
    let shown = screen.until(")\"\n");
    let port = std::fs::read_to_string(home.path().join("port")).unwrap();
    let url = format!("http://127.0.0.1:{}", port.trim());
    for line in [
        format!("lookalike ready at {url}\n"),
        format!("Images API   {url}\n"),
        format!("Keystone     {url}/identity/v3\n"),
        "Users        admin, demo, alt; password at first: secret\n".into(),
        "Data         in memory".into(),
        format!("eval \"$(lookalike env --url {url})\"\n"),
    ] {
        assert!(shown.contains(&line), "{line}: {shown}");
    }
}

#[test]
fn elsewhere_a_start_prints_one_line() {
    let home = empty();
    let mut server = Server::start(home.path(), &["--ephemeral"]);
    let mut log = server.child.stderr.take().unwrap();
    let ready = format!("lookalike ready at http://{}\n", server.authority());
    assert_eq!(server.ready, ready);
    server.end("TERM");
    let mut text = String::new();
    log.read_to_string(&mut text).unwrap();
    assert!(text.lines().all(|line| line.starts_with('{')), "{text}");
    // The start asks for the health of the server, which is no news.
    assert!(!text.contains("/healthcheck"), "{text}");
}

#[test]
fn health_checks_are_logged_at_debug() {
    let home = empty();
    let options = ["--ephemeral", "--log", "lookalike::request=debug"];
    let mut server = Server::start(home.path(), &options);
    let mut log = server.child.stderr.take().unwrap();
    server.end("TERM");
    let mut text = String::new();
    log.read_to_string(&mut text).unwrap();
    let line = text.lines().find(|line| line.contains("/healthcheck"));
    assert!(line.expect(&text).contains("DEBUG"), "{text}");
}

#[test]
fn the_log_on_a_terminal_has_short_times_and_colours_unless_unwanted() {
    let home = empty();
    let (server, mut screen) = Watched::start(home.path(), &[]);
    let shown = screen.until("ready at");
    assert!(shown.contains("\u{1b}["), "{shown:?}");
    drop(server);
    let (_server, mut screen) = Watched::start(home.path(), &[("NO_COLOR", "1")]);
    let shown = screen.until("ready at");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    let line = shown.lines().find(|line| line.contains("INFO")).unwrap();
    let time = line.split(' ').next().unwrap();
    let shape = time.replace(|digit: char| digit.is_ascii_digit(), "0");
    assert_eq!(shape, "00:00:00.000", "{line}");
}

#[test]
fn requests_are_a_table_on_a_terminal_and_json_elsewhere() {
    let home = empty();
    let server = Server::start(home.path(), &["--ephemeral"]);
    let url = format!("http://{}", server.authority());
    // Health checks are not kept: any other request will do.
    outcome(home.path(), &["reset", "--url", &format!("{url}/v2")]);
    let list = |options: &[&str]| {
        let words = [&["requests", "list", "--url", &url][..], options].concat();
        String::from_utf8(outcome(home.path(), &words).stdout).unwrap()
    };
    assert!(list(&[]).starts_with('{'));
    let table = list(&["--format", "table"]);
    let mut lines = table.lines();
    let titles: Vec<_> = lines.next().unwrap().split_whitespace().collect();
    assert_eq!(titles[..4], ["ID", "TIME", "METHOD", "STATUS"]);
    let first: Vec<_> = lines.next().unwrap().split_whitespace().collect();
    assert_eq!((first[0], first[2], first[3]), ("1", "POST", "401"));
    assert_eq!(first.last(), Some(&"/v2/_lookalike/reset"));

    for (options, start) in [(&[][..], "ID"), (&["--format", "json"], "{\n")] {
        let (mut screen, terminal) = Screen::new();
        let mut command = lookalike(home.path());
        command.args(["requests", "--url", &url]).args(options);
        let mut child = command.stdout(Stdio::from(terminal)).spawn().unwrap();
        drop(command);
        let shown = screen.until("/v2/_lookalike/reset");
        assert!(child.wait().unwrap().success());
        assert!(shown.trim_start().starts_with(start.trim_end()), "{shown}");
    }
}
