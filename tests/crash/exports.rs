//! Exports and imports of the object store that are under way when the server dies: the next one takes them up,
//! and nothing half done is left.

use std::path::Path;

use http::Method;
use serde_json::{Value, json};

use crate::client::new_id;
use crate::database::Database;
use crate::program::{Program, files, files_in};

/// How often somebody looks how far a task is.
const LOOKS: usize = 100_000;

pub(crate) const OPTIONS: [&str; 3] = [
    "--dialect=rackspace",
    "--dialect-seed=false",
    "--export-segment-size=1000",
];

/// A user of an account, who takes a broken connection for no answer.
pub(crate) struct Customer {
    http: reqwest::Client,
    url: String,
}

impl Customer {
    pub(crate) fn of(program: &Program) -> Self {
        Self {
            http: reqwest::Client::new(),
            url: program.url().to_owned(),
        }
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: impl Into<reqwest::Body>,
    ) -> Option<(u16, Vec<u8>)> {
        let request = self.http.request(method, format!("{}{path}", self.url));
        let request = request
            .header("X-Auth-Token", "ann:929418:admin,member,reader")
            .header("Content-Type", "application/octet-stream");
        let answer = request.body(body).send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.bytes().await.ok()?.to_vec()))
    }

    pub(crate) async fn put(&self, path: &str, body: Vec<u8>) {
        let (status, text) = self.ask(Method::PUT, path, body).await.unwrap();
        let text = String::from_utf8_lossy(&text);
        assert!((200..300).contains(&status), "PUT {path}: {status} {text}");
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask(Method::GET, path, "").await.unwrap();
        assert_eq!(status, 200, "GET {path}");
        serde_json::from_slice(&body).unwrap()
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let request = self.http.post(format!("{}{path}", self.url));
        let request = request
            .header("X-Auth-Token", "ann:929418:admin,member,reader")
            .header("Content-Type", "application/json");
        let answer = request.body(body).send().await.unwrap();
        assert_eq!(answer.status(), 201, "POST {path}");
        answer.json().await.unwrap()
    }

    /// Makes an image of these bytes.
    pub(crate) async fn image(&self, disk: &[u8]) -> String {
        let id = new_id();
        let fields = json!({ "id": id, "disk_format": "vhd", "container_format": "ovf" });
        self.post("/v2/images", &fields).await;
        self.put(&format!("/v2/images/{id}/file"), disk.to_vec())
            .await;
        id
    }

    /// Asks for a task and returns its path.
    pub(crate) async fn begin(&self, body: &Value) -> String {
        let task = self.post("/v2/tasks", body).await;
        format!("/v2/tasks/{}", task["id"].as_str().unwrap())
    }

    /// Waits for the end of a task.
    async fn ended(&self, task: &str) -> Value {
        let mut seen = Value::Null;
        for _ in 0..LOOKS {
            seen = self.get(task).await;
            if seen["status"] == "success" || seen["status"] == "failure" {
                return seen;
            }
        }
        panic!("a task does not end: {seen}");
    }

    pub(crate) async fn objects(&self) -> usize {
        let listed = self.get("/v1/MossoCloudFS_929418/disks?format=json").await;
        listed.as_array().unwrap().len()
    }
}

/// A fixed disk of 8 KiB.
pub(crate) fn disk() -> Vec<u8> {
    let size = 8192_u64;
    let mut footer = vec![0; 512];
    footer[..8].copy_from_slice(b"conectix");
    footer[11..14].copy_from_slice(&[2, 0, 1]);
    footer[16..24].fill(0xFF);
    footer[48..56].copy_from_slice(&size.to_be_bytes());
    footer[63] = 2;
    footer[68..84].fill(9);
    let sum: u32 = footer.iter().map(|byte| u32::from(*byte)).sum();
    footer[64..68].copy_from_slice(&(!sum).to_be_bytes());
    [vec![7; 8192], footer].concat()
}

/// The number of segments of that disk.
pub(crate) const SEGMENTS: usize = 9;

/// Kills the server while an export and then an import are wherever they are after some looks.
async fn survive(options: &[&str], data: &Path, looks: u64) {
    let options = [options, &OPTIONS[..]].concat();
    let mut program = Program::start(data, &options);
    let ann = Customer::of(&program);
    ann.put("/v1/MossoCloudFS_929418/disks", vec![]).await;
    let image = ann.image(&disk()).await;
    let input = json!({ "image_uuid": image, "receiving_swift_container": "disks" });
    let export = ann
        .begin(&json!({ "type": "export", "input": input }))
        .await;
    for _ in 0..looks {
        ann.get(&export).await;
    }
    program.kill();

    let mut program = Program::start(data, &options);
    let ann = Customer::of(&program);
    let task = ann.ended(&export).await;
    assert_eq!(task["status"], "success", "{task}");
    assert_eq!(ann.objects().await, 1 + SEGMENTS);
    let place = task["result"]["export_location"].as_str().unwrap();
    let path = format!("/v1/MossoCloudFS_929418/{place}");
    let (status, fetched) = ann.ask(Method::GET, &path, "").await.unwrap();
    assert_eq!((status, fetched), (200, disk()));
    let input = json!({ "import_from": place, "image_properties": {} });
    let import = ann
        .begin(&json!({ "type": "import", "input": input }))
        .await;
    for _ in 0..looks {
        ann.get(&import).await;
    }
    program.kill();

    let program = Program::start(data, &options);
    let ann = Customer::of(&program);
    let task = ann.ended(&import).await;
    assert_eq!(task["status"], "success", "{task}");
    let images = ann.get("/v2/images?image_type=import").await;
    assert_eq!(images["images"].as_array().unwrap().len(), 1);
    // The image, its segments, and the image that was made of them: what was begun before is gone.
    assert_eq!(files(data).len(), 1 + SEGMENTS + 1);
    assert!(files_in(&data.join("staging")).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_and_imports_come_to_their_end_whatever_dies_on_sqlite() {
    for round in 0..crate::rounds() {
        let home = tempfile::tempdir().unwrap();
        survive(&[], home.path(), round * 2).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
async fn exports_and_imports_come_to_their_end_whatever_dies_on_postgres() {
    for round in 0..crate::rounds() {
        let database = Database::new().await;
        let home = tempfile::tempdir().unwrap();
        survive(&[&database.option()], home.path(), round * 2).await;
    }
}

/// A step at which a task is held by the pace when its server dies.
async fn survive_at(step: &str) {
    let home = tempfile::tempdir().unwrap();
    let mut program = Program::start(home.path(), &OPTIONS);
    let ann = Customer::of(&program);
    ann.put("/v1/MossoCloudFS_929418/disks", vec![]).await;
    ann.put("/v1/MossoCloudFS_929418/disks/a.vhd", disk()).await;
    let image = ann.image(&disk()).await;
    let pace = json!({ step: { "polls": 1_000_000 } }).to_string();
    ann.put("/_lookalike/pace", pace.into_bytes()).await;
    let input = json!({ "image_uuid": image, "receiving_swift_container": "disks" });
    let export = ann
        .begin(&json!({ "type": "export", "input": input }))
        .await;
    let input = json!({ "import_from": "disks/a.vhd", "image_properties": {} });
    let import = ann
        .begin(&json!({ "type": "import", "input": input }))
        .await;
    for task in [&export, &import] {
        while ann.get(task).await["status"] != step {}
    }
    program.kill();

    let program = Program::start(home.path(), &OPTIONS);
    let ann = Customer::of(&program);
    for task in [&export, &import] {
        assert_eq!(ann.ended(task).await["status"], "success");
    }
    assert_eq!(ann.objects().await, 1 + 1 + SEGMENTS);
    assert_eq!(files(home.path()).len(), 2 + SEGMENTS + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_were_pending_are_done_by_the_next_server() {
    survive_at("pending").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_were_processing_are_done_again_by_the_next_server() {
    survive_at("processing").await;
}
