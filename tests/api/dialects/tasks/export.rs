//! Exports to the object store (07 B2, 14 A5, A7).

use super::vhd::FIXED;
use super::{
    container, customer, done, export_of, fetch, image, objects, put, rackspace, rackspace_with,
    stored_at,
};

#[tokio::test]
async fn a7_an_export_is_a_manifest_without_bytes_and_segments() {
    let glance = rackspace_with(|config| config.tasks.export_segment_size = 1000).await;
    let ann = customer(&glance, "929418");
    container(&ann, "exports").await;
    let disk = FIXED.fixed();
    let image = image(&ann, "vhd", disk.clone()).await;

    let task = done(&ann, export_of(&image.id, "exports")).await;

    assert_eq!(task["status"], "success", "{task}");
    assert_eq!(task["message"], "");
    let location = format!("exports/{}.vhd", image.id);
    assert_eq!(task["result"]["export_location"], location);
    let name = format!("{}.vhd", image.id);
    let names: Vec<_> = [String::new()]
        .into_iter()
        .chain((1..=5).map(|segment| format!("-{segment:05}")))
        .map(|end| format!("{name}{end}"))
        .collect();
    assert_eq!(objects(&ann, "exports").await, names);
    assert_eq!(fetch(&ann, &location).await, disk);
    let path = stored_at(&ann, &format!("/{location}"));
    let head = ann.get(&path).await.is(200);
    assert_ne!(head.header("etag").trim_matches('"'), image["checksum"]);
    assert!(head.header("x-object-manifest").starts_with("exports/"));
    let raw = ann.get(format!("{path}?multipart-manifest=get"));
    assert!(raw.await.is(200).body.is_empty());
}

#[tokio::test]
async fn a_vhd_is_exported_as_it_is_and_in_one_segment_if_it_is_small() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "exports").await;
    // Nothing looks into it: whoever uploaded it knows what it is.
    let disk = FIXED.dynamic();
    let image = image(&ann, "vhd", disk.clone()).await;
    done(&ann, export_of(&image.id, "exports")).await;
    let segment = format!("exports/{}.vhd-00001", image.id);
    assert_eq!(fetch(&ann, &segment).await, disk);
    assert_eq!(objects(&ann, "exports").await.len(), 2);
}

#[tokio::test]
async fn a5_one_image_goes_to_two_containers() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    let image = image(&ann, "vhd", FIXED.fixed()).await;
    for name in ["a", "b"] {
        container(&ann, name).await;
        let task = done(&ann, export_of(&image.id, name)).await;
        assert_eq!(task["status"], "success");
        assert_eq!(objects(&ann, name).await.len(), 2);
    }
}

#[tokio::test]
async fn segments_of_an_earlier_export_are_replaced() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "exports").await;
    let disk = FIXED.fixed();
    let image = image(&ann, "vhd", disk.clone()).await;
    for segment in ["00001", "00002", "00003"] {
        put(
            &ann,
            &format!("exports/{}.vhd-{segment}", image.id),
            vec![1; 10],
        )
        .await;
    }
    let task = done(&ann, export_of(&image.id, "exports")).await;
    assert_eq!(task["status"], "success");
    assert_eq!(objects(&ann, "exports").await.len(), 2);
    let location = format!("exports/{}.vhd", image.id);
    assert_eq!(fetch(&ann, &location).await, disk);
}

#[tokio::test]
async fn an_exported_object_stays_when_the_image_is_deleted() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "exports").await;
    let disk = FIXED.fixed();
    let image = image(&ann, "vhd", disk.clone()).await;
    done(&ann, export_of(&image.id, "exports")).await;
    ann.delete(&image).await.is(204);
    let location = format!("exports/{}.vhd", image.id);
    assert_eq!(fetch(&ann, &location).await, disk);
}
