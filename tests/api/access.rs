//! Who may do what with which image: every caller, every visibility, every operation.

use std::fmt::Write;

use serde_json::json;

use crate::glance::{Answer, Glance, Image, Person, Request, glance};

/// Those who ask, and who they are to Alice's image, which is shared with Bob and Carol.
fn callers(glance: &Glance) -> Vec<(&'static str, Person)> {
    let (alice, bob) = (glance.person("alice"), glance.person("bob"));
    vec![
        ("owner", alice.clone()),
        ("owner, reads", alice.with_roles("reader")),
        ("owner, writes", alice.with_roles("member")),
        ("owner, no role", alice.with_roles("")),
        ("member", bob.clone()),
        ("member, reads", bob.with_roles("reader")),
        ("member, writes", bob.with_roles("member")),
        ("other member", glance.person("carol")),
        ("stranger", glance.person("dave")),
        (
            "stranger, writes",
            glance.person("dave").with_roles("member"),
        ),
        ("service", glance.person("nova").with_roles("service")),
        ("no project", glance.bearer("eve:none:member,reader")),
        ("admin", glance.admin()),
    ]
}

/// What they try, the worst last: an image is made for each of them.
fn operations(caller: &Person, image: &Image) -> Vec<(&'static str, Request)> {
    let (members, member) = (image.at("/members"), image.at("/members/bob-project"));
    let accept = json!({ "status": "accepted" });
    vec![
        ("show", caller.get(image)),
        ("load", caller.get(image.at("/file"))),
        ("set", caller.set(image, "name", "y")),
        ("tag", caller.put(image.at("/tags/new"))),
        ("untag", caller.delete(image.at("/tags/old"))),
        ("fill", caller.upload(image, "more")),
        ("off", caller.post(image.at("/actions/deactivate"))),
        ("on", caller.post(image.at("/actions/reactivate"))),
        ("members", caller.get(&members)),
        ("member", caller.get(&member)),
        (
            "share",
            caller.post(&members).json(json!({ "member": "new" })),
        ),
        ("accept", caller.put(&member).json(accept)),
        ("unshare", caller.delete(&member)),
        ("delete", caller.delete(image)),
    ]
}

async fn make(glance: &Glance, owner: Option<&str>, visibility: &str) -> Image {
    let admin = glance.admin();
    let fields = json!({ "name": "x", "owner": owner, "visibility": "shared", "tags": ["old"] });
    let image = admin.create_active(fields).await;
    for project in ["bob-project", "carol-project"] {
        let request = admin
            .post(image.at("/members"))
            .json(json!({ "member": project }));
        request.await.is(200);
    }
    admin.set(&image, "visibility", visibility).await.is(200);
    image
}

/// The status; and whether a 404 tells nothing.
fn cell(answer: &Answer) -> String {
    let bare = answer.status == 404 && answer.message().0 == "The resource could not be found.";
    format!("{}{}", answer.status, if bare { "-" } else { "" })
}

async fn row(glance: &Glance, caller: &Person, owner: Option<&str>, visibility: &str) -> String {
    let image = make(glance, owner, visibility).await;
    let list = caller.get("/v2/images").await;
    let listed = match list.status {
        200 if list.text().contains(&image.id) => "yes",
        200 => "no",
        _ => "403",
    };
    let mut row = format!("{listed:9}");
    for (_, request) in operations(caller, &image) {
        write!(row, "{:9}", cell(&request.await)).unwrap();
    }
    let left = glance.admin().delete(&image).await.status;
    assert!([204, 404].contains(&left));
    row.trim_end().to_owned()
}

/// Rows for all of these callers, under a heading.
async fn block(
    glance: &Glance,
    whose: (&str, Option<&str>),
    visibility: &str,
    callers: &[(&str, Person)],
) -> String {
    let (named, owner) = whose;
    let mut block = format!("\n{:20}{:9}", format!("{named} {visibility}"), "listed");
    let any = make(glance, owner, visibility).await;
    for (name, _) in operations(&glance.admin(), &any) {
        write!(block, "{name:9}").unwrap();
    }
    glance.admin().delete(&any).await.is(204);
    block.truncate(block.trim_end().len());
    block.push('\n');
    for (name, caller) in callers {
        let row = row(glance, caller, owner, visibility).await;
        writeln!(block, "{name:20}{row}").unwrap();
    }
    block
}

#[tokio::test]
async fn every_caller_may_do_just_what_the_policy_says() {
    let glance = glance().await;
    let mut callers = callers(&glance);
    let mut table = String::new();
    for visibility in ["public", "community", "shared", "private"] {
        let alice = ("Alice's", Some("alice-project"));
        table += &block(&glance, alice, visibility, &callers).await;
    }
    callers.retain(|(name, _)| !name.contains("owner") && !name.contains("other"));
    for visibility in ["public", "community", "shared", "private"] {
        table += &block(&glance, ("nobody's", None), visibility, &callers).await;
    }
    insta::assert_snapshot!(table);
}
