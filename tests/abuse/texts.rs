//! Texts that are too long to be stored or shown.

use serde_json::json;

use crate::glance::{glance, glance_with};

/// The most bytes of a text that is stored.
const MOST: usize = 65_535;

#[tokio::test]
async fn a_property_is_not_longer_than_a_column_of_glance() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "long": "é".repeat(MOST / 2) })).await;
    let words = "The value of property 'note' can't be longer than 65535 bytes.";
    let longer = "é".repeat(MOST / 2 + 1);
    let made = alice.post("/v2/images").json(json!({ "note": longer }));
    made.await.is(400).says(words);
    alice.set(&image, "note", longer).await.is(400).says(words);
    alice.set(&image, "note", "x".repeat(MOST)).await.is(200);
}

#[tokio::test]
async fn no_other_text_is_stored_that_is_longer() {
    let glance = glance_with(|config| config.images.show_multiple_locations = true).await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let long = "x".repeat(MOST + 1);
    let url = format!("http://host/{long}");
    let location = json!({ "url": url });
    let add = alice.post(image.at("/locations")).json(location);
    add.await
        .is(400)
        .says("The URL of a location can't be longer than 65535 bytes.");
    let import = json!({ "method": { "name": "web-download", "uri": url } });
    let import = alice.post(image.at("/import")).json(import);
    import
        .await
        .is(400)
        .says("An import request can't be longer than 65535 bytes.");
    let input = json!({ "import_from": url, "import_from_format": "raw", "image_properties": {} });
    let task = json!({ "type": "import", "input": input });
    let task = glance.admin().post("/v2/tasks").json(task);
    task.await
        .is(400)
        .says("The input of a task can't be longer than 65535 bytes.");
    let namespace = json!({ "namespace": "x", "objects": [{ "name": "x", "description": long }] });
    let add = glance.admin().post("/v2/metadefs/namespaces");
    add.json(namespace)
        .await
        .is(400)
        .says("A text can't be longer than 65535 bytes.");
}

#[tokio::test]
async fn a_list_does_not_fail_for_what_its_images_hold() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let fat: serde_json::Map<_, _> = (0..15)
        .map(|number| (format!("p{number}"), "x".repeat(60_000).into()))
        .collect();
    for number in 0..40 {
        let mut fields = fat.clone();
        fields.insert("name".into(), number.to_string().into());
        alice.create(fields.into()).await;
    }
    alice.create(json!({ "name": "thin" })).await;
    let mut names = Vec::new();
    let mut next = "/v2/images?limit=1000&sort_key=created_at&sort_dir=asc".to_owned();
    loop {
        let page = alice.get(&next).await.is(200);
        assert!(page.body.len() < 12 << 20, "{}", page.body.len());
        let images = page["images"].as_array().unwrap();
        names.extend(images.iter().map(|image| image["name"].clone()));
        match page["next"].as_str() {
            Some(link) => link.clone_into(&mut next),
            None => break,
        }
    }
    let wanted = (0..40).map(|number| number.to_string());
    let wanted: Vec<_> = wanted.chain(["thin".to_owned()]).collect();
    assert_eq!(names, wanted);
}
