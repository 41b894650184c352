//! Tests of the journal's entry for a request that a fault delays while its client goes away.

use axum::body::Body;
use http::Request;
use serde_json::json;

use crate::api::Api;
use crate::app::App;
use crate::cloud::lease::DataLease;
use crate::cloud::open_mode::OpenMode;
use crate::config::Config;

#[tokio::test]
async fn a_request_that_is_torn_while_it_waits_is_in_the_journal_with_its_faults() {
    let config = Config::for_tests();
    let mut hold = DataLease::take(&config).unwrap();
    let app = App::open(config, &mut hold, OpenMode::Existing)
        .await
        .unwrap();
    let delay = json!({ "fault": { "delay_ms": 3_600_000 } });
    let delay = app.add_fault(delay).unwrap();
    let status = json!({ "fault": { "status": 503 } });
    let status = app.add_fault(status).unwrap();
    let mut request = Request::get("/v2/images").body(Body::empty()).unwrap();
    request.extensions_mut().insert(app.clone());
    let asking = tokio::spawn(async { Api::new().answer(request).await });
    while app.faults.list()[0].struck == 0 {
        tokio::task::yield_now().await;
    }
    asking.abort();
    asking.await.unwrap_err();
    let [request] = &app.journal.requests()[..] else {
        panic!("one request was sent");
    };
    assert!(request.aborted);
    assert_eq!(request.fault, Some(format!("{delay},{status}")));
}
