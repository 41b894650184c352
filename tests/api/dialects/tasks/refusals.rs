//! Exports that fail, and why (07 B2, 14 A5).

use serde_json::json;

use super::vhd::FIXED;
use super::{
    container, customer, done, export_of, fails, image, objects, put, rackspace, rackspace_with,
};
use crate::glance::Image;

#[tokio::test]
async fn a5_a_container_that_is_not_there_is_named() {
    let glance = rackspace().await;
    let (ann, bob) = (customer(&glance, "929418"), customer(&glance, "929419"));
    container(&bob, "others").await;
    let image = image(&ann, "vhd", FIXED.fixed()).await;
    for name in ["none", "others"] {
        let message = format!("Container not found. Container: {name}");
        fails(&ann, export_of(&image.id, name), &message).await;
    }
}

#[tokio::test]
async fn b2_the_name_of_a_container_has_no_slash_question_mark_or_dot() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "a.b").await;
    let image = image(&ann, "vhd", FIXED.fixed()).await;
    for name in ["a/b", "a?b", "a.b", ""] {
        let message = format!("Container name is not valid. Container: {name}");
        fails(&ann, export_of(&image.id, name), &message).await;
    }
    assert!(objects(&ann, "a.b").await.is_empty());
}

#[tokio::test]
async fn a5_an_object_that_is_there_already_stays() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "exports").await;
    let image = image(&ann, "vhd", FIXED.fixed()).await;
    done(&ann, export_of(&image.id, "exports")).await;
    let before = objects(&ann, "exports").await;
    let message = format!(
        "Object already exists in user's container. Container/Object: exports/{}.vhd",
        image.id
    );
    fails(&ann, export_of(&image.id, "exports"), &message).await;
    assert_eq!(objects(&ann, "exports").await, before);
}

#[tokio::test]
async fn an_object_that_the_manifest_would_join_is_not_touched() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "exports").await;
    let image = image(&ann, "vhd", FIXED.fixed()).await;
    let name = format!("{}.vhd-notes", image.id);
    put(&ann, &format!("exports/{name}"), vec![1]).await;
    let message =
        format!("Object already exists in user's container. Container/Object: exports/{name}");
    fails(&ann, export_of(&image.id, "exports"), &message).await;
    assert_eq!(objects(&ann, "exports").await, [name]);
}

#[tokio::test]
async fn a5_only_the_owner_exports_an_image() {
    let glance = rackspace().await;
    let (ann, bob) = (customer(&glance, "929418"), customer(&glance, "929419"));
    container(&bob, "exports").await;
    let admin = glance.admin();
    let fields = json!({ "visibility": "public", "disk_format": "vhd", "container_format": "ovf" });
    let public = admin.create(fields).await;
    admin.upload(&public, FIXED.fixed()).await.is(204);
    let shared = image(&ann, "vhd", FIXED.fixed()).await;
    let member = json!({ "member": "929419" });
    ann.post(shared.at("/members")).json(member).await.is(200);
    let message = "An image may only be exported by the image owner.";
    for image in [public, shared] {
        fails(&bob, export_of(&image.id, "exports"), message).await;
    }
    assert!(objects(&bob, "exports").await.is_empty());
}

#[tokio::test]
async fn an_image_of_others_is_not_found_like_one_that_there_is_not() {
    let glance = rackspace().await;
    let (ann, bob) = (customer(&glance, "929418"), customer(&glance, "929419"));
    container(&bob, "exports").await;
    let image = image(&ann, "vhd", FIXED.fixed()).await;
    for id in [&*image.id, "none", "../../etc/passwd"] {
        let message = format!("Image not found. Image: {id}");
        fails(&bob, export_of(id, "exports"), &message).await;
    }
}

#[tokio::test]
async fn a5_a_licensed_image_is_not_exported() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "exports").await;
    let admin = glance.bearer("root:929418:admin,member,reader");
    for (options, licensed) in [("0", false), ("4", true), ("36", true)] {
        let fields = json!({
            "disk_format": "vhd",
            "container_format": "ovf",
            "com.rackspace__1__options": options,
        });
        let image: Image = admin.create(fields).await;
        admin.upload(&image, FIXED.fixed()).await.is(204);
        let body = export_of(&image.id, "exports");
        if licensed {
            let message = format!(
                "Image cannot be exported due to licensing or billing restrictions \
                 (com.rackspace__1__options: '{options}')"
            );
            fails(&ann, body, &message).await;
        } else {
            assert_eq!(done(&ann, body).await["status"], "success");
        }
    }
    assert_eq!(objects(&ann, "exports").await.len(), 2);
}

#[tokio::test]
async fn b2_an_image_that_is_deactivated_or_has_no_data_is_not_exported() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "exports").await;
    let fields = json!({ "disk_format": "vhd", "container_format": "ovf" });
    let queued = ann.create(fields).await;
    let message = "Image cannot be exported. Status: queued";
    fails(&ann, export_of(&queued.id, "exports"), message).await;
    let image = image(&ann, "vhd", FIXED.fixed()).await;
    let admin = glance.admin();
    admin.post(image.at("/actions/deactivate")).await.is(204);
    let message = "Image cannot be exported. Status: deactivated";
    fails(&ann, export_of(&image.id, "exports"), message).await;
}

#[tokio::test]
async fn a_disk_that_cannot_be_converted_is_not_exported() {
    let glance =
        rackspace_with(|config| config.conversion.qemu_img = "/none/qemu-img".into()).await;
    let ann = customer(&glance, "929418");
    container(&ann, "exports").await;
    let raw = image(&ann, "raw", vec![7; 1024]).await;
    let message =
        "Image cannot be converted to VHD: qemu-img is not installed, which converts images";
    fails(&ann, export_of(&raw.id, "exports"), message).await;
    let ami = json!({ "disk_format": "ami", "container_format": "ami" });
    let ami = ann.create(ami).await;
    ann.upload(&ami, "x").await.is(204);
    let message = "Image cannot be converted to VHD. Disk format: ami";
    fails(&ann, export_of(&ami.id, "exports"), message).await;
    assert!(objects(&ann, "exports").await.is_empty());
}

#[tokio::test]
async fn an_export_that_a_store_refuses_leaves_nothing() {
    let glance = rackspace_with(|config| config.tasks.export_segment_size = 1000).await;
    let ann = customer(&glance, "929418");
    container(&ann, "exports").await;
    let image = image(&ann, "vhd", FIXED.fixed()).await;
    let rule = json!({
        "match": { "path": "/v2/tasks" },
        "fault": { "store": { "fails": "full", "after_bytes": 900 } },
    });
    let added = glance.control().post("/faults").json(rule).await.is(201);
    let task = done(&ann, export_of(&image.id, "exports")).await;
    assert_eq!(task["status"], "failure");
    assert!(objects(&ann, "exports").await.is_empty());
    let rule = format!("/faults/{}", added["id"].as_str().unwrap());
    glance.control().delete(rule).await.is(204);
    let task = done(&ann, export_of(&image.id, "exports")).await;
    assert_eq!(task["status"], "success");
    assert_eq!(objects(&ann, "exports").await.len(), 6);
}

#[tokio::test]
async fn an_export_fails_at_a_step_with_a_message_and_leaves_nothing() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "exports").await;
    let image = image(&ann, "vhd", FIXED.fixed()).await;
    for at in ["begin", "fetch", "convert", "store", "end"] {
        let rule = json!({
            "match": { "path": "/v2/tasks" },
            "times": 1,
            "fault": { "import": { "at": at, "message": "the moon is full" } },
        });
        glance.control().post("/faults").json(rule).await.is(201);
        fails(&ann, export_of(&image.id, "exports"), "the moon is full").await;
        assert!(objects(&ann, "exports").await.is_empty(), "{at}");
    }
}
