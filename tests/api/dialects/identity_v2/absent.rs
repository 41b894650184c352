//! Clouds without Identity v2.0.

use http::Method;

use crate::glance::glance;

#[tokio::test]
async fn a_cloud_without_it_answers_its_paths_as_unknown() {
    let glance = glance().await;
    let nobody = glance.nobody();
    let unknown = nobody.get("/identity/v2.9/tokens").await.is(404);
    let versions = nobody.get("/identity").await.is(300);
    assert_eq!(versions["versions"]["values"].as_array().unwrap().len(), 1);
    for method in [Method::GET, Method::POST, Method::DELETE] {
        let answer = nobody
            .request(method.clone(), "/identity/v2.0/tokens")
            .await
            .is(404);
        if method == Method::GET {
            assert_eq!(answer.body, unknown.body);
        }
    }
    // At the root it is a version of the Images API, which has no such path.
    let other = glance.person("alice").get("/v2.0/nothing").await.is(404);
    let answer = glance.person("alice").get("/v2.0/tokens").await.is(404);
    assert_eq!(answer.body, other.body);
    glance.person("alice").get("/v2.0/images").await.is(200);
    nobody.get("/cdn/v1/x").await.is(300);
}
