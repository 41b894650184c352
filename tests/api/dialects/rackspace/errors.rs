//! A3: errors are texts, whatever `Accept` asks for.

use serde_json::json;

use super::rackspace;

#[tokio::test]
async fn a3_an_error_is_a_text_whatever_is_accepted() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    for accept in ["application/json", "text/html", "*/*"] {
        let request = ann.get("/v2/images/none").header("Accept", accept);
        let answer = request.await.is(404);
        assert_eq!(answer.header("content-type"), "text/plain; charset=UTF-8");
        let mut parts = answer.text().split("\n\n");
        assert_eq!(parts.next(), Some("404 Not Found"));
        let message = parts.next().map(str::trim);
        assert_eq!(message, Some("No image found with ID none"), "{accept}");
    }
}

#[tokio::test]
async fn a3_refusals_of_bodies_and_of_quotas_are_texts_too() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({})).await;
    for (answer, line) in [
        (
            ann.post("/v2/images").body("{").await.is(400),
            "400 Bad Request",
        ),
        (
            ann.set(&image, "status", "active").await.is(403),
            "403 Forbidden",
        ),
        (
            ann.put(image.at("/members/x"))
                .json(json!({}))
                .await
                .is(400),
            "400 Bad Request",
        ),
    ] {
        assert!(
            answer.text().starts_with(&format!("{line}\n\n")),
            "{}",
            answer.text()
        );
    }
}
