//! Objects of the object store: all or nothing of each, whenever the program dies.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use http::Method;
use tokio::task::AbortHandle;

use crate::database::Database;
use crate::program::{Program, files_in};
use crate::rounds;

/// The size of an object that is written in many pieces.
const SIZE: usize = 3 << 20;

/// The number of clients that write at once, each its own objects.
const CLIENTS: usize = 4;

/// Alice's account at one server.
#[derive(Clone)]
struct Account {
    http: reqwest::Client,
    url: String,
}

impl Account {
    fn at(program: &Program) -> Self {
        Self {
            http: reqwest::Client::new(),
            url: format!("{}/v1/AUTH_projA", program.url()),
        }
    }

    /// The status and the body of an answer, if there is one.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: impl Into<reqwest::Body>,
    ) -> Option<(u16, Bytes)> {
        let request = self.http.request(method, format!("{}{path}", self.url));
        let request = request.header("X-Auth-Token", "alice:projA:member,reader");
        let answer = request.body(body).send().await.ok()?;
        Some((answer.status().as_u16(), answer.bytes().await.ok()?))
    }

    async fn put(&self, path: &str, body: impl Into<reqwest::Body>) -> Option<u16> {
        let (status, _) = self.ask(Method::PUT, path, body).await?;
        Some(status)
    }

    async fn get(&self, path: &str) -> (u16, Bytes) {
        self.ask(Method::GET, path, "").await.expect("an answer")
    }

    /// Sends most of an object, and never the last of it.
    fn begin(&self, path: &str) -> AbortHandle {
        let many = (0..40).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![9; 100_000])));
        let body = reqwest::Body::wrap_stream(stream::iter(many).chain(stream::pending()));
        let (account, path) = (self.clone(), path.to_owned());
        tokio::spawn(async move { account.put(&path, body).await }).abort_handle()
    }
}

fn start(data: &Path, options: &[&str]) -> Program {
    let mut all = vec!["--dialect=rackspace", "--dialect-seed=false"];
    all.extend(options);
    Program::start(data, &all)
}

/// The files of bytes in a data directory.
fn stored(data: &Path) -> usize {
    let files = files_in(&data.join("images")).into_iter();
    // Not the file that tells whose place it is.
    files.filter(|name| name.len() >= 36).count()
}

async fn an_upload_that_dies_leaves_what_was_there(options: &[&str]) {
    let home = tempfile::tempdir().unwrap();
    let mut program = start(home.path(), options);
    let account = Account::at(&program);
    assert_eq!(account.put("/c", "").await, Some(201));
    assert_eq!(account.put("/c/old", vec![1; SIZE]).await, Some(201));
    let before = files_in(&home.path().join("images")).len();
    let (new, overwrite) = (account.begin("/c/new"), account.begin("/c/old"));
    while files_in(&home.path().join("images")).len() < before + 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    program.kill();
    new.abort();
    overwrite.abort();
    let program = start(home.path(), options);

    let account = Account::at(&program);
    assert_eq!(account.get("/c/new").await.0, 404);
    assert_eq!(account.get("/c/old").await, (200, vec![1; SIZE].into()));
    assert_eq!(files_in(&home.path().join("images")).len(), before);
    assert_eq!(account.put("/c/new", "again").await, Some(201));
    assert_eq!(account.put("/c/old", "again").await, Some(201));
    assert_eq!(stored(home.path()), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_of_an_object_that_dies_leaves_what_was_there() {
    an_upload_that_dies_leaves_what_was_there(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
async fn an_upload_of_an_object_that_dies_leaves_what_was_there_on_postgres() {
    let database = Database::new().await;
    an_upload_that_dies_leaves_what_was_there(&[&database.option()]).await;
}

/// What one client knows of its objects: the byte that each is made of, or that it is deleted. What was not
/// answered may be either.
type Known = BTreeMap<String, Vec<Option<u8>>>;

/// Writes, replaces, copies and deletes objects until the server is gone.
async fn work(account: Account, client: usize, round: u8, mut known: Known) -> Known {
    for step in 0_u8.. {
        let name = format!("{client}-{}", step % 5);
        let path = format!("/c/{name}");
        let byte = round.wrapping_mul(50).wrapping_add(step);
        let (answer, outcome) = if step % 3 == 2 {
            let answer = account.ask(Method::DELETE, &path, "").await;
            (answer.map(|(status, _)| status), None)
        } else {
            let size = if step % 2 == 0 { SIZE } else { 5 };
            (account.put(&path, vec![byte; size]).await, Some(byte))
        };
        let possible = known.entry(name).or_insert_with(|| vec![None]);
        match answer {
            Some(201 | 204 | 404) => *possible = vec![outcome],
            Some(other) => panic!("{path}: {other}"),
            None => {
                possible.push(outcome);
                return known;
            }
        }
    }
    known
}

/// Compares what is there with what the clients know, and the store with what is there.
async fn check(account: &Account, data: &Path, known: &Known) -> Known {
    let mut found = Known::new();
    let mut there = 0;
    for (name, possible) in known {
        let (status, bytes) = account.get(&format!("/c/{name}")).await;
        let outcome = match status {
            200 => {
                there += 1;
                assert!([SIZE, 5].contains(&bytes.len()), "{name} is not whole");
                assert!(bytes.iter().all(|byte| *byte == bytes[0]), "{name}");
                Some(bytes[0])
            }
            404 => None,
            other => panic!("{name}: {other}"),
        };
        assert!(
            possible.contains(&outcome),
            "{name}: {outcome:?} of {possible:?}"
        );
        found.insert(name.clone(), vec![outcome]);
    }
    assert_eq!(stored(data), there, "bytes of no object, or none of one");
    found
}

async fn survive(options: &[&str]) {
    let home = tempfile::tempdir().unwrap();
    let mut known = vec![Known::new(); CLIENTS];
    for round in 0..u8::try_from(rounds()).unwrap() {
        let mut program = start(home.path(), options);
        let account = Account::at(&program);
        account.put("/c", "").await;
        for known in &mut known {
            *known = check_one(&account, known).await;
        }
        let working = known.iter().enumerate().map(|(client, known)| {
            tokio::spawn(work(account.clone(), client, round, known.clone()))
        });
        let working: Vec<_> = working.collect();
        tokio::time::sleep(Duration::from_millis(400 + 130 * u64::from(round))).await;
        program.kill();
        known = join_all(working)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
    }
    let program = start(home.path(), options);
    let all = known.into_iter().flatten().collect();
    check(&Account::at(&program), home.path(), &all).await;
}

/// Settles what one client knows.
async fn check_one(account: &Account, known: &Known) -> Known {
    let mut found = Known::new();
    for (name, possible) in known {
        let (status, bytes) = account.get(&format!("/c/{name}")).await;
        let outcome = (status == 200).then(|| bytes[0]);
        assert!(
            possible.contains(&outcome),
            "{name}: {outcome:?} of {possible:?}"
        );
        found.insert(name.clone(), vec![outcome]);
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_objects_survive() {
    survive(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/with-postgres, with --run-ignored all"]
async fn acknowledged_objects_survive_on_postgres() {
    let database = Database::new().await;
    survive(&[&database.option()]).await;
}
