//! The description of the control, for programs: each power describes its own part.

use std::sync::LazyLock;

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use crate::cloud::Cloud;

/// What each power says of itself: `{"paths": …, "schemas": …}`.
const PARTS: &[&str] = &[
    include_str!("../../openapi/control/base.json"),
    include_str!("../../openapi/control/seeds.json"),
    include_str!("../../openapi/control/faults.json"),
    include_str!("../../openapi/control/pace.json"),
    include_str!("../../openapi/control/snapshots.json"),
    include_str!("../../openapi/control/journal.json"),
    include_str!("../../openapi/control/clock.json"),
    include_str!("../../openapi/control/config.json"),
];

static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

pub(super) fn routes() -> Router<Cloud> {
    Router::new().route("/openapi.json", get(async || Json(&*DOCUMENT)))
}

fn document() -> Value {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for part in PARTS {
        let Ok(Value::Object(mut part)) = serde_json::from_str(part) else {
            continue; // a test sees to it that they are sound
        };
        for (all, key) in [(&mut paths, "paths"), (&mut schemas, "schemas")] {
            if let Some(Value::Object(own)) = part.remove(key) {
                all.extend(own);
            }
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "The control of lookalike",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What a test can do with the cloud that it is given.",
        },
        "servers": [
            { "url": "/_lookalike", "description": "The cloud of the server" },
            {
                "url": "/sandbox/{id}/_lookalike",
                "description": "A sandbox",
                "variables": { "id": { "default": "id" } },
            },
        ],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": { "type": "apiKey", "in": "header", "name": "X-Lookalike-Token" },
            },
        },
        "security": [{}, { "token": [] }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_json_with_nothing_but_paths_and_schemas() {
        for part in PARTS {
            let part: Map<String, Value> = serde_json::from_str(part).unwrap();
            assert!(
                part.keys()
                    .all(|it| ["paths", "schemas"].contains(&it.as_str()))
            );
        }
    }
}
