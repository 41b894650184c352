//! Who listens, to what, and from when on.

use serde_json::{Value, json};

use super::listen;
use crate::events::Events;
use crate::glance::{glance, glance_with};

#[tokio::test]
async fn what_is_disabled_is_not_sent() {
    let glance = glance_with(|config| {
        let disabled = ["image.update", "metadef_tag", "image.member"];
        config.notifications.disabled_notifications = disabled.map(str::to_owned).to_vec();
        config.notifications.default_publisher_id = "image.host1".into();
    })
    .await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let mut events = listen(&glance).await;
    let image = alice.create_active(json!({})).await;
    let space = json!({ "namespace": "Own", "tags": [{ "name": "t" }] });
    let path = "/v2/metadefs/namespaces";
    admin.post(path).json(space).await.is(201);
    let member = json!({ "member": "bob-project" });
    alice.post(image.at("/members")).json(member).await.is(200);
    let expected = [
        "image.create",
        "image.prepare",
        "image.upload",
        "image.activate",
        "metadef_namespace.create",
        // As in Glance, the group of this is `image`.
        "image.member.create",
    ];
    assert_eq!(events.types(expected.len()).await, expected);

    let live = json!({ "disabled_notifications": ["image"] });
    glance.control().patch("/config", live).await.is(200);
    alice.delete(&image).await.is(204);
    admin.delete(format!("{path}/Own")).await.is(204);
    let event = events.next().await.unwrap().data;
    assert_eq!(event["event_type"], "metadef_namespace.delete");
    assert_eq!(event["publisher_id"], "image.host1");
}

#[tokio::test]
async fn who_comes_back_goes_on_where_it_was() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let mut events = listen(&glance).await;
    alice.create(json!({ "name": "first" })).await;
    let first = events.next().await.unwrap();
    drop(events);
    alice.create(json!({ "name": "second" })).await;
    let path = "/_lookalike/events";
    let mut again = Events::open(&glance, path, Some(&first.id)).await;
    let second = again.next().await.unwrap();
    assert_eq!(second.data["payload"]["name"], "second");
    let mut stranger = Events::open(&glance, path, Some("another-7")).await;
    assert_eq!(stranger.next().await.unwrap().id, first.id);
    assert_ne!(first.id, second.id);
}

#[tokio::test]
async fn each_message_has_an_id_of_its_own() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let mut events = listen(&glance).await;
    alice.create(json!({})).await;
    alice.create(json!({})).await;
    let ids: [Value; 2] = [
        events.next().await.unwrap().data["message_id"].clone(),
        events.next().await.unwrap().data["message_id"].clone(),
    ];
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_sandbox_tells_of_itself_alone() {
    let glance = glance().await;
    let sandbox = glance.sandbox().await.unwrap();
    let url = sandbox.url();
    let below = url.strip_prefix(&glance.url()).unwrap();
    let mut own = Events::open(&glance, &format!("{below}/_lookalike/events"), None).await;
    glance
        .person("alice")
        .create(json!({ "name": "outside" }))
        .await;
    let inside = glance.at(&url, "alice:alice-project:member,reader");
    inside.create(json!({ "name": "inside" })).await;
    let event = own.next().await.unwrap();
    assert_eq!(event.data["payload"]["name"], "inside");
}

#[tokio::test]
async fn listeners_are_let_go_by_a_reset_and_by_the_end_of_the_server() {
    let glance = glance().await;
    let mut events = listen(&glance).await;
    glance.control().post("/reset").await.is(204);
    assert!(events.next().await.is_none());
    let mut events = listen(&glance).await;
    glance.stop().await;
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn a_seed_of_chance_does_not_depend_on_listeners() {
    let ids = async |listens: bool| {
        let glance = glance_with(|config| {
            config.determinism.deterministic = Some("seed".into());
        })
        .await;
        let events = if listens {
            Some(listen(&glance).await)
        } else {
            None
        };
        let alice = glance.person("alice");
        let ids = [
            alice.create(json!({})).await.id,
            alice.create(json!({})).await.id,
        ];
        drop(events);
        ids
    };
    assert_eq!(ids(true).await, ids(false).await);
}
