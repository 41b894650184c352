//! Imports from the object store (07 B3, 14 A5).

use serde_json::{Value, json};

use super::vhd::{FIXED, Footer};
use super::{
    container, create, customer, done, ended, fails, images, import_of, put, rackspace, stored_at,
};
use crate::glance::Person;

const NOT_FOUND: &str = "Image not found for import. Possible invalid location";
const UNSUPPORTED: &str =
    "Unsupported element in image_properties, please consult the documentation.";

/// Imports what is at `disks/a.vhd` and returns the image.
async fn imported(person: &Person, properties: Value) -> Value {
    let mut body = import_of("disks/a.vhd");
    body["input"]["image_properties"] = properties;
    let task = done(person, body).await;
    assert_eq!(task["status"], "success", "{task}");
    let id = task["result"]["image_id"].as_str().unwrap();
    let image = person.get(format!("/v2/images/{id}")).await.is(200);
    image.json().clone()
}

#[tokio::test]
async fn a5_an_imported_image_is_private_and_says_how_it_came() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "disks").await;
    put(&ann, "disks/a.vhd", FIXED.fixed()).await;
    let image = imported(&ann, json!({ "name": "mine" })).await;
    for (field, value) in [
        ("name", json!("mine")),
        ("status", json!("active")),
        ("visibility", json!("private")),
        ("owner", json!("929418")),
        ("user_id", json!("ann")),
        ("image_type", json!("import")),
        ("container_format", json!("ovf")),
        ("disk_format", json!("vhd")),
        ("os_type", json!("linux")),
        ("auto_disk_config", json!("False")),
        ("protected", json!(false)),
        ("size", json!(FIXED.fixed().len())),
        ("com.rackspace__1__source", json!("import")),
        ("com.rackspace__1__options", json!("0")),
        ("vm_mode", json!("hvm")),
        ("min_disk", json!(1)),
    ] {
        assert_eq!(image[field], value, "{field}");
    }
    assert_eq!(image["checksum"].as_str().unwrap().len(), 32);
}

#[tokio::test]
async fn a5_a_name_is_not_needed_and_the_format_neither() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "disks").await;
    put(&ann, "disks/a.vhd", FIXED.dynamic()).await;
    assert_eq!(imported(&ann, json!({})).await["name"], Value::Null);
    let mut body = import_of("disks/a.vhd");
    body["input"]["import_from_format"] = "vhd".into();
    let task = done(&ann, body).await;
    assert_eq!(task["status"], "success");
    assert_eq!(task["input"]["import_from_format"], "vhd");
}

#[tokio::test]
async fn a5_anything_besides_a_name_fails_in_the_task() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "disks").await;
    put(&ann, "disks/a.vhd", FIXED.fixed()).await;
    for properties in [
        json!({ "name": "a", "image_type": "import" }),
        json!({ "min_disk": 1 }),
        json!({ "name": 5 }),
        json!([]),
        json!("name"),
    ] {
        let mut body = import_of("disks/a.vhd");
        body["input"]["image_properties"] = properties;
        fails(&ann, body, UNSUPPORTED).await;
    }
    assert!(images(&ann).await.is_empty());
}

#[tokio::test]
async fn a5_an_object_that_is_not_there_is_not_found() {
    let glance = rackspace().await;
    let (ann, bob) = (customer(&glance, "929418"), customer(&glance, "929419"));
    container(&ann, "disks").await;
    container(&bob, "others").await;
    put(&bob, "others/a.vhd", FIXED.fixed()).await;
    for place in [
        "disks/a.vhd",
        "none/a.vhd",
        "others/a.vhd",
        "disks",
        "disks/",
        "/a",
        "",
        "http://a/b",
    ] {
        fails(&ann, import_of(place), NOT_FOUND).await;
    }
    fails(
        &ann,
        json!({ "type": "import", "input": { "image_properties": {}, "import_from": 5 } }),
        NOT_FOUND,
    )
    .await;
    assert!(images(&ann).await.is_empty());
}

#[tokio::test]
async fn a5_the_same_object_several_times_at_once_makes_several_images() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "disks").await;
    put(&ann, "disks/a.vhd", FIXED.fixed()).await;
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let task = create(&ann, import_of("disks/a.vhd")).await;
        tasks.push(task["id"].as_str().unwrap().to_owned());
    }
    let mut made = Vec::new();
    for task in &tasks {
        let task = ended(&ann, task).await;
        made.push(task["result"]["image_id"].as_str().unwrap().to_owned());
    }
    made.sort();
    made.dedup();
    assert_eq!(made.len(), 4);
    assert_eq!(images(&ann).await.len(), 4);
}

#[tokio::test]
async fn a5_an_imported_image_has_the_bytes_of_the_object_and_stays_without_it() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "disks").await;
    let disk = FIXED.dynamic();
    put(&ann, "disks/a.vhd", disk.clone()).await;
    let image = imported(&ann, json!({})).await;
    let path = stored_at(&ann, "/disks/a.vhd");
    ann.delete(path).await.is(204);
    let admin = glance.bearer("root:929418:admin,member,reader");
    let path = format!("/v2/images/{}/file", image["id"].as_str().unwrap());
    assert_eq!(admin.get(path).await.is(200).body, disk);
}

#[tokio::test]
async fn a_large_object_is_imported_from_its_segments() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "disks").await;
    let disk = FIXED.fixed();
    for (place, part) in disk.chunks(1000).enumerate() {
        put(&ann, &format!("disks/a.vhd-{place:05}"), part.to_vec()).await;
    }
    let manifest = ann.put(stored_at(&ann, "/disks/a.vhd"));
    manifest
        .header("X-Object-Manifest", "disks/a.vhd-")
        .header("Content-Length", "0")
        .await
        .is(201);
    let image = imported(&ann, json!({})).await;
    assert_eq!(image["size"], disk.len());
}

#[tokio::test]
async fn an_object_that_is_deleted_while_it_is_imported_leaves_nothing() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "disks").await;
    put(&ann, "disks/a.vhd", FIXED.fixed()).await;
    let pace = json!({ "processing": { "polls": 1 } });
    glance.control().put("/pace").json(pace).await.is(200);
    let task = create(&ann, import_of("disks/a.vhd")).await;
    ann.delete(stored_at(&ann, "/disks/a.vhd")).await.is(204);
    let task = ended(&ann, task["id"].as_str().unwrap()).await;
    assert_eq!(task["message"], NOT_FOUND);
    assert!(images(&ann).await.is_empty());
}

#[tokio::test]
async fn b3_what_is_wrong_with_the_file_is_said_by_its_code() {
    let large = Footer {
        virtual_size: 41 << 30,
        ..FIXED
    };
    let differing = Footer { kind: 4, ..FIXED };
    let other = Footer { kind: 5, ..FIXED };
    let nameless = Footer {
        uuid: [0; 16],
        ..FIXED
    };
    let longer = [vec![0; 512], FIXED.fixed()].concat();
    let mut flipped = FIXED.fixed();
    flipped[4096 + 50] ^= 1;
    let cut = FIXED.fixed()[..4500].to_vec();
    let cases = [
        (
            longer,
            "111: The image cannot be imported. The VHD did not pass validation.",
        ),
        (
            b"no disk".to_vec(),
            "396: The image cannot be imported. The file is not a valid VHD.",
        ),
        (
            vec![],
            "396: The image cannot be imported. The file is not a valid VHD.",
        ),
        (
            flipped,
            "396: The image cannot be imported. The file is not a valid VHD.",
        ),
        (
            cut,
            "396: The image cannot be imported. The file is not a valid VHD.",
        ),
        (
            large.dynamic(),
            "413: The image cannot be imported. The virtual size of the VHD is greater than 40 GB.",
        ),
        (
            other.dynamic(),
            "523: The image cannot be imported. The VHD is neither a fixed nor a dynamic disk.",
        ),
        (
            nameless.fixed(),
            "614: The image cannot be imported. The UUID of the VHD is all zeros.",
        ),
        (
            differing.dynamic(),
            "721: The image cannot be imported. The VHD has a parent disk.",
        ),
    ];
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "disks").await;
    for (file, message) in cases {
        put(&ann, "disks/a.vhd", file).await;
        fails(&ann, import_of("disks/a.vhd"), message).await;
    }
    assert!(images(&ann).await.is_empty());
    put(&ann, "disks/a.vhd", FIXED.fixed()).await;
    imported(&ann, json!({})).await;
}
