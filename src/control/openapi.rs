//! The description of the control, for programs: each power describes its own part.

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::ROOT;
use crate::cloud::Cloud;

/// The description of each group of routes: `{"paths": …, "schemas": …}`.
const PARTS: [&str; 11] = [
    include_str!("../../openapi/control/base.json"),
    include_str!("../../openapi/control/seeds.json"),
    include_str!("../../openapi/control/faults.json"),
    include_str!("../../openapi/control/pace.json"),
    include_str!("../../openapi/control/snapshots.json"),
    include_str!("../../openapi/control/journal.json"),
    include_str!("../../openapi/control/clock.json"),
    include_str!("../../openapi/control/cloud.json"),
    include_str!("../../openapi/control/deletions.json"),
    include_str!("../../openapi/control/events.json"),
    include_str!("../../openapi/control/config.json"),
];

/// The description of the routes that sandboxes do not have.
const SANDBOXES: &str = include_str!("../../openapi/control/sandboxes.json");

/// The description of the console, where it is served.
const CONSOLE: &str = include_str!("../../openapi/control/console.json");

/// Whose control it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServerKind {
    Server,
    Sandbox,
}

/// The parts of the description that depend on the server.
#[derive(Clone, Copy, Debug)]
pub(super) struct DescribedParts {
    pub(super) kind: ServerKind,
    /// Whether the console is served.
    pub(super) console: bool,
}

pub(super) fn routes(parts: DescribedParts) -> Router {
    let show = async move |cloud: Cloud| Json(document(parts, &cloud.start().below));
    Router::new()
        .route("/openapi.json", get(show))
        .route("/openapi/control.json", get(show))
}

/// The paths and the schemas that are described.
pub(super) fn described(asked: DescribedParts) -> (Map<String, Value>, Map<String, Value>) {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    let own = (asked.kind == ServerKind::Server).then_some(SANDBOXES);
    let console = asked.console.then_some(CONSOLE);
    for part in PARTS.into_iter().chain(own).chain(console) {
        let Ok(Value::Object(mut part)) = serde_json::from_str(part) else {
            continue; // a test sees to it that they are sound
        };
        for (all, key) in [(&mut paths, "paths"), (&mut schemas, "schemas")] {
            if let Some(Value::Object(own)) = part.remove(key) {
                all.extend(own);
            }
        }
    }
    (paths, schemas)
}

/// The description of the control of the cloud below a path.
pub(super) fn document(parts: DescribedParts, below: &str) -> Value {
    let (paths, schemas) = described(parts);
    let servers = match parts.kind {
        ServerKind::Server => json!([
            { "url": ROOT, "description": "The cloud of the server" },
            {
                "url": format!("/sandbox/{{id}}{ROOT}"),
                "description": "A sandbox",
                "variables": { "id": { "default": "id" } },
            },
        ]),
        ServerKind::Sandbox => {
            json!([{ "url": format!("{below}{ROOT}"), "description": "The sandbox" }])
        }
    };
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "The control of lookalike",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What a test can do with the cloud that it is given.",
        },
        "servers": servers,
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
        for part in PARTS.into_iter().chain([SANDBOXES, CONSOLE]) {
            let part: Map<String, Value> = serde_json::from_str(part).unwrap();
            assert!(
                part.keys()
                    .all(|part| ["paths", "schemas"].contains(&part.as_str()))
            );
        }
    }
}
