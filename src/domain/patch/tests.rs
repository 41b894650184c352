use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::domain::image::Image;
use crate::domain::schema::CustomProperties;
use crate::domain::status::Status;

fn schemas() -> &'static Schemas {
    static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| {
        let formats = ["raw", "qcow2", "bare"].map(str::to_owned);
        let properties = CustomProperties::default();
        Schemas::new(&formats, &formats, &properties, &ImageRules::GLANCE).unwrap()
    });
    &SCHEMAS
}

fn refusal(body: &Value, form: PatchFormat) -> String {
    let error = read(body, form, schemas()).unwrap_err();
    format!(
        "{} {}",
        error.status(),
        error.to_string().lines().next().unwrap_or_default()
    )
}

#[test]
fn wrong_operations_are_refused() {
    let allowed = "It must be one of the following: add, remove, replace.";
    for (body, message) in [
        (
            json!({}),
            "400 Request body must be a JSON array of operation objects.".to_owned(),
        ),
        (json!([1]), "400 Operations must be JSON objects.".into()),
        (
            json!([{"path": "/a"}]),
            format!("400 Unable to find `op` in JSON Schema change. {allowed}"),
        ),
        (
            json!([{"op": null, "path": "/a"}]),
            format!("400 Unable to find `op` in JSON Schema change. {allowed}"),
        ),
        (
            json!([{"op": "test", "path": "/a"}]),
            format!("400 Invalid operation: `test`. {allowed}"),
        ),
        (
            json!([{"op": "ADD", "path": "/a"}]),
            format!("400 Invalid operation: `ADD`. {allowed}"),
        ),
        (
            json!([{"op": "add"}]),
            "400 Unable to find 'path' in JSON Schema change".into(),
        ),
        (
            json!([{"op": "add", "path": null}]),
            "400 The path of an operation must be a string.".into(),
        ),
        (
            json!([{"op": "add", "path": "a"}]),
            "400 Pointer `a` does not start with \"/\".".into(),
        ),
        (
            json!([{"op": "add", "path": ""}]),
            "400 Pointer `` does not start with \"/\".".into(),
        ),
        (
            json!([{"op": "add", "path": "/ / "}]),
            "400 Pointer `/ / ` does not contains valid token.".into(),
        ),
        (
            json!([{"op": "add", "path": "/a//b"}]),
            "400 Pointer `/a//b` contains adjacent \"/\".".into(),
        ),
        (
            json!([{"op": "add", "path": "/a/ /b"}]),
            "400 Pointer `/a/ /b` contains adjacent \"/\".".into(),
        ),
        (
            json!([{"op": "add", "path": "/a/"}]),
            "400 Pointer `/a/` end with \"/\".".into(),
        ),
        (
            json!([{"op": "add", "path": "//"}]),
            "400 Pointer `//` end with \"/\".".into(),
        ),
        (
            json!([{"op": "add", "path": "/a~2"}]),
            "400 Pointer `/a~2` contains \"~\" not part of a recognized escape sequence.".into(),
        ),
        (
            json!([{"op": "add", "path": "/a~"}]),
            "400 Pointer `/a~` contains \"~\" not part of a recognized escape sequence.".into(),
        ),
        (
            json!([{"op": "add", "path": "/tags/-", "value": "x"}]),
            "400 Invalid JSON pointer for this resource: '/tags/-'".into(),
        ),
        (
            json!([{"op": "add", "path": "/locations", "value": []}]),
            "400 Invalid JSON pointer for this resource: '/locations'".into(),
        ),
        (
            json!([{"op": "add", "path": "/a"}]),
            "400 Operation \"add\" requires a member named \"value\".".into(),
        ),
        (
            json!([{"op": "remove", "path": "/id"}]),
            "403 Attribute 'id' is read-only.".into(),
        ),
        (
            json!([{"op": "add", "path": "/os_glance_x", "value": ""}]),
            "403 Attribute 'os_glance_x' is reserved.".into(),
        ),
        (
            json!([{"op": "add", "path": "/a", "value": 1}]),
            "400 Provided object does not match schema 'image': 1 is not of type 'string'".into(),
        ),
    ] {
        assert_eq!(refusal(&body, PatchFormat::V21), message, "{body}");
    }
}

#[test]
fn the_old_form_names_the_operation_by_its_key() {
    let exactly = "400 Operation objects must contain exactly one member named \"add\", \"remove\", or \"replace\".";
    assert_eq!(refusal(&json!([{"value": "x"}]), PatchFormat::V20), exactly);
    let only = "400 Operation objects must contain only one member named \"add\", \"remove\", or \"replace\".";
    assert_eq!(
        refusal(&json!([{"add": "/a", "remove": "/b"}]), PatchFormat::V20),
        only
    );
    let null = "400 The path of an operation must be a string.";
    assert_eq!(refusal(&json!([{"add": null}]), PatchFormat::V20), null);
    let read = read(
        &json!([{"add": "/a", "value": "x"}]),
        PatchFormat::V20,
        schemas(),
    )
    .unwrap();
    assert_eq!((read[0].verb, read[0].field.as_str()), (Verb::Add, "a"));
}

#[test]
fn names_are_decoded_and_trimmed() {
    for (path, field) in [
        ("/", ""),
        ("/ sp ", "sp"),
        ("/a~1b", "a/b"),
        ("/a~01", "a~1"),
        ("/é", "é"),
    ] {
        let read = read(
            &json!([{"op": "add", "path": path, "value": "x"}]),
            PatchFormat::V21,
            schemas(),
        );
        assert_eq!(read.unwrap()[0].field, field, "{path}");
    }
}

fn image() -> Image {
    let at = chrono::DateTime::UNIX_EPOCH;
    Image {
        id: "x".into(),
        name: Some("cirros".into()),
        status: Status::Queued,
        visibility: crate::domain::image::Visibility::Shared,
        owner: None,
        protected: false,
        os_hidden: false,
        min_ram: 0,
        min_disk: 0,
        disk_format: None,
        container_format: None,
        data: crate::domain::image::Data::default(),
        created_at: at,
        updated_at: at,
        tags: vec![],
        properties: [("a".to_owned(), "1".to_owned())].into_iter().collect(),
        locations: vec![],
    }
}

fn applied(body: &Value, form: PatchFormat) -> Result<Image> {
    let mut image = image();
    let mut document = image.document(&[]);
    for operation in read(body, form, schemas())? {
        operation.apply(&mut document)?;
    }
    image.apply_document(document, &[]);
    Ok(image)
}

#[test]
fn adding_overwrites_but_not_in_the_old_form() {
    let image = applied(
        &json!([{"op": "add", "path": "/a", "value": "2"}]),
        PatchFormat::V21,
    )
    .unwrap();
    assert_eq!(image.properties["a"], "2");
    for path in ["/a", "/name", "/tags"] {
        let value = if path == "/tags" {
            json!([])
        } else {
            json!("2")
        };
        let error = applied(&json!([{"add": path, "value": value}]), PatchFormat::V20).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("Property {} already present.", &path[1..])
        );
    }
}

#[test]
fn absent_properties_cannot_be_replaced_or_removed() {
    for operation in [
        json!({"op": "replace", "path": "/b", "value": ""}),
        json!({"op": "remove", "path": "/b"}),
    ] {
        let error = applied(&json!([operation]), PatchFormat::V21).unwrap_err();
        assert_eq!(
            (error.status(), error.to_string()),
            (409, "Property b does not exist.".into())
        );
    }
}

#[test]
fn a_field_can_be_changed_but_not_removed() {
    let changed = json!([{"op": "replace", "path": "/name", "value": "new"}]);
    let changed = applied(&changed, PatchFormat::V21).unwrap();
    assert_eq!(changed.name.as_deref(), Some("new"));
    let removed = json!([{"op": "remove", "path": "/name"}]);
    let error = applied(&removed, PatchFormat::V21).unwrap_err();
    assert_eq!(error.to_string(), "Property name may not be removed.");
    let removed = json!([{"op": "remove", "path": "/a"}]);
    assert!(
        applied(&removed, PatchFormat::V21)
            .unwrap()
            .properties
            .is_empty()
    );
}

#[test]
fn only_a_visibility_is_stored_as_another_word_than_the_one_that_is_shown() {
    let rules = ImageRules {
        sharing: crate::domain::image_rules::Sharing::PrivateImages,
        ..ImageRules::GLANCE
    };
    let word = |field| stored(field, json!("private"), &rules);
    assert_eq!(word("visibility"), "shared");
    assert_eq!(word("name"), "private");
}

/// An operation of the new form.
fn operation(verb: Verb, field: &str, value: Value, target: PatchTarget) -> Operation {
    Operation {
        verb,
        field: field.to_owned(),
        position: None,
        value,
        form: PatchFormat::V21,
        target,
    }
}

#[test]
fn the_last_value_of_a_property_that_is_no_text_is_kept_as_it_was_sent() {
    let property = |verb, field, value| operation(verb, field, value, PatchTarget::Property);
    let values = original_values(&[
        property(Verb::Add, "number", json!(1)),
        property(Verb::Replace, "number", json!(2)),
        property(Verb::Add, "text", json!("1")),
        property(Verb::Add, "removed", json!(true)),
        property(Verb::Remove, "removed", Value::Null),
        property(Verb::Add, "became_text", json!(true)),
        property(Verb::Replace, "became_text", json!("yes")),
        operation(Verb::Replace, "min_ram", json!(1), PatchTarget::Field),
    ]);
    assert_eq!(Value::Object(values), json!({ "number": 2 }));
}

#[test]
fn a_location_is_added_or_removed_by_its_place_and_all_are_replaced_at_once() {
    let body = json!([
        {"op": "add", "path": "/locations/-", "value": {"url": "http://a/", "metadata": {}}},
        {"op": "remove", "path": "/locations/0"},
        {"op": "replace", "path": "/locations", "value": []},
    ]);
    let operations = read(&body, PatchFormat::V21, schemas()).unwrap();
    let positions: Vec<_> = operations
        .iter()
        .map(|operation| operation.position.as_deref())
        .collect();
    assert_eq!(positions, [Some("-"), Some("0"), None]);
    let of_locations = |operation: &Operation| operation.target == PatchTarget::Locations;
    assert!(operations.iter().all(of_locations));
    let body = json!([{"op": "add", "path": "/a", "value": "x"}]);
    let operations = read(&body, PatchFormat::V21, schemas()).unwrap();
    assert_eq!(operations[0].target, PatchTarget::Property);
    for body in [
        json!([{"op": "replace", "path": "/locations/0", "value": {}}]),
        json!([{"op": "remove", "path": "/locations"}]),
        json!([{"op": "remove", "path": "/a/0"}]),
    ] {
        let refused = refusal(&body, PatchFormat::V21);
        assert!(refused.starts_with("400 Invalid JSON pointer"), "{refused}");
    }
}

#[test]
fn a_property_keeps_its_place_when_another_goes() {
    let body = json!([
        {"op": "add", "path": "/b", "value": "2"},
        {"op": "add", "path": "/c", "value": "3"},
        {"op": "remove", "path": "/a"},
        {"op": "replace", "path": "/b", "value": "9"},
    ]);
    let image = applied(&body, PatchFormat::V21).unwrap();
    let names: Vec<_> = image.properties.keys().map(String::as_str).collect();
    assert_eq!(names, ["b", "c"]);
}

proptest! {
    #[test]
    fn no_pointer_panics(path in ".*") {
        drop(pointer::parts(&path));
    }

    #[test]
    fn properties_end_as_a_map_would_have_them(
        steps in prop::collection::vec(("add|remove|replace", "[a-c~/]{1,2}", "[a-z]{0,3}"), 0..12)
    ) {
        let mut model: std::collections::BTreeMap<String, String> = [("a".to_owned(), "1".to_owned())].into();
        let mut document = image().document(&[]);
        for (verb, name, value) in steps {
            let path = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            let body = json!([{"op": verb, "path": path, "value": value}]);
            let operation = read(&body, PatchFormat::V21, schemas()).unwrap().remove(0);
            let there = model.contains_key(&name);
            let done = operation.apply(&mut document).is_ok();
            prop_assert_eq!(done, verb == "add" || there);
            match verb.as_str() {
                "remove" => { model.remove(&name); }
                "replace" if !there => {}
                _ => { model.insert(name, value); }
            }
        }
        let mut image = image();
        image.apply_document(document, &[]);
        let kept: std::collections::BTreeMap<_, _> = image.properties.into_iter().collect();
        prop_assert_eq!(kept, model);
    }
}
