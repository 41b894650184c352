use serde_json::json;

use super::*;

fn parse(text: &str) -> Result<Seed, String> {
    Seed::parse("it.yaml", text, None).map_err(|error| error.0)
}

#[test]
fn nothing_is_a_seed_too() {
    for text in ["", "# nothing\n", "{}", "images: []"] {
        let seed = parse(text).unwrap();
        assert!(seed.document.images.is_empty(), "{text:?}");
    }
}

#[test]
fn words_that_yaml_takes_for_numbers_are_still_texts() {
    let seed =
        parse("images:\n  - name: 22.10\n    properties: {os_version: 24.10, x: true, y: 0x10}\n");
    let seed = seed.unwrap();
    let image = &seed.document.images[0].value;
    assert_eq!(image.name.as_deref(), Some("22.10"));
    let values: Vec<_> = image.properties.values().map(String::as_str).collect();
    assert_eq!(values, ["24.10", "true", "0x10"]);
}

#[test]
fn unknown_fields_are_refused_with_the_line() {
    let message = parse("images:\n  - name: x\n    visibilty: public\n").unwrap_err();
    assert!(message.starts_with("seed it.yaml: "), "{message}");
    assert!(message.contains("visibilty"), "{message}");
    assert!(message.contains("line 3"), "{message}");
    let message = parse("image: []").unwrap_err();
    assert!(message.contains("unknown field `image`"), "{message}");
    let message = parse("images:\n  - status: actve\n").unwrap_err();
    assert!(
        message.contains("\"actve\" is no status of an image: queued, "),
        "{message}"
    );
}

#[test]
fn entries_know_their_lines() {
    let seed = parse("images:\n  - name: a\n\n  - name: b\n").unwrap();
    let lines: Vec<_> = seed
        .document
        .images
        .iter()
        .map(|entry| entry.referenced.line())
        .collect();
    assert_eq!(lines, [2, 4]);
    let entry = &seed.document.images[1];
    let wrong = seed.entry_error(entry, "images", "b", "no good\nand more");
    assert_eq!(wrong.0, "seed it.yaml: line 4: images: b: no good");
}

#[test]
fn a_seed_within_a_request_is_read_the_same() {
    let value = json!({ "images": [{ "name": "x", "owner": null, "data": { "size": "1KiB" } }] });
    let seed = Seed::from_value("request", value.clone()).unwrap();
    assert_eq!(seed.document.images[0].value.owner, Some(None));
    let same = parse(&value.to_string()).unwrap();
    assert_eq!(same.document.images[0].value.owner, Some(None));
    let wrong = Seed::from_value("request", json!({ "images": [{ "nam": "x" }] })).unwrap_err();
    assert!(
        wrong.0.starts_with("seed request: unknown field `nam`"),
        "{wrong}"
    );
}

#[test]
fn an_owner_may_be_nobody_or_not_be_said() {
    let seed = parse("images:\n  - owner: null\n  - name: x\n  - owner: demo\n").unwrap();
    let owners: Vec<_> = seed
        .document
        .images
        .iter()
        .map(|entry| entry.value.owner.clone())
        .collect();
    assert_eq!(owners, [Some(None), None, Some(Some("demo".into()))]);
}

#[test]
fn an_id_from_a_name_lasts() {
    let id = derived_id(&["image", "", "cirros", "0"]);
    assert_eq!(id, derived_id(&["image", "", "cirros", "0"]));
    assert_ne!(id, derived_id(&["image", "c", "irros", "0"]));
    assert_eq!(id.get_version_num(), 4);
}

#[test]
fn the_built_in_seed_can_be_read() {
    let demo = Seed::built_in("demo").unwrap().unwrap();
    assert_eq!(demo.document.images.len(), 10);
    assert!(Seed::built_in("other").is_none());
}

#[test]
fn without_the_identity_a_seed_keeps_its_images() {
    let whole = Seed::built_in("rackspace").unwrap().unwrap();
    assert!(whole.has_identity());
    let images = whole.document.images.len();
    let rest = whole.without_identity();
    assert!(!rest.has_identity());
    assert_eq!(rest.document.images.len(), images);
}
