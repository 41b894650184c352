//! Who may do what with metadata definitions: every rule, every caller, every visibility.

use std::fmt::Write;
use tempfile::NamedTempFile;

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

/// What they try, each after the rule it stands for, the worst last.
const OPERATIONS: &str = "
    get_metadef_namespace                    GET    -
    get_metadef_objects                      GET    /objects
    get_metadef_object                       GET    /objects/Disk
    get_metadef_properties                   GET    /properties
    get_metadef_property                     GET    /properties/cores
    get_metadef_tags                         GET    /tags
    get_metadef_tag                          GET    /tags/one
    list_metadef_resource_types              GET    /resource_types
    get_metadef_resource_type                GET    /properties/hw_cores?resource_type=Server
    add_metadef_object                       POST   /objects
    modify_metadef_object                    PUT    /objects/Disk
    delete_metadef_object                    DELETE /objects/Disk
    add_metadef_property                     POST   /properties
    modify_metadef_property                  PUT    /properties/new
    remove_metadef_property                  DELETE /properties/cores
    add_metadef_tag                          POST   /tags/three
    add_metadef_tags                         POST   /tags
    modify_metadef_tag                       PUT    /tags/one
    delete_metadef_tag                       DELETE /tags/one
    add_metadef_resource_type_association    POST   /resource_types
    remove_metadef_resource_type_association DELETE /resource_types/Server
    delete_metadef_namespace                 DELETE /objects
    delete_metadef_namespace                 DELETE /properties
    delete_metadef_tags                      DELETE /tags
    modify_metadef_namespace                 PUT    -
    delete_metadef_namespace                 DELETE -";

struct Operation {
    rule: &'static str,
    method: Method,
    path: &'static str,
}

fn operations() -> Vec<Operation> {
    let lines = OPERATIONS.lines().filter(|it| !it.is_empty());
    let operation = |line: &'static str| {
        let words: Vec<_> = line.split_whitespace().collect();
        Operation {
            rule: words[0],
            method: words[1].parse().unwrap(),
            path: words[2].trim_start_matches('-'),
        }
    };
    lines.map(operation).collect()
}

impl Operation {
    fn body(&self) -> Option<Value> {
        let wants = [Method::POST, Method::PUT].contains(&self.method);
        let body = match self.path {
            "" => json!({ "namespace": "A", "owner": "alice-project" }),
            "/tags" => json!({ "tags": [{ "name": "one" }] }),
            "/tags/three" => return None,
            "/tags/one" => json!({ "name": "one" }),
            "/objects/Disk" => json!({ "name": "Disk" }),
            "/properties" | "/properties/new" => {
                json!({ "name": "new", "title": "", "type": "string" })
            }
            _ => json!({ "name": "new" }),
        };
        wants.then_some(body)
    }

    async fn ask(&self, who: &Person) -> Answer {
        let request = who.request(self.method.clone(), at("A", self.path));
        match self.body() {
            Some(body) => request.json(body).await,
            None => request.await,
        }
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
                let answer = operation.ask(&caller).await;
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

/// A server whose policy lets one admin not pass one rule; that admin; and the policy, which counts
/// as long as it is there.
async fn refusing(rule: &str) -> (Glance, Person, NamedTempFile) {
    let file = NamedTempFile::new().unwrap();
    let check = "role:admin and not user_id:zoe";
    std::fs::write(file.path(), format!("{rule}: '{check}'\n")).unwrap();
    let path = file.path().to_owned();
    let glance = glance_with(|config| config.images.policy_file = Some(path)).await;
    let zoe = glance.bearer("zoe:zoe-project:admin,member,reader");
    (glance, zoe, file)
}

fn refusal(rule: &str) -> String {
    format!("You are not authorized to complete {rule} action.")
}

#[tokio::test]
async fn every_operation_asks_for_its_rule() {
    for operation in operations() {
        let rule = operation.rule;
        let (glance, zoe, _file) = refusing(rule).await;
        make(&glance, "public").await;
        let answer = operation.ask(&zoe).await;
        if rule == "get_metadef_namespace" {
            answer.tells_nothing();
        } else {
            answer.is(403).says(&refusal(rule));
        }
    }
}

#[tokio::test]
async fn a_namespace_is_shown_to_those_who_may_see_all_that_is_in_it() {
    for rule in [
        "list_metadef_resource_types",
        "get_metadef_objects",
        "get_metadef_properties",
        "get_metadef_tags",
    ] {
        let (glance, zoe, _file) = refusing(rule).await;
        make(&glance, "public").await;
        let answer = zoe.get(at("A", "")).await;
        answer.is(403).says(&refusal(rule));
    }
}

#[tokio::test]
async fn lists_and_new_namespaces_ask_for_their_rules() {
    let types = "/v2/metadefs/resource_types";
    for (rule, path, method) in [
        ("get_metadef_namespaces", NAMESPACES, Method::GET),
        ("list_metadef_resource_types", NAMESPACES, Method::GET),
        ("list_metadef_resource_types", types, Method::GET),
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
        let (_glance, zoe, _file) = refusing(rule).await;
        let fields = (method == Method::POST).then(|| full("A"));
        let request = zoe.request(method, path);
        let answer = match fields {
            Some(fields) => request.json(fields).await,
            None => request.await,
        };
        answer.is(403).says(&refusal(rule));
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
        let (glance, zoe, _file) = refusing(rule).await;
        make(&glance, "public").await;
        let answer = zoe.get(at("A", path)).await.is(200);
        assert_eq!(answer[list], json!([]));
    }
}

#[tokio::test]
async fn nobody_without_a_token_hears_anything() {
    let glance = glance().await;
    make(&glance, "public").await;
    for operation in operations() {
        operation.ask(&glance.nobody()).await.is(401);
    }
}
