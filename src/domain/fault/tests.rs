//! Valid and invalid fault rules, and the requests that they match.

use serde_json::json;

use super::*;

fn message(document: Value) -> String {
    FaultRule::read(document).unwrap_err().to_string()
}

#[test]
fn invalid_fault_rules_are_refused_with_a_reason() {
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
        let message = message(document.clone());
        assert!(message.contains(names), "{document}: {message}");
    }
}

#[test]
fn a_request_is_matched_by_all_that_is_said_of_it() {
    let rule = json!({
        "match": { "method": "put", "path": "/v2/images/*/file", "user": "alice", "header": { "X-A": "b*" } },
        "fault": { "status": 503 },
    });
    let matches = FaultRule::read(rule).unwrap().matches;
    let facts = RequestFacts {
        method: "PUT".into(),
        path: "/v2/images/1/file".into(),
        headers: vec![("x-a".into(), "bc".into())],
        user: vec!["1234".into(), "alice".into()],
        project: Vec::new(),
        region: "ORD".into(),
    };
    assert!(matches.matches(&facts));
    for other in [
        RequestFacts {
            method: "GET".into(),
            ..facts.clone()
        },
        RequestFacts {
            path: "/v2/images/1".into(),
            ..facts.clone()
        },
        RequestFacts {
            headers: Vec::new(),
            ..facts.clone()
        },
        RequestFacts {
            user: vec!["bob".into()],
            ..facts.clone()
        },
    ] {
        assert!(!matches.matches(&other), "{other:?}");
    }
}

#[test]
fn a_spread_is_drawn_between_its_ends() {
    let rule = FaultRule::read(json!({ "fault": { "delay_ms": { "min": 100, "max": 300 } } }));
    let FaultEffect::Delay(span) = rule.unwrap().effect else {
        panic!()
    };
    assert_eq!(span.at(0.0).as_millis(), 100);
    assert_eq!(span.at(0.5).as_millis(), 200);
    assert_eq!(span.at(1.0).as_millis(), 300);
}
