//! Every kind of fault, for every kind of request: what the client sees, and that the cloud is left in
//! order.

use std::io::ErrorKind;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::fault;
use crate::glance::{Glance, Image, Person, glance_with};
use crate::wire::Wire;

const DATA: &str = "0123456789";

/// A request; in the tables there is a column for each, in this order.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Show,
    List,
    Download,
    Upload,
    Create,
    Delete,
}

const CALLS: [Call; 6] = [
    Call::Show,
    Call::List,
    Call::Download,
    Call::Upload,
    Call::Create,
    Call::Delete,
];

/// What is seen where nothing goes wrong; in the tables, `""`.
const USUAL: [&str; 6] = [
    "200 whole",
    "200 whole",
    "200 whole",
    "204 bare, done",
    "201 whole, done",
    "204 bare, done",
];

/// A fault, and what each call sees of it: the status, how much of a body, how the connection ends if
/// not in order, and whether what was asked is done.
type Row = (&'static str, [&'static str; 6]);

#[tokio::test]
async fn answers_that_are_made_up_late_or_never_come() {
    let refused = "503 whole, undone";
    let lost = "503 whole, done";
    let reset = "nothing, reset, undone";
    let held = "nothing, undone";
    hold(&[
        (
            r#"{"status": 503}"#,
            [
                "503 whole",
                "503 whole",
                "503 whole",
                refused,
                refused,
                refused,
            ],
        ),
        (
            r#"{"status": 503, "carry_out": true}"#,
            ["503 whole", "503 whole", "503 whole", lost, lost, lost],
        ),
        (
            r#"{"status": 204}"#,
            [
                "204 bare",
                "204 bare",
                "204 bare",
                "204 bare, undone",
                "204 bare, undone",
                "204 bare, undone",
            ],
        ),
        (r#"{"delay_ms": 1}"#, [""; 6]),
        (
            r#"{"reset": "before_headers"}"#,
            [
                "nothing, reset",
                "nothing, reset",
                "nothing, reset",
                reset,
                reset,
                reset,
            ],
        ),
        (
            r#"{"reset": "before_headers", "carry_out": true}"#,
            [
                "nothing, reset",
                "nothing, reset",
                "nothing, reset",
                "nothing, reset, done",
                "nothing, reset, done",
                "nothing, reset, done",
            ],
        ),
        (r#"{"stall": {"ms": 1}}"#, [""; 6]),
        (
            r#"{"stall": "forever"}"#,
            ["nothing", "nothing", "nothing", held, held, held],
        ),
    ])
    .await;
}

#[tokio::test]
async fn answers_that_break_off_after_their_head_or_in_their_body() {
    hold(&[
        (
            r#"{"reset": "after_headers"}"#,
            [
                "200 part, reset",
                "200 part, reset",
                "200 part, reset",
                "204 bare, reset, done",
                "201 part, reset, done",
                "204 bare, reset, done",
            ],
        ),
        (
            r#"{"reset": 0, "of": "answer"}"#,
            [
                "200 part, reset",
                "200 part, reset",
                "200 part, reset",
                "204 bare, reset, done",
                "201 part, reset, done",
                "204 bare, reset, done",
            ],
        ),
        (
            r#"{"reset": 3, "of": "answer"}"#,
            [
                "200 part, reset",
                "200 part, reset",
                "200 part, reset",
                "",
                "201 part, reset, done",
                "",
            ],
        ),
        (
            r#"{"truncate_after": 3, "of": "answer"}"#,
            ["200 part", "200 part", "200 part", "", "201 part, done", ""],
        ),
        (
            r#"{"corrupt_at": 0, "of": "answer"}"#,
            [
                "200 spoilt",
                "200 spoilt",
                "200 spoilt",
                "",
                "201 spoilt, done",
                "",
            ],
        ),
        (r#"{"bytes_per_s": 1000000, "of": "answer"}"#, [""; 6]),
        (
            r#"{"stall": {"after_bytes": 3, "ms": 1}, "of": "answer"}"#,
            [""; 6],
        ),
        (
            r#"{"stall": {"after_bytes": 3}, "of": "answer"}"#,
            ["200 part", "200 part", "200 part", "", "201 part, done", ""],
        ),
    ])
    .await;
}

#[tokio::test]
async fn requests_that_break_off_in_their_body() {
    let reset = "nothing, reset, undone";
    let cut = "nothing, undone";
    hold(&[
        (
            r#"{"reset": 0, "of": "request"}"#,
            ["", "", "", reset, reset, ""],
        ),
        (
            r#"{"reset": 3, "of": "request"}"#,
            ["", "", "", reset, reset, ""],
        ),
        (
            r#"{"truncate_after": 3, "of": "request"}"#,
            ["", "", "", cut, cut, ""],
        ),
        (
            r#"{"stall": {"after_bytes": 3}, "of": "request"}"#,
            ["", "", "", cut, cut, ""],
        ),
        (
            r#"{"stall": {"after_bytes": 3, "ms": 1}, "of": "request"}"#,
            [""; 6],
        ),
        (r#"{"bytes_per_s": 1000000, "of": "request"}"#, [""; 6]),
        (
            r#"{"corrupt_at": 0, "of": "request"}"#,
            ["", "", "", "", "400 whole, undone", ""],
        ),
        // Which body it is, if nobody says.
        (
            r#"{"truncate_after": 3}"#,
            [
                "200 part",
                "200 part",
                "200 part",
                cut,
                "201 part, done",
                "",
            ],
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_fails_underneath() {
    let away = "503 whole, undone";
    let broken = "500 whole, undone";
    let full = "413 whole, undone";
    hold(&[
        (r#"{"store": "full"}"#, ["", "", "", full, "", ""]),
        (r#"{"store": "away"}"#, ["", "", "503 whole", away, "", ""]),
        (
            r#"{"store": "denied"}"#,
            ["", "", "500 whole", away, "", ""],
        ),
        (
            r#"{"store": {"fails": "full", "after_bytes": 3}}"#,
            ["", "", "", full, "", ""],
        ),
        (
            r#"{"store": {"fails": "away", "after_bytes": 3}}"#,
            ["", "", "200 part", away, "", ""],
        ),
        (
            r#"{"database": "away"}"#,
            ["503 whole", "503 whole", "503 whole", away, away, away],
        ),
        (
            r#"{"database": "broken"}"#,
            [
                "500 whole",
                "500 whole",
                "500 whole",
                broken,
                broken,
                broken,
            ],
        ),
        (
            r#"{"database": {"fails": "away", "on": "write"}}"#,
            ["", "", "", away, away, away],
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_fault_of_imports_is_for_nothing_else() {
    let cloud = Cloud::new().await;
    fault(&cloud.glance, json!({ "fault": { "import": "no" } })).await;
    for (call, usual) in CALLS.into_iter().zip(USUAL) {
        assert_eq!(cloud.meet(call, None).await, usual, "{call:?}");
    }
    cloud.is_in_order().await;
}

/// Sees that it is as the table has it.
async fn hold(table: &[Row]) {
    let cloud = Cloud::new().await;
    let mut wrong = Vec::new();
    for (effect, row) in table {
        for ((call, sees), usual) in CALLS.into_iter().zip(row).zip(USUAL) {
            let sees = if sees.is_empty() { usual } else { sees };
            let found = cloud.meet(call, Some(effect)).await;
            if found != sees {
                wrong.push(format!("{effect} {call:?}: {found}; not {sees}"));
            }
        }
        cloud.is_in_order().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A cloud that keeps its images in a directory.
struct Cloud {
    glance: Glance,
    home: TempDir,
    alice: Person,
    /// An image with bytes.
    image: Image,
}

impl Cloud {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let glance = glance_with(|config| {
            config.ephemeral = false;
            home.path().clone_into(&mut config.data);
        })
        .await;
        let alice = glance.person("alice");
        let image = active(&alice).await;
        Self {
            glance,
            home,
            alice,
            image,
        }
    }

    /// What a call sees under a fault, in the words of the tables.
    async fn meet(&self, call: Call, effect: Option<&str>) -> String {
        let fields = json!({ "disk_format": "raw", "container_format": "bare" });
        let image = match call {
            Call::Upload => self.alice.create(fields).await,
            Call::Delete => active(&self.alice).await,
            _ => self.image.clone(),
        };
        let id = match effect {
            Some(effect) => {
                let effect: Value = serde_json::from_str(effect).unwrap();
                let rule = json!({ "match": { "header": { "X-Struck": "*" } }, "fault": effect });
                Some(fault(&self.glance, rule).await)
            }
            None => None,
        };
        let mut wire = Wire::open(&self.glance).await;
        wire.send(request(call, &image)).await;
        if effect.is_some_and(lasts) {
            let id = id.as_deref().unwrap();
            while super::listed(&self.glance, id).await["matched"] == 0 {}
            self.glance.clear_simulation().await;
        }
        let (bytes, end) = wire.all().await;
        if effect.is_some() {
            self.glance.clear_simulation().await;
        }
        let done = self.is_done(call, &image).await;
        let mut seen = described(&bytes, end);
        if let Some(done) = done {
            seen += if done { ", done" } else { ", undone" };
        }
        seen
    }

    /// Whether what was asked is done, if something was; what is not, can be done now.
    async fn is_done(&self, call: Call, image: &Image) -> Option<bool> {
        let alice = &self.alice;
        Some(match call {
            Call::Show | Call::List | Call::Download => return None,
            Call::Upload => {
                let status = alice.see(image).await["status"].clone();
                if status == "queued" {
                    alice.upload(image, DATA).await.is(204);
                } else {
                    assert_eq!(status, "active");
                }
                status == "active"
            }
            Call::Create => {
                let made = alice.get("/v2/images?name=made").await.is(200);
                let made = made["images"].as_array().unwrap().clone();
                for it in &made {
                    let path = format!("/v2/images/{}", it["id"].as_str().unwrap());
                    alice.delete(path).await.is(204);
                }
                made.len() == 1
            }
            Call::Delete => {
                let status = alice.get(image).await.status;
                if status == 200 {
                    alice.delete(image).await.is(204);
                }
                status == 404
            }
        })
    }

    /// Every image is whole, and there are bytes of these and of no others.
    async fn is_in_order(&self) {
        let answer = self.alice.get("/v2/images?limit=1000").await.is(200);
        let images = answer["images"].as_array().unwrap();
        let mut ids = Vec::new();
        for image in images {
            assert_eq!(image["status"], "active", "{image}");
            ids.push(image["id"].as_str().unwrap().to_owned());
        }
        let files = self.home.path().join("images").read_dir().unwrap();
        // On PostgreSQL the claim of the upload stands behind the image.
        let image_of = |name: String| name.split('_').next().map(str::to_owned);
        let mut files: Vec<_> = files
            .filter_map(|file| image_of(file.unwrap().file_name().into_string().unwrap()))
            .collect();
        ids.sort();
        files.sort();
        assert_eq!(files, ids);
        let file = self.alice.get(self.image.at("/file")).await.is(200);
        assert_eq!(file.text(), DATA);
    }
}

async fn active(person: &Person) -> Image {
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = person.create(fields).await;
    person.upload(&image, DATA).await.is(204);
    image
}

/// Whether it lasts until the fault goes.
fn lasts(effect: &str) -> bool {
    effect.contains("stall") && !effect.contains("ms")
}

fn request(call: Call, image: &Image) -> String {
    let (method, path, body) = match call {
        Call::Show => ("GET", image.at(""), ""),
        Call::List => ("GET", "/v2/images".to_owned(), ""),
        Call::Download => ("GET", image.at("/file"), ""),
        Call::Upload => ("PUT", image.at("/file"), DATA),
        Call::Create => ("POST", "/v2/images".to_owned(), r#"{"name": "made"}"#),
        Call::Delete => ("DELETE", image.at(""), ""),
    };
    let length = match call {
        Call::Upload => "Content-Type: application/octet-stream\r\nContent-Length: 10\r\n",
        Call::Create => "Content-Length: 16\r\n",
        _ => "",
    };
    format!(
        "{method} {path} HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\nConnection: close\r\n\
         X-Auth-Token: alice:alice-project:member,reader\r\nX-Struck: yes\r\n{length}\r\n{body}"
    )
}

/// An answer and the end of its connection, in the words of the tables.
fn described(bytes: &[u8], end: Option<ErrorKind>) -> String {
    let end = match end {
        None => "",
        Some(ErrorKind::ConnectionReset) => ", reset",
        Some(other) => panic!("{other}"),
    };
    let head = bytes.windows(4).position(|it| it == b"\r\n\r\n");
    let Some(head) = head else {
        assert!(bytes.is_empty(), "half a head");
        return format!("nothing{end}");
    };
    let (head, body) = bytes.split_at(head + 4);
    let head = String::from_utf8(head.to_vec()).unwrap().to_lowercase();
    let status = head.split(' ').nth(1).unwrap();
    let mut lines = head.lines();
    let length = lines.find_map(|it| it.strip_prefix("content-length: "));
    let much = match length.map(|it| it.parse::<usize>().unwrap()) {
        None => "bare",
        Some(length) if body.len() < length => "part",
        Some(_) if body.first().is_some_and(|it| !it.is_ascii()) => "spoilt",
        Some(_) => "whole",
    };
    assert!(length.is_some() || body.is_empty(), "{head}");
    format!("{status} {much}{end}")
}
