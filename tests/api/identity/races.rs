//! Many at once, and several servers.

use std::convert::Infallible;
use std::future::IntoFuture;

use futures_util::stream;
use http::Method;
use serde_json::json;

use super::limits::limited;
use super::{Cloud, cloud, password, project};
use crate::glance::{database, glance_with};

#[tokio::test]
async fn many_log_ins_at_once_all_succeed() {
    let cloud = std::sync::Arc::new(cloud().await);
    let tasks: Vec<_> = (0..40)
        .map(|_| {
            let cloud = cloud.clone();
            tokio::spawn(async move { cloud.of("demo", "demo").await })
        })
        .collect();
    let mut tokens = std::collections::HashSet::new();
    for task in tasks {
        tokens.insert(task.await.unwrap());
    }
    assert_eq!(tokens.len(), 40);
}

#[tokio::test]
async fn log_ins_and_administration_at_once_wait_for_each_other_but_never_fail() {
    let cloud = std::sync::Arc::new(cloud().await);
    let admin = cloud.admin().await;
    let (user, grant) = cloud.person(&admin, "carol", "member", "alt").await;
    let on = cloud.id(&admin, "projects", "alt").await;
    let unscoped = cloud.token(password("carol", "secret"), None).await;
    let tasks = (0..60).map(|turn| {
        let (cloud, admin, grant) = (cloud.clone(), admin.clone(), grant.clone());
        let user = format!("/v3/users/{user}");
        let on = format!("/v3/projects/{on}");
        let by_token = json!({ "methods": ["token"], "token": { "id": unscoped } });
        tokio::spawn(async move {
            let enabled = turn % 12 > 5;
            let answer = match turn % 6 {
                0 => cloud.log_in(by_token, Some(project("alt"))).await,
                1 => {
                    cloud
                        .patch(&admin, &on, json!({ "project": { "enabled": enabled } }))
                        .await
                }
                2 => {
                    cloud
                        .patch(&admin, &user, json!({ "user": { "password": "secret" } }))
                        .await
                }
                3 => cloud.call(Method::DELETE, &admin, &grant).await,
                4 => cloud.call(Method::PUT, &admin, &grant).await,
                _ => {
                    cloud
                        .log_in(password("carol", "secret"), Some(project("alt")))
                        .await
                }
            };
            answer.status
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        let status = task.await.unwrap();
        assert!([200, 201, 204, 401, 404].contains(&status), "{status}");
    }
}

#[tokio::test]
async fn servers_that_start_at_once_on_one_database_share_one_identity() {
    let directory = tempfile::tempdir().unwrap();
    let url = database()
        .await
        .unwrap_or_else(|| format!("sqlite://{}/shared.sqlite", directory.path().display()));
    let start = || {
        glance_with(|config| {
            config.database_url = Some(url.clone());
            config.database_shared = true;
        })
    };
    let servers = if url.starts_with("sqlite") {
        (start().await, start().await, start().await)
    } else {
        tokio::join!(start(), start(), start())
    };
    let cloud = |server| Cloud {
        server,
        http: reqwest::Client::new(),
    };
    let (one, two, three) = (cloud(servers.0), cloud(servers.1), cloud(servers.2));
    let token = one.admin().await;
    for cloud in [&two, &three] {
        cloud.check(&token).await.is(200);
        let users = cloud.get(&token, "/v3/users").await.is(200);
        let seeded = ["admin", "alt", "demo", "demo_member", "demo_reader"];
        assert_eq!(users.names("users"), seeded);
    }
    let request = two.request(Method::DELETE, "/v3/auth/tokens", &token);
    two.send(request.header("X-Subject-Token", &token))
        .await
        .is(204);
    one.check(&token).await.is(401);
}

#[tokio::test]
async fn of_two_uploads_of_which_one_fits_the_limit_the_slower_is_refused() {
    const MIB: usize = 1 << 20;
    let (cloud, admin, demo) = limited().await;
    cloud.limit(&admin, "image_size_total", 1).await.is(201);
    let formats = json!({ "disk_format": "raw", "container_format": "bare" });
    let slow = demo.create(formats.clone()).await;
    let fast = demo.create(formats).await;
    let (go_on, wait) = tokio::sync::oneshot::channel();
    let last = async move {
        wait.await.unwrap();
        Ok::<_, Infallible>(vec![1; MIB])
    };
    let upload = demo.upload(&slow, reqwest::Body::wrap_stream(stream::once(last)));
    let upload = upload.header("X-OpenStack-Image-Size", &MIB.to_string());
    let upload = tokio::spawn(upload.into_future());
    while demo.see(&slow).await["status"] != "saving" {}
    demo.upload(&fast, vec![1; MIB]).await.is(204);
    go_on.send(()).unwrap();
    assert_eq!(upload.await.unwrap().status, 413);
    assert_eq!(demo.see(&slow).await["status"], "queued");
    let usage = demo.get("/v2/info/usage").await.is(200);
    assert_eq!(usage["usage"]["image_size_total"]["usage"], 1);
}
