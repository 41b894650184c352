//! What two servers on one database read. Most need PostgreSQL: `scripts/with-postgres` gives them its address.

use std::time::Duration;

use chrono::DateTime;

use super::*;
use crate::config::Durability;
use crate::db::Db;
use crate::db::postgres::tests::database;
use crate::db::read_cache::tests::{add_images, check_readers, image, list, read, write};
use crate::domain::location::Location;

const LEASE: Duration = Duration::from_secs(30);

/// Returns two servers' handles of one database with three images; `None` without a PostgreSQL.
async fn two_servers() -> Option<[Db; 2]> {
    let (one, url) = database(LEASE).await?;
    add_images(&one).await;
    let other = Db::open(&url, Durability::Normal).await.unwrap();
    Some([one, other])
}

#[test]
fn an_image_is_kept_with_its_version() {
    let cache = VersionCache::default();
    cache.insert([(&image("one", 1), "1")]);
    assert_eq!(cache.get_all(&[("one", "1")]), [Some(image("one", 1))]);
    assert_eq!(cache.get_all(&[("one", "2"), ("two", "1")]), [None, None]);
    cache.insert([(&image("one", 2), "2")]);
    assert_eq!(
        cache.get_all(&[("one", "1"), ("one", "2")]),
        [None, Some(image("one", 2))]
    );
}

#[test]
fn a_page_is_known_from_the_second_time_on() {
    let cache = VersionCache::default();
    let page = |limit| Sql::new("SELECT id").limit(limit);
    assert!(!cache.remember_page(&page(1)));
    assert!(!cache.remember_page(&page(2)));
    assert!(cache.remember_page(&page(1)));
}

#[tokio::test]
async fn a_server_reads_what_another_has_changed() {
    let Some([one, other]) = two_servers().await else {
        return;
    };
    for value in 1..5 {
        assert_eq!(read(&other, "a").await, value - 1);
        assert_eq!(list(&other).await, [value - 1, 0, 0]);
        write(&one, "a", value).await;
        assert_eq!(list(&other).await, [value, 0, 0]);
        assert_eq!(read(&other, "a").await, value);
    }
}

#[tokio::test]
async fn a_server_reads_the_locations_that_another_has_changed() {
    let Some([one, other]) = two_servers().await else {
        return;
    };
    let location = |url: &str| Location {
        url: url.to_owned(),
        metadata: serde_json::Map::new(),
    };
    let urls = async || {
        list(&other).await;
        let found = other
            .find_image("a", None, |_| true)
            .await
            .unwrap()
            .unwrap();
        let urls = found
            .image
            .locations
            .iter()
            .map(|location| location.url.clone());
        urls.collect::<Vec<_>>()
    };
    assert_eq!(urls().await, [""; 0]);
    let mut session = one.write().await.unwrap();
    session.insert_location("a", &location("file:///1"));
    session.commit().await.unwrap();
    assert_eq!(urls().await, ["file:///1"]);
    let mut session = one.write().await.unwrap();
    session.replace_locations("a", &[location("file:///2"), location("file:///3")]);
    session.commit().await.unwrap();
    assert_eq!(urls().await, ["file:///2", "file:///3"]);
    let mut session = one.write().await.unwrap();
    session.remove_location("a", &location("file:///2"));
    session.commit().await.unwrap();
    assert_eq!(urls().await, ["file:///3"]);
}

#[tokio::test]
async fn an_image_that_is_deleted_elsewhere_is_gone() {
    let Some([one, other]) = two_servers().await else {
        return;
    };
    read(&other, "b").await;
    list(&other).await;
    let mut session = one.write().await.unwrap();
    session.delete_image("b", DateTime::UNIX_EPOCH);
    session.commit().await.unwrap();
    assert!(
        other
            .find_image("b", None, |_| true)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(list(&other).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_see_each_commit_of_another_server_once_it_is_acknowledged_and_never_go_back() {
    let Some([one, other]) = two_servers().await else {
        return;
    };
    check_readers(one, other, 100).await;
}
