//! `/v2/images/{image}/members`

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::glance::{Glance, Image, Person, glance, glance_with};

/// Alice's image, which she shares with Bob.
async fn shared(glance: &Glance) -> (Person, Person, Image) {
    let (alice, bob) = (glance.person("alice"), glance.person("bob"));
    let image = alice.create(json!({})).await;
    add(&alice, &image, bob.project()).await;
    (alice, bob, image)
}

async fn add(owner: &Person, image: &Image, project: &str) {
    let request = owner.post(image.at("/members"));
    request.json(json!({ "member": project })).await.is(200);
}

async fn members(person: &Person, image: &Image) -> Vec<String> {
    let answer = person.get(image.at("/members")).await.is(200);
    let members = answer["members"].as_array().unwrap().iter();
    members
        .map(|it| it["member_id"].as_str().unwrap().to_owned())
        .collect()
}

fn status(word: impl Into<Value>) -> Value {
    json!({ "status": word.into() })
}

#[tokio::test]
async fn a_new_member_is_pending() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let body = json!({ "member": "bob-project", "status": "accepted", "more": 5 });
    let answer = alice.post(image.at("/members")).json(body).await.is(200);
    let now = &answer["created_at"];
    let expected = json!({
        "member_id": "bob-project", "image_id": image.id, "status": "pending",
        "created_at": now, "updated_at": now, "schema": "/v2/schemas/member",
    });
    assert_eq!(*answer.json(), expected);
    let order = [
        "member_id",
        "image_id",
        "status",
        "created_at",
        "updated_at",
        "schema",
    ];
    assert_eq!(answer.keys(), order);
    assert!(!answer.has("location"));
    let shown = alice.get(image.at("/members/bob-project")).await.is(200);
    assert_eq!(shown.json(), answer.json());
}

#[tokio::test]
async fn members_are_listed_in_the_order_in_which_they_came() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    for project in ["z", "a", "alice-project", "m"] {
        glance.advance(TimeDelta::seconds(1)).await.unwrap();
        add(&alice, &image, project).await;
    }
    assert_eq!(
        members(&alice, &image).await,
        ["z", "a", "alice-project", "m"]
    );
    let answer = alice.get(image.at("/members")).await.is(200);
    assert_eq!(answer.keys(), ["members", "schema"]);
    assert_eq!(answer["schema"], "/v2/schemas/members");
}

#[tokio::test]
async fn a_body_must_name_the_member() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let path = "/v2/images/nothing/members";
    for (body, words) in [
        ("", "Body expected in request."),
        ("{", "Malformed JSON in request body."),
        ("\"x\"", "Unexpected body type. Expected list/dict."),
        (
            "[]",
            "Expected a member in the form: {\"member\": \"image_id\"}",
        ),
        ("{}", "Member to be added not specified"),
        ("{\"member\": \"\"}", "Member can't be empty"),
        ("{\"member\": null}", "Member can't be empty"),
        ("{\"member\": 0}", "Member can't be empty"),
    ] {
        alice.post(path).body(body).await.is(400).says(words);
    }
    for member in [json!([]), json!({}), json!(["x"]), json!(true)] {
        alice
            .post(path)
            .json(json!({ "member": member }))
            .await
            .is(400);
    }
    let answer = alice
        .post(path)
        .json(json!({ "member": "x" }))
        .await
        .is(404);
    answer.says("Image {id} not found.");
}

#[tokio::test]
async fn the_form_of_a_project_is_not_looked_at() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    for project in ["x y", "é", "a.json", "alice-project"] {
        add(&alice, &image, project).await;
    }
    alice.get(image.at("/members/x%20y")).await.is(200);
    alice.get(image.at("/members/%C3%A9")).await.is(200);
    alice.get(image.at("/members/a.json")).await.is(200);
    let answer = alice
        .post(image.at("/members"))
        .json(json!({ "member": "😀" }))
        .await;
    answer
        .is(400)
        .says("Member can't contain 4 byte unicode characters.");
}

#[tokio::test]
async fn a_member_is_added_once() {
    let glance = glance().await;
    let (alice, _, image) = shared(&glance).await;
    let answer = alice
        .post(image.at("/members"))
        .json(json!({ "member": "bob-project" }))
        .await;
    answer
        .is(409)
        .says("Member bob-project is duplicated for image {id}");
}

#[tokio::test]
async fn a_member_that_is_added_again_begins_anew_with_its_old_time() {
    let glance = glance().await;
    let (alice, bob, image) = shared(&glance).await;
    let path = image.at("/members/bob-project");
    let before = bob.put(&path).json(status("accepted")).await.is(200);
    glance.advance(TimeDelta::seconds(100)).await.unwrap();
    alice.delete(&path).await.is(204);
    add(&alice, &image, "bob-project").await;
    let after = alice.get(&path).await.is(200);
    assert_eq!(after["status"], "pending");
    assert_eq!(after["created_at"], before["created_at"]);
}

#[tokio::test]
async fn an_image_has_only_so_many_members() {
    let glance = glance_with(|config| config.images.image_member_quota = 1).await;
    let (alice, _, image) = shared(&glance).await;
    for project in ["bob-project", "carol-project"] {
        let answer = alice
            .post(image.at("/members"))
            .json(json!({ "member": project }))
            .await;
        answer.is(413).says(
            "Image member limit exceeded for image {id}: The limit has been exceeded on the number \
             of allowed image members for this image. Attempted: 2, Maximum: 1:",
        );
    }
}

#[tokio::test]
async fn only_shared_images_have_members() {
    let glance = glance().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    for visibility in ["public", "community", "private"] {
        let fields = json!({ "visibility": visibility, "owner": "alice-project" });
        let image = admin.create(fields).await;
        let mut callers = vec![&alice, &admin];
        let bob = glance.person("bob");
        if visibility != "private" {
            callers.push(&bob);
        }
        for caller in callers {
            let (all, one) = (image.at("/members"), image.at("/members/m"));
            let answer = caller.get(&all).await.is(403);
            answer.says(
                "Not allowed to list members for image {id}: Only shared images have members.",
            );
            caller
                .get(&one)
                .await
                .is(404)
                .says("Only shared images have members.");
            let answer = caller
                .post(&all)
                .json(json!({ "member": "m" }))
                .await
                .is(403);
            answer.says("Not allowed to create members for image {id}.");
            let answer = caller.put(&one).json(status("accepted")).await.is(403);
            answer.says("Not allowed to update members for image {id}.");
            let answer = caller.delete(&one).await.is(403);
            answer.says("Not allowed to delete members for image {id}.");
        }
    }
}

#[tokio::test]
async fn members_stay_while_an_image_is_not_shared() {
    let glance = glance().await;
    let (alice, bob, image) = shared(&glance).await;
    alice.set(&image, "visibility", "private").await.is(200);
    bob.get(&image).await.is(404);
    let request = bob
        .put(image.at("/members/bob-project"))
        .json(status("accepted"));
    request.await.is(404).says("Image {id} not found.");
    alice.set(&image, "visibility", "shared").await.is(200);
    bob.get(&image).await.is(200);
    assert_eq!(members(&alice, &image).await, ["bob-project"]);
}

#[tokio::test]
async fn what_is_not_visible_has_no_members() {
    let glance = glance().await;
    let (_, _, image) = shared(&glance).await;
    let carol = glance.person("carol");
    for path in [image.at("/members"), image.at("/members/bob-project")] {
        carol.get(path).await.is(404).says("Image {id} not found.");
    }
    let (all, one) = (image.at("/members"), image.at("/members/bob-project"));
    let answer = carol.post(all).json(json!({ "member": "m" })).await.is(404);
    answer.says("Image {id} not found.");
    carol
        .put(&one)
        .json(status("accepted"))
        .await
        .is(404)
        .says("Image {id} not found.");
    carol
        .delete(&one)
        .await
        .is(404)
        .says("Image {id} not found.");
}

#[tokio::test]
async fn a_member_knows_of_itself_only() {
    let glance = glance().await;
    let (alice, bob, image) = shared(&glance).await;
    add(&alice, &image, "carol-project").await;
    assert_eq!(members(&bob, &image).await, ["bob-project"]);
    let words = "carol-project not found in the member list of the image {id}.";
    let path = image.at("/members/carol-project");
    bob.get(&path).await.is(404).says(words);
    bob.put(&path)
        .json(status("accepted"))
        .await
        .is(404)
        .says(words);
    bob.delete(&path).await.is(404).says(words);
    let answer = alice.get(image.at("/members/dave")).await.is(404);
    answer.says("dave not found in the member list of the image {id}.");
}

#[tokio::test]
async fn a_member_may_change_its_mind_however_it_likes() {
    let glance = glance().await;
    let (_, bob, image) = shared(&glance).await;
    for word in [
        "accepted", "rejected", "pending", "rejected", "accepted", "accepted", "pending",
    ] {
        glance.advance(TimeDelta::seconds(2)).await.unwrap();
        let request = bob.put(image.at("/members/bob-project"));
        let answer = request.json(status(word)).await.is(200);
        assert_eq!(answer["status"], word);
        assert_ne!(answer["updated_at"], answer["created_at"]);
    }
}

#[tokio::test]
async fn only_the_member_decides() {
    let glance = glance().await;
    let (alice, bob, image) = shared(&glance).await;
    let path = image.at("/members/bob-project");
    for caller in [&alice, &bob.with_roles("reader")] {
        let answer = caller.put(&path).json(status("accepted")).await.is(403);
        answer.says("You are not authorized to complete modify_member action.");
    }
    glance
        .admin()
        .put(&path)
        .json(status("accepted"))
        .await
        .is(200);
}

#[tokio::test]
async fn only_the_owner_adds_and_removes_members() {
    let glance = glance().await;
    let (alice, bob, image) = shared(&glance).await;
    for caller in [&bob, &alice.with_roles("reader")] {
        let answer = caller
            .post(image.at("/members"))
            .json(json!({ "member": "m" }))
            .await;
        answer
            .is(403)
            .says("You are not authorized to complete add_member action.");
        let answer = caller
            .delete(image.at("/members/bob-project"))
            .await
            .is(403);
        answer.says("You are not authorized to complete delete_member action.");
    }
    for caller in [alice, glance.admin()] {
        add(&caller, &image, "m").await;
        caller.delete(image.at("/members/m")).await.is(204);
    }
}

#[tokio::test]
async fn a_status_is_one_of_three_words() {
    let glance = glance().await;
    let (_, bob, image) = shared(&glance).await;
    let path = image.at("/members/bob-project");
    for (body, words) in [
        ("", "Body expected in request."),
        ("{", "Malformed JSON in request body."),
        (
            "[]",
            "Expected a status in the form: {\"status\": \"status\"}",
        ),
        ("{}", "Status not specified"),
    ] {
        bob.put(&path).body(body).await.is(400).says(words);
    }
    for wrong in [
        json!("x"),
        json!(""),
        json!("Accepted"),
        json!(null),
        json!(5),
    ] {
        let answer = bob.put(&path).json(status(wrong)).await.is(400);
        answer.says("Incorrect request: Status must be \"pending\", \"accepted\" or \"rejected\".");
    }
}

#[tokio::test]
async fn a_removed_member_is_gone() {
    let glance = glance().await;
    let (alice, bob, image) = shared(&glance).await;
    let path = image.at("/members/bob-project");
    let answer = alice.delete(&path).await.is(204);
    assert!(answer.body.is_empty() && !answer.has("content-type"));
    let words = "bob-project not found in the member list of the image {id}.";
    alice.delete(&path).await.is(404).says(words);
    alice.get(&path).await.is(404).says(words);
    bob.get(&image)
        .await
        .is(404)
        .says("No image found with ID {id}");
    assert!(members(&alice, &image).await.is_empty());
}

#[tokio::test]
async fn a_member_sees_the_image_at_once_but_lists_it_by_status() {
    let glance = glance().await;
    let (alice, bob) = (glance.person("alice"), glance.person("bob"));
    let image = alice.create_active(json!({ "name": "x" })).await;
    add(&alice, &image, bob.project()).await;
    for word in ["pending", "accepted", "rejected"] {
        let request = bob.put(image.at("/members/bob-project"));
        request.json(status(word)).await.is(200);
        bob.get(&image).await.is(200);
        let data = bob.get(image.at("/file")).await.is(200);
        assert_eq!(data.text(), "data");
        for (query, listed) in [
            ("", word == "accepted"),
            ("?visibility=shared", word == "accepted"),
            ("?member_status=all", true),
            ("?member_status=pending", word == "pending"),
            ("?member_status=accepted", word == "accepted"),
            ("?member_status=rejected", word == "rejected"),
            ("?member_status=all&visibility=shared", true),
            ("?member_status=all&visibility=private", false),
        ] {
            assert_eq!(
                bob.names(query).await.len(),
                usize::from(listed),
                "{word} {query}"
            );
            let own = usize::from(!query.ends_with("private"));
            assert_eq!(
                alice.names(query).await.len(),
                own,
                "its own, whatever the status"
            );
        }
    }
}

#[tokio::test]
async fn other_methods_are_refused() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let answer = alice
        .put("/v2/images/x/members")
        .json(json!({}))
        .await
        .is(405);
    assert_eq!(answer.header("allow"), "GET, POST");
    let answer = alice
        .post("/v2/images/x/members/m")
        .json(json!({}))
        .await
        .is(405);
    assert_eq!(answer.header("allow"), "GET, PUT, DELETE");
}
