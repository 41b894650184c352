//! Which images of a list are asked for.

use chrono::TimeDelta;
use serde_json::json;

use crate::glance::{Glance, Person, glance};

/// The names that a query finds, in the order of names.
async fn found(person: &Person, query: &str) -> Vec<String> {
    let mut names = person.names(query).await;
    names.sort();
    names
}

async fn refused(person: &Person, query: &str, words: &str) {
    let answer = person.get(format!("/v2/images{query}")).await;
    assert_eq!(answer.status, 400, "{query}: {}", answer.text());
    answer.says(words);
}

/// Three images that differ in everything.
async fn three(glance: &Glance) -> Person {
    let alice = glance.person("alice");
    for fields in [
        json!({ "name": "a", "disk_format": "raw", "container_format": "bare", "tags": ["x", "y"],
                "min_ram": 1, "min_disk": 10, "os": "linux", "protected": true }),
        json!({ "name": "b", "disk_format": "qcow2", "container_format": "bare", "tags": ["y"],
                "min_ram": 2, "min_disk": 20, "os": "linux", "arch": "arm" }),
        json!({ "name": "c", "disk_format": "iso", "container_format": "ova", "tags": [],
                "min_ram": 3, "min_disk": 30, "os": "in:linux,bsd" }),
    ] {
        alice.create(fields).await;
    }
    alice
}

#[tokio::test]
async fn images_are_found_by_what_they_have() {
    let glance = glance().await;
    let alice = three(&glance).await;
    for (query, names) in [
        ("", "abc"),
        ("?", "abc"),
        ("?name=a", "a"),
        ("?name=A", ""),
        ("?name=eq:b", "b"),
        ("?name=in:a,c", "ac"),
        ("?name=in:a", "a"),
        ("?name=in:", ""),
        ("?disk_format=raw", "a"),
        ("?disk_format=in:raw,iso", "ac"),
        ("?container_format=bare", "ab"),
        ("?status=queued", "abc"),
        ("?status=in:active,queued", "abc"),
        ("?status=active", ""),
        ("?status=deleted", ""),
        ("?status=nonsense", ""),
        ("?min_ram=2", "b"),
        ("?min_ram_min=2", "bc"),
        ("?min_ram_max=2", "ab"),
        ("?min_ram_min=2&min_ram_max=2", "b"),
        ("?min_disk_min=-1&min_disk_max=20", "ab"),
        ("?size_min=0", ""),
        ("?size_max=5", ""),
        ("?min_ram=x", ""),
        ("?min_ram=gt:1", ""),
        ("?tag=y", "ab"),
        ("?tag=y&tag=x", "a"),
        ("?tag=%20y%20", "ab"),
        ("?tag=z", ""),
        ("?protected=true", "a"),
        ("?protected=false", "bc"),
        ("?os=linux", "ab"),
        ("?os=in:linux,bsd", "c"),
        ("?os=linux&arch=arm", "b"),
        ("?os=Linux", ""),
        ("?nothing=x", ""),
        ("?owner=alice-project", "abc"),
        ("?owner=bob-project", ""),
        ("?checksum=x", ""),
        ("?os_hash_algo=sha512", ""),
        ("?deleted=true", "abc"),
        ("?deleted=nonsense", "abc"),
        ("?is_public=true", ""),
        ("?name=a&disk_format=iso", ""),
        ("?name=a&name=b", "b"),
        ("?os=nothing&os=linux", "ab"),
    ] {
        assert_eq!(found(&alice, query).await.concat(), names, "{query}");
    }
}

#[tokio::test]
async fn names_that_mean_something_inside_glance_are_properties() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for name in ["properties", "members", "foo_min", "is_public"] {
        alice.create(json!({ "name": name, name: "7" })).await;
        assert_eq!(found(&alice, &format!("?{name}=7")).await, [name]);
    }
    for query in [
        "?tags=b",
        "?tags=b&tags=b",
        "?locations=x",
        "?foo_min=1",
        "?_min=1",
        "?name_max=5",
    ] {
        alice.get(format!("/v2/images{query}")).await.is(200);
    }
}

#[tokio::test]
async fn only_some_fields_know_operators() {
    let glance = glance().await;
    let alice = three(&glance).await;
    for field in ["name", "id", "status", "container_format", "disk_format"] {
        for operator in ["neq", "gt", "like", "IN", "", " eq"] {
            let words = format!("Unable to filter by unknown operator '{operator}'.");
            refused(&alice, &format!("?{field}={operator}:x"), &words).await;
        }
    }
}

#[tokio::test]
async fn a_name_with_a_colon_needs_an_operator_unless_it_is_a_date() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for name in ["a:b", "2026-01-02T03:04:05Z", "in:x"] {
        alice.create(json!({ "name": name })).await;
    }
    refused(
        &alice,
        "?name=a:b",
        "Unable to filter by unknown operator 'a'.",
    )
    .await;
    assert_eq!(found(&alice, "?name=eq:a:b").await, ["a:b"]);
    assert_eq!(found(&alice, "?name=eq:in:x").await, ["in:x"]);
    assert_eq!(
        found(&alice, "?name=2026-01-02T03:04:05Z").await,
        ["2026-01-02T03:04:05Z"]
    );
}

#[tokio::test]
async fn quotation_marks_protect_commas() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for name in ["a,b", "c", "", "\"q\"", "e\"f"] {
        alice.create(json!({ "name": name })).await;
    }
    for (query, names) in [
        ("?name=in:%22a,b%22,c", vec!["a,b", "c"]),
        ("?name=in:a,b", vec![]),
        ("?name=in:,c", vec!["", "c"]),
        ("?name=a,b", vec!["a,b"]),
        ("?name=%22q%22", vec!["\"q\""]),
        ("?name=in:%22e%5C%22f%22", vec![]),
        ("?name=", vec![""]),
    ] {
        assert_eq!(found(&alice, query).await, names, "{query}");
    }
    for (value, reason) in [
        (
            "x%22y%22",
            "There is no comma before opening quotation mark.",
        ),
        (
            "%22x%22y",
            "There is no comma after closing quotation mark.",
        ),
        ("%22x", "The quote is not closed."),
    ] {
        let shown = value.replace("%22", "\"");
        let words = format!("Invalid filter value {shown}. {reason}");
        refused(&alice, &format!("?name=in:{value}"), &words).await;
    }
}

#[tokio::test]
async fn times_are_compared() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let mut moments = Vec::new();
    for name in ["a", "b", "c"] {
        let image = alice.create(json!({ "name": name })).await;
        moments.push(image["created_at"].as_str().unwrap().to_owned());
        glance.advance(TimeDelta::minutes(30)).await.unwrap();
    }
    let b = &moments[1];
    let without_zone = b.trim_end_matches('Z');
    for (query, names) in [
        // Times are kept to the microsecond, and shown to the second.
        (format!("gt:{b}"), "bc"),
        (format!("gte:{b}"), "bc"),
        (format!("lt:{b}"), "a"),
        (format!("lte:{without_zone}"), "a"),
        (format!("eq:{b}"), ""),
        (b.clone(), ""),
        (format!("neq:{b}"), "abc"),
        (format!("gt:{without_zone}%2B00:00"), "bc"),
        (format!("gt:{without_zone}%2B01:00"), "abc"),
        ("gt:2000-01-01".to_owned(), "abc"),
        ("lt:20000101T000000".to_owned(), ""),
        (format!("gt:2000-01-01&created_at=lt:{b}"), "a"),
        (format!("gt:2100-01-01&created_at=lt:{b}"), "a"),
    ] {
        let query = format!("?created_at={query}");
        assert_eq!(found(&alice, &query).await.concat(), names, "{query}");
    }
    for (field, other) in [("created_at", "updated_at"), ("updated_at", "created_at")] {
        for value in ["x", "", "gt:x", "gt:", "xx:nonsense", "gt:2026-13-01"] {
            let words =
                format!("Bad \"{field}\" query filter format. Use ISO 8601 DateTime notation.");
            refused(&alice, &format!("?{field}={value}"), &words).await;
        }
        let query = format!("?{field}=xx:2026-01-01&{other}=gt:2000-01-01");
        refused(&alice, &query, "Unable to filter on a unknown operator.").await;
    }
}

#[tokio::test]
async fn ranges_are_of_numbers() {
    let glance = glance().await;
    let alice = three(&glance).await;
    for query in ["?size_min=x", "?min_ram_max=", "?foo_min=x", "?_max=1.5"] {
        refused(
            &alice,
            query,
            "Unable to filter on a range with a non-numeric value.",
        )
        .await;
    }
}

#[tokio::test]
async fn what_was_stored_is_found_by_its_sums() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({ "name": "x" })).await;
    alice.create(json!({ "name": "empty" })).await;
    let image = alice.see(&image).await;
    for name in ["checksum", "os_hash_algo", "os_hash_value"] {
        let query = format!("?{name}={}", image[name].as_str().unwrap());
        assert_eq!(found(&alice, &query).await, ["x"]);
    }
    for query in [
        "?size=4",
        "?size_min=4&size_max=4",
        "?status=active",
        "?status=in:active",
    ] {
        assert_eq!(found(&alice, query).await, ["x"], "{query}");
    }
    assert_eq!(found(&alice, "?size_min=5").await, Vec::<String>::new());
    assert_eq!(found(&alice, &format!("?id={}", image.id)).await, ["x"]);
    assert_eq!(
        found(&alice, &format!("?id=in:{},y", image.id)).await,
        ["x"]
    );
}

#[tokio::test]
async fn hidden_images_are_listed_when_they_are_asked_for() {
    let glance = glance().await;
    let alice = glance.person("alice");
    alice
        .create(json!({ "name": "hidden", "os_hidden": true }))
        .await;
    alice.create(json!({ "name": "seen" })).await;
    for person in [alice, glance.admin()] {
        for (query, name) in [
            ("", "seen"),
            ("?os_hidden=false", "seen"),
            ("?os_hidden=FALSE", "seen"),
            ("?os_hidden=true", "hidden"),
            ("?os_hidden=True", "hidden"),
        ] {
            assert_eq!(found(&person, query).await, [name], "{query}");
        }
    }
}

#[tokio::test]
async fn the_first_parameter_that_is_wrong_is_named() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let wrong = [
        ("visibility=x", "Invalid visibility value: x"),
        (
            "changes-since=",
            "The \"changes-since\" filter is no longer available on v2.",
        ),
        ("member_status=", "Invalid status: "),
        ("limit=x", "limit param must be an integer"),
        (
            "sort_key=x",
            "Invalid sort key: x. It must be one of the following: name, status, container_format, disk_format, size, id, created_at, updated_at.",
        ),
        (
            "os_hidden=x",
            "Invalid value 'x' for 'os_hidden' filter. Valid values are 'true' or 'false'.",
        ),
        (
            "protected=True",
            "Invalid value 'True' for 'protected' filter. Valid values are 'true' or 'false'.",
        ),
        ("name=x:y", "Unable to filter by unknown operator 'x'."),
    ];
    for first in 0..wrong.len() {
        let parts: Vec<_> = wrong[first..].iter().rev().map(|it| it.0).collect();
        refused(&alice, &format!("?{}", parts.join("&")), wrong[first].1).await;
    }
}

#[tokio::test]
async fn who_may_not_list_hears_so_before_its_filters_are_read() {
    let glance = glance().await;
    let writer = glance.person("alice").with_roles("member");
    for query in ["", "?name=x:y", "?marker=nothing"] {
        let answer = writer.get(format!("/v2/images{query}")).await.is(403);
        answer.says("You are not authorized to complete get_images action.");
    }
    refused(&writer, "?limit=x", "limit param must be an integer").await;
}
