//! Unified limits that a seed brings.

use serde_json::json;

use super::people::sign_in;
use super::{refused, seeded, seeded_with};

const LIMITS: &str = "
projects: [{name: team}]
users: [{name: ann, password: hers, roles: {team: [member]}}]
registered_limits:
  - {resource_name: image_count_total, default_limit: 7}
  - {resource_name: image_size_total, default_limit: 100, description: In MiB}
limits:
  - {resource_name: image_count_total, resource_limit: 1, project: team}
  - {resource_name: image_size_total, resource_limit: 50, domain: Default}
";

#[tokio::test]
async fn a_project_is_held_to_its_own_limit_and_another_one_to_the_registered_one() {
    let glance = seeded_with(LIMITS, |config| config.limits.use_keystone_limits = true).await;
    let ann = sign_in(&glance, "ann", "hers", "team").await.unwrap();
    let demo = sign_in(&glance, "demo", "secret", "demo").await.unwrap();
    for (person, limit) in [(&ann, 1), (&demo, 7)] {
        let usage = person.get("/v2/info/usage").await.is(200);
        assert_eq!(usage["usage"]["image_count_total"]["limit"], limit);
    }
    ann.create(json!({})).await;
    ann.post("/v2/images").json(json!({})).await.is(413);
}

#[tokio::test]
async fn keystone_shows_the_limits_of_a_seed() {
    let glance = seeded(LIMITS).await;
    let admin = sign_in(&glance, "admin", "secret", "admin").await.unwrap();
    let answer = admin.get("/identity/v3/registered_limits").await.is(200);
    let registered = answer["registered_limits"].as_array().unwrap();
    assert_eq!(registered.len(), 2);
    let answer = admin.get("/identity/v3/limits").await.is(200);
    assert_eq!(answer["limits"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn limits_that_are_there_stay_as_they_are() {
    let glance = seeded(LIMITS).await;
    let again = LIMITS.replace("default_limit: 7", "default_limit: 9");
    let again = lookalike::Seed::parse("again", &again, None).unwrap();
    let report = glance.plant(&again).await.unwrap();
    assert_eq!((report.made.limits, report.kept.limits), (0, 4));
}

#[tokio::test]
async fn a_limit_that_cannot_be_is_named() {
    for (entry, words) in [
        (
            "limits: [{resource_name: x, resource_limit: 1, project: demo}]",
            "limits: x: it is not registered for the region RegionOne",
        ),
        (
            "registered_limits: [{resource_name: x, default_limit: -2}]",
            "registered_limits: x: a limit is -1 to 2147483647",
        ),
        (
            "registered_limits: [{resource_name: x, default_limit: 1, region: Nowhere}]",
            "registered_limits: x: there is no region Nowhere",
        ),
        (
            "limits: [{resource_name: x, resource_limit: 1}]",
            "limits: x: one of project and domain is needed",
        ),
    ] {
        let said = refused(entry).await;
        assert!(said.contains(words), "{said}");
    }
}
