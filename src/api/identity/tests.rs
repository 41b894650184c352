//! Tests of a thing that no client can see: tokens that ended leave the database.

use axum::body::Body;
use chrono::TimeDelta;
use http::{HeaderMap, HeaderName, Method, Request};
use serde_json::json;
use tower::ServiceExt;

use super::router;
use crate::app::App;
use crate::cloud::lease::DataLease;
use crate::cloud::open_mode::OpenMode;
use crate::config::Config;
use crate::identity::{RequestParts, identify};

/// The headers of who has just logged in.
async fn log_in(app: &App) -> HeaderMap {
    let body = json!({ "auth": { "scope": "unscoped", "identity": {
        "methods": ["password"],
        "password": { "user": { "name": "demo", "password": "secret", "domain": { "id": "default" } } },
    }}});
    let request = Request::post("/v3/auth/tokens").header("Content-Type", "application/json");
    let mut request = request
        .header("Host", "h")
        .body(Body::from(body.to_string()))
        .unwrap();
    request.extensions_mut().insert(app.clone());
    let answer = router().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 201);
    let token = answer.headers()["x-subject-token"].clone();
    HeaderMap::from_iter([(HeaderName::from_static("x-auth-token"), token)])
}

#[tokio::test]
async fn tokens_that_ended_are_swept_and_others_stay() {
    let config = Config::for_tests();
    let mut hold = DataLease::take(&config).unwrap();
    let app = App::open(config, &mut hold, OpenMode::Existing)
        .await
        .unwrap();
    let old = log_in(&app).await;
    let then = app.clock.now();
    app.clock.advance(TimeDelta::hours(51)).unwrap();
    let new = log_in(&app).await;
    let mut session = app.db.write().await.unwrap();
    session.sweep_tokens(app.clock.now()).await.unwrap();
    session.commit().await.unwrap();
    assert!(identify(&app, asked(&new)).await.unwrap().is_some());
    app.clock.advance(then - app.clock.now()).unwrap();
    assert!(identify(&app, asked(&old)).await.unwrap().is_none());
}

fn asked(headers: &HeaderMap) -> RequestParts<'_> {
    RequestParts {
        method: &Method::GET,
        path: "/v2/images",
        headers,
    }
}
