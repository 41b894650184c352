//! Section 6 of the service's description: what the roles of an account may do.

use serde_json::json;

use super::{rackspace, user};

#[tokio::test]
async fn the_admin_of_an_account_does_everything_in_it() {
    let glance = rackspace().await;
    let admin = user(&glance, "rackspace").await;
    let image = admin.create_active(json!({ "com.mycompany.x": "1" })).await;
    assert_eq!(image["owner"], "929418");
    admin.set(&image, "name", "mine").await.is(200);
    let member = json!({ "member": "bob" });
    admin.post(image.at("/members")).json(member).await.is(200);
    admin.put(image.at("/tags/x")).await.is(204);
    admin.get(image.at("/file")).await.is(200);
    admin.delete(&image).await.is(204);
    assert_eq!(
        admin.names("?visibility=private").await,
        ["web01-before-upgrade"]
    );
}

#[tokio::test]
async fn a_creator_makes_and_changes_images_and_deletes_none() {
    let glance = rackspace().await;
    let creator = user(&glance, "rackspace-creator").await;
    let image = creator.create_active(json!({ "os_version": "12" })).await;
    creator.set(&image, "name", "mine").await.is(200);
    creator.put(image.at("/tags/x")).await.is(204);
    creator.delete(&image).await.is(403);
    // A customer's own properties are for the admins of the account.
    creator.set(&image, "com.mycompany.x", "1").await.is(403);
}

#[tokio::test]
async fn an_observer_reads() {
    let glance = rackspace().await;
    let observer = user(&glance, "rackspace-observer").await;
    assert_eq!(
        observer.names("?visibility=private").await,
        ["web01-before-upgrade"]
    );
    let snapshot = "/v2/images/6d0c8a51-5b0e-4a55-9f0b-3a1c3f3f7c0c";
    observer.get(snapshot).await.is(200);
    observer.post("/v2/images").json(json!({})).await.is(403);
    let rename = json!([{ "op": "replace", "path": "/name", "value": "x" }]);
    observer.patch(snapshot, rename).await.is(403);
    observer.delete(snapshot).await.is(403);
    let tag = format!("{snapshot}/tags/x");
    observer.put(tag).await.is(403);
}

#[tokio::test]
async fn of_two_roles_the_stronger_wins() {
    let glance = rackspace().await;
    let root = glance.bearer("root:929418:observer,member");
    let image = root.create(json!({})).await;
    root.delete(&image).await.is(204);
}

#[tokio::test]
async fn a_role_of_no_meaning_reads_nothing() {
    let glance = rackspace().await;
    let other = glance.bearer("eve:929418:billing");
    other.get("/v2/images").await.is(403);
    other.get(super::SAMPLE).await.is(404);
}
