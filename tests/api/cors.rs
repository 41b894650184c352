//! Web pages of other origins.

use http::Method;

use crate::glance::{Answer, Glance, glance, glance_with};

const PAGE: &str = "http://valid.example.com";

async fn open() -> Glance {
    glance_with(|config| config.cors.allowed_origin = vec![PAGE.into()]).await
}

async fn preflight(glance: &Glance, headers: &[(&str, &str)]) -> Answer {
    let mut request = glance.nobody().request(Method::OPTIONS, "/v2/images");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.await.is(200)
}

#[tokio::test]
async fn options_is_always_fine_and_always_empty() {
    let glance = glance().await;
    for person in [
        glance.nobody(),
        glance.person("alice"),
        glance.bearer("wrong"),
    ] {
        for path in ["/", "/v2/images", "/v2/nonsense", "/v2/images/x/tags/t"] {
            let answer = person.request(Method::OPTIONS, path).await.is(200);
            assert!(answer.body.is_empty());
            assert_eq!(answer.header("content-length"), "0");
            assert!(!answer.has("allow") && !answer.has("x-openstack-request-id"));
        }
    }
}

#[tokio::test]
async fn the_list_of_versions_is_told_to_options_too() {
    let glance = open().await;
    for path in ["/versions", "/versions/"] {
        let request = glance.nobody().request(Method::OPTIONS, path);
        let request = request.header("Origin", PAGE);
        let request = request.header("Access-Control-Request-Method", "GET");
        let answer = request.await.is(200);
        assert!(answer["versions"].is_array());
        assert_eq!(answer.header("access-control-allow-origin"), PAGE);
        assert_eq!(answer.header("access-control-allow-methods"), "GET");
    }
}

#[tokio::test]
async fn the_health_check_knows_nothing_of_options_and_origins() {
    let glance = open().await;
    let request = glance.nobody().request(Method::OPTIONS, "/healthcheck");
    let answer = request.header("Origin", PAGE).await.is(200);
    assert!(answer.text().contains("OK"));
    assert!(!answer.has("access-control-allow-origin"));
}

#[tokio::test]
async fn a_page_is_told_beforehand_what_it_may_do() {
    let glance = open().await;
    for method in ["GET", "PUT", "POST", "DELETE", "PATCH"] {
        let asked = [("Origin", PAGE), ("Access-Control-Request-Method", method)];
        let answer = preflight(&glance, &asked).await;
        assert_eq!(answer.header("vary"), "Origin");
        assert_eq!(answer.header("access-control-allow-origin"), PAGE);
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
        assert_eq!(answer.header("access-control-max-age"), "3600");
        assert_eq!(answer.header("access-control-allow-methods"), method);
        assert!(!answer.has("access-control-allow-headers"));
    }
    let wanted = "X-Auth-Token, content-type";
    let asked = [
        ("Origin", PAGE),
        ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", wanted),
    ];
    let answer = preflight(&glance, &asked).await;
    let named = answer.header("access-control-allow-headers");
    assert_eq!(named, "X-Auth-Token,content-type");
}

#[tokio::test]
async fn a_page_that_may_not_is_told_nothing() {
    let glance = open().await;
    let get = ("Access-Control-Request-Method", "GET");
    for asked in [
        vec![get],
        vec![("Origin", PAGE)],
        vec![("Origin", "http://other.example.com"), get],
        vec![("Origin", PAGE), ("Access-Control-Request-Method", "HEAD")],
        vec![
            ("Origin", PAGE),
            get,
            ("Access-Control-Request-Headers", "X-Auth-Token,X-Other"),
        ],
    ] {
        let answer = preflight(&glance, &asked).await;
        let told = answer
            .headers
            .keys()
            .find(|it| it.as_str().starts_with("access-control"));
        assert_eq!(told, None);
    }
}

#[tokio::test]
async fn a_page_of_an_allowed_origin_may_read_every_answer() {
    let glance = open().await;
    let exposed =
        "X-Image-Meta-Checksum,X-Auth-Token,X-Subject-Token,X-Service-Token,X-OpenStack-Request-ID";
    let (alice, nobody) = (glance.person("alice"), glance.nobody());
    for (request, status) in [
        (alice.get("/v2/images"), 200),
        (alice.get("/v2/images/x"), 404),
        (nobody.get("/v2/images"), 401),
        (nobody.get("/versions"), 200),
    ] {
        let answer = request.header("Origin", PAGE).await.is(status);
        assert_eq!(answer.header("vary"), "Origin");
        assert_eq!(answer.header("access-control-allow-origin"), PAGE);
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
        assert_eq!(answer.header("access-control-expose-headers"), exposed);
    }
    let answer = alice
        .get("/v2/images")
        .header("Origin", "http://other.example.com")
        .await;
    assert!(!answer.has("access-control-allow-origin") && !answer.has("vary"));
}

#[tokio::test]
async fn all_origins_may_be_allowed_and_are_told_so() {
    let glance =
        glance_with(|config| config.cors.allowed_origin = vec![PAGE.into(), "*".into()]).await;
    for (origin, told) in [(PAGE, PAGE), ("http://other.example.com", "*")] {
        let get = ("Access-Control-Request-Method", "GET");
        let answer = preflight(&glance, &[("Origin", origin), get]).await;
        assert_eq!(answer.header("access-control-allow-origin"), told);
        let answer = glance
            .nobody()
            .get("/versions")
            .header("Origin", origin)
            .await;
        assert_eq!(answer.header("access-control-allow-origin"), told);
    }
}

#[tokio::test]
async fn what_else_an_answer_varies_by_stays() {
    let glance = open().await;
    let request = glance.nobody().get("/identity/v3").header("Origin", PAGE);
    assert_eq!(request.await.header("vary"), "X-Auth-Token,Origin");
}

#[tokio::test]
async fn methods_and_headers_are_those_of_the_settings() {
    let glance = glance_with(|config| {
        config.cors.allowed_origin = vec![PAGE.into()];
        config.cors.allow_methods = vec!["HEAD".into(), "BREW".into()];
        config.cors.allow_headers = vec!["X-Custom".into()];
    })
    .await;
    let told = async |method: &str, names: &str| {
        let asked = [
            ("Origin", PAGE),
            ("Access-Control-Request-Method", method),
            ("Access-Control-Request-Headers", names),
        ];
        let answer = preflight(&glance, &asked).await;
        answer.has("access-control-allow-origin")
    };
    assert!(told("BREW", "x-CUSTOM , pragma,").await);
    assert!(!told("GET", "").await);
    assert!(!told("brew", "").await);
    assert!(!told("HEAD", "X-Auth-Token").await);
}

#[tokio::test]
async fn a_browser_is_told_how_long_it_may_keep_an_answer_unless_that_is_zero() {
    for (age, told) in [(77, Some("77")), (-1, Some("-1")), (0, None)] {
        let glance = glance_with(|config| {
            config.cors.allowed_origin = vec![PAGE.into()];
            config.cors.max_age = age;
        })
        .await;
        let asked = [("Origin", PAGE), ("Access-Control-Request-Method", "GET")];
        let answer = preflight(&glance, &asked).await;
        let found = answer.headers.get("access-control-max-age");
        assert_eq!(found.map(|found| found.to_str().unwrap()), told);
    }
}

#[tokio::test]
async fn credentials_and_headers_to_read_can_be_kept_from_pages() {
    let glance = glance_with(|config| {
        config.cors.allowed_origin = vec![PAGE.into()];
        config.cors.allow_credentials = false;
        config.cors.expose_headers = Vec::new();
    })
    .await;
    let get = glance.nobody().get("/versions").header("Origin", PAGE);
    let answer = get.await.is(200);
    assert_eq!(answer.header("access-control-allow-origin"), PAGE);
    assert!(!answer.has("access-control-allow-credentials"));
    assert!(!answer.has("access-control-expose-headers"));
    let asked = [("Origin", PAGE), ("Access-Control-Request-Method", "GET")];
    let answer = preflight(&glance, &asked).await;
    assert!(!answer.has("access-control-allow-credentials"));
}
