//! The program itself, as a client sees it and with what it logs.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// The program, which logs all that it can into a file.
pub(crate) struct Program {
    _child: Child,
    home: PathBuf,
    pub(crate) url: String,
    pub(crate) http: reqwest::Client,
    /// The error bodies that it answered.
    pub(crate) errors: Vec<String>,
}

/// A part of a request: its name, and its value.
pub(crate) type Header<'a> = (&'a str, &'a str);

impl Program {
    pub(crate) async fn start(home: &Path) -> Self {
        Self::start_with(home, &["--store=here=memory:"]).await
    }

    /// Starts it with these options, too: one of them names a store `here`.
    pub(crate) async fn start_with(home: &Path, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lookalike"));
        let options = [
            "--listen=127.0.0.1:0",
            "--ephemeral",
            "--log=trace",
            "--store=web=http:",
            "--default_store=here",
            "--import_allow_loopback=true",
            "--allowed_ports=",
            "--show_multiple_locations=true",
        ];
        command
            .args(options)
            .args(more)
            .env_clear()
            .current_dir(home)
            .stdout(Stdio::piped())
            .stderr(File::create(home.join("log")).unwrap())
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.next_line().await.unwrap().unwrap();
        let url = ready.strip_prefix("lookalike ready at ").unwrap();
        Self {
            _child: child,
            home: home.to_owned(),
            url: url.to_owned(),
            http: reqwest::Client::new(),
            errors: Vec::new(),
        }
    }

    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[Header<'_>],
        body: impl Into<reqwest::Body>,
    ) -> reqwest::Response {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(body).send().await.unwrap()
    }

    /// Sends a document, and keeps the body of an error.
    pub(crate) async fn json(
        &mut self,
        method: Method,
        path: &str,
        headers: &[Header<'_>],
        body: Value,
    ) -> Value {
        let mut all = vec![("Accept", "application/json")];
        if !headers.iter().any(|(name, _)| *name == "Content-Type") {
            all.push(("Content-Type", "application/json"));
        }
        all.extend(headers);
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let answer = self.send(method, path, &all, body).await;
        let failed = answer.status().as_u16() >= 400;
        let text = answer.text().await.unwrap();
        let value = serde_json::from_str(&text).unwrap_or_default();
        if failed {
            self.errors.push(text);
        }
        value
    }

    pub(crate) async fn read(&mut self, path: &str) -> String {
        let answer = self.send(Method::GET, path, &[], "").await;
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.text().await.unwrap()
    }

    /// Logs in, and returns the token, which is a secret too.
    pub(crate) async fn log_in(&mut self, identity: Value) -> String {
        // The project of each of the first users has the name of its user.
        let user = identity.pointer("/password/user/name");
        let scope =
            user.map(|name| json!({ "project": { "name": name, "domain": { "id": "default" } } }));
        let mut auth = json!({ "identity": identity });
        if let Some(scope) = scope {
            auth["scope"] = scope;
        }
        let body = json!({ "auth": auth }).to_string();
        let kind = [("Content-Type", "application/json")];
        let path = "/identity/v3/auth/tokens";
        let answer = self.send(Method::POST, path, &kind, body).await;
        let token = answer.headers().get("x-subject-token");
        let token = token.map(|token| token.to_str().unwrap().to_owned());
        let text = answer.text().await.unwrap();
        token.unwrap_or_else(|| {
            self.errors.push(text);
            String::new()
        })
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.home.join("log")).unwrap()
    }
}

/// How a user of the default domain logs in.
pub(crate) fn password(user: &str, password: &str) -> Value {
    let user = json!({ "name": user, "password": password, "domain": { "id": "default" } });
    json!({ "methods": ["password"], "password": { "user": user } })
}

/// The places of the secrets in a text.
pub(crate) fn leaks(name: &str, text: &str, tokens: &[String]) -> Vec<String> {
    let begins = text.match_indices("MARK-").map(|(at, _)| at);
    let mut found: Vec<_> = begins
        .map(|at| {
            let word =
                text[at..].split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
            let before = text[..at]
                .char_indices()
                .rev()
                .nth(60)
                .map_or(0, |(at, _)| at);
            let before = text[before..at].replace('\n', " ");
            format!(
                "{name}: …{before}{}",
                word.into_iter().next().unwrap_or_default()
            )
        })
        .collect();
    found.extend(
        tokens
            .iter()
            .filter(|token| text.contains(&***token))
            .map(|_| format!("{name}: a token")),
    );
    found.sort();
    found.dedup();
    found
}
