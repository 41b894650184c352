//! The whole way of a disk: uploaded raw, exported as a VHD, fetched, imported, compared.

use super::{container, customer, done, export_of, fetch, image, import_of, rackspace};

#[tokio::test]
#[ignore = "needs qemu-img: scripts/test installs and runs it"]
async fn a_raw_disk_is_exported_fetched_and_imported_again() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "exports").await;
    let disk: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let disk = disk[..3 << 20].to_vec();
    let raw = image(&ann, "raw", disk.clone()).await;

    let task = done(&ann, export_of(&raw.id, "exports")).await;

    assert_eq!(task["status"], "success", "{task}");
    let location = task["result"]["export_location"].as_str().unwrap();
    let exported = fetch(&ann, location).await;
    assert!(exported.starts_with(b"conectix"));
    let task = done(&ann, import_of(location)).await;
    assert_eq!(task["status"], "success", "{task}");
    let id = task["result"]["image_id"].as_str().unwrap();
    let imported = ann.get(format!("/v2/images/{id}")).await.is(200);
    assert_eq!(imported["size"], exported.len());
    let admin = glance.bearer("root:929418:admin,member,reader");
    let file = admin.get(format!("/v2/images/{id}/file")).await.is(200);
    assert_eq!(file.body, exported);
    // It is a VHD, and so goes back as it came.
    container(&ann, "again").await;
    let task = done(&ann, export_of(id, "again")).await;
    let location = task["result"]["export_location"].as_str().unwrap();
    assert_eq!(fetch(&ann, location).await, exported);
}
