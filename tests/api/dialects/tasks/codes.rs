//! The codes of files that cannot be imported, forced by faults.

use serde_json::json;

use super::vhd::FIXED;
use super::{container, customer, done, import_of, put, rackspace};

#[tokio::test]
async fn b4_every_code_can_be_forced_for_a_file_that_is_well() {
    let glance = rackspace().await;
    let ann = customer(&glance, "929418");
    container(&ann, "disks").await;
    put(&ann, "disks/a.vhd", FIXED.fixed()).await;
    for code in [111, 396, 413, 523, 609, 614, 721] {
        let rule = json!({
            "match": { "path": "/v2/tasks", "project": "929418" },
            "times": 1,
            "fault": { "import": { "at": "store", "vhd": code } },
        });
        glance.control().post("/faults").json(rule).await.is(201);
        let task = done(&ann, import_of("disks/a.vhd")).await;
        assert_eq!(task["status"], "failure");
        let message = task["message"].as_str().unwrap();
        let begin = format!("{code}: The image cannot be imported. ");
        assert!(message.starts_with(&begin), "{message}");
    }
    let task = done(&ann, import_of("disks/a.vhd")).await;
    assert_eq!(task["status"], "success");
}

#[tokio::test]
async fn a_code_that_there_is_not_is_refused() {
    let glance = rackspace().await;
    for fault in [json!({ "vhd": 112 }), json!({ "vhd": 396, "message": "x" })] {
        let rule = json!({ "fault": { "import": fault } });
        let refused = glance.control().post("/faults").json(rule).await.is(400);
        assert!(
            refused.text().contains("fault.import"),
            "{}",
            refused.text()
        );
    }
}
