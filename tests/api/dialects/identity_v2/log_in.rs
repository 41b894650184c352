//! Every way to get a token, and who is refused one.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    ACCOUNT, CREATOR_KEY, FILES, KEY, enter, fails, key, log_in, password, rackspace, user_admin,
    with,
};

#[tokio::test]
async fn an_api_key_gives_a_token_for_the_account() {
    let glance = rackspace().await;
    let answer = log_in(&glance, key("rackspace", KEY)).await.is(200);
    assert_eq!(answer.headers["x-tenant-id"], ACCOUNT);
    let access = &answer["access"];
    let token = &access["token"];
    assert_eq!(token["tenant"], json!({ "id": ACCOUNT, "name": ACCOUNT }));
    assert_eq!(token["RAX-AUTH:authenticatedBy"], json!(["APIKEY"]));
    let expires = token["expires"].as_str().unwrap();
    assert_eq!(expires.len(), "2014-11-24T22:05:39.115Z".len());
    let expires: DateTime<Utc> = expires.parse().unwrap();
    let clock = glance.control().get("/clock").await.is(200);
    let now: DateTime<Utc> = clock["now"].as_str().unwrap().parse().unwrap();
    let hours = (expires - now).num_hours();
    assert!((22..=24).contains(&hours), "{hours}");
    let user = &access["user"];
    assert_eq!(user["name"], "rackspace");
    assert_eq!(user["RAX-AUTH:defaultRegion"], "ORD");
    let roles = user["roles"].as_array().unwrap();
    let role = |name: &str| roles.iter().find(|role| role["name"] == name).unwrap();
    assert!(role("identity:user-admin").get("tenantId").is_none());
    assert_eq!(role("compute:default")["tenantId"], ACCOUNT);
    assert_eq!(role("object-store:default")["tenantId"], FILES);
}

#[tokio::test]
async fn a_password_gives_one_too() {
    let glance = rackspace().await;
    let (_, access) = enter(&glance, password("rackspace", "secret")).await;
    assert_eq!(
        access["token"]["RAX-AUTH:authenticatedBy"],
        json!(["PASSWORD"])
    );
    let id = access["user"]["id"].clone();
    let by_id = json!({ "passwordCredentials": { "userId": id, "password": "secret" } });
    enter(&glance, by_id).await;
}

#[tokio::test]
async fn both_paths_lead_there() {
    let glance = rackspace().await;
    for path in ["/v2.0/tokens", "/identity/v2.0/tokens", "/v2.0/tokens/"] {
        let request = glance.nobody().post(path);
        let request = request.header("Content-Type", "application/json");
        let auth = json!({ "auth": key("rackspace", KEY) });
        request.json(auth).await.is(200);
    }
}

#[tokio::test]
async fn a_tenant_is_named_by_id_or_name() {
    let glance = rackspace().await;
    for member in ["tenantId", "tenantName"] {
        for tenant in [ACCOUNT, FILES] {
            let auth = with(key("rackspace", KEY), member, tenant);
            let (_, access) = enter(&glance, auth).await;
            let named = json!({ "id": tenant, "name": tenant });
            assert_eq!(access["token"]["tenant"], named);
        }
    }
    // Some clients send the number as one.
    enter(&glance, with(key("rackspace", KEY), "tenantId", 929_418)).await;
    let auth = with(
        with(key("rackspace", KEY), "tenantId", ACCOUNT),
        "tenantName",
        ACCOUNT,
    );
    let words = "Invalid request. Specify tenantId OR tenantName, not both.";
    fails(&log_in(&glance, auth).await, 400, "badRequest", words);
}

#[tokio::test]
async fn a_token_gives_another_for_a_tenant() {
    let glance = rackspace().await;
    let (person, access) = user_admin(&glance).await;
    let auth = json!({ "token": { "id": person.token() }, "tenantId": ACCOUNT });
    let (other, again) = enter(&glance, auth).await;
    assert_ne!(other.token(), person.token());
    assert_eq!(again["token"]["expires"], access["token"]["expires"]);
    assert_eq!(
        again["token"]["RAX-AUTH:authenticatedBy"],
        json!(["APIKEY"])
    );
    let words = "Invalid request. Specify tenantId or tenantName.";
    let without = json!({ "token": { "id": person.token() } });
    fails(&log_in(&glance, without).await, 400, "badRequest", words);
}

#[tokio::test]
async fn openstacks_own_users_log_in_without_a_default_project() {
    let glance = rackspace().await;
    let (admin, access) = enter(&glance, password("admin", "secret")).await;
    assert_eq!(access["token"]["tenant"]["name"], "admin");
    admin.get("/v2/images").await.is(200);
    let auth = with(password("demo", "secret"), "tenantName", "demo");
    let (_, access) = enter(&glance, auth).await;
    assert_eq!(access["token"]["tenant"]["name"], "demo");
}

#[tokio::test]
async fn one_token_is_good_for_v2_v3_and_images() {
    let glance = rackspace().await;
    let (admin, _) = enter(&glance, password("admin", "secret")).await;
    admin.get("/v2/images").await.is(200);
    let (person, access) = user_admin(&glance).await;
    let shown = person.get("/identity/v3/auth/tokens");
    let shown = shown
        .header("X-Subject-Token", person.token())
        .await
        .is(200);
    assert_eq!(shown["token"]["project"]["id"], ACCOUNT);
    assert_eq!(shown["token"]["methods"], json!(["api_key"]));
    assert_eq!(shown["token"]["user"]["id"], access["user"]["id"]);
    // And the other way round.
    let domain = json!({ "id": "default" });
    let user = json!({ "name": "rackspace", "domain": domain, "password": "secret" });
    let auth = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": user } },
        "scope": { "project": { "id": ACCOUNT } },
    }});
    let asked = glance.nobody().post("/identity/v3/auth/tokens");
    let asked = asked.header("Content-Type", "application/json");
    let given = asked.json(auth).await.is(201);
    let token = given.header("x-subject-token").to_owned();
    let path = format!("/v2.0/tokens/{token}");
    let shown = glance.bearer(&token).get(path).await.is(200);
    assert_eq!(shown["access"]["token"]["tenant"]["id"], ACCOUNT);
}

#[tokio::test]
async fn wrong_credentials_are_refused_in_every_form() {
    let glance = rackspace().await;
    let wrong_key = "Username or api key is invalid.";
    for auth in [
        key("rackspace", CREATOR_KEY),
        key("rackspace", "secret"),
        key("nobody", KEY),
        // A user without a key has none that fits.
        key("admin", "secret"),
    ] {
        fails(&log_in(&glance, auth).await, 401, "unauthorized", wrong_key);
    }
    let wrong = "Unable to authenticate user with credentials provided.";
    for auth in [
        password("rackspace", "wrong"),
        password("rackspace", KEY),
        password("nobody", "secret"),
    ] {
        fails(&log_in(&glance, auth).await, 401, "unauthorized", wrong);
    }
    let auth = json!({ "token": { "id": "nothing" }, "tenantId": ACCOUNT });
    let answer = log_in(&glance, auth).await;
    fails(&answer, 401, "unauthorized", "Token not authenticated.");
}

#[tokio::test]
async fn a_tenant_of_others_is_refused() {
    let glance = rackspace().await;
    let (person, access) = user_admin(&glance).await;
    let id = access["user"]["id"].as_str().unwrap();
    for tenant in ["1", "MossoCloudFS_1", "admin"] {
        for member in ["tenantId", "tenantName"] {
            let answer = log_in(&glance, with(key("rackspace", KEY), member, tenant)).await;
            let words = format!(
                "Tenant with Name/Id: '{tenant}' is not valid for User 'rackspace' (id: '{id}')"
            );
            fails(&answer, 401, "unauthorized", &words);
        }
        let auth = json!({ "token": { "id": person.token() }, "tenantId": tenant });
        let words = format!("Token doesn't belong to Tenant with Id/Name: '{tenant}'");
        fails(&log_in(&glance, auth).await, 401, "unauthorized", &words);
    }
}

#[tokio::test]
async fn a_user_who_is_disabled_is_told_so_if_the_credentials_are_right() {
    let glance = rackspace().await;
    let (admin, _) = user_admin(&glance).await;
    let listed = admin
        .get("/v2.0/users?name=rackspace-creator")
        .await
        .is(200);
    let path = format!("/v2.0/users/{}", listed["user"]["id"].as_str().unwrap());
    let change = json!({ "user": { "enabled": false } });
    admin.put(&path).json(change).await.is(200);
    let answer = log_in(&glance, key("rackspace-creator", CREATOR_KEY)).await;
    let words = "User 'rackspace-creator' is disabled.";
    fails(&answer, 403, "userDisabled", words);
    let answer = log_in(&glance, password("rackspace-creator", "secret")).await;
    fails(&answer, 403, "userDisabled", words);
    let answer = log_in(&glance, key("rackspace-creator", KEY)).await;
    let words = "Username or api key is invalid.";
    fails(&answer, 401, "unauthorized", words);
}
