//! The lock: one task has an image, and says so in a property that only the server sets.

use chrono::TimeDelta;
use serde_json::json;

use super::{copy_image, ended, import, raw, several, web_download, with, with_stores};
use crate::glance::glance_with;
use crate::web::Web;

#[tokio::test]
async fn a_second_import_hears_of_the_state_of_the_image() {
    let (glance, web) = (several().await, Web::new().await);
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    import(&alice, &image, web_download(&web.held()))
        .await
        .is(202);
    crate::wire::until(&alice, &image, "importing").await;
    let answer = import(&alice, &image, web_download(&web.data())).await;
    let words = "Image needs to be in 'queued' state to use 'web-download' method";
    answer.is(409).says(words);
    web.let_go();
    ended(&alice, &image).await;
}

#[tokio::test]
async fn of_two_imports_at_once_one_gets_the_image() {
    let (glance, web) = (several().await, Web::new().await);
    let alice = glance.person("alice");
    for _ in 0..10 {
        let image = raw(&alice).await;
        let ask = || import(&alice, &image, web_download(&web.data()));
        let (one, other) = tokio::join!(ask(), ask());
        let mut both = [one.status, other.status];
        both.sort_unstable();
        assert_eq!(both, [202, 409]);
        assert_eq!(ended(&alice, &image).await["status"], "success");
        let answer = alice.get(image.at("/tasks")).await;
        assert_eq!(answer["tasks"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_lock_is_nobodys_to_change() {
    let glance = several().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let answer = alice.set(&image, "os_glance_import_task", "x").await;
    answer
        .is(403)
        .says("Attribute 'os_glance_import_task' is reserved.");
}

#[tokio::test]
async fn a_lock_that_says_nothing_for_an_hour_is_broken() {
    let web = Web::new().await;
    // One at a time: the second waits, and nobody begins with it.
    let glance = glance_with(|config| {
        with_stores(config);
        config.tasks.max_workers = 1;
    })
    .await;
    let root = glance.admin();
    let busy = raw(&root).await;
    import(&root, &busy, web_download(&web.held()))
        .await
        .is(202);
    crate::wire::until(&root, &busy, "importing").await;
    let image = root.create_active(json!({})).await;
    let body = with(copy_image(), "stores", json!(["cheap"]));
    import(&root, &image, body.clone()).await.is(202);
    let first = root.see(&image).await["os_glance_import_task"].clone();

    glance.advance(TimeDelta::minutes(119)).await.unwrap();
    let answer = import(&root, &image, body.clone()).await.is(409);
    answer.says("Image has active task");
    glance.advance(TimeDelta::minutes(2)).await.unwrap();
    import(&root, &image, body).await.is(202);

    let path = format!("/v2/tasks/{}", first.as_str().unwrap());
    let task = root.get(path).await.is(200);
    assert_eq!(task["status"], "failure");
    assert_eq!(task["message"], "Expired lock preempted");
    web.let_go();
    assert_eq!(ended(&root, &image).await["status"], "success");
}
