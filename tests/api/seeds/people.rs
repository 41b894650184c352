//! The embedded identity, with what a seed adds to it.

use serde_json::{Value, json};

use super::{named, seeded};
use crate::glance::{Glance, Person};

const TEAM: &str = "
domains: [{name: Elsewhere, id: elsewhere}]
projects:
  - {name: team, id: 0123456789abcdef0123456789abcdef, description: Those who test}
  - {name: team, domain: Elsewhere}
roles: [{name: auditor}]
users:
  - name: ann
    password: hers
    default_project: team
    roles: {team: [member], demo: [reader, auditor]}
    system_roles: [reader]
  - {name: bob}
  - {name: demo}
role_assignments:
  - {user: bob, role: admin, project: team}
images:
  - {name: of the team, owner: team}
  - {name: of nobody, owner: null}
  - {name: of the admin}
  - name: shared
    owner: demo
    members: [{member: team, status: accepted}]
";

/// Whoever signs in so; nothing if he may not.
pub(super) async fn sign_in(
    glance: &Glance,
    name: &str,
    password: &str,
    project: &str,
) -> Option<Person> {
    let domain = json!({ "name": "Default" });
    let body = json!({ "auth": {
        "identity": { "methods": ["password"], "password": {
            "user": { "name": name, "password": password, "domain": domain } } },
        "scope": { "project": { "name": project, "domain": domain } },
    }});
    let answer = glance.nobody().post("/identity/v3/auth/tokens");
    let answer = answer
        .header("Content-Type", "application/json")
        .json(body)
        .await;
    let token = answer.header("x-subject-token").to_owned();
    (answer.status == 201).then(|| glance.bearer(token))
}

#[tokio::test]
async fn users_sign_in_and_have_their_roles() {
    let glance = seeded(TEAM).await;
    let ann = sign_in(&glance, "ann", "hers", "team").await.unwrap();
    let mut names = ann.names("").await;
    names.sort();
    assert_eq!(names, ["of the team", "shared"]);
    let image = ann.create(json!({})).await;
    assert_eq!(image["owner"], "0123456789abcdef0123456789abcdef");
    let ann = sign_in(&glance, "ann", "hers", "demo").await.unwrap();
    ann.post("/v2/images").json(json!({})).await.is(403);
    assert!(sign_in(&glance, "ann", "secret", "team").await.is_none());
    assert!(sign_in(&glance, "ann", "hers", "alt").await.is_none());
    // Who is given no password has that of the first users.
    assert!(sign_in(&glance, "bob", "secret", "team").await.is_some());
}

#[tokio::test]
async fn images_belong_to_projects_by_name() {
    let glance = seeded(TEAM).await;
    let admin = sign_in(&glance, "admin", "secret", "admin").await.unwrap();
    let owner = async |name: &str| named(&admin, name).await["owner"].clone();
    assert_eq!(
        owner("of the team").await,
        "0123456789abcdef0123456789abcdef"
    );
    assert_eq!(owner("of nobody").await, Value::Null);
    let own = admin.create(json!({})).await["owner"].clone();
    assert_eq!(owner("of the admin").await, own);
}
