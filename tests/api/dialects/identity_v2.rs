//! Identity v2.0 of the dialect that has it, on the accounts of its seed.

mod absent;
mod catalogue;
mod errors;
mod keys;
mod log_in;
mod secrets;
mod tokens;
mod users;

use lookalike::dialect::RACKSPACE;
use serde_json::{Value, json};

use crate::glance::{Answer, Glance, Person, glance_with};

/// The account of the seed, and the API keys of its users.
const ACCOUNT: &str = "929418";
const FILES: &str = "MossoCloudFS_929418";
const KEY: &str = "0123456789abcdef0123456789abcdef";
const CREATOR_KEY: &str = "1123456789abcdef0123456789abcdef";

async fn rackspace() -> Glance {
    glance_with(|config| config.dialect.dialect = &RACKSPACE).await
}

fn key(user: &str, key: &str) -> Value {
    json!({ "RAX-KSKEY:apiKeyCredentials": { "username": user, "apiKey": key } })
}

fn password(user: &str, password: &str) -> Value {
    json!({ "passwordCredentials": { "username": user, "password": password } })
}

/// Adds a member to the credentials.
fn with(mut auth: Value, name: &str, value: impl Into<Value>) -> Value {
    auth[name] = value.into();
    auth
}

async fn log_in(glance: &Glance, auth: Value) -> Answer {
    let request = glance.nobody().post("/v2.0/tokens");
    let request = request.header("Content-Type", "application/json");
    request.json(json!({ "auth": auth })).await
}

/// Somebody who has logged in so, and the document that was the answer.
async fn enter(glance: &Glance, auth: Value) -> (Person, Value) {
    let answer = log_in(glance, auth).await.is(200);
    let access = answer["access"].clone();
    let token = access["token"]["id"].as_str().unwrap().to_owned();
    (glance.bearer(token), access)
}

/// The user admin of the account.
async fn user_admin(glance: &Glance) -> (Person, Value) {
    enter(glance, key("rackspace", KEY)).await
}

/// It is this error: the fault, and the text.
#[track_caller]
fn fails(answer: &Answer, status: u16, fault: &str, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let expected = json!({ fault: { "code": status, "message": words } });
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body, expected);
}
