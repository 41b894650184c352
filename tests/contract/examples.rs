//! The examples in the documents fit the schemas beside them.

use lookalike::DescribedApi;
use serde_json::Value;

use crate::document::Document;

/// Collects every schema that has examples, with their values.
fn with_examples<'a>(value: &'a Value, whole: &'a Value, found: &mut Vec<(&'a Value, &'a Value)>) {
    match value {
        Value::Object(object) => {
            if let (Some(schema), Some(examples)) = (object.get("schema"), object.get("examples")) {
                for example in examples.as_object().unwrap().values() {
                    let reference = example["$ref"].as_str().unwrap();
                    let example = whole.pointer(&reference[1..]).unwrap();
                    found.push((schema, &example["value"]));
                }
            }
            for value in object.values() {
                with_examples(value, whole, found);
            }
        }
        Value::Array(values) => values
            .iter()
            .for_each(|value| with_examples(value, whole, found)),
        _ => {}
    }
}

#[test]
fn every_example_fits_its_schema() {
    for (api, least) in [(DescribedApi::Images, 60), (DescribedApi::Identity, 60)] {
        let document = Document::of(api);
        let mut found = Vec::new();
        with_examples(&document.whole["paths"], &document.whole, &mut found);
        assert!(found.len() > least, "{}", found.len());
        let wrong: Vec<_> = found
            .iter()
            .filter_map(|(schema, example)| {
                let errors = document.check_request(schema, example);
                (!errors.is_empty()).then(|| format!("{}: {example}", errors.join("; ")))
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
