//! The program, started and killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::client::Client;

/// A server that runs; dropped, it is killed.
pub(crate) struct Program {
    child: Child,
    url: String,
}

impl Program {
    /// Starts it on this directory.
    pub(crate) fn start(data: &Path, options: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lookalike"));
        command.arg("--data").arg(data).args(options);
        Self::run(command)
    }

    /// Runs a command line that lacks only what all have in common.
    pub(crate) fn run(mut command: Command) -> Self {
        command.args(["--listen=127.0.0.1:0", "--auth=fake", "--log=error"]);
        // What is said to the test is not said to the program.
        command.env_clear();
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut ready = String::new();
        let output = child.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut ready).unwrap();
        let url = ready.trim_end().strip_prefix("lookalike ready at ");
        let url = url.expect("a server that starts").to_owned();
        Self { child, url }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url)
    }

    /// What it holds of the machine's memory now, in KiB.
    #[cfg(target_os = "linux")]
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap();
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
        let size = line.and_then(|it| it.split_whitespace().next());
        size.and_then(|it| it.parse().ok()).unwrap()
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Stops it without a word, as a machine does that hangs.
    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on as if nothing had been.
    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args([signal, &id]).status();
        assert!(told.unwrap().success());
    }

    /// `kill -9`, at whatever it is doing.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The files that the images in this data directory are in.
pub(crate) fn files(data: &Path) -> Vec<String> {
    let names = files_in(&data.join("images"));
    names.into_iter().map(without_claim).collect()
}

/// The image of a complete file: on PostgreSQL the claim of its upload stands behind it.
fn without_claim(name: String) -> String {
    match name.split_once('_') {
        Some((image, claim)) if claim.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            image.to_owned()
        }
        _ => name,
    }
}

/// The files in a directory that bytes are kept in.
pub(crate) fn files_in(directory: &Path) -> Vec<String> {
    let entries = directory.read_dir().unwrap();
    // Beside them there may be the saved data of snapshots.
    let files = entries.map(Result::unwrap).filter(|it| it.path().is_file());
    let names = files.map(|it| it.file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names
}
