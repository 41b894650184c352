//! Many objects and containers that are deleted at once, as pyrax and fog do. Swift: `swift/common/middleware/bulk.py`.

use http::Method;
use serde_json::{Value, json};

use super::{Account, cloud};
use crate::glance::{Answer, Request};

/// A container with some objects.
async fn filled(alice: &Account, names: &[&str]) {
    alice.container("c").await;
    for name in names {
        alice.object(&format!("/c/{name}"), "hello").await;
    }
}

fn ask(alice: &Account, method: &str, names: &str, accept: &str) -> Request {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let url = alice.url("?bulk-delete=1");
    let request = alice.person.request(method, url).body(names.to_owned());
    request.header("Accept", accept)
}

async fn delete(alice: &Account, method: &str, names: &str) -> Answer {
    ask(alice, method, names, "application/json").await
}

#[track_caller]
fn told(answer: &Answer, expected: &Value) {
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body, *expected);
}

#[tokio::test]
async fn all_that_a_list_names_is_deleted() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    for method in ["DELETE", "POST"] {
        filled(&alice, &["a", "b%20b", "kept"]).await;
        let answer = delete(&alice, method, "/c/a\n c/b%20b \n\n/c/none\n/none")
            .await
            .is(200);
        let expected = json!({ "Response Status": "200 OK", "Response Body": "",
            "Number Deleted": 2, "Number Not Found": 2, "Errors": [] });
        told(&answer, &expected);
        let left = alice.get("/c").await.is(200);
        assert_eq!(left.text(), "kept\n");
        delete(&alice, method, "/c/kept\n/c").await.is(200);
        alice.get("/c").await.is(404);
    }
}

#[tokio::test]
async fn what_cannot_be_deleted_is_told_with_its_status() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    filled(&alice, &["a b"]).await;
    let long = "x".repeat(1025);
    let answer = delete(&alice, "DELETE", &format!("/c\n/c/{long}"))
        .await
        .is(200);
    let errors = json!([
        ["/c", "409 Conflict"],
        [format!("/c/{long}"), "414 Request-URI Too Long"]
    ]);
    let expected = json!({ "Response Status": "400 Bad Request", "Response Body": "",
        "Number Deleted": 0, "Number Not Found": 0, "Errors": errors });
    told(&answer, &expected);
    alice.get("/c/a%20b").await.is(200);
}

#[tokio::test]
async fn the_outcome_is_text_json_or_xml() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    filled(&alice, &["a"]).await;
    let ask = |accept| ask(&alice, "DELETE", "/c", accept);
    let text = "Number Deleted: 0\nNumber Not Found: 0\nResponse Body: \n\
                Response Status: 400 Bad Request\nErrors:\n/c, 409 Conflict\n";
    assert_eq!(ask("*/*").await.is(200).text(), text);
    let xml = ask("application/xml").await.is(200);
    assert_eq!(xml.header("content-type"), "application/xml");
    let object = "<object><name>/c</name><status>409 Conflict</status></object>";
    assert!(xml.text().contains(object), "{}", xml.text());
    ask("image/png").await.is(406);
}

#[tokio::test]
async fn a_list_that_is_none_deletes_nothing() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    filled(&alice, &["a"]).await;
    let answer = delete(&alice, "DELETE", "\n").await.is(200);
    let expected = json!({ "Response Status": "400 Bad Request", "Response Body": "Invalid bulk delete.",
        "Number Deleted": 0, "Number Not Found": 0, "Errors": [] });
    told(&answer, &expected);
    delete(&alice, "POST", "/c/a\n/c/%ff").await.is(400);
    delete(&alice, "POST", "/c/a\n/c/%00").await.is(400);
    delete(&alice, "POST", &"/c/a\n".repeat(10_001))
        .await
        .is(413);
    alice.get("/c/a").await.is(200);
}

#[tokio::test]
async fn only_whoever_may_write_deletes_many() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    filled(&alice, &["a"]).await;
    let reader = Account::of(glance.bearer("rob:alice-project:reader"));
    let answer = delete(&reader, "DELETE", "/c/a").await.is(200);
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["Errors"], json!([["/c/a", "403 Forbidden"]]));
    let url = alice.url("?bulk-delete=1");
    let stranger = glance.bearer("eve:eve-project:member");
    stranger
        .request(Method::DELETE, url)
        .body("/c/a")
        .await
        .is(403);
    alice.get("/c/a").await.is(200);
}
