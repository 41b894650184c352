//! `web-download`: what is at a URL.

use lookalike::Config;
use serde_json::json;

use super::{
    ended, from_here, import, imported, is_queued_again, lists, raw, several, web_download, with,
};
use crate::glance::glance_with;
use crate::web::{DATA, Web};

#[tokio::test]
async fn data_is_fetched_from_a_url() {
    let (glance, web) = (glance_with(from_here).await, Web::new().await);
    let alice = glance.person("alice");
    for what in ["data", "endless", "here"] {
        let image = raw(&alice).await;
        let (image, task) = imported(&alice, &image, web_download(&web.at(what))).await;
        assert_eq!(task["status"], "success", "{what}");
        assert_eq!(image["status"], "active");
        assert_eq!(image["size"], DATA.len());
        assert_eq!(alice.get(image.at("/file")).await.text(), DATA);
        assert_eq!(lists(&image), ["", ""]);
    }
}

#[tokio::test]
async fn an_import_can_be_watched() {
    let (glance, web) = (several().await, Web::new().await);
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let body = with(
        web_download(&web.held()),
        "stores",
        json!(["fast", "cheap"]),
    );

    let asked = import(&alice, &image, body).await.is(202);

    let seen = crate::wire::until(&alice, &image, "importing").await;
    assert_eq!(lists(&seen), ["cheap,fast", ""]);
    let answer = alice.get(image.at("/tasks")).await.is(200);
    let task = &answer["tasks"][0];
    assert_eq!(task["status"], "processing");
    assert_eq!(task["id"], seen["os_glance_import_task"]);
    let request = asked.header("x-openstack-request-id");
    assert_eq!(task["request_id"], request);
    assert_eq!(task["message"], "");
    assert!(task["expires_at"].is_null());
    // Whatever else there is to be done with the image can be.
    alice.set(&image, "name", "new").await.is(200);
    alice.put(image.at("/tags/t")).await.is(204);
    web.let_go();
    assert_eq!(ended(&alice, &image).await["status"], "success");
    let image = alice.see(&image).await;
    assert_eq!(
        (&image["name"], &image["status"]),
        (&"new".into(), &"active".into())
    );
}

#[tokio::test]
async fn what_cannot_be_fetched_leaves_the_image_as_it_was() {
    let (glance, web) = (several().await, Web::new().await);
    let alice = glance.person("alice");
    for what in ["gone", "short", "away"] {
        let image = raw(&alice).await;
        let body = with(
            web_download(&web.at(what)),
            "stores",
            json!(["cheap", "fast"]),
        );
        let (seen, task) = imported(&alice, &image, body).await;
        assert_eq!(task["status"], "failure", "{what}");
        assert_eq!(task["message"], "Task failed due to Internal Error");
        assert!(task["result"].is_null());
        assert!(task["expires_at"].is_string());
        is_queued_again(&seen);
        assert_eq!(lists(&seen), ["", "cheap,fast"]);
        // And it can be tried again.
        let (seen, _) = imported(&alice, &image, web_download(&web.data())).await;
        assert_eq!(seen["status"], "active");
        // A store that is not tried again stays on the list, as in Glance.
        assert_eq!(lists(&seen), ["", "cheap"]);
    }
}

#[tokio::test]
async fn data_larger_than_the_cap_is_not_imported() {
    let settings = |config: &mut Config| {
        from_here(config);
        config.images.image_size_cap = 4;
    };
    let (glance, web) = (glance_with(settings).await, Web::new().await);
    let alice = glance.person("alice");
    for what in ["data", "endless"] {
        let image = raw(&alice).await;
        let (image, task) = imported(&alice, &image, web_download(&web.at(what))).await;
        assert_eq!(task["status"], "failure");
        is_queued_again(&image);
    }
}

#[tokio::test]
async fn data_of_another_format_is_not_imported() {
    let (glance, web) = (glance_with(from_here).await, Web::new().await);
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "qcow2", "container_format": "bare" });
    let image = alice.create(fields).await;
    let (image, task) = imported(&alice, &image, web_download(&web.data())).await;
    assert_eq!(task["status"], "failure");
    is_queued_again(&image);
}

#[tokio::test]
async fn large_data_is_counted() {
    let web = Web::serving(vec![7; 3 << 20]).await;
    let glance = several().await;
    let alice = glance.person("alice");
    let body = with(web_download(&web.data()), "all_stores", true);
    let (image, task) = imported(&alice, &raw(&alice).await, body).await;
    assert_eq!(image["size"], 3 << 20);
    assert_eq!(task["message"], "Copied 6 MiB");
}
