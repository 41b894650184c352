//! Custom properties that are not for everybody: what each caller sees of them and may do.

use std::io::Write;

use lookalike::config::RuleFormat;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::glance::{Glance, Image, Person, glance_with};

/// Sections, the first of which that is found in a name decides.
const FILE: &str = "
    [^secret_]
    create = admin, billing
    read = admin, billing
    update = admin
    delete = admin

    [^fixed_]
    create = @
    read = @
    update = !
    delete = !

    [^blind_]
    create = member
    read = admin
    update = member
    delete = member

    [^free_]
    create = @
    read = @
    update = @
    delete = @
";

async fn protected_by(text: &str) -> Glance {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let path = file.path().to_owned();
    // It is read once: that it goes away afterwards does not matter.
    glance_with(|config| config.rules.property_protection_file = Some(path)).await
}

/// An image of Alice's with one property of each kind.
async fn full(glance: &Glance) -> Image {
    let fields = json!({
        "owner": "alice-project",
        "secret_code": "1", "fixed_os": "2", "free_note": "4",
    });
    let image = glance.admin().create(fields).await;
    let alice = glance.person("alice");
    alice.set(&image, "blind_mark", "3").await.is(200);
    image
}

/// The custom properties among these fields, in order.
fn custom(fields: &Value) -> Vec<(&str, &str)> {
    let known = ["secret_", "fixed_", "blind_", "free_"];
    let fields = fields.as_object().unwrap().iter();
    let mut custom: Vec<_> = fields
        .filter(|(name, _)| known.iter().any(|it| name.starts_with(it)))
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    custom.sort_unstable();
    custom
}

fn replace(name: &str) -> Value {
    json!([{ "op": "replace", "path": format!("/{name}"), "value": "new" }])
}

fn remove(name: &str) -> Value {
    json!([{ "op": "remove", "path": format!("/{name}") }])
}

#[tokio::test]
async fn everybody_sees_the_properties_that_it_may_read() {
    let glance = protected_by(FILE).await;
    let image = full(&glance).await;
    let alice = glance.person("alice");
    let seen = [("fixed_os", "2"), ("free_note", "4")];
    let billing = [("fixed_os", "2"), ("free_note", "4"), ("secret_code", "1")];
    let all = [
        ("blind_mark", "3"),
        ("fixed_os", "2"),
        ("free_note", "4"),
        ("secret_code", "1"),
    ];
    let clerk = alice.with_roles("member,reader,Billing");
    let whom: [(&Person, &[(&str, &str)]); 3] =
        [(&alice, &seen), (&clerk, &billing), (&glance.admin(), &all)];
    for (person, expected) in whom {
        let shown = person.get(&image).await.is(200);
        assert_eq!(custom(shown.json()), expected);
        let listed = person.get("/v2/images").await.is(200);
        assert_eq!(custom(&listed["images"][0]), expected);
    }
}

#[tokio::test]
async fn the_roles_of_a_service_that_asks_for_somebody_count() {
    let glance = protected_by(FILE).await;
    let image = full(&glance).await;
    let ask = |service| {
        let request = glance.person("alice").get(&image);
        request.header("X-Service-Token", service)
    };
    let shown = ask("nova:service:service,billing").await.is(200);
    assert_eq!(shown["secret_code"], "1");
    for service in ["nova:service:service", "not a token"] {
        assert_eq!(ask(service).await.is(200)["secret_code"], Value::Null);
    }
    // For anything else they do not.
    let request = glance.person("alice").with_roles("reader").delete(&image);
    request
        .header("X-Service-Token", "nova:service:admin")
        .await
        .is(403);
}

#[tokio::test]
async fn a_filter_finds_what_it_does_not_show() {
    let glance = protected_by(FILE).await;
    full(&glance).await;
    let alice = glance.person("alice");
    for (query, found) in [("?secret_code=1", 1), ("?secret_code=2", 0)] {
        let listed = alice.get(format!("/v2/images{query}")).await.is(200);
        assert_eq!(listed["images"].as_array().unwrap().len(), found);
    }
}

#[tokio::test]
async fn an_image_is_made_only_with_properties_that_one_may_create() {
    let glance = protected_by(FILE).await;
    let alice = glance.person("alice");
    for name in ["secret_code", "of_no_section"] {
        let answer = alice.post("/v2/images").json(json!({ name: "x" })).await;
        answer
            .is(403)
            .says(&format!("Attribute '{name}' is reserved."));
    }
    let fields = json!({ "blind_mark": "x", "free_note": "y" });
    let answer = alice.post("/v2/images").json(fields).await.is(201);
    assert_eq!(custom(answer.json()), [("free_note", "y")]);
    let image = Image::of(answer);
    let kept = glance.admin().get(&image).await.is(200);
    assert_eq!(
        custom(kept.json()),
        [("blind_mark", "x"), ("free_note", "y")]
    );
}

#[tokio::test]
async fn that_is_asked_after_policy_and_before_quotas() {
    let glance = protected_by(FILE).await;
    let alice = glance.person("alice");
    let answer = alice
        .post("/v2/images")
        .json(json!({ "other": "x", "visibility": "public" }))
        .await;
    answer
        .is(403)
        .says("You are not authorized to complete publicize_image action.");
    let tags: Vec<_> = (0..129).map(|it| it.to_string()).collect();
    for fields in [
        json!({ "other": "x", "tags": tags }),
        json!({ "other": "x", "status": "queued" }),
        json!({ "other": "x", "locations": [] }),
    ] {
        let answer = alice.post("/v2/images").json(fields).await;
        answer.is(403).says("Attribute 'other' is reserved.");
    }
}

#[tokio::test]
async fn a_patch_adds_what_one_may_create() {
    let glance = protected_by(FILE).await;
    let image = full(&glance).await;
    let alice = glance.person("alice");
    for name in ["secret_new", "of_no_section"] {
        let answer = alice.set(&image, name, "x").await;
        answer
            .is(403)
            .says(&format!("Attribute '{name}' is reserved."));
    }
    alice.set(&image, "free_new", "x").await.is(200);
    alice.set(&image, "fixed_new", "x").await.is(200);
    let answer = alice.set(&image, "blind_new", "x").await.is(200);
    assert_eq!(answer["blind_new"], Value::Null, "it may not read that");
    assert_eq!(glance.admin().see(&image).await["blind_new"], "x");
}

#[tokio::test]
async fn a_patch_changes_and_removes_what_one_may_update_and_delete() {
    let glance = protected_by(FILE).await;
    let image = full(&glance).await;
    // Not even an admin may do what nobody may.
    for person in [glance.person("alice"), glance.admin()] {
        let reserved = "Attribute 'fixed_os' is reserved.";
        person
            .set(&image, "fixed_os", "x")
            .await
            .is(403)
            .says(reserved);
        let answer = person.patch(&image, replace("fixed_os")).await;
        answer.is(403).says(reserved);
        let answer = person.patch(&image, remove("fixed_os")).await;
        answer.is(403).says(reserved);
        person.patch(&image, replace("free_note")).await.is(200);
    }
    let alice = glance.person("alice");
    alice.patch(&image, remove("free_note")).await.is(200);
    assert_eq!(custom(alice.get(&image).await.json()), [("fixed_os", "2")]);
}

#[tokio::test]
async fn what_one_may_not_read_is_not_there_to_be_changed() {
    let glance = protected_by(FILE).await;
    let image = full(&glance).await;
    let alice = glance.person("alice");
    for name in ["blind_mark", "secret_code", "of_no_section"] {
        for operations in [replace(name), remove(name)] {
            let answer = alice.patch(&image, operations).await.is(409);
            answer.details(&format!("Property {name} does not exist."));
        }
    }
    // Nor may it be made anew, in either form of a patch.
    let reserved = "Attribute 'blind_mark' is reserved.";
    alice
        .set(&image, "blind_mark", "x")
        .await
        .is(403)
        .says(reserved);
    let request = alice.request(http::Method::PATCH, &image);
    let answer = request
        .json(json!([{ "add": "/blind_mark", "value": "x" }]))
        .header(
            "Content-Type",
            "application/openstack-images-v2.0-json-patch",
        )
        .await;
    answer.is(403).says(reserved);
    assert_eq!(glance.admin().see(&image).await["blind_mark"], "3");
}

#[tokio::test]
async fn the_older_form_of_a_patch_finds_what_is_there_before_it_finds_it_protected() {
    let glance = protected_by(FILE).await;
    let image = full(&glance).await;
    let request = glance.person("alice").request(http::Method::PATCH, &image);
    let answer = request
        .json(json!([{ "add": "/fixed_os", "value": "x" }]))
        .header(
            "Content-Type",
            "application/openstack-images-v2.0-json-patch",
        )
        .await;
    answer.is(409).details("Property fixed_os already present.");
}

#[tokio::test]
async fn what_one_may_not_read_outlives_what_one_does() {
    let glance = protected_by(FILE).await;
    let alice = glance.person("alice");
    let image = full(&glance).await;
    alice.set(&image, "disk_format", "raw").await.is(200);
    alice.set(&image, "container_format", "bare").await.is(200);
    alice.put(image.at("/tags/new")).await.is(204);
    alice.delete(image.at("/tags/new")).await.is(204);
    alice.upload(&image, "data").await.is(204);
    alice.post(image.at("/actions/deactivate")).await.is(204);
    alice.post(image.at("/actions/reactivate")).await.is(204);
    let kept = glance.admin().get(&image).await.is(200);
    let all = [
        ("blind_mark", "3"),
        ("fixed_os", "2"),
        ("free_note", "4"),
        ("secret_code", "1"),
    ];
    assert_eq!(custom(kept.json()), all);
}

#[tokio::test]
async fn the_fields_of_an_image_are_never_protected() {
    let glance = protected_by("[.*]\ncreate=!\nread=!\nupdate=!\ndelete=!\n").await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "name": "x", "min_ram": 1 })).await;
    alice.set(&image, "name", "y").await.is(200);
    let answer = alice.patch(&image, remove("name")).await.is(403);
    answer.details("Property name may not be removed.");
    assert_eq!(alice.see(&image).await["name"], "y");
}

#[tokio::test]
async fn in_the_other_format_a_rule_of_the_policy_decides() {
    let mut rules = NamedTempFile::new().unwrap();
    writeln!(rules, "makers: role:maker").unwrap();
    let mut file = NamedTempFile::new().unwrap();
    let sections = "[^made_]\ncreate=makers\nread=@\nupdate=forgotten\ndelete=makers\n\
        [^odd_]\ncreate=makers or role:member\nread=get_images\nupdate=@\ndelete=@\n";
    file.write_all(sections.as_bytes()).unwrap();
    let glance = glance_with(|config| {
        config.images.policy_file = Some(rules.path().to_owned());
        config.rules.property_protection_file = Some(file.path().to_owned());
        config.rules.property_protection_rule_format = RuleFormat::Policies;
    })
    .await;
    let alice = glance.person("alice");
    let maker = alice.with_roles("member,reader,maker");
    let made = json!({ "made_by": "x" });
    alice.post("/v2/images").json(made.clone()).await.is(403);
    let image = maker.create(made).await;
    alice.patch(&image, remove("made_by")).await.is(403);
    // A rule that nobody wrote is `default`, which lets everybody pass.
    alice.patch(&image, replace("made_by")).await.is(200);
    maker.patch(&image, remove("made_by")).await.is(200);
    // The rule sees no image: none is the caller's own then, and only an admin may read.
    let answer = alice.set(&image, "odd_one", "x").await.is(200);
    assert_eq!(answer["odd_one"], Value::Null);
    assert_eq!(glance.admin().see(&image).await["odd_one"], "x");
}

#[tokio::test]
async fn a_file_that_cannot_be_used_shuts_every_image() {
    let glance = protected_by("[x(]\ncreate=@\nread=@\nupdate=@\ndelete=@\n").await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = "/v2/images/nothing";
    let at = |rest: &str| format!("{image}{rest}");
    for request in [
        admin.get("/v2/images"),
        alice.with_roles("").get("/v2/images"),
        alice.get(image),
        alice.post("/v2/images").json(json!({})),
        alice.patch(image, json!([])),
        alice.delete(image),
        alice.get(at("/file")),
        alice
            .put(at("/file"))
            .header("Content-Type", "application/octet-stream")
            .body("x"),
        alice.put(at("/tags/x")),
        alice.delete(at("/tags/x")),
        alice.post(at("/actions/deactivate")),
        alice.post(at("/actions/reactivate")),
        alice.get(at("/members")),
        alice.post(at("/members")).json(json!({ "member": "x" })),
        alice.get(at("/members/x")),
        alice.put(at("/members/x")).json(json!({ "status": "x" })),
        alice.delete(at("/members/x")),
    ] {
        let said = "Invalid configuration in property protection file.";
        request.await.is(400).says(said);
    }
    // What a request says itself is looked at before, and what is no image is not shut.
    let answer = alice.get("/v2/images?limit=x").await.is(400);
    answer.says("limit param must be an integer");
    alice.get("/v2/schemas/image").await.is(200);
    alice.get("/versions").await.is(200);
}

#[tokio::test]
async fn a_file_that_is_not_there_cannot_be_used() {
    let glance = glance_with(|config| {
        config.rules.property_protection_file = Some("nowhere/protections.conf".into());
    })
    .await;
    glance.person("alice").get("/v2/images").await.is(400);
}
