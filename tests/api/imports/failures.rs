//! Imports that a store, or somebody, gets into the way of: nothing of them is left.

use lookalike::Config;
use serde_json::json;

use super::{
    ended, from_here, glance_direct, import, imported, is_queued_again, lists, raw, several,
    staged, web_download, with,
};
use crate::glance::{Glance, glance_with, store};
use crate::web::Web;

/// Two stores in directories below this one, and one that nothing can be added to.
async fn on_disk(home: &tempfile::TempDir) -> Glance {
    let at = |name: &str| store(&format!("{name}=file://{}/{name}", home.path().display()));
    let stores = vec![at("fast"), at("cheap"), store("web=memory:?read_only=true")];
    let data = home.path().join("data");
    glance_with(|config: &mut Config| {
        from_here(config);
        config.ephemeral = false;
        config.data = data;
        config.stores.store = stores;
    })
    .await
}

/// The files in these directories, but for the marks that say whose they are.
fn files(home: &tempfile::TempDir) -> usize {
    ["fast", "fast/staging", "cheap"]
        .iter()
        .flat_map(|it| home.path().join(it).read_dir().unwrap())
        .map(|it| it.unwrap().path())
        .filter(|it| it.is_file() && it.file_name().unwrap() != "cloud")
        .count()
}

#[tokio::test]
async fn a_store_that_fails_takes_the_others_along() {
    let home = tempfile::tempdir().unwrap();
    let (glance, web) = (on_disk(&home).await, Web::new().await);
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let body = with(
        web_download(&web.data()),
        "stores",
        json!(["fast", "web", "cheap"]),
    );
    let (seen, task) = imported(&alice, &image, body).await;
    assert_eq!(task["status"], "failure");
    assert_eq!(
        task["message"],
        "Error in store configuration. Adding images to store is disabled."
    );
    is_queued_again(&seen);
    assert_eq!(lists(&seen), ["", "cheap,fast,web"]);
    assert_eq!(files(&home), 0);
    alice.get(image.at("/file")).await.is(204);
}

#[tokio::test]
async fn where_not_all_must_succeed_the_others_have_it() {
    let (glance, web) = (several().await, Web::new().await);
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let body = with(web_download(&web.data()), "stores", json!(["web", "cheap"]));
    let body = with(body, "all_stores_must_succeed", false);
    let (seen, task) = imported(&alice, &image, body).await;
    assert_eq!(task["status"], "success");
    assert_eq!(seen["status"], "active");
    assert_eq!(lists(&seen), ["", "web"]);
}

#[tokio::test]
async fn where_the_source_fails_no_further_store_is_tried() {
    let home = tempfile::tempdir().unwrap();
    let (glance, web) = (on_disk(&home).await, Web::new().await);
    let alice = glance.person("alice");
    for what in ["short", "gone"] {
        let image = raw(&alice).await;
        let body = with(
            web_download(&web.at(what)),
            "stores",
            json!(["cheap", "fast"]),
        );
        let body = with(body, "all_stores_must_succeed", false);
        let (seen, task) = imported(&alice, &image, body).await;
        assert_eq!(task["status"], "failure");
        assert_eq!(task["message"], "Task failed due to Internal Error");
        is_queued_again(&seen);
        assert_eq!(lists(&seen), ["", "cheap,fast"]);
        assert_eq!(files(&home), 0);
    }
}

#[tokio::test]
async fn data_from_elsewhere_is_not_staged() {
    let home = tempfile::tempdir().unwrap();
    let (glance, web) = (on_disk(&home).await, Web::new().await);
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let body = with(
        web_download(&web.held()),
        "stores",
        json!(["cheap", "fast"]),
    );
    import(&alice, &image, body).await.is(202);
    crate::wire::until(&alice, &image, "importing").await;
    let count = |of: &str| home.path().join(of).read_dir().unwrap().count();
    // The mark, and then what comes.
    while count("cheap") == 1 {
        alice.see(&image).await;
    }
    let staged = files(&home) - 1;
    assert_eq!(staged, 0);
    web.let_go();
    assert_eq!(ended(&alice, &image).await["status"], "success");
    assert_eq!(files(&home), 2);
}

#[tokio::test]
async fn an_image_may_be_in_one_store_more_than_its_quota_says() {
    let few = |config: &mut Config| {
        super::with_stores(config);
        config.images.image_location_quota = 0;
    };
    let (glance, web) = (glance_with(few).await, Web::new().await);
    let alice = glance.person("alice");
    let (seen, _) = imported(&alice, &raw(&alice).await, web_download(&web.data())).await;
    assert_eq!(seen["status"], "active");
    let body = with(web_download(&web.data()), "all_stores", true);
    let (seen, task) = imported(&alice, &raw(&alice).await, body).await;
    assert_eq!(task["status"], "failure");
    is_queued_again(&seen);
}

#[tokio::test]
async fn where_all_fail_the_image_is_free_again() {
    let (glance, web) = (several().await, Web::new().await);
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let body = with(web_download(&web.data()), "stores", json!(["web"]));
    let body = with(body, "all_stores_must_succeed", false);
    let (seen, task) = imported(&alice, &image, body).await;
    assert_eq!(task["status"], "failure");
    is_queued_again(&seen);
    assert_eq!(lists(&seen), ["", "web"]);
    let (seen, _) = imported(&alice, &image, web_download(&web.data())).await;
    assert_eq!(seen["status"], "active");
}

#[tokio::test]
async fn staged_data_that_no_store_takes_can_be_staged_again() {
    let home = tempfile::tempdir().unwrap();
    let glance = on_disk(&home).await;
    let alice = glance.person("alice");
    let image = staged(&alice, "hello").await;
    let body = with(glance_direct(), "stores", json!(["fast", "web"]));
    let (seen, task) = imported(&alice, &image, body).await;
    assert_eq!(task["status"], "failure");
    is_queued_again(&seen);
    assert_eq!(lists(&seen), ["", "web"]);
    assert_eq!(files(&home), 0);

    alice.stage(&image, "again").await.is(204);
    let (seen, _) = imported(&alice, &image, glance_direct()).await;
    assert_eq!(seen["status"], "active");
}

#[tokio::test]
async fn an_image_that_is_deleted_meanwhile_is_gone_with_its_bytes() {
    let home = tempfile::tempdir().unwrap();
    let (glance, web) = (on_disk(&home).await, Web::new().await);
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = raw(&alice).await;
    import(&alice, &image, web_download(&web.held()))
        .await
        .is(202);
    let seen = crate::wire::until(&alice, &image, "importing").await;

    alice.delete(&image).await.is(204);
    web.let_go();

    let task = seen["os_glance_import_task"].as_str().unwrap();
    let task = crate::tasks::ended(&admin, task).await;
    assert_eq!(task["status"], "failure");
    assert_eq!(files(&home), 0);
    alice.get(&image).await.is(404);
    alice.get(image.at("/tasks")).await.tells_nothing();
}

#[tokio::test]
async fn data_that_does_not_fit_into_the_quota_is_not_imported() {
    let glance = glance_with(|it| it.images.user_storage_quota = 5).await;
    let alice = glance.person("alice");
    let image = staged(&alice, "123456").await;
    import(&alice, &image, glance_direct()).await.is(202);
    let task = ended(&alice, &image).await;
    assert_eq!(task["status"], "failure");
    let said = task["message"].as_str().unwrap();
    assert!(
        said.starts_with("Image exceeds the storage quota"),
        "{said}"
    );
    is_queued_again(&alice.see(&image).await);
}

#[tokio::test]
async fn data_from_elsewhere_is_read_no_further_than_the_quota_goes() {
    let few = |config: &mut Config| {
        from_here(config);
        config.images.user_storage_quota = 5;
    };
    let (glance, web) = (glance_with(few).await, Web::new().await);
    let alice = glance.person("alice");
    for what in ["data", "endless"] {
        let (seen, task) = imported(&alice, &raw(&alice).await, web_download(&web.at(what))).await;
        assert_eq!(task["status"], "failure");
        let said = task["message"].as_str().unwrap();
        assert!(
            said.starts_with("Image exceeds the storage quota"),
            "{said}"
        );
        is_queued_again(&seen);
    }
}
