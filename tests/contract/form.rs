//! What every operation of the documents has, so that pages and clients can be made of them.

use std::collections::BTreeSet;

use lookalike::DescribedApi;
use serde_json::Value;

use crate::document::Document;

fn documents() -> [Document; 4] {
    [
        DescribedApi::Images,
        DescribedApi::Identity,
        DescribedApi::IdentityV2,
        DescribedApi::ObjectStore,
    ]
    .map(Document::of)
}

#[test]
fn every_operation_has_an_id_of_its_own_and_says_what_it_does() {
    for document in documents() {
        let mut ids = BTreeSet::new();
        for (name, operation) in document.operations() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{name}: {id} is another's, too");
            let (summary, description) = (&operation["summary"], &operation["description"]);
            assert!(summary.as_str().unwrap().len() > 5, "{name}");
            let description = description.as_str().unwrap();
            assert!(
                description.ends_with('.') && description.len() > 15,
                "{name}: {description}"
            );
        }
    }
}

#[test]
fn the_groups_of_images_begin_as_in_the_old_console() {
    let [images, ..] = documents();
    let tags = images.whole["tags"].as_array().unwrap();
    let names: Vec<_> = tags
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names[..5],
        ["Operations", "Sharing", "Tasks", "Tags", "Schema"]
    );
}

#[test]
fn every_group_has_operations_and_every_operation_a_group() {
    for document in documents() {
        let tags = document.whole["tags"].as_array().unwrap();
        let tags: BTreeSet<_> = tags
            .iter()
            .map(|tag| tag["name"].as_str().unwrap())
            .collect();
        let used: BTreeSet<_> = document
            .operations()
            .values()
            .map(|operation| operation["tags"][0].as_str().unwrap())
            .collect();
        assert_eq!(tags, used);
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    for document in documents() {
        let mut used = BTreeSet::new();
        follow(&document.whole, &mut used);
        for reference in &used {
            assert!(
                document.whole.pointer(&reference[1..]).is_some(),
                "{reference}"
            );
        }
        for (kind, all) in document.whole["components"].as_object().unwrap() {
            if kind == "securitySchemes" {
                continue;
            }
            for name in all.as_object().unwrap().keys() {
                let reference = format!("#/components/{kind}/{name}");
                assert!(used.contains(&reference), "nothing refers to {reference}");
            }
        }
    }
}

fn follow(value: &Value, used: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get("$ref") {
                used.insert(reference.clone());
            }
            object.values().for_each(|value| follow(value, used));
        }
        Value::Array(values) => values.iter().for_each(|value| follow(value, used)),
        _ => {}
    }
}

#[test]
fn every_parameter_in_a_path_is_described() {
    for document in documents() {
        for (path, item) in document.whole["paths"].as_object().unwrap() {
            let wanted: BTreeSet<_> = path
                .split(['{', '}'])
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect();
            let given = item["parameters"].as_array().into_iter().flatten();
            let given: BTreeSet<_> = given
                .map(|parameter| {
                    let reference = parameter["$ref"].as_str().unwrap();
                    let parameter = document.whole.pointer(&reference[1..]).unwrap();
                    assert_eq!(parameter["in"], "path");
                    parameter["name"].as_str().unwrap().to_owned()
                })
                .collect();
            assert_eq!(wanted, given, "{path}");
        }
    }
}

#[test]
fn every_route_of_images_is_in_the_document_and_every_operation_has_a_route() {
    let [images, ..] = documents();
    let routes: BTreeSet<_> = lookalike::routes(&lookalike::dialect::DEFAULT)
        .into_iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    // These answer outside the table: the versions and the health are the same for every method.
    let apart = ["GET /", "GET /versions", "GET /v2", "GET /healthcheck"];
    let described: BTreeSet<_> = images.operations().into_keys().collect();
    let described: BTreeSet<_> = described
        .into_iter()
        .filter(|name| !apart.contains(&name.as_str()))
        .collect();
    assert_eq!(routes, described);
}

#[test]
fn every_path_of_identity_v2_is_in_the_document() {
    let [_, _, identity, _] = documents();
    let routes: BTreeSet<_> = lookalike::identity_v2_paths()
        .into_iter()
        .map(|path| format!("/v2.0{}", path.trim_end_matches('/')))
        .collect();
    let described = identity.whole["paths"].as_object().unwrap().keys();
    assert_eq!(routes, described.cloned().collect());
}
