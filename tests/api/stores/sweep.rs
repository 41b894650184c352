//! What nobody needs is removed while the server runs.

use chrono::TimeDelta;
use serde_json::json;

use crate::glance::{Glance, Person, glance_with};
use crate::imports::{ended, from_here};
use crate::web::Web;

/// How often a test looks; each look takes its time.
const LOOKS: usize = 20_000;

async fn sweeping(home: &tempfile::TempDir) -> Glance {
    glance_with(|config| {
        from_here(config);
        config.ephemeral = false;
        home.path().clone_into(&mut config.data);
        config.stores.sweep = 1;
    })
    .await
}

async fn until(person: &Person, so: impl AsyncFn() -> bool) {
    for _ in 0..LOOKS {
        if so().await {
            return;
        }
        person.get("/v2/images").await.is(200);
    }
    panic!("it never came to be so");
}

#[tokio::test]
async fn bytes_that_no_image_needs_are_removed_and_others_stay() {
    let home = tempfile::tempdir().unwrap();
    let (glance, web) = (sweeping(&home).await, Web::new().await);
    let alice = glance.person("alice");
    let kept = alice.create_active(json!({})).await;
    let formats = json!({ "disk_format": "raw", "container_format": "bare" });
    let (staged, filled) = (
        alice.create(formats.clone()).await,
        alice.create(formats).await,
    );
    alice.stage(&staged, "staged").await.is(204);
    let import = json!({ "method": { "name": "web-download", "uri": web.held() } });
    alice.post(filled.at("/import")).json(import).await.is(202);
    crate::wire::until(&alice, &filled, "importing").await;
    let at = |name: &str| home.path().join(name);
    let nobody = "00000000-0000-4000-8000-000000000000";
    let orphans = [
        at("images").join(nobody),
        at("images").join(format!("{nobody}.attempt")),
        at("images").join(format!("{}.attempt", kept.id)),
        at("staging").join(nobody),
    ];
    for orphan in &orphans {
        std::fs::write(orphan, "left").unwrap();
    }

    until(&alice, async || !orphans.iter().any(|it| it.exists())).await;

    let data = alice.get(kept.at("/file")).await.is(200);
    assert_eq!(data.text(), "data");
    let direct = json!({ "method": { "name": "glance-direct" } });
    alice.post(staged.at("/import")).json(direct).await.is(202);
    web.let_go();
    for image in [&staged, &filled] {
        assert_eq!(ended(&alice, image).await["status"], "success");
    }
}

#[tokio::test]
async fn tasks_that_expired_long_ago_are_forgotten() {
    let home = tempfile::tempdir().unwrap();
    let (glance, web) = (sweeping(&home).await, Web::new().await);
    let admin = glance.admin();
    let formats = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = admin.create(formats).await;
    let import = json!({ "method": { "name": "web-download", "uri": web.data() } });
    admin.post(image.at("/import")).json(import).await.is(202);
    let task = ended(&admin, &image).await;
    let path = format!("/v2/tasks/{}", task["id"].as_str().unwrap());

    glance.advance(TimeDelta::hours(49)).await.unwrap();
    admin.get(&path).await.is(200);
    glance.advance(TimeDelta::hours(24)).await.unwrap();

    until(&admin, async || admin.get(&path).await.status == 404).await;
}
