//! API keys: shown, given anew, taken away, and kept by what keeps a cloud.

use serde_json::{Value, json};

use super::{CREATOR_KEY, KEY, enter, fails, key, log_in, password, rackspace, user_admin};

const KIND: &str = "RAX-KSKEY:apiKeyCredentials";

fn path(access: &Value) -> String {
    let id = access["user"]["id"].as_str().unwrap();
    format!("/v2.0/users/{id}/OS-KSADM/credentials")
}

#[tokio::test]
async fn a_user_sees_his_own_key() {
    let glance = rackspace().await;
    let (person, access) = user_admin(&glance).await;
    let path = path(&access);
    let own = json!({ "username": "rackspace", "apiKey": KEY });
    let listed = person.get(&path).await.is(200);
    assert_eq!(listed["credentials"], json!([{ KIND: own }]));
    for kind in [KIND, "RAX-KSKEY%3AapiKeyCredentials"] {
        let shown = person.get(format!("{path}/{kind}")).await.is(200);
        assert_eq!(shown[KIND], own);
    }
    let words = "Credential type passwordCredentials was not found for the user.";
    let answer = person.get(format!("{path}/passwordCredentials")).await;
    fails(&answer, 404, "itemNotFound", words);
}

#[tokio::test]
async fn a_new_key_takes_the_place_of_the_old_one_and_tokens_stay() {
    let glance = rackspace().await;
    let (person, access) = user_admin(&glance).await;
    let reset = format!("{}/{KIND}/RAX-AUTH/reset", path(&access));
    let shown = person.post(&reset).await.is(200);
    let new = shown[KIND]["apiKey"].as_str().unwrap();
    assert_eq!((new.len(), new == KEY), (32, false));
    log_in(&glance, key("rackspace", KEY)).await.is(401);
    enter(&glance, key("rackspace", new)).await;
    person.get("/v2.0/tenants").await.is(200);
}

#[tokio::test]
async fn a_key_may_be_chosen_and_taken_away() {
    let glance = rackspace().await;
    let (person, access) = user_admin(&glance).await;
    let one = format!("{}/{KIND}", path(&access));
    let chosen = json!({ KIND: { "username": "rackspace", "apiKey": "mine" } });
    person.post(&one).json(chosen).await.is(200);
    enter(&glance, key("rackspace", "mine")).await;
    let other = json!({ KIND: { "username": "admin", "apiKey": "mine" } });
    let answer = person.post(&one).json(other).await;
    fails(&answer, 400, "badRequest", "User and UserId mis-matched");
    person.delete(&one).await.is(204);
    log_in(&glance, key("rackspace", "mine")).await.is(401);
    person.get(&one).await.is(404);
    person.delete(&one).await.is(404);
}

#[tokio::test]
async fn keys_of_others_are_for_the_user_admin_of_their_account() {
    let glance = rackspace().await;
    let (user_admin, own) = user_admin(&glance).await;
    let (creator, theirs) = enter(&glance, key("rackspace-creator", CREATOR_KEY)).await;
    let (_, admins) = enter(&glance, password("admin", "secret")).await;
    let shown = user_admin.get(path(&theirs)).await.is(200);
    assert_eq!(shown["credentials"][0][KIND]["apiKey"], CREATOR_KEY);
    for (person, whose) in [(&creator, &own), (&user_admin, &admins)] {
        let answer = person.get(path(whose)).await;
        fails(&answer, 403, "forbidden", "Not Authorized");
        let reset = format!("{}/{KIND}/RAX-AUTH/reset", path(whose));
        person.post(reset).await.is(403);
    }
}

#[tokio::test]
async fn a_reset_brings_the_first_key_back() {
    let glance = rackspace().await;
    let (person, access) = user_admin(&glance).await;
    let reset = format!("{}/{KIND}/RAX-AUTH/reset", path(&access));
    person.post(reset).await.is(200);
    glance.control().post("/reset").await.is(204);
    enter(&glance, key("rackspace", KEY)).await;
}

#[tokio::test]
async fn a_snapshot_keeps_the_keys() {
    let glance = rackspace().await;
    let control = glance.control();
    control.put("/snapshots/s").await.is(201);
    let (person, access) = user_admin(&glance).await;
    let reset = format!("{}/{KIND}/RAX-AUTH/reset", path(&access));
    person.post(reset).await.is(200);
    let loaded = control.post("/snapshots/s/load").await;
    assert!(loaded.status < 300, "{}", loaded.text());
    enter(&glance, key("rackspace", KEY)).await;
}
