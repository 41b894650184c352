//! The users of an account.

use serde_json::{Value, json};

use super::{ACCOUNT, CREATOR_KEY, enter, fails, key, log_in, password, rackspace, user_admin};
use crate::glance::Answer;

fn names(answer: &Answer) -> Vec<&str> {
    let users = answer["users"].as_array().unwrap();
    users
        .iter()
        .map(|user| user["username"].as_str().unwrap())
        .collect()
}

fn at(access: &Value) -> String {
    format!("/v2.0/users/{}", access["user"]["id"].as_str().unwrap())
}

#[tokio::test]
async fn the_user_admin_sees_those_of_the_account_and_others_themselves() {
    let glance = rackspace().await;
    let (admin, own) = user_admin(&glance).await;
    let (creator, theirs) = enter(&glance, key("rackspace-creator", CREATOR_KEY)).await;
    let all = ["rackspace", "rackspace-creator", "rackspace-observer"];
    assert_eq!(names(&admin.get("/v2.0/users").await.is(200)), all);
    assert_eq!(
        names(&creator.get("/v2.0/users").await.is(200)),
        ["rackspace-creator"]
    );
    let shown = admin.get(at(&theirs)).await.is(200);
    let user = &shown["user"];
    assert_eq!(user["username"], "rackspace-creator");
    assert_eq!(
        (&user["enabled"], &user["RAX-AUTH:domainId"]),
        (&json!(true), &json!(ACCOUNT))
    );
    assert_eq!(user["RAX-AUTH:defaultRegion"], "ORD");
    fails(
        &creator.get(at(&own)).await,
        403,
        "forbidden",
        "Not Authorized",
    );
    let answer = admin.get("/v2.0/users/nobody").await;
    fails(&answer, 404, "itemNotFound", "User nobody not found");
    let one = admin.get("/v2.0/users?name=rackspace").await.is(200);
    assert_eq!(one["user"]["id"], own["user"]["id"]);
    let answer = admin.get("/v2.0/users?name=admin").await;
    fails(&answer, 404, "itemNotFound", "User admin not found");
}

#[tokio::test]
async fn a_user_admin_makes_changes_and_deletes_users() {
    let glance = rackspace().await;
    let (admin, own) = user_admin(&glance).await;
    let new = json!({ "user": { "username": "ann", "email": "ann@example.org" } });
    let made = admin.post("/v2.0/users").json(new.clone()).await.is(201);
    let first = made["user"]["OS-KSADM:password"].as_str().unwrap();
    let (ann, access) = enter(&glance, password("ann", first)).await;
    assert_eq!(access["token"]["tenant"]["id"], ACCOUNT);
    ann.post("/v2.0/users").json(new.clone()).await.is(403);
    let answer = admin.post("/v2.0/users").json(new).await.is(409);
    assert_eq!(answer["badRequest"]["code"], 409);
    let change = json!({ "user": {
        "email": "a@example.org", "RAX-AUTH:defaultRegion": "DFW", "OS-KSADM:password": "other",
    }});
    let changed = ann.post(at(&access)).json(change).await.is(200);
    assert_eq!(changed["user"]["email"], "a@example.org");
    let (ann, access) = enter(&glance, password("ann", "other")).await;
    assert_eq!(access["user"]["RAX-AUTH:defaultRegion"], "DFW");
    let found = admin.get("/v2.0/users?email=a@example.org").await.is(200);
    assert_eq!(names(&found), ["ann"]);
    let renamed = json!({ "user": { "username": "root" } });
    ann.put(at(&access)).json(renamed).await.is(403);
    ann.delete(at(&access)).await.is(403);
    admin.delete(at(&own)).await.is(403);
    admin.delete(at(&access)).await.is(204);
    log_in(&glance, password("ann", "other")).await.is(401);
    ann.get("/v2.0/tenants").await.is(401);
}

#[tokio::test]
async fn a_new_user_needs_a_name_and_an_address() {
    let glance = rackspace().await;
    let (admin, _) = user_admin(&glance).await;
    for (user, words) in [
        (json!({ "email": "a@b" }), "Expecting username"),
        (
            json!({ "username": "ann" }),
            "Expecting valid email address",
        ),
        (
            json!({ "username": "ann", "email": "x" }),
            "Expecting valid email address",
        ),
    ] {
        let answer = admin
            .post("/v2.0/users")
            .json(json!({ "user": user }))
            .await;
        fails(&answer, 400, "badRequest", words);
    }
}

#[tokio::test]
async fn the_roles_of_a_user_and_of_the_cloud_are_listed() {
    let glance = rackspace().await;
    let (admin, access) = user_admin(&glance).await;
    let listed = admin.get(format!("{}/roles", at(&access))).await.is(200);
    assert_eq!(listed["roles"], access["user"]["roles"]);
    let all = admin.get("/v2.0/OS-KSADM/roles").await.is(200);
    let roles = all["roles"].as_array().unwrap();
    for name in [
        "identity:user-admin",
        "identity:observer",
        "cloudImages:admin",
        "cloudImages:creator",
        "cloudImages:observer",
    ] {
        let role = roles.iter().find(|role| role["name"] == name).unwrap();
        let id = role["id"].as_str().unwrap();
        let shown = admin
            .get(format!("/v2.0/OS-KSADM/roles/{id}"))
            .await
            .is(200);
        assert_eq!(shown["role"], *role);
    }
    admin.get("/v2.0/OS-KSADM/roles/none").await.is(404);
}

#[tokio::test]
async fn a_user_admin_gives_and_takes_roles_of_products() {
    let glance = rackspace().await;
    let (admin, _) = user_admin(&glance).await;
    let roles = admin.get("/v2.0/OS-KSADM/roles").await.is(200);
    let role = |name: &str| {
        let mut roles = roles["roles"].as_array().unwrap().iter();
        let role = roles.find(|role| role["name"] == name).unwrap();
        role["id"].as_str().unwrap().to_owned()
    };
    let (creator, access) = enter(&glance, key("rackspace-creator", CREATOR_KEY)).await;
    let id = access["user"]["id"].as_str().unwrap();
    let at = |role: &str| format!("/v2.0/users/{id}/roles/OS-KSADM/{role}");
    let creates = role("cloudImages:creator");
    for _ in 0..2 {
        admin.put(at(&role("cloudImages:admin"))).await.is(200);
    }
    let held = admin.get(format!("/v2.0/users/{id}/roles")).await.is(200);
    let mut held = held["roles"].as_array().unwrap().iter();
    assert!(held.any(|role| role["name"] == "cloudImages:admin"));
    admin.delete(at(&role("cloudImages:admin"))).await.is(204);
    creator.create(json!({})).await;
    admin.delete(at(&creates)).await.is(204);
    let refused = creator.post("/v2/images").json(json!({}));
    let refused = refused.await.status;
    assert!([401, 403].contains(&refused), "{refused}");
    let again = admin.delete(at(&creates)).await;
    let words = format!("Role {creates} was not found for the user.");
    fails(&again, 404, "itemNotFound", &words);
    let words = "Role with ID none not found.";
    fails(&admin.put(at("none")).await, 404, "itemNotFound", words);
}

#[tokio::test]
async fn nobody_gives_roles_of_the_identity_or_roles_to_himself() {
    let glance = rackspace().await;
    let (admin, own) = user_admin(&glance).await;
    let roles = admin.get("/v2.0/OS-KSADM/roles").await.is(200);
    let role = |name: &str| {
        let mut roles = roles["roles"].as_array().unwrap().iter();
        let role = roles.find(|role| role["name"] == name).unwrap();
        role["id"].as_str().unwrap().to_owned()
    };
    let (creator, access) = enter(&glance, key("rackspace-creator", CREATOR_KEY)).await;
    let at = |access: &Value, role: &str| {
        let id = access["user"]["id"].as_str().unwrap();
        format!("/v2.0/users/{id}/roles/OS-KSADM/{role}")
    };
    let (above, product) = (role("identity:user-admin"), role("cloudImages:admin"));
    for (person, access, role) in [
        (&admin, &access, &above),
        (&admin, &own, &product),
        (&creator, &access, &product),
        (&creator, &own, &product),
    ] {
        let answer = person.put(at(access, role)).await;
        fails(&answer, 403, "forbidden", "Not Authorized");
    }
}
