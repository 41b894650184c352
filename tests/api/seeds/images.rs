//! Images that were planted look like any others.

use serde_json::json;

use super::{named, seeded};
use crate::glance::{Image, glance_with};

#[tokio::test]
async fn an_image_is_as_the_seed_says() {
    let glance = seeded(
        "
images:
  - id: 11111111-2222-4333-8444-555555555555
    name: debian
    visibility: public
    owner_id: ann-project
    protected: true
    os_hidden: false
    min_ram: 512
    min_disk: 3
    disk_format: raw
    container_format: bare
    tags: [b, a, b]
    properties: {os_version: 24.10, architecture: x86_64}
    created_at: 2024-02-03T04:05:06Z
    updated_at: 2024-03-04
    data: {text: data}
",
    )
    .await;
    let image = "/v2/images/11111111-2222-4333-8444-555555555555";
    let image = Image::of(glance.person("ann").get(image).await.is(200));
    assert_eq!(
        image.document,
        json!({
            "os_version": "24.10",
            "architecture": "x86_64",
            "name": "debian",
            "disk_format": "raw",
            "container_format": "bare",
            "visibility": "public",
            "size": 4,
            "virtual_size": 4,
            "status": "active",
            "checksum": "8d777f385d3dfec8815d20f7496026dc",
            "protected": true,
            "min_ram": 512,
            "min_disk": 3,
            "owner": "ann-project",
            "os_hidden": false,
            "os_hash_algo": "sha512",
            "os_hash_value": image["os_hash_value"],
            "id": "11111111-2222-4333-8444-555555555555",
            "created_at": "2024-02-03T04:05:06Z",
            "updated_at": "2024-03-04T00:00:00Z",
            "tags": ["a", "b"],
            "self": "/v2/images/11111111-2222-4333-8444-555555555555",
            "file": "/v2/images/11111111-2222-4333-8444-555555555555/file",
            "schema": "/v2/schemas/image",
        })
    );
    assert_eq!(image["os_hash_value"].as_str().unwrap().len(), 128);
}

#[tokio::test]
async fn an_image_may_be_in_any_state_and_stays_in_it() {
    let states = [
        "queued",
        "saving",
        "uploading",
        "importing",
        "active",
        "deactivated",
        "pending_delete",
        "killed",
    ];
    let entries = states.map(|it| {
        format!("  - {{name: {it}, status: {it}, disk_format: raw, container_format: bare}}\n")
    });
    let glance = seeded(&format!("images:\n{}", entries.concat())).await;
    let admin = glance.admin();
    for state in states {
        let image = named(&admin, state).await;
        assert_eq!(image["status"], state);
    }
    let saving = named(&admin, "saving").await;
    admin.upload(&saving, "data").await.is(409);
    admin.delete(&saving).await.is(204);
}

#[tokio::test]
async fn an_image_that_is_importing_may_have_the_marks_of_it() {
    let glance = seeded(
        "
images:
  - name: busy
    status: importing
    disk_format: raw
    container_format: bare
    properties: {os_glance_importing_to_stores: cheap, os_glance_failed_import: ''}
",
    )
    .await;
    let image = named(&glance.admin(), "busy").await;
    assert_eq!(image["os_glance_importing_to_stores"], "cheap");
    assert_eq!(image["os_glance_failed_import"], "");
}

#[tokio::test]
async fn the_id_of_a_deleted_image_stays_taken() {
    let id = "11111111-2222-4333-8444-555555555555";
    let glance = seeded(&format!("images: [{{id: {id}, status: deleted, name: x}}]")).await;
    let admin = glance.admin();
    admin.get(format!("/v2/images/{id}")).await.is(404);
    let answer = admin.post("/v2/images").json(json!({ "id": id })).await;
    answer.is(409);
}

#[tokio::test]
async fn what_comes_later_in_the_seed_is_younger() {
    let glance = seeded("images: [{name: a}, {name: b}, {name: c}]").await;
    assert_eq!(glance.admin().names("").await, ["c", "b", "a"]);
}

#[tokio::test]
async fn an_image_is_shared_with_members_in_each_state() {
    let glance = seeded(
        "
images:
  - name: shared
    owner_id: ann-project
    members:
      - {member_id: bob-project, status: accepted}
      - {member_id: eve-project, status: rejected, created_at: 2024-01-01, updated_at: 2024-01-02}
      - {member_id: joe-project}
",
    )
    .await;
    let image = named(&glance.person("ann"), "shared").await;
    let answer = glance.person("ann").get(image.at("/members")).await.is(200);
    let members: Vec<_> = answer["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["member_id"].as_str().unwrap(),
                it["status"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("eve-project", "rejected"),
        ("bob-project", "accepted"),
        ("joe-project", "pending"),
    ];
    assert_eq!(members, expected);
    assert_eq!(glance.person("bob").names("").await, ["shared"]);
    assert!(glance.person("joe").names("").await.is_empty());
}

#[tokio::test]
async fn the_demo_seed_is_a_small_public_cloud() {
    let glance = glance_with(|it| it.seeds.seed = vec!["demo".into()]).await;
    let images = glance
        .person("ann")
        .names("?visibility=public&limit=100")
        .await;
    assert_eq!(
        images,
        [
            "fedora-cloud-base-43-x86_64",
            "ubuntu-24.04-server-cloudimg-amd64",
            "debian-13-generic-amd64",
            "rescue",
            "cirros-0.6.3-x86_64-disk",
            "ubuntu-14.04-server-cloudimg-amd64",
        ]
    );
    let admin = glance.admin();
    let all = admin.names("?visibility=all&limit=100").await.len();
    assert_eq!(all, 9);
    let team = named(&admin, "team-base").await;
    let answer = admin.get(team.at("/members")).await.is(200);
    assert_eq!(answer["members"].as_array().unwrap().len(), 3);
    let cirros = named(&admin, "cirros-0.6.3-x86_64-disk").await;
    assert_eq!(cirros["virtual_size"], 112 << 20);
    admin.delete(&named(&admin, "rescue").await).await.is(403);
}

#[tokio::test]
async fn tasks_and_definitions_may_be_planted_too() {
    let glance = seeded(
        "
tasks:
  - id: 11111111-2222-4333-8444-555555555555
    type: import
    status: failure
    owner_id: admin-project
    input: {import_from: 'http://example.com/x'}
    message: it was not there
metadefs:
  - namespace: OS::Test::Planted
    visibility: public
    properties:
      cpus: {title: CPUs, type: integer}
",
    )
    .await;
    let admin = glance.admin();
    let task = admin
        .get("/v2/tasks/11111111-2222-4333-8444-555555555555")
        .await;
    let task = task.is(200);
    assert_eq!(task["message"], "it was not there");
    assert_eq!(task["status"], "failure");
    let space = admin.get("/v2/metadefs/namespaces/OS::Test::Planted").await;
    assert_eq!(space.is(200)["properties"]["cpus"]["type"], "integer");
}

#[tokio::test]
async fn a_thousand_images_come_quickly() {
    let entry = |it| {
        format!(
            "  - {{name: i{it}, visibility: public, tags: [a, b], properties: {{p: '{it}'}}}}\n"
        )
    };
    let entries: String = (0..1000).map(entry).collect();
    let seed = super::written(&format!("images:\n{entries}"));
    let begin = std::time::Instant::now();
    let glance = glance_with(|it| it.seeds.seed = vec![seed.word.clone()]).await;
    eprintln!("1000 images, and the start: {:?}", begin.elapsed());
    assert_eq!(glance.admin().names("?limit=1").await, ["i999"]);
}

#[tokio::test]
async fn a_seed_may_be_json() {
    let glance = seeded(r#"{"images": [{"name": "x", "tags": ["é"]}]}"#).await;
    assert_eq!(named(&glance.admin(), "x").await["tags"], json!(["é"]));
}

#[tokio::test]
async fn the_example_can_be_planted() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/seed.yaml");
    let glance = glance_with(|it| it.seeds.seed = vec![example.into()]).await;
    let admin = glance.admin();
    assert_eq!(admin.names("?limit=100").await.len(), 6);
    let huge = named(&admin, "windows-server").await;
    assert_eq!(huge["size"], 20_u64 << 30);
    assert_eq!(huge["os_version"], "10.0");
    assert_eq!(huge["owner"], "7ea3000000004000800000000000c0de");
    assert!(!huge["os_hash_value"].is_null());
}
