//! A2 3 and the protection of properties.

use serde_json::json;

use super::{rackspace, rackspace_with};

/// The fields that nobody may set.
const READ_ONLY: [&str; 9] = [
    "id",
    "checksum",
    "created_at",
    "file",
    "schema",
    "self",
    "size",
    "status",
    "updated_at",
];

/// The names that a customer may not set.
const RESERVED: [&str; 5] = ["image_type", "location", "os_type", "owner", "user_id"];

/// The names that nobody gets at.
const INACCESSIBLE: [&str; 4] = ["deleted", "deleted_at", "location", "virtual_size"];

#[tokio::test]
async fn a2_3_what_is_not_a_customers_is_neither_added_nor_replaced_nor_removed() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({})).await;
    for name in READ_ONLY.iter().chain(&RESERVED).chain(&INACCESSIBLE) {
        let path = format!("/{name}");
        for operation in [
            json!({ "op": "add", "path": path, "value": "x" }),
            json!({ "op": "replace", "path": path, "value": "x" }),
            json!({ "op": "remove", "path": path }),
        ] {
            ann.patch(&image, json!([operation])).await.is(403);
        }
    }
}

#[tokio::test]
async fn a2_3_it_is_refused_in_the_older_form_of_a_patch_too() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({})).await;
    for name in RESERVED {
        let body = json!([{ "add": format!("/{name}"), "value": "x" }]);
        let request = ann.request(http::Method::PATCH, &image).json(body);
        let form = "application/openstack-images-v2.0-json-patch";
        request.header("Content-Type", form).await.is(403);
    }
}

#[tokio::test]
async fn a2_8_more_properties_tags_or_members_than_the_quota_are_413() {
    let glance = rackspace_with(|config| {
        config.dialect.dialect_seed = false;
        config.images.image_property_quota = 1;
        config.images.image_tag_quota = 1;
        config.images.image_member_quota = 1;
    })
    .await;
    let ann = glance.person("ann");
    let image = ann.create(json!({ "a": "1", "tags": ["a"] })).await;
    ann.set(&image, "b", "2").await.is(413);
    ann.put(image.at("/tags/b")).await.is(413);
    let member = |name: &str| json!({ "member": name });
    ann.post(image.at("/members"))
        .json(member("x"))
        .await
        .is(200);
    ann.post(image.at("/members"))
        .json(member("y"))
        .await
        .is(413);
}

#[tokio::test]
async fn properties_of_the_provider_are_for_admins() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({})).await;
    for name in [
        "com.rackspace__1__options",
        "org.openstack__1__os_version",
        "auto_disk_config",
        "vm_mode",
        "flavor_classes",
        "instance_type_name",
        "rax_options",
    ] {
        let body = json!({ name: "1" });
        ann.post("/v2/images").json(body).await.is(403);
        ann.set(&image, name, "1").await.is(403);
        glance.admin().set(&image, name, "1").await.is(200);
        assert_eq!(ann.see(&image).await[name], "1");
        ann.set(&image, name, "2").await.is(403);
        let remove = json!([{ "op": "remove", "path": format!("/{name}") }]);
        ann.patch(&image, remove).await.is(403);
    }
}

#[tokio::test]
async fn fields_and_properties_of_the_customer_are_free_to_change() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({})).await;
    for (name, value) in [
        ("name", json!("mine")),
        ("tags", json!(["x"])),
        ("protected", json!(true)),
        ("protected", json!(false)),
        ("min_disk", json!(20)),
        ("min_ram", json!(512)),
        ("container_format", json!("ovf")),
        ("disk_format", json!("vhd")),
        ("os_distro", json!("debian")),
        ("os_version", json!("12")),
        ("kernel_id", json!("11111111-2222-4333-8444-555555555555")),
        ("ramdisk_id", json!("11111111-2222-4333-8444-555555555555")),
        ("com.mycompany.image-of", json!("db-replica-3")),
    ] {
        let answer = ann.set(&image, name, value.clone()).await.is(200);
        assert_eq!(answer[name], value);
    }
    let remove = json!([{ "op": "remove", "path": "/com.mycompany.image-of" }]);
    ann.patch(&image, remove).await.is(200);
}
