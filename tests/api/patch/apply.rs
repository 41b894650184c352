//! What operations do.

use serde_json::{Value, json};

use crate::glance::{Person, glance, glance_with};

fn operation(op: &str, name: &str, value: impl Into<Value>) -> Value {
    json!({ "op": op, "path": format!("/{name}"), "value": value.into() })
}

#[tokio::test]
async fn nothing_to_do_is_fine() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "p": "x" })).await;
    let answer = alice.patch(&image, json!([])).await.is(200);
    assert_eq!(*answer.json(), image.document);
}

#[tokio::test]
async fn properties_come_change_and_go() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "a": "1", "b": "2" })).await;
    let operations = json!([
        operation("add", "c", "3"),
        operation("add", "a", "one"),
        operation("replace", "b", ""),
        operation("remove", "a", Value::Null),
        operation("add", "a", "again"),
    ]);
    let answer = alice.patch(&image, operations).await.is(200);
    assert_eq!(
        (&answer["a"], &answer["b"], &answer["c"]),
        (&json!("again"), &json!(""), &json!("3"))
    );
    assert_eq!(*answer.json(), alice.see(&image).await.document);
    alice
        .patch(&image, json!([operation("remove", "c", Value::Null)]))
        .await
        .is(200);
    assert_eq!(alice.see(&image).await.get("c"), None);
}

#[tokio::test]
async fn a_property_keeps_its_place_and_a_new_one_comes_after_the_others() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "b": "1", "a": "2" })).await;
    alice.set(&image, "0", "3").await.is(200);
    alice.set(&image, "b", "4").await.is(200);
    let answer = alice.get(&image).await.is(200);
    assert_eq!(answer.keys()[..4], ["b", "a", "0", "name"]);
}

#[tokio::test]
async fn every_field_that_can_be_set_is_set_by_add_and_by_replace() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    for op in ["add", "replace"] {
        for (name, value) in [
            ("name", json!("x")),
            ("name", json!(null)),
            ("visibility", json!("private")),
            ("visibility", json!("community")),
            ("visibility", json!("shared")),
            ("protected", json!(true)),
            ("protected", json!(false)),
            ("os_hidden", json!(true)),
            ("os_hidden", json!(false)),
            ("min_ram", json!(1)),
            ("min_disk", json!(0)),
            ("tags", json!(["a"])),
            ("tags", json!([])),
            ("disk_format", json!("raw")),
            ("disk_format", json!(null)),
            ("container_format", json!("bare")),
            ("container_format", json!(null)),
        ] {
            let answer = alice
                .patch(&image, json!([operation(op, name, value.clone())]))
                .await;
            assert_eq!(answer.is(200)[name], value, "{op} {name}");
            assert_eq!(alice.see(&image).await[name], value, "{op} {name}");
        }
    }
}

#[tokio::test]
async fn no_field_can_be_removed() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    for name in [
        "name",
        "visibility",
        "protected",
        "os_hidden",
        "min_ram",
        "min_disk",
        "tags",
        "disk_format",
        "container_format",
        "owner",
    ] {
        let answer = alice
            .patch(&image, json!([operation("remove", name, Value::Null)]))
            .await;
        answer
            .is(403)
            .details(&format!("Property {name} may not be removed."));
    }
}

#[tokio::test]
async fn a_property_that_is_not_there_cannot_be_replaced_or_removed() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "foo": "x" })).await;
    for op in ["replace", "remove"] {
        for name in ["p", "Foo", "stores"] {
            let answer = alice
                .patch(&image, json!([operation(op, name, "x")]))
                .await
                .is(409);
            answer.details(&format!("Property {name} does not exist."));
        }
    }
}

#[tokio::test]
async fn an_operation_that_fails_leaves_everything_as_it_was() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "name": "x", "tags": ["t"] })).await;
    for (last, status) in [
        (operation("remove", "p", ""), 409),
        (operation("remove", "name", ""), 403),
        (operation("add", "min_ram", -5), 400),
        (operation("add", "q", "😀"), 400),
        (operation("add", "tags", json!(["😀"])), 400),
        (operation("add", "visibility", "public"), 403),
    ] {
        let operations = json!([
            operation("add", "name", "y"),
            operation("add", "tags", json!([])),
            operation("add", "new", "z"),
            last,
        ]);
        alice.patch(&image, operations).await.is(status);
        assert_eq!(alice.see(&image).await, image);
    }
}

#[tokio::test]
async fn tags_are_a_set() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "tags": ["old"] })).await;
    alice
        .set(&image, "tags", json!(["b", "a", "b"]))
        .await
        .is(200);
    assert_eq!(alice.see(&image).await.tags(), ["a", "b"].into());
}

#[tokio::test]
async fn formats_are_set_as_long_as_there_is_no_data() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    for (name, value) in [
        ("disk_format", "raw"),
        ("disk_format", "iso"),
        ("container_format", "ova"),
    ] {
        for op in ["add", "replace"] {
            let answer = alice
                .patch(&image, json!([operation(op, name, value)]))
                .await
                .is(403);
            answer.says(&format!(
                "Attribute {name} can be only replaced for a queued image."
            ));
        }
    }
}

#[tokio::test]
async fn numbers_have_a_range() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    for name in ["min_ram", "min_disk"] {
        let words =
            format!("Invalid value '-5' for parameter '{name}': Cannot be a negative value");
        alice.set(&image, name, -5).await.is(400).says(&words);
        let words = format!("'{name}' value out of range, must not exceed 2147483647.");
        alice
            .set(&image, name, 2_147_483_648_u32)
            .await
            .is(400)
            .says(&words);
    }
}

#[tokio::test]
async fn characters_of_four_bytes_are_refused_everywhere() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    for (name, value, words) in [
        (
            "name",
            json!("😀"),
            "Name can't contain 4 byte unicode characters.",
        ),
        (
            "os_type",
            json!("😀"),
            "Os_Type can't contain 4 byte unicode characters.",
        ),
        (
            "😀",
            json!("x"),
            "Property names can't contain 4 byte unicode.",
        ),
        (
            "tags",
            json!(["😀"]),
            "Param values can't contain 4 byte unicode.",
        ),
    ] {
        alice.set(&image, name, value).await.is(400).says(words);
    }
}

/// Sets this many properties and takes away the second half of them, in one request.
async fn fill(alice: &Person, image: &crate::glance::Image, set: usize, keep: usize) -> u16 {
    let mut operations: Vec<_> = (0..set)
        .map(|it| operation("add", &format!("p{it}"), "x"))
        .collect();
    operations.extend((keep..set).map(|it| operation("remove", &format!("p{it}"), Value::Null)));
    alice.patch(image, operations.into()).await.status
}

#[tokio::test]
async fn the_quota_of_properties_counts_what_is_left_at_the_end() {
    let glance = glance_with(|config| config.images.image_property_quota = 3).await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    assert_eq!(fill(&alice, &image, 5, 3).await, 200);
    alice.set(&image, "p0", "other").await.is(200);
    let answer = alice.set(&image, "p3", "x").await.is(413);
    answer.says("The limit has been exceeded on the number of allowed image properties. Attempted: 4, Maximum: 3");
    assert_eq!(fill(&alice, &image, 4, 4).await, 413);
}

#[tokio::test]
async fn the_quota_of_tags_counts_each_that_is_sent() {
    let glance = glance_with(|config| config.images.image_tag_quota = 2).await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "tags": ["a", "b"] })).await;
    let answer = alice
        .set(&image, "tags", json!(["a", "a", "a"]))
        .await
        .is(413);
    answer.says(
        "The limit has been exceeded on the number of allowed image tags. Attempted: 3, Maximum: 2",
    );
    alice.set(&image, "tags", json!(["c", "d"])).await.is(200);
}

#[tokio::test]
async fn names_that_mean_something_inside_glance_are_plain_properties() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let names = [
        "image_id",
        "extra_properties",
        "properties",
        "member",
        "members",
        "context",
        "save",
        "delete",
        "base",
        "stores",
    ];
    for name in names {
        alice.set(&image, name, "x").await.is(200);
    }
    let seen = alice.see(&image).await;
    for name in names {
        assert_eq!(seen[name], "x", "{name}");
        alice
            .patch(&image, json!([operation("remove", name, Value::Null)]))
            .await
            .is(200);
    }
}

/// Glance looks at the length only when an image is made, and its database stops it then.
#[tokio::test]
async fn the_name_of_a_property_has_a_length() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    alice.set(&image, &"n".repeat(255), "x").await.is(200);
    let answer = alice.set(&image, &"n".repeat(256), "x").await.is(400);
    answer.says("Custom property should not be greater than 255 characters.");
}

#[tokio::test]
async fn locations_cannot_be_changed_where_they_are_not_shown() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let location = json!({ "url": "http://files.example/x", "metadata": {} });
    let answer = alice
        .set(&image, "locations/-", location.clone())
        .await
        .is(403);
    answer.says("It's not allowed to add locations if locations are invisible.");
    let answer = alice
        .patch(
            &image,
            json!([operation("replace", "locations", json!([location]))]),
        )
        .await;
    answer
        .is(403)
        .says("It's not allowed to update locations if locations are invisible.");
    let answer = alice
        .patch(
            &image,
            json!([operation("replace", "locations", json!([]))]),
        )
        .await;
    answer
        .is(403)
        .details("Cannot set locations to empty list.");
    let answer = glance
        .admin()
        .patch(
            &image,
            json!([operation("remove", "locations/0", Value::Null)]),
        )
        .await;
    answer
        .is(403)
        .says("It's not allowed to remove locations if locations are invisible.");
}
