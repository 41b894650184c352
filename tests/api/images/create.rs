//! `POST /v2/images`

use serde_json::{Value, json};

use crate::glance::{glance, glance_with};

const SCHEMA: &str = "Provided object does not match schema 'image': ";

#[tokio::test]
async fn an_image_of_nothing_has_all_the_defaults() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let answer = alice.post("/v2/images").json(json!({})).await.is(201);
    let id = answer["id"].as_str().unwrap();
    let now = &answer["created_at"];
    let path = format!("/v2/images/{id}");
    let expected = json!({
        "name": null, "disk_format": null, "container_format": null, "visibility": "shared",
        "size": null, "virtual_size": null, "status": "queued", "checksum": null,
        "protected": false, "min_ram": 0, "min_disk": 0, "owner": "alice-project",
        "os_hidden": false, "os_hash_algo": null, "os_hash_value": null, "id": id,
        "created_at": now, "updated_at": now, "tags": [], "self": path,
        "file": format!("{path}/file"), "schema": "/v2/schemas/image",
    });
    assert_eq!(answer.text(), spaced(&expected), "key by key");
    assert_eq!(answer.header("location"), format!("{}{path}", glance.url()));
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(answer.header("x-openstack-request-id").starts_with("req-"));
    let stamp = now.as_str().unwrap();
    assert!(stamp.len() == 20 && stamp.ends_with('Z'), "{stamp}");
}

/// JSON as Glance writes it, with blanks behind colons and commas. (No text in it has any.)
fn spaced(value: &Value) -> String {
    value
        .to_string()
        .replace("\":", "\": ")
        .replace(",\"", ", \"")
}

#[tokio::test]
async fn an_image_has_what_was_asked_for_its_properties_first() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let id = "0142411f-0776-40f3-b6f3-54047dba53da";
    let fields = json!({
        "id": id, "name": "cirros é ✓", "zebra": "1", "hw_disk_bus": "virtio", "": "nameless",
        "disk_format": "qcow2", "container_format": "bare", "visibility": "private",
        "protected": true, "os_hidden": true, "min_ram": 512, "min_disk": 2_147_483_647,
        "tags": ["ci", "", "ci"], "owner": "alice-project",
    });
    let image = alice.create(fields.clone()).await;
    for (name, value) in fields.as_object().unwrap() {
        if name != "tags" {
            assert_eq!(image[name.as_str()], *value, "{name}");
        }
    }
    assert_eq!(image.tags(), ["", "ci"].into());
    let keys: Vec<_> = image.document.as_object().unwrap().keys().take(4).collect();
    assert_eq!(keys, ["zebra", "hw_disk_bus", "", "name"]);
    assert_eq!(alice.see(&image).await, image);
}

#[tokio::test]
async fn what_does_not_fit_the_schema_is_refused() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let long = "x".repeat(256);
    for (fields, words) in [
        (
            json!({ "disk_format": "floppy" }),
            "'floppy' is not one of [None, 'ami', 'ari', ",
        ),
        (
            json!({ "container_format": "box" }),
            "'box' is not one of [None, 'ami', 'ari', 'aki', 'bare', ",
        ),
        (
            json!({ "visibility": "all" }),
            "'all' is not one of ['community', 'public', 'private', 'shared']",
        ),
        (json!({ "min_ram": "x" }), "'x' is not of type 'integer'"),
        (json!({ "min_ram": "1" }), "'1' is not of type 'integer'"),
        (json!({ "min_disk": 1.5 }), "1.5 is not of type 'integer'"),
        (json!({ "min_disk": true }), "True is not of type 'integer'"),
        (json!({ "min_disk": null }), "None is not of type 'integer'"),
        (
            json!({ "protected": "true" }),
            "'true' is not of type 'boolean'",
        ),
        (json!({ "os_hidden": 1 }), "1 is not of type 'boolean'"),
        (json!({ "foo": null }), "None is not of type 'string'"),
        (json!({ "foo": 5 }), "5 is not of type 'string'"),
        (json!({ "kernel_id": null }), "None is not of type 'string'"),
        (json!({ "name": long }), &format!("'{long}' is too long")),
        (json!({ "owner": long }), &format!("'{long}' is too long")),
        (json!({ "tags": [long] }), &format!("'{long}' is too long")),
        (json!({ "tags": "x" }), "'x' is not of type 'array'"),
        (json!({ "tags": [5] }), "5 is not of type 'string'"),
        (
            json!({ "id": "x" }),
            "'x' does not match '^([0-9a-fA-F]){8}-",
        ),
        (
            json!({ "id": "0142411f077640f3b6f354047dba53da" }),
            "'0142411f077640f3b6f354047dba53da' does not match ",
        ),
        (
            json!({ "id": "0142411f-0776-40f3-b6f3-54047dba53da\n" }),
            "'0142411f-0776-40f3-b6f3-54047dba53da\\n' ",
        ),
        (
            json!({ "status": "bogus" }),
            "'bogus' is not one of ['queued', 'saving', ",
        ),
        (
            json!({ "size": "5" }),
            "'5' is not of type 'null', 'integer'",
        ),
    ] {
        let answer = alice.post("/v2/images").json(fields).await.is(400);
        answer.begins(&format!("{SCHEMA}{words}"));
    }
    assert!(alice.names("").await.is_empty());
}

#[tokio::test]
async fn what_the_server_alone_sets_is_refused() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (name, value) in [
        ("direct_url", json!(5)),
        ("self", json!(null)),
        ("file", json!("x")),
        ("schema", json!("x")),
        ("stores", json!("x")),
        ("created_at", json!("2026-01-01T00:00:00Z")),
        ("updated_at", json!("x")),
        ("status", json!("active")),
        ("checksum", json!("x".repeat(32))),
        ("size", json!(null)),
        ("virtual_size", json!(5)),
    ] {
        let answer = alice
            .post("/v2/images")
            .json(json!({ name: value }))
            .await
            .is(403);
        answer.says(&format!("Attribute '{name}' is read-only."));
    }
}

#[tokio::test]
async fn reserved_names_are_refused() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for name in [
        "location",
        "deleted",
        "deleted_at",
        "os_glance",
        "os_glance_import_task",
    ] {
        let answer = alice
            .post("/v2/images")
            .json(json!({ name: "x" }))
            .await
            .is(403);
        answer.details(&format!("Attribute '{name}' is reserved."));
    }
    let answer = alice
        .post("/v2/images")
        .json(json!({ "locations": [] }))
        .await;
    answer.is(403).says("Attribute 'locations' is reserved.");
}

#[tokio::test]
async fn names_that_mean_something_inside_glance_are_plain_properties() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for name in [
        "image_id",
        "context",
        "extra_properties",
        "properties",
        "members",
    ] {
        let image = alice.create(json!({ name: "x" })).await;
        assert_eq!(alice.see(&image).await[name], "x");
    }
}

#[tokio::test]
async fn hashes_are_taken_and_never_shown() {
    let glance = glance().await;
    let fields = json!({ "os_hash_algo": "sha1", "os_hash_value": "ff" });
    let image = glance.person("alice").create(fields).await;
    assert_eq!(image["os_hash_algo"], Value::Null);
    assert_eq!(image["os_hash_value"], Value::Null);
}

#[tokio::test]
async fn the_first_check_that_fails_is_told() {
    let glance = glance_with(|config| {
        config.images.image_tag_quota = 1;
        config.images.image_property_quota = 1;
    })
    .await;
    let alice = glance.person("alice");
    let wrong: [(&str, Value, u16, &str); 11] = [
        (
            "stores",
            json!("x"),
            403,
            "Attribute 'stores' is read-only.",
        ),
        (
            "disk_format",
            json!("floppy"),
            400,
            "Provided object does not match schema",
        ),
        (
            &"p".repeat(256),
            json!("x"),
            400,
            "Custom property should not be greater than 255 characters.",
        ),
        (
            "os_glance_x",
            json!("x"),
            403,
            "Access was denied to this resource.",
        ),
        (
            "owner",
            json!("other"),
            403,
            "Access was denied to this resource.",
        ),
        (
            "visibility",
            json!("public"),
            403,
            "You are not authorized to complete publicize_image action.",
        ),
        (
            "tags",
            json!(["a", "a"]),
            413,
            "The limit has been exceeded on the number of allowed image tags. Attempted: 2, Maximum: 1",
        ),
        ("size", json!(5), 403, "Attribute 'size' is read-only."),
        (
            "locations",
            json!([]),
            403,
            "Attribute 'locations' is reserved.",
        ),
        (
            "min_ram",
            json!(-1),
            400,
            "Invalid value '-1' for parameter 'min_ram': Cannot be a negative value",
        ),
        (
            "min_disk",
            json!(2_147_483_648_u32),
            400,
            "'min_disk' value out of range, must not exceed 2147483647.",
        ),
    ];
    for first in 0..wrong.len() {
        let all = wrong[first..]
            .iter()
            .map(|it| (it.0.to_owned(), it.1.clone()));
        let (_, _, status, words) = &wrong[first];
        let answer = alice.post("/v2/images").json(all.collect()).await;
        answer.is(*status).begins(words);
    }
    assert!(alice.names("").await.is_empty());
}

#[tokio::test]
async fn numbers_have_a_range() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for name in ["min_ram", "min_disk"] {
        for (value, words) in [
            (
                -5_i64,
                format!("Invalid value '-5' for parameter '{name}': Cannot be a negative value"),
            ),
            (
                1 << 31,
                format!("'{name}' value out of range, must not exceed 2147483647."),
            ),
        ] {
            let answer = alice.post("/v2/images").json(json!({ name: value })).await;
            answer.is(400).says(&words);
        }
    }
}

#[tokio::test]
async fn only_what_is_within_the_quotas_is_made() {
    let glance = glance_with(|config| {
        config.images.image_tag_quota = 2;
        config.images.image_property_quota = 2;
    })
    .await;
    let alice = glance.person("alice");
    alice
        .create(json!({ "tags": ["a", "b"], "p": "1", "q": "2" }))
        .await;
    let answer = alice
        .post("/v2/images")
        .json(json!({ "tags": ["a", "a", "a"] }))
        .await
        .is(413);
    answer.says(
        "The limit has been exceeded on the number of allowed image tags. Attempted: 3, Maximum: 2",
    );
    let answer = alice
        .post("/v2/images")
        .json(json!({ "p": "", "q": "", "r": "" }))
        .await
        .is(413);
    answer.says("The limit has been exceeded on the number of allowed image properties. Attempted: 3, Maximum: 2");
}

#[tokio::test]
async fn a_negative_quota_is_none() {
    let glance = glance_with(|config| {
        config.images.image_tag_quota = -1;
        config.images.image_property_quota = -1;
    })
    .await;
    let mut fields = json!({ "tags": (0..200).map(|it| it.to_string()).collect::<Vec<_>>() });
    for number in 0..200 {
        fields[format!("p{number}")] = "x".into();
    }
    let image = glance.person("alice").create(fields).await;
    assert_eq!(image.tags().len(), 200);
}

#[tokio::test]
async fn an_id_is_given_once_even_if_its_image_is_gone() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let id = "0142411f-0776-40f3-b6f3-54047dba53da";
    let image = alice.create(json!({ "id": id })).await;
    let again = || {
        glance
            .person("bob")
            .post("/v2/images")
            .json(json!({ "id": id }))
    };
    let words = format!("Image ID {id} already exists!");
    again().await.is(409).says(&words);
    alice.delete(&image).await.is(204);
    again().await.is(409).says(&words);
}

#[tokio::test]
async fn ids_keep_their_letters_as_they_are() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let (lower, upper) = (
        "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
        "AAAAAAAA-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
    );
    let one = alice.create(json!({ "id": upper })).await;
    assert_eq!(one.id, upper);
    alice.get(format!("/v2/images/{lower}")).await.is(404);
    alice.get(format!("/v2/images/{upper}")).await.is(200);
}

#[tokio::test]
async fn ids_that_differ_only_in_case_are_one_id() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let made = "abcdefab-aaaa-aaaa-aaaa-aaaaaaaaaaaa";
    let image = alice.create(json!({ "id": made })).await;
    let others = [made.to_uppercase(), made.replace("ab", "Ab")];
    let refused = async || {
        for id in &others {
            let words = format!("Image ID {id} already exists!");
            for person in [&alice, &glance.person("bob")] {
                let again = person.post("/v2/images").json(json!({ "id": id }));
                again.await.is(409).says(&words);
            }
        }
    };
    refused().await;
    alice.delete(&image).await.is(204);
    refused().await;
}

#[tokio::test]
async fn only_admins_make_public_images_or_images_for_others() {
    let glance = glance().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let answer = alice
        .post("/v2/images")
        .json(json!({ "visibility": "public" }))
        .await;
    answer
        .is(403)
        .says("You are not authorized to complete publicize_image action.");
    for (owner, named) in [
        (json!("bob-project"), "bob-project"),
        (json!(null), "None"),
        (json!(""), ""),
    ] {
        let answer = alice
            .post("/v2/images")
            .json(json!({ "owner": owner }))
            .await
            .is(403);
        answer.details(&format!(
            "You are not permitted to create images owned by '{named}'"
        ));
        let image = admin
            .create(json!({ "owner": owner, "visibility": "public" }))
            .await;
        if !named.is_empty() {
            assert_eq!(image["owner"], owner);
        }
    }
    alice.create(json!({ "visibility": "community" })).await;
}

#[tokio::test]
async fn who_only_reads_makes_nothing() {
    let glance = glance().await;
    for roles in ["reader", "", "service", "other"] {
        let answer = glance
            .person("alice")
            .with_roles(roles)
            .post("/v2/images")
            .json(json!({}))
            .await;
        answer
            .is(403)
            .says("You are not authorized to complete add_image action.");
    }
}

#[tokio::test]
async fn who_has_no_project_makes_images_of_nobody() {
    let glance = glance().await;
    let image = glance
        .bearer("eve:none:member,reader")
        .create(json!({}))
        .await;
    assert_eq!(image["owner"], Value::Null);
}
