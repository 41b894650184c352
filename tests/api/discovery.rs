//! What is where: versions, the health, paths off the map.

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::glance::{Request, glance, glance_with};

fn versions(base: &str) -> Value {
    let minors = ["15", "9", "17", "7", "6", "5", "4", "3", "2", "1", "0"];
    let versions = minors.map(|minor| {
        json!({
            "id": format!("v2.{minor}"),
            "status": if minor == "17" { "CURRENT" } else { "SUPPORTED" },
            "links": [{ "rel": "self", "href": format!("{base}/v2/") }],
        })
    });
    json!({ "versions": versions })
}

#[tokio::test]
async fn versions_are_told_to_everybody_whatever_the_method() {
    let glance = glance().await;
    let nobody = glance.nobody();
    for (path, status) in [
        ("/", 300),
        ("/versions", 200),
        ("/versions/", 200),
        ("/v1", 300),
        ("/v1/images", 300),
        ("/v3/images", 300),
        ("/v2.99/images", 300),
        ("/V2/images", 300),
        ("/nonsense", 300),
    ] {
        for method in [http::Method::GET, http::Method::POST, http::Method::DELETE] {
            let answer = nobody.request(method, path).await.is(status);
            assert_eq!(*answer.json(), versions(&glance.url()), "{path}");
            assert_eq!(answer.header("content-type"), "application/json");
            assert!(!answer.has("x-openstack-request-id"));
        }
        let answer = nobody.request(http::Method::HEAD, path).await.is(status);
        assert!(answer.body.is_empty());
    }
}

#[tokio::test]
async fn a_client_that_looks_for_keystone_at_v3_is_led_to_it() {
    let glance = glance().await;
    let nobody = glance.nobody();
    for path in ["/v3", "/v3/"] {
        let answer = nobody.get(path).await.is(200);
        let link = format!("{}/identity/v3/", glance.url());
        assert_eq!(answer["version"]["links"][0]["href"], link);
    }
    let user = json!({ "name": "demo", "password": "secret", "domain": { "id": "default" } });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let log_in = nobody.post("/v3/auth/tokens");
    let log_in = log_in.header("Content-Type", "application/json");
    let log_in = log_in.json(json!({ "auth": { "identity": identity } }));
    let answer = log_in.await.is(201);
    assert!(!answer.header("x-subject-token").is_empty());
    // Everything else there is answered as by Glance.
    nobody.get("/v3/users").await.is(300);
}

#[tokio::test]
async fn links_lead_to_where_the_client_looked_or_to_the_public_url() {
    let here = glance().await;
    let answer = here
        .nobody()
        .get("/versions")
        .header("Host", "images.example:9292")
        .await;
    assert_eq!(*answer.json(), versions("http://images.example:9292"));

    let public =
        glance_with(|config| config.access.public_url = Some("https://images.example".into()))
            .await;
    let answer = public
        .nobody()
        .get("/versions")
        .header("Host", "elsewhere")
        .await;
    assert_eq!(*answer.json(), versions("https://images.example"));
}

#[tokio::test]
async fn a_proxy_is_believed_only_if_the_settings_say_so() {
    for (believed, base) in [
        (false, "http://images.example"),
        (true, "https://images.example"),
    ] {
        let glance =
            glance_with(|config| config.images.enable_proxy_headers_parsing = believed).await;
        let request = glance
            .nobody()
            .get("/versions")
            .header("Host", "images.example");
        let answer = request.header("X-Forwarded-Proto", "https").await;
        assert_eq!(*answer.json(), versions(base));
    }
}

#[tokio::test]
async fn proxies_tell_by_what_address_the_client_came() {
    let glance = glance_with(|config| config.images.enable_proxy_headers_parsing = true).await;
    let ask = |headers: &[(&str, &str)]| {
        let request = glance.nobody().get("/versions").header("Host", "here");
        let add = |request: Request, (name, value): &(&str, &str)| request.header(name, value);
        headers.iter().fold(request, add)
    };
    for (headers, base) in [
        (&[][..], "http://here"),
        (&[("X-Forwarded-Host", "there:8080")], "http://there:8080"),
        (&[("X-Forwarded-Host", "there, proxy")], "http://there"),
        (&[("X-Forwarded-Prefix", "/image/")], "http://here/image"),
        (&[("X-Forwarded-Proto", "HTTPS")], "https://here"),
        (&[("X-Forwarded-Proto", "")], "http://here"),
        (
            &[(
                "Forwarded",
                "for=10.0.0.1;Proto=https;host=there, host=proxy",
            )],
            "https://there",
        ),
        (&[("Forwarded", "host=\"there:8080\"")], "http://there:8080"),
        // The newer header counts alone, but for the prefix, which it does not know.
        (
            &[
                ("Forwarded", "proto=https"),
                ("X-Forwarded-Host", "there"),
                ("X-Forwarded-Prefix", "/image"),
            ],
            "https://here/image",
        ),
    ] {
        let answer = ask(headers).await;
        assert_eq!(*answer.json(), versions(base), "{headers:?}");
    }
}

#[tokio::test]
async fn other_links_follow_too_and_leave_the_usual_ports_out() {
    let glance = glance_with(|config| config.images.enable_proxy_headers_parsing = true).await;
    let alice = glance.person("alice");
    let proxied = |request: Request| {
        let request = request.header("Forwarded", "proto=https;host=\"there:443\"");
        request.header("X-Forwarded-Prefix", "/image")
    };
    let made = proxied(alice.post("/v2/images").json(json!({})))
        .await
        .is(201);
    let location = format!("https://there/v2/images/{}", made["id"].as_str().unwrap());
    assert_eq!(made.header("location"), location);
    let answer = proxied(alice.get("/v2")).await.is(302);
    assert_eq!(answer.header("location"), "https://there/image/v2/");
    for (host, base) in [("here:80", "http://here"), ("here:443", "http://here:443")] {
        let answer = alice.get("/versions").header("Host", host).await;
        assert_eq!(*answer.json(), versions(base));
    }
}

#[tokio::test]
async fn the_public_endpoint_is_for_the_list_of_versions_alone() {
    let glance = glance_with(|config| {
        config.discovery.public_endpoint = Some("https://public.example/image".into());
        config.access.public_url = Some("https://images.example".into());
    })
    .await;
    let answer = glance.nobody().get("/versions").await;
    assert_eq!(*answer.json(), versions("https://public.example/image"));
    let made = glance.person("alice").post("/v2/images").json(json!({}));
    let made = made.await.is(201);
    assert!(
        made.header("location")
            .starts_with("https://images.example/v2/")
    );
}

#[tokio::test]
async fn every_listed_version_leads_to_the_same_images() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "name": "x" })).await;
    for version in ["v2", "v2.0", "v2.7", "v2.9", "v2.15", "v2.17"] {
        let path = format!("/{version}/images/{}", image.id);
        let answer = alice.get(&path).await.is(200);
        assert_eq!(answer["self"], format!("/v2/images/{}", image.id));
        glance.nobody().get(path).await.is(401);
    }
    for path in ["//v2/images", "/v2//images", "/v2///images"] {
        alice.get(path).await.is(200);
    }
}

#[tokio::test]
async fn a_media_type_may_name_the_version_in_place_of_the_path() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let versioned = |path: &str, version: &str| {
        alice.get(path).header(
            "Accept",
            &format!("application/vnd.openstack.images-{version}"),
        )
    };
    versioned("/images", "v2").await.is(200);
    versioned("/images", "v2.7").await.is(200);
    versioned("/v2/images", "v2").await.is(404);
    versioned("/images", "v7").await.is(300);
}

#[tokio::test]
async fn version_two_has_no_document_of_its_own() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for method in [http::Method::GET, http::Method::DELETE, http::Method::PATCH] {
        let answer = alice.request(method, "/v2").await.is(302);
        assert_eq!(answer.header("location"), format!("{}/v2/", glance.url()));
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf8");
        assert!(answer.body.is_empty());
    }
    alice.get("/v2/").await.tells_nothing();
    glance.nobody().get("/v2").await.is(401);
}

#[tokio::test]
async fn an_unknown_path_is_404_and_an_unknown_method_there_501() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for path in [
        "/v2/nonsense",
        "/v2/IMAGES",
        "/v2/images/",
        "/v2/images/x/",
        "/v2/images/x/nonsense",
    ] {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
            alice
                .request(method.parse().unwrap(), path)
                .await
                .tells_nothing();
        }
        alice.request(http::Method::HEAD, path).await.is(404);
        for method in ["TRACE", "PROPFIND", "FOO"] {
            let answer = alice.request(method.parse().unwrap(), path).await.is(501);
            answer.says(&format!(
                "The request method {method} is not implemented for this server."
            ));
        }
        glance.nobody().get(path).await.is(401);
    }
}

#[tokio::test]
async fn a_known_path_tells_its_methods() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (path, allow) in [
        ("/v2/images", "GET, POST"),
        ("/v2/images/x", "GET, PATCH, DELETE"),
        ("/v2/images/x/file", "GET, PUT"),
        ("/v2/images/x/tags/t", "PUT, DELETE"),
        ("/v2/images/x/members", "GET, POST"),
        ("/v2/images/x/members/m", "GET, PUT, DELETE"),
        ("/v2/images/x/actions/deactivate", "POST"),
        ("/v2/images/x/actions/reactivate", "POST"),
        ("/v2/schemas/image", "GET"),
        ("/v2/schemas/metadefs/tag", "GET"),
    ] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO"] {
            if allow.split(", ").any(|it| it == method) {
                continue;
            }
            let answer = alice.request(method.parse().unwrap(), path).await.is(405);
            assert_eq!(answer.header("allow"), allow);
            answer.says(&format!(
                "The method {method} is not allowed for this resource."
            ));
        }
        let answer = alice.request(http::Method::HEAD, path).await.is(405);
        assert_eq!(answer.header("allow"), allow);
        assert!(answer.body.is_empty());
        assert_eq!(answer.header("content-type"), "text/html; charset=UTF-8");
        glance
            .nobody()
            .request(http::Method::HEAD, path)
            .await
            .is(401);
    }
}

#[tokio::test]
async fn json_that_cannot_be_read_comes_before_a_wrong_method() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let put = || alice.put("/v2/images");
    put()
        .body("{")
        .await
        .is(400)
        .says("Malformed JSON in request body.");
    put()
        .body("5")
        .await
        .is(400)
        .says("Unexpected body type. Expected list/dict.");
    put().body("{}").await.is(405);
    alice.put("/v2/nonsense").body("{").await.is(404);
}

#[tokio::test]
async fn the_health_is_told_to_everybody() {
    let glance = glance().await;
    let nobody = glance.nobody();
    for accept in ["*/*", "text/plain"] {
        let answer = nobody
            .get("/healthcheck")
            .header("Accept", accept)
            .await
            .is(200);
        assert_eq!(answer.text(), "OK");
        assert_eq!(answer.header("content-type"), "text/plain; charset=UTF-8");
    }
    let answer = nobody.get("/healthcheck").await.is(200);
    assert_eq!(
        *answer.json(),
        json!({ "detailed": false, "reasons": ["OK"] })
    );
    assert_eq!(answer.header("content-type"), "application/json");
    let answer = nobody
        .get("/healthcheck")
        .header("Accept", "text/html")
        .await
        .is(200);
    assert_eq!(answer.header("content-type"), "text/html; charset=UTF-8");
    nobody.post("/healthcheck").await.is(200);
    let answer = nobody
        .request(http::Method::HEAD, "/healthcheck")
        .await
        .is(204);
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn the_health_comes_in_the_form_that_is_liked_most() {
    let glance = glance().await;
    for (accept, form) in [
        ("", "text/plain; charset=UTF-8"),
        ("*/*", "text/plain; charset=UTF-8"),
        ("text/*", "text/plain; charset=UTF-8"),
        ("image/png", "text/plain; charset=UTF-8"),
        ("nonsense", "text/plain; charset=UTF-8"),
        (
            "application/json;charset=utf-8",
            "text/plain; charset=UTF-8",
        ),
        ("application/*", "application/json"),
        ("APPLICATION/JSON", "application/json"),
        ("text/html;q=0.5,application/json", "application/json"),
        ("application/json;q=0.5, */*;q=0.1", "application/json"),
        ("text/html", "text/html; charset=UTF-8"),
    ] {
        let request = glance.nobody().get("/healthcheck");
        let answer = request.header("Accept", accept).await.is(200);
        assert_eq!(answer.header("content-type"), form, "{accept}");
    }
}

#[tokio::test]
async fn a_file_disables_the_server_as_far_as_its_health_tells() {
    let file = NamedTempFile::new().unwrap();
    let path = file.path().to_owned();
    let glance = glance_with(|config| config.discovery.disable_by_file_path = Some(path)).await;
    let nobody = glance.nobody();
    let text = |accept| nobody.get("/healthcheck").header("Accept", accept);
    let answer = text("text/plain").await.is(503);
    assert_eq!(answer.text(), "DISABLED BY FILE");
    let answer = text("application/json").await.is(503);
    let reasons = json!({ "detailed": false, "reasons": ["DISABLED BY FILE"] });
    assert_eq!(*answer.json(), reasons);
    let answer = text("text/html").await.is(503);
    assert!(answer.text().contains("<TD>DISABLED BY FILE</TD>"));
    let head = nobody.request(http::Method::HEAD, "/healthcheck");
    assert!(head.await.is(503).body.is_empty());
    glance.person("alice").get("/v2/images").await.is(200);
    drop(file);
    assert_eq!(text("text/plain").await.is(200).text(), "OK");
}
