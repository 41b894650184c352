//! Plays the exchanges of a recording to a server, one after the other, at the times of the recording.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use lookalike::{Seed, Server, with_causes};
use reqwest::{Client, redirect};
use serde_json::Value;

use super::allow::Allowed;
use super::answer::{AnswerBody, ComparedAnswer};
use super::mapping::Mapping;
use super::plain::Comparable;
use super::report::{ExchangeOutcome, Report};
use super::world::{self, Present, World};
use super::{data, judge, people};
use crate::cli::recording::{BodyWatch, Exchange, Recording};

/// How often a request is sent again that shows work in progress, and how long to wait in between: five seconds at the most.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// The statuses that an image or a task passes through by itself.
const PASSING: [&str; 6] = [
    "saving",
    "uploading",
    "importing",
    "pending",
    "processing",
    "pending_delete",
];

/// The property of an image that an import works on.
const IMPORT_LOCK: &str = "os_glance_import_task";

/// The headers of a request that belong to its connection.
const OF_CONNECTION: [&str; 9] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// A server that a recording is played to.
pub(super) struct Replay<'a> {
    server: &'a Server,
    http: Client,
    mapping: Mapping,
    plain: Comparable,
    has_work: bool,
}

impl<'a> Replay<'a> {
    /// Gives a server what was there when the recording began.
    pub(super) async fn prepare(recording: &Recording, server: &'a Server) -> Result<Self, String> {
        let exchanges = &recording.exchanges;
        people::check_tokens(exchanges)?;
        let http = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| with_causes(&error))?;
        let mut replay = Self {
            server,
            http,
            mapping: Mapping::new()?,
            plain: Comparable::new()?,
            has_work: false,
        };
        if let Some(first) = exchanges.first() {
            replay.turn_clock(first).await?;
        }
        if people::log_ins(exchanges).next().is_some() {
            replay.people(exchanges).await?;
        }
        let mut images = world::images(exchanges);
        for image in &mut images {
            replay.mapping.apply_to(image);
        }
        replay.plant(world::seed_of(images)).await?;
        Ok(replay)
    }

    async fn people(&mut self, exchanges: &[Exchange]) -> Result<(), String> {
        let present = self.present().await?;
        for log_in in people::log_ins(exchanges) {
            let kinds = [("/user", &present.users), ("/project", &present.projects)];
            for (place, entries) in kinds {
                self.note_present(log_in.token.pointer(place), entries);
            }
            let roles = log_in.token.get("roles").and_then(Value::as_array);
            for role in roles.into_iter().flatten() {
                self.note_present(Some(role), &present.roles);
            }
            let name = log_in.token.pointer("/user/name").and_then(Value::as_str);
            let is_present = Present::id(&present.users, name).is_some();
            if let Some(password) = log_in.password.filter(|_| is_present) {
                let own = self.password(name).await?;
                self.mapping.note(password, &own);
            }
        }
        let mut seed = World::people(exchanges, &present).seed();
        self.mapping.apply_to(&mut seed);
        self.plant(seed).await
    }

    /// Notes the id that somebody or something of a recorded name has here.
    fn note_present(&mut self, recorded: Option<&Value>, present: &[Value]) {
        let field = |name: &str| recorded?.get(name)?.as_str();
        if let (Some(id), Some(here)) = (field("id"), Present::id(present, field("name"))) {
            self.mapping.note(id, here);
        }
    }

    /// Returns the password of a user that the server began with.
    async fn password(&self, name: Option<&str>) -> Result<String, String> {
        let users = self
            .server
            .users()
            .await
            .map_err(|error| error.to_string())?;
        let user = users
            .into_iter()
            .find(|user| Some(user.name.as_str()) == name);
        Ok(user.and_then(|user| user.password).unwrap_or_default())
    }

    /// Returns the identity of the server.
    async fn present(&self) -> Result<Present, String> {
        let token = self.server.token("admin", "admin").await;
        let token = token.map_err(|error| format!("the server to compare with: {error}"))?;
        Ok(Present {
            projects: self.list("projects", &token).await?,
            users: self.list("users", &token).await?,
            roles: self.list("roles", &token).await?,
        })
    }

    async fn list(&self, kind: &str, token: &str) -> Result<Vec<Value>, String> {
        let url = format!("{}/{kind}", self.server.auth_url());
        let request = self.http.get(&url).header("X-Auth-Token", token);
        let answer = request.send().await.map_err(|error| with_causes(&error))?;
        let mut document: Value = answer.json().await.map_err(|error| with_causes(&error))?;
        match document.get_mut(kind).map(Value::take) {
            Some(Value::Array(entries)) => Ok(entries),
            _ => Err(format!("the server to compare with has no list of {kind}")),
        }
    }

    async fn plant(&self, seed: Value) -> Result<(), String> {
        let seed = Seed::from_value("of the recording", seed).map_err(|error| error.to_string())?;
        let planted = self.server.plant(&seed).await;
        planted.map(drop).map_err(|error| error.to_string())
    }

    async fn turn_clock(&self, to: &Exchange) -> Result<(), String> {
        let turned = self.server.set_clock(to.at).await;
        turned.map_err(|error| format!("exchange {}: {error}", to.id))
    }

    /// Plays the exchanges.
    pub(super) async fn run(
        mut self,
        recording: &Recording,
        mut allowed: Allowed,
    ) -> Result<Report, String> {
        let header = &recording.header;
        let mut report = Report::of(format!(
            "{} on {}",
            header.glance,
            header.started.date_naive()
        ));
        for exchange in &recording.exchanges {
            let outcome = match unplayable(exchange) {
                Some(why) => ExchangeOutcome::NotCompared(why.to_owned()),
                None => self.play(exchange, &mut allowed).await?,
            };
            report.add(exchange, outcome);
        }
        report.unused = allowed.unused();
        Ok(report)
    }

    /// Plays one exchange, again and again while the server is behind.
    async fn play(
        &mut self,
        exchange: &Exchange,
        allowed: &mut Allowed,
    ) -> Result<ExchangeOutcome, String> {
        let Some(recorded) = ComparedAnswer::recorded(exchange) else {
            return Ok(ExchangeOutcome::NotCompared("it has no answer".into()));
        };
        self.turn_clock(exchange).await?;
        self.has_work |= begins_work(exchange);
        let waits = self.has_work && exchange.method == "GET" && !exchange.is_identity();
        let mut tries = if waits { TRIES } else { 0 };
        loop {
            let here = self.ask(exchange, &recorded).await?;
            self.learn(exchange, &recorded, &here);
            let found = judge::differences(exchange, &recorded, &here, &self.mapping, &self.plain);
            let (known, rest) = allowed.split(exchange, found);
            if rest.is_empty() {
                return Ok(if known.is_empty() {
                    ExchangeOutcome::Same
                } else {
                    ExchangeOutcome::Allowed(known)
                });
            }
            if waits && is_ahead(&recorded, &here) {
                let why = "the recording shows work in progress, which is done here";
                return Ok(ExchangeOutcome::NotCompared(why.into()));
            }
            if tries == 0 {
                return Ok(ExchangeOutcome::Different(rest));
            }
            tries -= 1;
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Sends the request of an exchange.
    async fn ask(
        &mut self,
        exchange: &Exchange,
        recorded: &ComparedAnswer,
    ) -> Result<ComparedAnswer, String> {
        let wrong = |why: String| format!("exchange {}: {why}", exchange.id);
        let url = format!(
            "{}{}",
            self.server.url(),
            self.mapping.apply(&exchange.target())
        );
        let method: Method = exchange
            .method
            .parse()
            .map_err(|_| wrong("its method is none".into()))?;
        let mut request = self.http.request(method, url);
        for (name, value) in &exchange.request_headers {
            if !OF_CONNECTION.contains(&name.as_str()) {
                request = request.header(name, self.mapping.apply(value));
            }
        }
        if let Some(digest) = &exchange.request_data {
            let here = data::digest(digest);
            self.mapping.note(&digest.md5, &here.md5);
            self.mapping.note(&digest.sha256, &here.sha256);
            self.mapping.note(&digest.sha512, &here.sha512);
            if !exchange.request_headers.contains_key("transfer-encoding") {
                request = request.header("content-length", digest.bytes);
            }
            request = request.body(data::body(digest));
        } else if let Some(body) = &exchange.request_body {
            request = request.body(self.body(body));
        }
        let response = request.send().await;
        let response = response.map_err(|error| wrong(with_causes(&error.without_url())))?;
        read(response, recorded).await.map_err(wrong)
    }

    /// Returns the body of a request with the values of the server.
    fn body(&self, recorded: &Value) -> String {
        if let Value::String(text) = recorded {
            return self.mapping.apply(text);
        }
        let mut document = recorded.clone();
        self.mapping.apply_to(&mut document);
        document.to_string()
    }

    /// Learns what stands here for the values of an answer.
    fn learn(&mut self, exchange: &Exchange, recorded: &ComparedAnswer, here: &ComparedAnswer) {
        if recorded.status != here.status {
            return;
        }
        for (name, value) in &recorded.headers {
            let Some(ours) = here.headers.get(name) else {
                continue;
            };
            if value.starts_with("***") {
                self.mapping.note(value, ours);
            } else if name == "location" {
                self.mapping.learn_text(value, ours);
            }
        }
        // What was changed by the request has the values of it.
        let is_read = exchange.method == "GET" && exchange.path.contains("/versions");
        if let (Some(recorded), Some(here), false) = (recorded.document(), here.document(), is_read)
        {
            self.mapping.learn(recorded, here);
        }
    }
}

/// Returns why an exchange cannot be played.
fn unplayable(exchange: &Exchange) -> Option<&'static str> {
    if exchange.aborted {
        return Some("it was cut off");
    }
    if exchange.fault.is_some() {
        return Some("the proxy answered by itself");
    }
    let text = exchange.request_headers.get("content-type");
    let is_document = text.is_some_and(|kind| kind.contains("json"));
    if exchange.request_data.is_some() && is_document {
        return Some("its document was too long to be recorded");
    }
    None
}

/// Returns whether a request begins something that goes on after its answer.
fn begins_work(exchange: &Exchange) -> bool {
    let path = exchange.path.trim_end_matches('/');
    exchange.method == "POST" && (path.ends_with("/import") || path.ends_with("/tasks"))
}

/// Returns whether the recording shows a passing status, and the server another one; or data being copied to further stores, and the
/// server has done so.
fn is_ahead(recorded: &ComparedAnswer, here: &ComparedAnswer) -> bool {
    let status = recorded.field("status");
    let passing = status.is_some_and(|status| PASSING.contains(&status));
    let started = status == Some("queued") && here.field("status") == Some("active");
    let locked = |answer: &ComparedAnswer| answer.field(IMPORT_LOCK).is_some();
    let copied = locked(recorded) && !locked(here) && here.field("status") == Some("active");
    copied || (passing || started) && status != here.field("status")
}

/// Reads an answer as far as the recorded one was kept.
async fn read(
    mut response: reqwest::Response,
    recorded: &ComparedAnswer,
) -> Result<ComparedAnswer, String> {
    let status = response.status().as_u16();
    let host = response.url().authority().to_owned();
    let mut headers = BTreeMap::<String, String>::new();
    for (name, value) in response.headers() {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let before = headers
            .get(name.as_str())
            .map(|before| format!("{before}, "));
        headers.insert(name.to_string(), before.unwrap_or_default() + &value);
    }
    let mut watch = BodyWatch::new(false);
    let mut bytes = Vec::new();
    let keeps = !matches!(recorded.body, AnswerBody::Digest(_));
    while let Some(part) = response
        .chunk()
        .await
        .map_err(|error| with_causes(&error))?
    {
        watch.add(&part);
        if keeps {
            bytes.extend_from_slice(&part);
        }
    }
    let body = match (watch.bytes(), keeps) {
        (0, _) => AnswerBody::None,
        (_, false) => AnswerBody::Digest(watch.digest()),
        (_, true) => AnswerBody::Kept(document(&bytes)),
    };
    Ok(ComparedAnswer {
        status,
        headers,
        body,
        host,
    })
}

/// Returns a document, or the text where it is none.
fn document(bytes: &[u8]) -> Value {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(document) if document.is_object() || document.is_array() => document,
        _ => String::from_utf8_lossy(bytes).into_owned().into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(body: Value) -> ComparedAnswer {
        ComparedAnswer {
            status: 200,
            headers: BTreeMap::new(),
            body: AnswerBody::Kept(body),
            host: String::new(),
        }
    }

    #[test]
    fn a_server_that_has_done_what_is_recorded_in_progress_is_ahead() {
        let locked = json!({ "status": "active", IMPORT_LOCK: "task" });
        let active = json!({ "status": "active" });
        let queued = json!({ "status": "queued" });
        for (recorded, here, expected) in [
            (&json!({ "status": "saving" }), &active, true),
            (&queued, &active, true),
            (&locked, &active, true),
            (&locked, &locked, false),
            (&active, &locked, false),
            (
                &json!({ "status": "queued", IMPORT_LOCK: "task" }),
                &queued,
                false,
            ),
            (&active, &queued, false),
        ] {
            let found = is_ahead(&answer(recorded.clone()), &answer(here.clone()));
            assert_eq!(found, expected, "{recorded} {here}");
        }
    }
}
