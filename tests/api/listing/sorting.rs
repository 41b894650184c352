//! The order of a list.

use chrono::TimeDelta;
use serde_json::json;

use crate::glance::{Glance, Person, glance};

/// Made in this order, a second apart; `size` is null but for two.
async fn five(glance: &Glance) -> Person {
    let alice = glance.person("alice");
    for (name, disk_format) in [
        ("b", "raw"),
        ("a", "iso"),
        ("c", "raw"),
        ("B", "iso"),
        ("a", "qcow2"),
    ] {
        let fields =
            json!({ "name": name, "disk_format": disk_format, "container_format": "bare" });
        let image = alice.create(fields).await;
        if name == "c" {
            alice.upload(&image, "1234").await.is(204);
        }
        glance.advance(TimeDelta::seconds(1)).await.unwrap();
    }
    alice.create(json!({ "name": null })).await;
    alice
}

#[tokio::test]
async fn images_come_in_the_order_that_is_asked_for() {
    let glance = glance().await;
    let alice = five(&glance).await;
    for (query, names) in [
        ("", "-aBcab"),
        ("sort_key=created_at", "-aBcab"),
        ("sort_dir=asc", "bacBa-"),
        ("sort=created_at:asc", "bacBa-"),
        ("sort=name", "cbaaB-"),
        ("sort=name:asc", "-Baabc"),
        ("sort=name:desc", "cbaaB-"),
        ("sort=%20name%20:%20asc%20", "-Baabc"),
        ("sort_key=name&sort_dir=asc", "-Baabc"),
        ("sort=disk_format:asc,name:asc", "-Baabc"),
        ("sort=disk_format:desc,name:asc", "bcaBa-"),
        (
            "sort_key=disk_format&sort_key=name&sort_dir=desc&sort_dir=asc",
            "bcaBa-",
        ),
        ("sort_key=disk_format&sort_key=name", "cbaaB-"),
        ("sort_key=disk_format&sort_key=name&sort_dir=asc", "-Baabc"),
        ("sort=size:asc,created_at:asc", "baBa-c"),
        ("sort=size:desc,created_at:desc", "c-aBab"),
        ("sort=status:asc,name:asc", "c-Baab"),
        ("sort=container_format,created_at:asc", "bacBa-"),
        ("sort=updated_at:asc", "bacBa-"),
    ] {
        let answer = alice.get(format!("/v2/images?{query}")).await.is(200);
        let images = answer["images"].as_array().unwrap().iter();
        let shown: String = images
            .map(|it| it["name"].as_str().unwrap_or("-"))
            .collect();
        assert_eq!(shown, names, "{query}");
    }
}

#[tokio::test]
async fn equal_images_come_by_time_in_the_one_direction_given_or_downwards() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(alice.create(json!({ "name": "x" })).await.id);
        glance.advance(TimeDelta::seconds(1)).await.unwrap();
    }
    let downwards: Vec<_> = ids.iter().rev().cloned().collect();
    for (query, expected) in [
        ("sort=name:asc", &ids),
        ("sort=name:desc", &downwards),
        ("sort=name:asc,size:asc", &downwards),
        ("sort_key=name&sort_key=size&sort_dir=asc", &ids),
        ("sort=name:asc,size:desc", &downwards),
        ("sort_key=name", &downwards),
    ] {
        let answer = alice.get(format!("/v2/images?{query}")).await.is(200);
        let images = answer["images"].as_array().unwrap().iter();
        let shown: Vec<_> = images.map(|it| it["id"].as_str().unwrap()).collect();
        assert_eq!(shown, *expected, "{query}");
    }
}

#[tokio::test]
async fn an_order_must_make_sense() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let keys = "It must be one of the following: name, status, container_format, disk_format, size, id, created_at, updated_at.";
    for (query, words) in [
        ("sort=x", format!("Invalid sort key: x. {keys}")),
        (
            "sort=min_ram:asc",
            format!("Invalid sort key: min_ram. {keys}"),
        ),
        ("sort=", format!("Invalid sort key: . {keys}")),
        ("sort_key=", format!("Invalid sort key: . {keys}")),
        ("sort_key=owner", format!("Invalid sort key: owner. {keys}")),
        ("sort=name:ASC", "Invalid sort direction: ASC".to_owned()),
        ("sort=name:up", "Invalid sort direction: up".to_owned()),
        (
            "sort_key=name&sort_dir=up",
            "Invalid sort direction: up".to_owned(),
        ),
        (
            "sort=name&sort_key=name",
            "Old and new sorting syntax cannot be combined".to_owned(),
        ),
        (
            "sort=name&sort_dir=asc",
            "Old and new sorting syntax cannot be combined".to_owned(),
        ),
        (
            "sort_key=name&sort_dir=asc&sort_dir=asc",
            "Number of sort dirs does not match the number of sort keys".to_owned(),
        ),
        (
            "sort_key=name&sort_key=id&sort_key=size&sort_dir=asc&sort_dir=asc",
            "Number of sort dirs does not match the number of sort keys".to_owned(),
        ),
    ] {
        alice
            .get(format!("/v2/images?{query}"))
            .await
            .is(400)
            .says(&words);
    }
}
