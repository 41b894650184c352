//! The messages about violations of the image's schema.

use super::*;

fn says(document: &Value) -> String {
    let formats = ["ami", "qcow2"].map(str::to_owned);
    let schemas = Schemas::new(
        &formats,
        &formats,
        &CustomProperties::default(),
        &ImageRules::GLANCE,
    )
    .unwrap();
    let error = schemas.check_image(document).unwrap_err().to_string();
    error.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn violations_of_custom_properties_have_pythons_messages() {
    let text = r#"{
        "low": {"type": "integer", "minimum": 2, "maximum": 9},
        "above": {"type": "number", "exclusiveMinimum": 3, "exclusiveMaximum": 9},
        "three": {"type": "number", "multipleOf": 3},
        "fixed": {"const": "x"},
        "either": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        "other": {"not": {"type": "string"}}
    }"#;
    let custom = CustomProperties::read(text, &Map::new()).unwrap();
    let schemas = Schemas::new(&[], &[], &custom, &ImageRules::GLANCE).unwrap();
    for (document, message) in [
        (json!({"low": 1}), "1 is less than the minimum of 2"),
        (json!({"low": 10}), "10 is greater than the maximum of 9"),
        (
            json!({"above": 3}),
            "3 is less than or equal to the minimum of 3",
        ),
        (
            json!({"above": 9}),
            "9 is greater than or equal to the maximum of 9",
        ),
        (json!({"three": 4}), "4 is not a multiple of 3"),
        (json!({"fixed": "y"}), "'x' was expected"),
        (
            json!({"either": null}),
            "None is not valid under any of the given schemas",
        ),
        (
            json!({"other": "x"}),
            "'x' should not be valid under {'type': 'string'}",
        ),
    ] {
        let error = schemas.check_image(&document).unwrap_err().to_string();
        let head = "Provided object does not match schema 'image': ";
        assert_eq!(
            error.lines().next(),
            Some(format!("{head}{message}").as_str())
        );
    }
}

#[test]
fn violations_have_pythons_messages() {
    let head = "Provided object does not match schema 'image': ";
    for (document, message) in [
        (
            json!({"disk_format": "x"}),
            "'x' is not one of [None, 'ami', 'qcow2']",
        ),
        (json!({"min_ram": "x"}), "'x' is not of type 'integer'"),
        (json!({"foo": null}), "None is not of type 'string'"),
        (json!({"name": 5}), "5 is not of type 'null', 'string'"),
        (json!({"tags": ["a", 1]}), "1 is not of type 'string'"),
        (json!({"tags": [1, 2]}), "2 is not of type 'string'"),
        (
            json!({"name": 5, "min_ram": "x", "foo": 5, "tags": [1]}),
            "5 is not of type 'null', 'string'",
        ),
        (
            json!({"id": "x"}),
            "'x' does not match '^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$'",
        ),
        (
            json!({"locations": [{"url": "x"}]}),
            "'metadata' is a required property",
        ),
    ] {
        assert_eq!(says(&document), format!("{head}{message}"));
    }
}
