//! Bytes of one project that another must not get.

use serde_json::json;

use lookalike::config::stores::StoreOption;

use crate::glance::{glance_with, store};
use crate::server::serve_text;

#[tokio::test]
async fn a_location_that_ends_in_anothers_id_does_not_lead_to_anothers_bytes() {
    let home = tempfile::tempdir().unwrap();
    let disk = home.path().join("disk");
    let data = home.path().join("data");
    let url = serve_text("harmless").await;
    let stores = |named: bool| -> Vec<StoreOption> {
        let file = format!("file://{}", disk.display());
        if named {
            vec![store(&format!("disk={file}")), store("web=http:")]
        } else {
            vec![store(&file)]
        }
    };
    let start = |named: bool| {
        let (data, stores) = (data.clone(), stores(named));
        glance_with(move |config| {
            config.database_url = None;
            config.ephemeral = false;
            config.data = data;
            config.stores.store = stores;
            config.filter.import_allow_loopback = true;
            config.filter.allowed_ports.clear();
        })
    };
    let glance = start(true).await;
    let (alice, bob) = (glance.person("alice"), glance.person("bob"));
    let secret = alice
        .create_active(json!({ "visibility": "private" }))
        .await;
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let bait = bob.create(fields).await;
    let location = json!({ "url": format!("{url}/x/{}", secret.id) });
    bob.post(bait.at("/locations")).json(location).await.is(202);
    while bob.see(&bait).await["status"] != "active" {
        tokio::task::yield_now().await;
    }
    let read = bob.get(bait.at("/file")).await.is(200);
    assert_eq!(read.text(), "harmless");
    glance.stop().await;

    let glance = start(false).await;
    let bob = glance.person("bob");
    // The only store takes what is on web servers, too.
    let read = bob.get(bait.at("/file")).await.is(200);
    assert_eq!(read.text(), "harmless");
    let alice = glance.person("alice");
    let kept = alice.get(secret.at("/file")).await.is(200);
    assert_eq!(kept.text(), "data");
}
