//! C6: the schema documents.

use serde_json::{Value, json};

use super::rackspace;

#[tokio::test]
async fn c6_the_schema_of_an_image_has_the_fields_of_the_service() {
    let glance = rackspace().await;
    let schema = glance.person("ann").get("/v2/schemas/image").await.is(200);
    let properties = &schema["properties"];
    for absent in [
        "os_hidden",
        "os_hash_algo",
        "os_hash_value",
        "stores",
        "locations",
        "direct_url",
    ] {
        assert_eq!(properties[absent], Value::Null, "{absent}");
    }
    assert_eq!(
        properties["visibility"]["enum"],
        json!(["public", "private"])
    );
    let containers = json!([null, "ami", "ari", "aki", "bare", "ovf"]);
    assert_eq!(properties["container_format"]["enum"], containers);
    let disks = json!([
        null, "ami", "ari", "aki", "vhd", "vmdk", "raw", "qcow2", "vdi", "iso"
    ]);
    assert_eq!(properties["disk_format"]["enum"], disks);
    for custom in [
        "kernel_id",
        "ramdisk_id",
        "architecture",
        "os_version",
        "instance_uuid",
    ] {
        assert!(properties[custom].is_object(), "{custom}");
    }
}

#[tokio::test]
async fn c6_read_only_fields_say_so_in_their_descriptions() {
    let glance = rackspace().await;
    let schema = glance.person("ann").get("/v2/schemas/image").await.is(200);
    for (name, property) in schema["properties"].as_object().unwrap() {
        assert_eq!(property.get("readOnly"), None, "{name}");
        let description = property["description"].as_str().unwrap();
        let marked = [
            "status",
            "checksum",
            "size",
            "virtual_size",
            "created_at",
            "updated_at",
            "self",
            "file",
            "schema",
        ];
        let says = description.ends_with("(READ-ONLY)");
        assert_eq!(says, marked.contains(&name.as_str()), "{name}");
    }
}

#[tokio::test]
async fn c6_the_other_documents_are_there() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.get("/v2/schemas/image").await.is(200);
    let images = ann.get("/v2/schemas/images").await.is(200);
    let items = &images["properties"]["images"]["items"];
    assert_eq!(items["properties"], image["properties"]);
    for name in ["member", "members", "task", "tasks"] {
        let schema = ann.get(format!("/v2/schemas/{name}")).await.is(200);
        assert_eq!(schema["name"], name);
    }
}
