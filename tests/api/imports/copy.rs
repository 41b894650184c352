//! `copy-image`: from a store that has the data to those that do not.

use serde_json::json;

use super::{copy_image, ended, import, imported, lists, several, with};

#[tokio::test]
async fn an_image_is_copied_to_a_store() {
    let glance = several().await;
    let admin = glance.admin();
    let image = admin.create_active(json!({})).await;
    let body = with(copy_image(), "stores", json!(["cheap"]));
    let (image, task) = imported(&admin, &image, body).await;
    assert_eq!(task["status"], "success");
    assert_eq!(task["message"], "Copied 0 MiB");
    assert_eq!(image["status"], "active");
    assert_eq!(lists(&image), ["", ""]);
    assert_eq!(admin.get(image.at("/file")).await.text(), "data");

    let body = with(copy_image(), "stores", json!(["cheap"]));
    let answer = import(&admin, &image, body).await.is(400);
    answer.says("Image is already present at store 'cheap'");
}

#[tokio::test]
async fn the_default_store_has_it_already() {
    let glance = several().await;
    let admin = glance.admin();
    let image = admin.create_active(json!({})).await;
    let answer = import(&admin, &image, copy_image()).await.is(400);
    answer.says("Image is already present at store 'fast'");
}

#[tokio::test]
async fn all_stores_are_those_that_lack_it() {
    let glance = several().await;
    let admin = glance.admin();
    let image = admin.create_active(json!({})).await;
    let body = with(copy_image(), "all_stores", true);
    let (image, task) = imported(&admin, &image, body.clone()).await;
    assert_eq!(task["input"]["backend"], json!(["cheap"]));
    // Once more, there is nothing to do, and no task.
    import(&admin, &image, body).await.is(202);
    let answer = admin.get(image.at("/tasks")).await.is(200);
    assert_eq!(answer["tasks"].as_array().unwrap().len(), 1);
    assert_eq!(admin.see(&image).await.get("os_glance_import_task"), None);
}

#[tokio::test]
async fn the_owner_does_not_see_the_task_of_an_admin() {
    let glance = several().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = alice.create_active(json!({})).await;
    let body = with(copy_image(), "stores", json!(["cheap"]));
    imported(&admin, &image, body).await;
    let answer = alice.get(image.at("/tasks")).await.is(200);
    assert_eq!(answer["tasks"], json!([]));
}

#[tokio::test]
async fn a_copy_that_fails_leaves_the_image_as_it_was() {
    let glance = several().await;
    let admin = glance.admin();
    let image = admin.create_active(json!({})).await;
    let body = with(copy_image(), "stores", json!(["cheap", "web"]));
    let (seen, task) = imported(&admin, &image, body).await;
    assert_eq!(task["status"], "failure");
    assert_eq!(seen["status"], "active");
    assert_eq!(lists(&seen), ["", "web"]);
    assert_eq!(seen["size"], 4);
    assert_eq!(admin.get(image.at("/file")).await.text(), "data");
    // The copy that went well is taken back, so that it can be made again.
    let body = with(copy_image(), "stores", json!(["cheap"]));
    imported(&admin, &image, body).await;
}

#[tokio::test]
async fn where_not_all_must_succeed_a_copy_keeps_what_it_has() {
    let glance = several().await;
    let admin = glance.admin();
    let image = admin.create_active(json!({})).await;
    let body = with(copy_image(), "stores", json!(["web", "cheap"]));
    let body = with(body, "all_stores_must_succeed", false);
    import(&admin, &image, body).await.is(202);
    assert_eq!(ended(&admin, &image).await["status"], "success");
    let seen = admin.see(&image).await;
    assert_eq!(lists(&seen), ["", "web"]);
    let body = with(copy_image(), "stores", json!(["cheap"]));
    import(&admin, &image, body).await.is(400);
}
