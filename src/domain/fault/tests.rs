//! What is a fault, and what is none.

use serde_json::json;

use super::*;

fn said(document: Value) -> String {
    Rule::read(document).unwrap_err().to_string()
}

#[test]
fn what_is_no_fault_is_named() {
    for (document, names) in [
        (json!([]), "JSON object"),
        (json!({}), "missing field `fault`"),
        (json!({ "fault": {} }), "fault: one of status, delay_ms"),
        (
            json!({ "fault": { "status": 503 }, "foo": 1 }),
            "unknown field `foo`",
        ),
        (
            json!({ "fault": { "sttus": 503 } }),
            "unknown field `sttus`",
        ),
        (
            json!({ "match": { "metod": "GET" }, "fault": { "status": 503 } }),
            "unknown field `metod`",
        ),
        (
            json!({ "fault": { "status": 503, "delay_ms": 1 } }),
            "fault: status and delay_ms are two",
        ),
        (
            json!({ "fault": { "status": 99 } }),
            "fault.status: a status is from 200 to 599",
        ),
        (json!({ "fault": { "status": -1 } }), "fault.status"),
        (json!({ "fault": { "delay_ms": -1 } }), "fault.delay_ms: -1"),
        (
            json!({ "fault": { "delay_ms": { "min": 2, "max": 1 } } }),
            "fault.delay_ms: min is more",
        ),
        (
            json!({ "fault": { "bytes_per_s": 0 } }),
            "fault.bytes_per_s",
        ),
        (
            json!({ "fault": { "truncate_after": -5 } }),
            "fault.truncate_after",
        ),
        (json!({ "fault": { "reset": "sometimes" } }), "fault.reset"),
        (json!({ "fault": { "stall": "never" } }), "fault.stall"),
        (
            json!({ "fault": { "store": "tired" } }),
            "fault.store: unknown variant `tired`",
        ),
        (
            json!({ "fault": { "store": { "fails": "full", "on": "read" } } }),
            "fault.store",
        ),
        (
            json!({ "fault": { "import": { "at": "once" } } }),
            "fault.import",
        ),
        (json!({ "fault": { "database": 5 } }), "fault.database"),
        (
            json!({ "fault": { "delay_ms": 1, "message": "x" } }),
            "fault.message",
        ),
        (
            json!({ "fault": { "status": 503, "of": "answer" } }),
            "fault.of",
        ),
        (
            json!({ "fault": { "status": 503, "headers": { "a b": "x" } } }),
            "\"a b\"",
        ),
        (
            json!({ "fault": { "status": 503, "headers": { "Content-Length": "1" } } }),
            "content-length",
        ),
        (json!({ "times": 0, "fault": { "status": 503 } }), "times"),
        (json!({ "times": -1, "fault": { "status": 503 } }), "times"),
        (json!({ "after": -1, "fault": { "status": 503 } }), "after"),
        (
            json!({ "match": { "path": "/[" }, "fault": { "status": 503 } }),
            "match.path",
        ),
        (
            json!({ "match": { "method": "" }, "fault": { "status": 503 } }),
            "match.method",
        ),
        (
            json!({ "match": { "nth": 0 }, "fault": { "status": 503 } }),
            "match.nth",
        ),
        (
            json!({ "match": { "probability": 1.5 }, "fault": { "status": 503 } }),
            "match.probability",
        ),
        (
            json!({ "match": { "header": { "a": "[" } }, "fault": { "status": 503 } }),
            "match.header.a",
        ),
        (
            json!({ "match": { "header": { "a": "b" } }, "fault": { "import": "x" } }),
            "match.header",
        ),
    ] {
        let said = said(document.clone());
        assert!(said.contains(names), "{document}: {said}");
    }
}

#[test]
fn a_request_is_matched_by_all_that_is_said_of_it() {
    let rule = json!({
        "match": { "method": "put", "path": "/v2/images/*/file", "user": "alice", "header": { "X-A": "b*" } },
        "fault": { "status": 503 },
    });
    let matches = Rule::read(rule).unwrap().matches;
    let facts = Facts {
        method: "PUT".into(),
        path: "/v2/images/1/file".into(),
        headers: vec![("x-a".into(), "bc".into())],
        user: vec!["1234".into(), "alice".into()],
        project: Vec::new(),
    };
    assert!(matches.is(&facts));
    for other in [
        Facts {
            method: "GET".into(),
            ..facts.clone()
        },
        Facts {
            path: "/v2/images/1".into(),
            ..facts.clone()
        },
        Facts {
            headers: Vec::new(),
            ..facts.clone()
        },
        Facts {
            user: vec!["bob".into()],
            ..facts.clone()
        },
    ] {
        assert!(!matches.is(&other), "{other:?}");
    }
}

#[test]
fn a_spread_is_drawn_between_its_ends() {
    let rule = Rule::read(json!({ "fault": { "delay_ms": { "min": 100, "max": 300 } } }));
    let Effect::Delay(span) = rule.unwrap().effect else {
        panic!()
    };
    assert_eq!(span.at(0.0).as_millis(), 100);
    assert_eq!(span.at(0.5).as_millis(), 200);
    assert_eq!(span.at(1.0).as_millis(), 300);
}
