//! Metadata definitions.

mod access;
mod characters;
mod definitions;
mod lists;
mod load;
mod namespaces;
mod races;
mod tags;

use serde_json::{Value, json};

use crate::glance::{Answer, Person};

const NAMESPACES: &str = "/v2/metadefs/namespaces";

/// The path of something in a namespace; of the namespace itself where nothing is named.
fn at(namespace: &str, rest: &str) -> String {
    format!("{NAMESPACES}/{namespace}{rest}")
}

/// A namespace with something of everything in it.
fn full(name: &str) -> Value {
    json!({
        "namespace": name,
        "visibility": "public",
        "resource_type_associations": [{ "name": "Server", "prefix": "hw_" }],
        "properties": { "cores": { "title": "Cores", "type": "integer", "default": 2 } },
        "objects": [{
            "name": "Disk",
            "required": ["size"],
            "properties": { "size": { "title": "Size", "type": "integer" } },
        }],
        "tags": [{ "name": "one" }, { "name": "two" }],
    })
}

impl Person {
    /// Makes a namespace.
    async fn namespace(&self, fields: Value) -> Answer {
        self.post(NAMESPACES).json(fields).await.is(201)
    }

    /// The names of the items of a list.
    async fn named(&self, path: impl AsRef<str>, list: &str, name: &str) -> Vec<String> {
        let answer = self.get(path).await.is(200);
        let items = answer[list].as_array().unwrap().iter();
        items
            .map(|it| it[name].as_str().unwrap().to_owned())
            .collect()
    }
}
