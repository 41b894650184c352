//! The body that makes an image: how it comes, and which text it may hold.

use serde_json::json;

use crate::glance::{glance, glance_with};

#[tokio::test]
async fn a_body_must_be_there_and_be_an_object() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (body, words) in [
        ("", "Body expected in request."),
        ("{\"name\": ", "Malformed JSON in request body."),
        ("\u{feff}{}", "Malformed JSON in request body."),
        ("\"x\"", "Unexpected body type. Expected list/dict."),
        ("5", "Unexpected body type. Expected list/dict."),
        ("null", "Unexpected body type. Expected list/dict."),
    ] {
        alice
            .post("/v2/images")
            .body(body)
            .await
            .is(400)
            .says(words);
    }
    for body in ["[]", "[{}]", "[\"name\"]"] {
        alice.post("/v2/images").body(body).await.is(400);
    }
    let answer = alice
        .post("/v2/images")
        .body(b"{\"name\": \"\xff\"}".to_vec())
        .await;
    answer.is(400).says("Malformed JSON in request body.");
    alice
        .post("/v2/images")
        .body(r#"{"name": "\ud800"}"#)
        .await
        .is(400);
}

#[tokio::test]
async fn the_last_of_equal_keys_counts_and_the_content_type_does_not() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for media_type in ["application/json", "text/plain", "application/xml"] {
        let request = alice
            .post("/v2/images")
            .body(r#"{"name": "a", "name": "b"}"#);
        let answer = request.header("Content-Type", media_type).await.is(201);
        assert_eq!(answer["name"], "b");
    }
}

#[tokio::test]
async fn a_body_in_chunks_is_read() {
    let glance = glance().await;
    let chunks = ["{\"na", "me\": \"a\"}"].map(Ok::<_, std::io::Error>);
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    let answer = glance
        .person("alice")
        .post("/v2/images")
        .body(body)
        .await
        .is(201);
    assert_eq!(answer["name"], "a");
}

#[tokio::test]
async fn characters_of_four_bytes_are_refused_everywhere() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (fields, words) in [
        (
            json!({ "name": "a😀" }),
            "Name can't contain 4 byte unicode characters.",
        ),
        (
            json!({ "p": "😀" }),
            "P can't contain 4 byte unicode characters.",
        ),
        (
            json!({ "emoji": "😀" }),
            "Emoji can't contain 4 byte unicode characters.",
        ),
        (
            json!({ "os_type": "😀" }),
            "Os_Type can't contain 4 byte unicode characters.",
        ),
        (
            json!({ "😀": "x" }),
            "Property names can't contain 4 byte unicode.",
        ),
        (
            json!({ "tags": ["ok", "😀"] }),
            "Param values can't contain 4 byte unicode.",
        ),
    ] {
        alice
            .post("/v2/images")
            .json(fields)
            .await
            .is(400)
            .says(words);
    }
    assert!(alice.names("").await.is_empty(), "nothing is made");
    alice.create(json!({ "name": "Ünïcödé 中文 ‰" })).await;
}

#[tokio::test]
async fn a_text_with_a_nul_is_refused() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for fields in [
        json!({ "name": "a\0" }),
        json!({ "p": "\0" }),
        json!({ "p\0": "" }),
        json!({ "tags": ["\0"] }),
    ] {
        alice.post("/v2/images").json(fields).await.is(400);
    }
}

#[tokio::test]
async fn values_of_properties_may_be_long() {
    let glance = glance().await;
    let long = "v".repeat(65_535);
    let name = "n".repeat(255);
    let image = glance
        .person("alice")
        .create(json!({ name.as_str(): long }))
        .await;
    assert_eq!(image[name.as_str()], long);
}

#[tokio::test]
async fn a_location_leads_to_where_the_client_looked_or_to_the_public_url() {
    let glance = glance().await;
    let request = glance.person("alice").post("/v2/images").json(json!({}));
    let answer = request.header("Host", "images.example:8080").await.is(201);
    let id = answer["id"].as_str().unwrap();
    assert_eq!(
        answer.header("location"),
        format!("http://images.example:8080/v2/images/{id}")
    );

    let glance =
        glance_with(|config| config.access.public_url = Some("https://images.example".into()))
            .await;
    let answer = glance
        .person("alice")
        .post("/v2/images")
        .json(json!({}))
        .await
        .is(201);
    let id = answer["id"].as_str().unwrap();
    assert_eq!(
        answer.header("location"),
        format!("https://images.example/v2/images/{id}")
    );
}

#[tokio::test]
async fn formats_are_those_that_the_settings_name() {
    let glance = glance_with(|config| config.images.disk_formats = vec!["floppy".into()]).await;
    let alice = glance.person("alice");
    alice.create(json!({ "disk_format": "floppy" })).await;
    let answer = alice
        .post("/v2/images")
        .json(json!({ "disk_format": "raw" }))
        .await;
    answer.is(400).begins(
        "Provided object does not match schema 'image': 'raw' is not one of [None, 'floppy']",
    );
}
