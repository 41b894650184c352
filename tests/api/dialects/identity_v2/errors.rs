//! Requests that are not as they should be.

use http::Method;
use serde_json::json;

use super::{KEY, fails, key, log_in, password, rackspace, user_admin, with};

#[tokio::test]
async fn credentials_that_are_not_whole_are_told_apart() {
    let glance = rackspace().await;
    let kind = "RAX-KSKEY:apiKeyCredentials";
    for (auth, words) in [
        (json!({ kind: { "apiKey": KEY } }), "Expecting username"),
        (
            json!({ kind: { "username": "rackspace" } }),
            "Expecting apiKey",
        ),
        (key("rackspace", " "), "Expecting apiKey"),
        (password("", "secret"), "Expecting username"),
        (password("rackspace", ""), "Expecting password"),
        (json!({ "token": {}, "tenantId": "1" }), "Invalid Token Id"),
    ] {
        fails(&log_in(&glance, auth).await, 400, "badRequest", words);
    }
    let both = with(key("rackspace", KEY), "token", json!({ "id": "x" }));
    let words =
        "Invalid request body: unable to parse Auth data. Please review XML or JSON formatting.";
    for auth in [
        json!({}),
        json!(null),
        json!([]),
        json!({ kind: "x" }),
        both,
    ] {
        fails(&log_in(&glance, auth).await, 400, "badRequest", words);
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let glance = rackspace().await;
    let post = |kind: &'static str, body: &'static str| {
        let request = glance.nobody().post("/v2.0/tokens");
        request.header("Content-Type", kind).body(body)
    };
    let answer = post("application/json", "{").await;
    fails(&answer, 400, "badRequest", "JSON Parsing error");
    let answer = post("application/xml", "<auth/>").await;
    fails(&answer, 415, "badMediaType", "Unsupported Media Type");
    let words =
        "Invalid request body: unable to parse Auth data. Please review XML or JSON formatting.";
    let answer = post("application/json", "").await;
    fails(&answer, 400, "badRequest", words);
}

#[tokio::test]
async fn a_body_that_is_too_long_is_over_the_limit() {
    let glance = rackspace().await;
    let auth = with(key("rackspace", KEY), "tenantId", "x".repeat(200_000));
    let answer = log_in(&glance, auth).await;
    let words = "The request entity is too large.";
    fails(&answer, 413, "overLimit", words);
}

#[tokio::test]
async fn paths_and_methods_that_there_are_not_have_faults_of_their_own() {
    let glance = rackspace().await;
    let (person, _) = user_admin(&glance).await;
    let answer = person.get("/identity/v2.0/nothing").await;
    fails(&answer, 404, "itemNotFound", "Resource Not Found");
    for (method, path) in [
        (Method::PUT, "/v2.0/tokens"),
        (Method::POST, "/v2.0/tenants"),
    ] {
        let answer = person.request(method, path).await;
        fails(&answer, 405, "badMethod", "Method Not Allowed");
    }
}

#[tokio::test]
async fn whoever_has_no_valid_token_is_told_where_it_goes() {
    let glance = rackspace().await;
    let words = "No valid token provided. Please use the 'X-Auth-Token' header with a valid token.";
    for path in ["/v2.0/tenants", "/v2.0/users", "/v2.0/tokens/x"] {
        let answer = glance.nobody().get(path).await;
        fails(&answer, 401, "unauthorized", words);
        let answer = glance.bearer("nothing").get(path).await;
        fails(&answer, 401, "unauthorized", words);
    }
}
