//! Each rule about images, once it lets nobody pass: what becomes of what it is about.

use std::fs;

use lookalike::Config;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::glance::{Glance, Image, Person, Request, glance_with};

/// A role that passes whatever a test shuts.
const ALL_ROLES: &str = "root:admin-project:admin,member,reader,god";

/// A server where these rules let nobody pass but gods; and the file that says so, as long as it
/// is held.
async fn shut(rules: &[&str]) -> (Glance, NamedTempFile) {
    shut_with(rules, |_| {}).await
}

/// The same with some other settings.
pub(super) async fn shut_with(
    rules: &[&str],
    change: impl FnOnce(&mut Config),
) -> (Glance, NamedTempFile) {
    let lines: Vec<_> = rules.iter().map(|it| format!("{it}: role:god")).collect();
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), lines.join("\n")).unwrap();
    let path = file.path().to_owned();
    let glance = glance_with(|config| {
        config.images.policy_file = Some(path);
        change(config);
    });
    (glance.await, file)
}

/// Alice's image, shared with Bob.
pub(super) async fn image(glance: &Glance) -> Image {
    let god = glance.bearer(ALL_ROLES);
    let fields = json!({ "owner": "alice-project", "tags": ["old"] });
    let image = god.create_active(fields).await;
    let member = json!({ "member": "bob-project" });
    god.post(image.at("/members")).json(member).await.is(200);
    image
}

pub(super) struct People {
    pub(super) alice: Person,
    pub(super) bob: Person,
    pub(super) admin: Person,
}

/// A rule, what it is about, asked by somebody who passes it by default, and the status where the
/// rule and `get_image` are both shut.
pub(super) type Row = (&'static str, Request, u16);

fn patch(person: &Person, image: &Image, op: &str, path: &str, value: &Value) -> Request {
    person.patch(image, json!([{ "op": op, "path": path, "value": value }]))
}

fn operations(people: &People, image: &Image) -> Vec<Row> {
    let People { alice, bob, admin } = people;
    let member = image.at("/members/bob-project");
    let location = json!({ "url": "file:///x", "metadata": {} });
    vec![
        ("add_image", alice.post("/v2/images").json(json!({})), 403),
        ("get_images", alice.get("/v2/images"), 403),
        ("modify_image", alice.set(image, "name", "y"), 404),
        ("modify_image", alice.put(image.at("/tags/new")), 404),
        ("modify_image", alice.delete(image.at("/tags/old")), 404),
        (
            "publicize_image",
            patch(admin, image, "replace", "/visibility", &json!("public")),
            403,
        ),
        (
            "publicize_image",
            admin
                .post("/v2/images")
                .json(json!({ "visibility": "public" })),
            403,
        ),
        (
            "communitize_image",
            patch(alice, image, "replace", "/visibility", &json!("community")),
            403,
        ),
        (
            "communitize_image",
            alice
                .post("/v2/images")
                .json(json!({ "visibility": "community" })),
            403,
        ),
        ("upload_image", alice.upload(image, "more"), 404),
        ("download_image", alice.get(image.at("/file")), 404),
        (
            "deactivate",
            alice.post(image.at("/actions/deactivate")),
            404,
        ),
        (
            "reactivate",
            alice.post(image.at("/actions/reactivate")),
            404,
        ),
        (
            "set_image_location",
            patch(alice, image, "add", "/locations/-", &location),
            404,
        ),
        (
            "delete_image_location",
            patch(admin, image, "remove", "/locations/0", &Value::Null),
            404,
        ),
        ("get_members", alice.get(image.at("/members")), 404),
        (
            "add_member",
            alice
                .post(image.at("/members"))
                .json(json!({ "member": "new" })),
            404,
        ),
        (
            "modify_member",
            bob.put(&member).json(json!({ "status": "accepted" })),
            404,
        ),
        ("delete_member", alice.delete(&member), 404),
        ("delete_image", alice.delete(image), 404),
    ]
}

pub(super) fn people(glance: &Glance) -> People {
    People {
        alice: glance.person("alice"),
        bob: glance.person("bob"),
        admin: glance.admin(),
    }
}

/// The rules of the table that can be shut together, each naming itself: making an image is asked
/// about before all else that is asked of a new one.
const TOGETHER: [&[&str]; 2] = [
    &["add_image"],
    &[
        "get_images",
        "modify_image",
        "publicize_image",
        "communitize_image",
        "upload_image",
        "download_image",
        "deactivate",
        "reactivate",
        "set_image_location",
        "delete_image_location",
        "get_members",
        "add_member",
        "modify_member",
        "delete_member",
        "delete_image",
    ],
];

/// Each of these rules, shut, is named to whom it stops.
pub(super) async fn are_named(rules: &[&str], rows: Vec<Row>) {
    for (rule, request, _) in rows {
        if rules.contains(&rule) {
            let said = format!("You are not authorized to complete {rule} action.");
            request.await.is(403).says(&said);
        }
    }
}

/// None of them is, where that would tell that there is an image.
pub(super) async fn are_hidden(rules: &[&str], rows: Vec<Row>) {
    for (rule, request, status) in rows {
        if rules.contains(&rule) {
            let answer = request.await.is(status);
            if status == 404 {
                answer.tells_nothing();
            }
        }
    }
}

#[tokio::test]
async fn a_rule_that_is_shut_is_named() {
    for rules in TOGETHER {
        let (glance, _file) = shut(rules).await;
        let image = image(&glance).await;
        are_named(rules, operations(&people(&glance), &image)).await;
    }
}

#[tokio::test]
async fn a_rule_is_not_named_to_whom_the_image_is_hidden() {
    for rules in TOGETHER {
        let hidden = [rules, &["get_image"]].concat();
        let (glance, _file) = shut(&hidden).await;
        let image = image(&glance).await;
        are_hidden(rules, operations(&people(&glance), &image)).await;
    }
}

#[tokio::test]
async fn an_image_that_nobody_may_get_is_not_shown_and_not_listed() {
    let (glance, _file) = shut(&["get_image"]).await;
    let image = image(&glance).await;
    for person in [glance.person("alice"), glance.admin()] {
        person.get(&image).await.tells_nothing();
        let list = person.get("/v2/images").await.is(200);
        assert_eq!(list["images"], json!([]));
        person.get(image.at("/members")).await.tells_nothing();
        // What else one may do is asked by other rules.
        person.set(&image, "name", "y").await.is(200);
    }
}

#[tokio::test]
async fn a_member_that_one_may_not_get_is_not_there() {
    let (glance, _file) = shut(&["get_member"]).await;
    let image = image(&glance).await;
    let People { alice, bob, .. } = people(&glance);
    let member = image.at("/members/bob-project");
    let answer = alice.get(&member).await.is(404);
    answer.says("You are not authorized to complete get_member action.");
    let members = alice.get(image.at("/members")).await.is(200);
    assert_eq!(members["members"], json!([]));
    let accept = json!({ "status": "accepted" });
    bob.put(&member).json(accept).await.is(403);
}

#[tokio::test]
async fn a_rule_may_be_opened_as_well() {
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), "publicize_image: role:member\n").unwrap();
    let glance =
        glance_with(|config| config.images.policy_file = Some(file.path().to_owned())).await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "visibility": "public" })).await;
    assert_eq!(image["visibility"], "public");
    let reader = alice.with_roles("reader");
    let public = json!({ "visibility": "public" });
    reader.post("/v2/images").json(public).await.is(403);
}

#[tokio::test]
async fn who_is_an_admin_is_a_rule_too() {
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), "context_is_admin: role:boss\n").unwrap();
    let glance =
        glance_with(|config| config.images.policy_file = Some(file.path().to_owned())).await;
    let private = json!({ "visibility": "private" });
    let image = glance.person("alice").create(private).await;
    glance.admin().get(&image).await.is(404);
    glance.admin().with_roles("boss").get(&image).await.is(200);
}
