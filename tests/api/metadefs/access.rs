//! Who may do what with metadata definitions: every rule, every caller, every visibility.

use std::fmt::Write;

use http::Method;
use serde_json::{Value, json};

use super::{NAMESPACES, at, full};
use crate::glance::{Answer, Glance, Person, glance, glance_with};

/// Those who ask, and who they are to Alice's namespace.
fn callers(glance: &Glance) -> Vec<(&'static str, Person)> {
    let alice = glance.person("alice");
    vec![
        ("owner", alice.clone()),
        ("owner, reads", alice.with_roles("reader")),
        ("owner, writes", alice.with_roles("member")),
        ("owner, no role", alice.with_roles("")),
        ("stranger", glance.person("dave")),
        ("service", glance.person("nova").with_roles("service")),
        ("no project", glance.bearer("eve:none:member,reader")),
        ("admin", glance.admin()),
        ("admin elsewhere", glance.bearer("zoe:zoe-project:ADMIN")),
    ]
}

/// What they try, each with the rule it stands for, the worst last.
fn operations() -> Vec<(&'static str, Method, &'static str, Option<Value>)> {
    let property = json!({ "name": "new", "title": "", "type": "string" });
    let (named, same) = (
        json!({ "name": "new" }),
        json!({ "namespace": "A", "owner": "alice-project" }),
    );
    vec![
        ("get_metadef_namespace", Method::GET, "", None),
        ("get_metadef_objects", Method::GET, "/objects", None),
        ("get_metadef_object", Method::GET, "/objects/Disk", None),
        ("get_metadef_properties", Method::GET, "/properties", None),
        (
            "get_metadef_property",
            Method::GET,
            "/properties/cores",
            None,
        ),
        ("get_metadef_tags", Method::GET, "/tags", None),
        ("get_metadef_tag", Method::GET, "/tags/one", None),
        (
            "list_metadef_resource_types",
            Method::GET,
            "/resource_types",
            None,
        ),
        (
            "get_metadef_resource_type",
            Method::GET,
            "/properties/hw_cores?resource_type=Server",
            None,
        ),
        (
            "add_metadef_object",
            Method::POST,
            "/objects",
            Some(named.clone()),
        ),
        (
            "modify_metadef_object",
            Method::PUT,
            "/objects/Disk",
            Some(json!({ "name": "Disk" })),
        ),
        (
            "delete_metadef_object",
            Method::DELETE,
            "/objects/Disk",
            None,
        ),
        (
            "add_metadef_property",
            Method::POST,
            "/properties",
            Some(property.clone()),
        ),
        (
            "modify_metadef_property",
            Method::PUT,
            "/properties/new",
            Some(property),
        ),
        (
            "remove_metadef_property",
            Method::DELETE,
            "/properties/cores",
            None,
        ),
        ("add_metadef_tag", Method::POST, "/tags/three", None),
        (
            "add_metadef_tags",
            Method::POST,
            "/tags",
            Some(json!({ "tags": [{ "name": "one" }] })),
        ),
        (
            "modify_metadef_tag",
            Method::PUT,
            "/tags/one",
            Some(json!({ "name": "one" })),
        ),
        ("delete_metadef_tag", Method::DELETE, "/tags/one", None),
        (
            "add_metadef_resource_type_association",
            Method::POST,
            "/resource_types",
            Some(named),
        ),
        (
            "remove_metadef_resource_type_association",
            Method::DELETE,
            "/resource_types/Server",
            None,
        ),
        ("delete_metadef_namespace", Method::DELETE, "/objects", None),
        (
            "delete_metadef_namespace",
            Method::DELETE,
            "/properties",
            None,
        ),
        ("delete_metadef_tags", Method::DELETE, "/tags", None),
        ("modify_metadef_namespace", Method::PUT, "", Some(same)),
        ("delete_metadef_namespace", Method::DELETE, "", None),
    ]
}

async fn ask(
    who: &Person,
    (_, method, path, body): &(&str, Method, &str, Option<Value>),
) -> Answer {
    let request = who.request(method.clone(), at("A", path));
    match body {
        Some(body) => request.json(body.clone()).await,
        None => request.await,
    }
}

async fn make(glance: &Glance, visibility: &str) {
    let mut fields = full("A");
    fields["visibility"] = visibility.into();
    fields["owner"] = "alice-project".into();
    glance.admin().namespace(fields).await;
}

#[tokio::test]
async fn every_caller_may_do_just_what_the_policy_says() {
    let glance = glance().await;
    let mut table = String::new();
    for visibility in ["public", "private"] {
        for (name, caller) in callers(&glance) {
            make(&glance, visibility).await;
            let mut statuses = Vec::new();
            for operation in operations() {
                let answer = ask(&caller, &operation).await;
                let bare = answer.status == 404
                    && answer.message().0 == "The resource could not be found.";
                statuses.push(format!("{}{}", answer.status, if bare { "-" } else { "" }));
            }
            let row = statuses.join(" ");
            writeln!(table, "{visibility:8} {name:16} {row}").unwrap();
            glance.admin().delete(at("A", "")).await;
        }
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn every_operation_asks_for_its_rule() {
    for operation in operations() {
        let rule = operation.0;
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("{rule}: '!'\n")).unwrap();
        let glance =
            glance_with(|config| config.images.policy_file = Some(file.path().into())).await;
        make(&glance, "public").await;
        let answer = ask(&glance.admin(), &operation).await;
        if rule == "get_metadef_namespace" {
            answer.tells_nothing();
        } else {
            let said = format!("You are not authorized to complete {rule} action.");
            answer.is(403).says(&said);
        }
    }
}

#[tokio::test]
async fn lists_and_new_namespaces_ask_for_their_rules() {
    for (rule, path, method) in [
        ("get_metadef_namespaces", NAMESPACES, Method::GET),
        ("list_metadef_resource_types", NAMESPACES, Method::GET),
        (
            "list_metadef_resource_types",
            "/v2/metadefs/resource_types",
            Method::GET,
        ),
        ("add_metadef_namespace", NAMESPACES, Method::POST),
        ("add_metadef_object", NAMESPACES, Method::POST),
        ("add_metadef_property", NAMESPACES, Method::POST),
        ("add_metadef_tag", NAMESPACES, Method::POST),
        (
            "add_metadef_resource_type_association",
            NAMESPACES,
            Method::POST,
        ),
    ] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("{rule}: '!'\n")).unwrap();
        let glance =
            glance_with(|config| config.images.policy_file = Some(file.path().into())).await;
        let request = glance.admin().request(method.clone(), path);
        let request = if method == Method::POST {
            request.json(full("A"))
        } else {
            request
        };
        let said = format!("You are not authorized to complete {rule} action.");
        request.await.is(403).says(&said);
    }
}

#[tokio::test]
async fn items_that_a_rule_hides_are_not_listed() {
    for (rule, path, list) in [
        ("get_metadef_object", "/objects", "objects"),
        (
            "get_metadef_resource_type",
            "/resource_types",
            "resource_type_associations",
        ),
    ] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("{rule}: '!'\n")).unwrap();
        let glance =
            glance_with(|config| config.images.policy_file = Some(file.path().into())).await;
        make(&glance, "public").await;
        let answer = glance.admin().get(at("A", path)).await.is(200);
        assert_eq!(answer[list], json!([]));
    }
}

#[tokio::test]
async fn nobody_without_a_token_hears_anything() {
    let glance = glance().await;
    make(&glance, "public").await;
    for operation in operations() {
        ask(&glance.nobody(), &operation).await.is(401);
    }
}
