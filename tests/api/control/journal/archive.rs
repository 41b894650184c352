//! The journal as an archive that other programs read.

use serde_json::{Value, json};

use crate::glance::glance;
use crate::wire::Wire;

#[tokio::test]
async fn the_archive_is_one_that_other_programs_read() {
    let glance = glance().await;
    let alice = glance.person("alice");
    alice
        .post("/v2/images?x=%20y")
        .json(json!({ "name": "cirros" }))
        .await
        .is(201);
    alice.get("/v2/images/none").await.is(404);

    let answer = glance
        .control()
        .get("/requests.har?method=POST")
        .await
        .is(200);
    let log = &answer["log"];
    assert_eq!(log["version"], "1.2");
    assert_eq!(log["creator"]["name"], "lookalike");
    let [it] = &log["entries"].as_array().unwrap()[..] else {
        panic!("one POST was sent");
    };
    let request = &it["request"];
    assert_eq!(request["method"], "POST");
    assert_eq!(request["url"], format!("{}/v2/images?x=%20y", glance.url()));
    assert_eq!(
        request["queryString"],
        json!([{ "name": "x", "value": " y" }])
    );
    assert_eq!(request["postData"]["text"], r#"{"name":"cirros"}"#);
    assert_eq!(it["response"]["status"], 201);
    assert_eq!(it["response"]["statusText"], "Created");
    let timings = &it["timings"];
    let sum = ["send", "wait", "receive"].map(|part| timings[part].as_f64().unwrap());
    assert!((sum.iter().sum::<f64>() - it["time"].as_f64().unwrap()).abs() < 1e-9);
    for part in [request, &it["response"]] {
        for field in ["cookies", "headers"] {
            assert!(part[field].is_array());
        }
        for field in ["headersSize", "bodySize"] {
            assert!(part[field].is_i64() || part[field].is_u64());
        }
    }
}

/// Sees that a value has a form: an object has each of these fields, in this form; of a list, each
/// member has the one that is named; and a text names a kind.
#[track_caller]
fn has_form(value: &Value, form: &Value, place: &str) {
    match form {
        Value::Object(fields) => {
            for (name, form) in fields {
                let field = value.get(name);
                let field = field.unwrap_or_else(|| panic!("{place}.{name} is missing: {value}"));
                has_form(field, form, &format!("{place}.{name}"));
            }
        }
        Value::Array(form) => {
            let members = value.as_array();
            let members = members.unwrap_or_else(|| panic!("{place} is no list: {value}"));
            for member in members {
                has_form(member, &form[0], &format!("{place}[]"));
            }
        }
        kind => {
            let is_whole = |least| value.as_i64().is_some_and(|it| it >= least);
            let fits = match kind.as_str().unwrap() {
                "text" => value.is_string(),
                "time" => {
                    let text = value.as_str().unwrap_or_default();
                    chrono::DateTime::parse_from_rfc3339(text).is_ok()
                }
                "size" => is_whole(-1),
                "status" => is_whole(0),
                "length" => value.as_f64().is_some_and(|it| it >= 0.0),
                "url" => value
                    .as_str()
                    .is_some_and(|it| it.parse::<http::Uri>().is_ok()),
                _ => value.is_object(),
            };
            assert!(fits, "{place} is no {kind}: {value}");
        }
    }
}

/// What HAR 1.2 asks for.
fn archive() -> Value {
    let pairs = json!([{ "name": "text", "value": "text" }]);
    json!({ "log": {
        "version": "text",
        "creator": { "name": "text", "version": "text" },
        "entries": [{
            "startedDateTime": "time",
            "time": "length",
            "request": {
                "method": "text", "url": "url", "httpVersion": "text", "cookies": pairs,
                "headers": pairs, "queryString": pairs, "headersSize": "size", "bodySize": "size",
            },
            "response": {
                "status": "status", "statusText": "text", "httpVersion": "text", "cookies": pairs,
                "headers": pairs, "content": { "size": "size", "mimeType": "text" },
                "redirectURL": "text", "headersSize": "size", "bodySize": "size",
            },
            "cache": "object",
            "timings": { "send": "length", "wait": "length", "receive": "length" },
        }],
    } })
}

#[tokio::test]
async fn whatever_happened_the_archive_has_all_that_its_format_asks_for() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({ "name": "\u{fc}\n\"" })).await;
    alice.get(image.at("/file")).await.is(200);
    alice.get("/v2").await;
    alice.get("/v2/images?name=%C3%28&name&=&token=x").await;
    alice.delete(&image).await.is(204);
    glance.nobody().request(http::Method::HEAD, "/").await;
    for effect in [
        json!({ "reset": "before_headers" }),
        json!({ "truncate_after": 2 }),
        json!({ "status": 204 }),
    ] {
        glance.fault(json!({ "fault": effect })).await.unwrap();
        let mut wire = Wire::open(&glance).await;
        let head =
            "GET /versions HTTP/1.1\r\nHost: h\r\nX-Odd: \u{fc}: a\r\nConnection: close\r\n\r\n";
        wire.send(head).await;
        wire.all().await;
        glance.clear_simulation().await;
    }
    let answer = glance.control().get("/requests.har").await.is(200);
    assert!(answer["log"]["entries"].as_array().unwrap().len() >= 10);
    has_form(answer.json(), &archive(), "");
    for entry in answer["log"]["entries"].as_array().unwrap() {
        if let Some(posted) = entry["request"].get("postData") {
            has_form(
                posted,
                &json!({ "mimeType": "text", "text": "text" }),
                "postData",
            );
        }
    }
}
