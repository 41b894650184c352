//! The older of the two media types: the name of the operation is the key of its path.

use http::Method;
use serde_json::{Value, json};

use crate::glance::{Person, Request, glance};

fn patch(person: &Person, path: impl AsRef<str>, operations: Value) -> Request {
    let request = person.request(Method::PATCH, path).json(operations);
    request.header(
        "Content-Type",
        "application/openstack-images-v2.0-json-patch",
    )
}

#[tokio::test]
async fn operations_do_what_their_key_says() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "a": "1", "b": "2" })).await;
    let operations = json!([
        { "add": "/c", "value": "3" },
        { "replace": "/a", "value": "4" },
        { "remove": "/b" },
        { "replace": "/name", "value": "x" },
    ]);
    let answer = patch(&alice, &image, operations).await.is(200);
    assert_eq!(answer.keys()[..3], ["a", "c", "name"]);
    assert_eq!(
        (&answer["a"], &answer["c"], &answer["name"]),
        (&json!("4"), &json!("3"), &json!("x"))
    );
}

#[tokio::test]
async fn what_is_there_cannot_be_added() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "p": "x" })).await;
    for (name, value) in [
        ("p", json!("y")),
        ("name", json!("y")),
        ("tags", json!([])),
        ("min_ram", json!(5)),
        // Said before what is wrong with the value.
        ("min_ram", json!(-5)),
    ] {
        let operations = json!([{ "add": format!("/{name}"), "value": value }]);
        let answer = patch(&alice, &image, operations).await.is(409);
        answer.details(&format!("Property {name} already present."));
    }
}

#[tokio::test]
async fn an_operation_has_exactly_one_name() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let names = "member named \"add\", \"remove\", or \"replace\".";
    for operation in [
        json!({}),
        json!({ "test": "/a" }),
        json!({ "op": "add", "path": "/a", "value": "x" }),
    ] {
        let answer = patch(&alice, "/v2/images/nothing", json!([operation]))
            .await
            .is(400);
        answer.says(&format!(
            "Operation objects must contain exactly one {names}"
        ));
    }
    let operation = json!({ "add": "/a", "remove": "/b", "value": "x" });
    let answer = patch(&alice, "/v2/images/nothing", json!([operation]))
        .await
        .is(400);
    answer.says(&format!("Operation objects must contain only one {names}"));
}

#[tokio::test]
async fn its_paths_and_values_are_checked_like_those_of_the_newer() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (operation, status) in [
        (json!({ "add": null }), 400),
        (json!({ "add": "name", "value": "x" }), 400),
        (json!({ "add": "/a/b", "value": "x" }), 400),
        (json!({ "add": "/a" }), 400),
        (json!({ "add": "/p", "value": 5 }), 400),
        (json!({ "remove": "/size" }), 403),
        (json!({ "remove": "/deleted" }), 403),
        (json!({ "remove": "/p" }), 404),
    ] {
        patch(&alice, "/v2/images/nothing", json!([operation]))
            .await
            .is(status);
    }
}
