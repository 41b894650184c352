//! What a request may say: all of this is checked before the image is looked up.

use serde_json::{Value, json};

use crate::glance::{Person, glance};

const PATH: &str = "/v2/images/nothing";

async fn refused(alice: &Person, operations: Value, words: &str) {
    let answer = alice.patch(PATH, operations.clone()).await;
    assert_eq!(answer.status, 400, "{operations}: {}", answer.text());
    answer.says(words);
}

#[tokio::test]
async fn only_two_media_types_are_understood() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let known = "application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch";
    for media_type in [
        "application/json",
        "application/json-patch+json",
        "application/openstack-images-v2.2-json-patch",
        "Application/openstack-images-v2.1-json-patch",
    ] {
        let request = alice.request(http::Method::PATCH, PATH).json(json!([]));
        let answer = request.header("Content-Type", media_type).await.is(415);
        assert_eq!(answer.header("accept-patch"), known);
        let explanation =
            format!("The request media type {media_type} is not supported by this server.");
        let detail = format!("Image PATCH expects Content-Type one of: {known}");
        assert_eq!(answer.message(), (explanation, detail));
    }
    let request = alice.request(http::Method::PATCH, PATH).json(json!([]));
    let answer = request.await.is(415);
    assert_eq!(answer.header("accept-patch"), known);
}

#[tokio::test]
async fn parameters_of_the_media_type_are_ignored() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    for version in ["v2.0", "v2.1"] {
        let media_type =
            format!("application/openstack-images-{version}-json-patch; charset=utf-8");
        let request = alice.request(http::Method::PATCH, &image).json(json!([]));
        request.header("Content-Type", &media_type).await.is(200);
    }
}

#[tokio::test]
async fn a_patch_is_a_list_of_objects() {
    let glance = glance().await;
    let alice = glance.person("alice");
    refused(
        &alice,
        json!({}),
        "Request body must be a JSON array of operation objects.",
    )
    .await;
    refused(&alice, json!(["x"]), "Operations must be JSON objects.").await;
    refused(&alice, json!([[]]), "Operations must be JSON objects.").await;
}

#[tokio::test]
async fn an_operation_has_an_op_and_a_path() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let words = "Unable to find `op` in JSON Schema change. It must be one of the following: add, remove, replace.";
    refused(&alice, json!([{ "path": "/name" }]), words).await;
    for op in ["test", "copy", "move", "Add", ""] {
        let words = format!(
            "Invalid operation: `{op}`. It must be one of the following: add, remove, replace."
        );
        refused(&alice, json!([{ "op": op, "path": "/name" }]), &words).await;
    }
    let words = "Unable to find 'path' in JSON Schema change";
    refused(&alice, json!([{ "op": "add", "value": "x" }]), words).await;
    for path in [json!(null), json!(5), json!(["name"])] {
        let operations = json!([{ "op": "add", "path": path, "value": "x" }]);
        alice.patch(PATH, operations).await.is(400);
    }
}

#[tokio::test]
async fn a_path_is_a_pointer_to_one_field() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let unknown_escape = "contains \"~\" not part of a recognized escape sequence.";
    for (path, words) in [
        (
            "name",
            "Pointer `name` does not start with \"/\".".to_owned(),
        ),
        ("", "Pointer `` does not start with \"/\".".to_owned()),
        (
            "/a//b",
            "Pointer `/a//b` contains adjacent \"/\".".to_owned(),
        ),
        (
            "/a/ /b",
            "Pointer `/a/ /b` contains adjacent \"/\".".to_owned(),
        ),
        ("//", "Pointer `//` end with \"/\".".to_owned()),
        ("/a/", "Pointer `/a/` end with \"/\".".to_owned()),
        ("/a~", format!("Pointer `/a~` {unknown_escape}")),
        ("/a~2", format!("Pointer `/a~2` {unknown_escape}")),
        (
            "/tags/-",
            "Invalid JSON pointer for this resource: '/tags/-'".to_owned(),
        ),
        (
            "/tags/0",
            "Invalid JSON pointer for this resource: '/tags/0'".to_owned(),
        ),
        (
            "/a/b",
            "Invalid JSON pointer for this resource: '/a/b'".to_owned(),
        ),
        (
            "/ /x",
            "Invalid JSON pointer for this resource: '//x'".to_owned(),
        ),
        (
            "/a / b",
            "Invalid JSON pointer for this resource: '/a/b'".to_owned(),
        ),
        (
            "/locations",
            "Invalid JSON pointer for this resource: '/locations'".to_owned(),
        ),
        (
            "/locations/0/1",
            "Invalid JSON pointer for this resource: '/locations/0/1'".to_owned(),
        ),
    ] {
        refused(
            &alice,
            json!([{ "op": "add", "path": path, "value": "x" }]),
            &words,
        )
        .await;
    }
    let operation = json!([{ "op": "replace", "path": "/locations/0", "value": [] }]);
    refused(
        &alice,
        operation,
        "Invalid JSON pointer for this resource: '/locations/0'",
    )
    .await;
}

#[tokio::test]
async fn escapes_and_blanks_of_a_path_are_decoded() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    for (path, name) in [
        ("/", ""),
        ("/ sp ", "sp"),
        ("/a~1b", "a/b"),
        ("/a~0b", "a~b"),
        ("/~01", "~1"),
        ("/Foo", "Foo"),
        ("/foo", "foo"),
    ] {
        let operations = json!([{ "op": "add", "path": path, "value": path }]);
        let answer = alice.patch(&image, operations).await.is(200);
        assert_eq!(answer[name], path);
    }
}

#[tokio::test]
async fn only_a_removal_needs_no_value() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for op in ["add", "replace"] {
        let words = format!("Operation \"{op}\" requires a member named \"value\".");
        refused(&alice, json!([{ "op": op, "path": "/name" }]), &words).await;
    }
    let image = alice.create(json!({ "p": "x" })).await;
    let operations = json!([{ "op": "remove", "path": "/p", "value": 5, "more": true }]);
    let answer = alice.patch(&image, operations).await.is(200);
    assert_eq!(answer.json().get("p"), None);
}

#[tokio::test]
async fn what_the_server_alone_sets_is_not_to_be_patched() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for name in [
        "created_at",
        "updated_at",
        "status",
        "checksum",
        "size",
        "virtual_size",
        "direct_url",
        "self",
        "file",
        "schema",
        "id",
        "os_hash_algo",
        "os_hash_value",
    ] {
        for op in ["add", "replace", "remove"] {
            let operations = json!([{ "op": op, "path": format!("/{name}"), "value": 5 }]);
            let answer = alice.patch(PATH, operations).await.is(403);
            answer.says(&format!("Attribute '{name}' is read-only."));
        }
    }
}

#[tokio::test]
async fn reserved_names_are_not_to_be_patched() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for name in [
        "location",
        "deleted",
        "deleted_at",
        "os_glance",
        "os_glance_import_task",
    ] {
        for op in ["add", "replace", "remove"] {
            let operations = json!([{ "op": op, "path": format!("/{name}"), "value": "x" }]);
            let answer = alice.patch(PATH, operations).await.is(403);
            answer.says(&format!("Attribute '{name}' is reserved."));
        }
    }
}

#[tokio::test]
async fn a_value_must_fit_the_schema() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (path, value, words) in [
        ("/name", json!(5), "5 is not of type 'null', 'string'"),
        ("/p", json!(null), "None is not of type 'string'"),
        ("/p", json!({ "a": 1 }), "{'a': 1} is not of type 'string'"),
        (
            "/protected",
            json!("true"),
            "'true' is not of type 'boolean'",
        ),
        (
            "/visibility",
            json!("x"),
            "'x' is not one of ['community', ",
        ),
        ("/min_ram", json!(1.5), "1.5 is not of type 'integer'"),
        ("/tags", json!(["x".repeat(256)]), "'xxx"),
        (
            "/disk_format",
            json!("floppy"),
            "'floppy' is not one of [None, ",
        ),
    ] {
        for op in ["add", "replace"] {
            let operations = json!([{ "op": op, "path": path, "value": value }]);
            let answer = alice.patch(PATH, operations).await.is(400);
            answer.begins(&format!(
                "Provided object does not match schema 'image': {words}"
            ));
        }
    }
}

#[tokio::test]
async fn the_first_operation_that_is_wrong_ends_the_request() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let fine = json!({ "op": "add", "path": "/p", "value": "x" });
    let operations = json!([fine, { "op": "add", "path": "/size", "value": 1 }, { "op": "test" }]);
    alice
        .patch(PATH, operations)
        .await
        .is(403)
        .says("Attribute 'size' is read-only.");
    let operations = json!([fine, { "op": "test" }, { "op": "add", "path": "/size", "value": 1 }]);
    alice.patch(PATH, operations).await.is(400);
    alice
        .patch(PATH, json!([fine]))
        .await
        .is(404)
        .says("No image found with ID {id}");
}

#[tokio::test]
async fn a_body_must_be_there() {
    let glance = glance().await;
    let alice = glance.person("alice");
    alice
        .patch(PATH, json!([]))
        .body("")
        .await
        .is(400)
        .says("Body expected in request.");
    alice
        .patch(PATH, json!([]))
        .body("[")
        .await
        .is(400)
        .says("Malformed JSON in request body.");
    let answer = alice.patch(PATH, json!([])).body("5").await.is(400);
    answer.says("Unexpected body type. Expected list/dict.");
}
