//! Custom properties that a file describes: their values, their schemas, and those one must have.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::{NamedTempFile, TempDir};

use crate::glance::{Glance, Image, glance_with};

async fn described_by(file: &Value) -> Glance {
    let path = NamedTempFile::new().unwrap();
    fs::write(path.path(), file.to_string()).unwrap();
    glance_with(|config| config.rules.schema_image_file = Some(path.path().to_owned())).await
}

/// Properties of a made-up shop.
fn shop() -> Value {
    json!({
        "color": { "type": "string", "enum": ["red", "blue"], "description": "Of the box" },
        "weight": { "type": "integer", "minimum": 1 },
        "price": { "type": "number" },
        "sold": { "type": "boolean" },
        "buyer": { "type": ["null", "string"], "pattern": "^[a-z]+$" },
        "note": { "type": ["null", "string"] },
        "parts": { "type": "array" },
    })
}

const SCHEMA: &str = "Provided object does not match schema 'image': ";

#[tokio::test]
async fn the_schemas_show_them_behind_the_others() {
    let glance = described_by(&shop()).await;
    let alice = glance.person("alice");
    let image = alice.get("/v2/schemas/image").await.is(200);
    assert_eq!(
        image.keys(),
        ["name", "properties", "additionalProperties", "links"]
    );
    let names: Vec<_> = image["properties"].as_object().unwrap().keys().collect();
    let custom = ["color", "weight", "price", "sold", "buyer", "note", "parts"];
    assert!(names.ends_with(&custom.map(str::to_owned).each_ref()));
    let color = json!({
        "type": "string", "enum": ["red", "blue"], "description": "Of the box", "is_base": false,
    });
    assert_eq!(image["properties"]["color"], color);
    let images = alice.get("/v2/schemas/images").await.is(200);
    assert_eq!(images["properties"]["images"]["items"], *image.json());
}

#[tokio::test]
async fn required_ones_are_named_in_the_schemas() {
    let file = json!({ "properties": shop(), "required": ["color"] });
    let glance = described_by(&file).await;
    let alice = glance.person("alice");
    let image = alice.get("/v2/schemas/image").await.is(200);
    assert_eq!(
        image.keys(),
        [
            "name",
            "properties",
            "additionalProperties",
            "required",
            "links"
        ]
    );
    assert_eq!(image["required"], json!(["color"]));
    let images = alice.get("/v2/schemas/images").await.is(200);
    assert_eq!(images["properties"]["images"]["items"], *image.json());
}

#[tokio::test]
async fn their_values_are_checked_on_create_and_in_a_patch() {
    let glance = described_by(&shop()).await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    for (name, value, said) in [
        (
            "color",
            json!("green"),
            "'green' is not one of ['red', 'blue']",
        ),
        ("weight", json!(0), "0 is less than the minimum of 1"),
        ("weight", json!("7"), "'7' is not of type 'integer'"),
        ("sold", json!("yes"), "'yes' is not of type 'boolean'"),
        ("buyer", json!(""), "'' does not match '^[a-z]+$'"),
        ("other", json!(5), "5 is not of type 'string'"),
        ("other", json!(null), "None is not of type 'string'"),
    ] {
        let fields = json!({ name: value });
        let answer = alice.post("/v2/images").json(fields).await.is(400);
        answer.begins(&format!("{SCHEMA}{said}"));
        let answer = alice.set(&image, name, value).await.is(400);
        answer.begins(&format!("{SCHEMA}{said}"));
    }
}

#[tokio::test]
async fn a_value_is_answered_as_it_was_said_and_later_shown_as_it_is_kept() {
    let glance = described_by(&shop()).await;
    let alice = glance.person("alice");
    for (name, said, kept) in [
        ("color", json!("red"), json!("red")),
        ("weight", json!(7), json!("7")),
        ("price", json!(1.5), json!("1.5")),
        ("sold", json!(true), json!("1")),
        ("sold", json!(false), json!("0")),
        ("buyer", json!(null), json!(null)),
        ("buyer", json!("bob"), json!("bob")),
        ("note", json!(""), json!("")),
    ] {
        let made = alice.post("/v2/images").json(json!({ name: said })).await;
        let made = made.is(201);
        assert_eq!(made[name], said, "{name}");
        let image = Image::of(made);
        assert_eq!(alice.see(&image).await[name], kept, "{name}");
        let image = alice.create(json!({})).await;
        let answer = alice.set(&image, name, said.clone()).await.is(200);
        assert_eq!(answer[name], said, "{name}");
        let answer = alice.set(&image, "name", "x").await.is(200);
        assert_eq!(answer[name], kept, "{name}");
        let list = alice.get("/v2/images").await.is(200);
        assert_eq!(list["images"][0][name], kept, "{name}");
    }
}

#[tokio::test]
async fn a_list_or_an_object_is_refused_whatever_the_schema_says() {
    let glance = described_by(&shop()).await;
    let alice = glance.person("alice");
    let said = "Property 'parts' can't be a list or an object.";
    let fields = json!({ "parts": ["lid"] });
    alice
        .post("/v2/images")
        .json(fields)
        .await
        .is(400)
        .says(said);
    let image = alice.create(json!({})).await;
    let answer = alice.set(&image, "parts", json!([])).await;
    answer.is(400).says(said);
}

#[tokio::test]
async fn an_image_must_have_those_that_are_required() {
    let file = json!({ "properties": shop(), "required": ["color"] });
    let glance = described_by(&file).await;
    let alice = glance.person("alice");
    let missing = format!("{SCHEMA}'color' is a required property");
    let answer = alice.post("/v2/images").json(json!({ "name": "x" })).await;
    answer.is(400).begins(&missing);
    let image = alice.create(json!({ "color": "red" })).await;
    // Glance checks each operation as if it were a whole image.
    let answer = alice.set(&image, "name", "y").await.is(400);
    answer.begins(&missing);
    alice.set(&image, "color", "blue").await.is(200);
    alice.put(image.at("/tags/new")).await.is(204);
    let remove = json!([{ "op": "remove", "path": "/color" }]);
    alice.patch(&image, remove).await.is(200);
}

#[tokio::test]
async fn a_file_that_cannot_be_used_stops_the_start() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("schema.json");
    let start = |path: PathBuf| async move {
        let mut config = lookalike::Config::for_tests();
        config.rules.schema_image_file = Some(path);
        let error = lookalike::Server::with(config).await.unwrap_err();
        error.to_string()
    };
    let cannot = format!("the schema file {} cannot be used: ", path.display());
    assert!(start(path.clone()).await.starts_with(&cannot));
    for (text, said) in [
        ("{\n  \"x\": 5,\n}", "trailing comma at line 3 column 1"),
        ("{\n  \"x\": 5\n}", "`x` at line 2 is no object"),
        (
            "{\n\n  \"min_ram\": {}\n}",
            "`min_ram` at line 3 is a field that every image has",
        ),
    ] {
        fs::write(&path, text).unwrap();
        assert_eq!(start(path.clone()).await, format!("{cannot}{said}"));
    }
}
