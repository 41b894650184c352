use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::DateTime;
use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;

use super::*;
use crate::config::Durability;
use crate::db::kept_images::LARGEST;
use crate::db::{CommunityImages, Db, ImagePage, ImageScope};
use crate::domain::image::{Data, Visibility};
use crate::domain::query::{Direction, SortKey};
use crate::domain::status::Status;

/// Returns an image whose smallest memory is `min_ram`.
pub(in crate::db) fn image(id: &str, min_ram: i64) -> Arc<Image> {
    Arc::new(Image {
        id: id.to_owned(),
        name: None,
        status: Status::Queued,
        visibility: Visibility::Public,
        owner: None,
        protected: false,
        os_hidden: false,
        min_ram,
        min_disk: 0,
        disk_format: None,
        container_format: None,
        data: Data::default(),
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        tags: Vec::new(),
        properties: [].into_iter().collect(),
        locations: Vec::new(),
    })
}

fn changed(id: &str) -> ChangedImages {
    ChangedImages::Some(vec![id.to_owned()])
}

#[test]
fn an_image_is_kept_until_a_commit_changes_it() {
    let cache = ReadCache::default();
    let (one, other) = (image("one", 1), image("other", 1));
    let mark = cache.mark().unwrap();
    assert!(cache.insert([&one, &other], None, mark));
    cache.begin_commit(&changed("one"));
    assert_eq!(cache.get("one", None), None);
    assert_eq!(cache.get("other", None), Some(other));
}

#[test]
fn what_was_read_before_a_commit_is_not_kept_after_it() {
    let cache = ReadCache::default();
    let mark = cache.mark().unwrap();
    cache.begin_commit(&changed("one"));
    assert!(!cache.insert([&image("one", 1)], None, mark));
    cache.end_commit();
    assert!(!cache.insert([&image("one", 1)], None, mark));
    assert_eq!(cache.get("one", None), None);
}

#[test]
fn nothing_is_kept_while_a_commit_is_under_way() {
    let cache = ReadCache::default();
    cache.begin_commit(&changed("one"));
    assert_eq!(cache.mark(), None);
    cache.end_commit();
    let mark = cache.mark().unwrap();
    assert!(cache.insert([&image("one", 2)], None, mark));
}

#[test]
fn ids_and_images_are_of_one_moment_or_none() {
    let cache = ReadCache::default();
    let mark = cache.mark().unwrap();
    cache.insert([&image("one", 1)], None, mark);
    let kept = cache.get_all(&["one", "two"], None, mark).unwrap();
    assert_eq!(kept, [Some(image("one", 1)), None]);
    cache.begin_commit(&changed("three"));
    cache.end_commit();
    assert_eq!(cache.get_all(&["one", "two"], None, mark), None);
}

#[test]
fn an_image_is_kept_for_the_region_that_read_it() {
    let cache = ReadCache::default();
    let (here, there) = (RegionKey::new("ORD", 0), RegionKey::new("DFW", 1));
    let mark = cache.mark().unwrap();
    cache.insert([&image("one", 1)], Some(&here), mark);
    assert!(cache.get("one", Some(&here)).is_some());
    assert_eq!(cache.get("one", Some(&there)), None);
    assert_eq!(cache.get("one", None), None);
}

#[test]
fn a_large_image_is_not_kept() {
    let cache = ReadCache::default();
    let mut large = Arc::unwrap_or_clone(image("one", 1));
    large.properties.insert("a".into(), "x".repeat(LARGEST));
    let mark = cache.mark().unwrap();
    cache.insert([&Arc::new(large)], None, mark);
    assert_eq!(cache.get("one", None), None);
}

/// Sets the smallest memory of an image to `value`.
pub(in crate::db) async fn write(db: &Db, id: &str, value: i64) {
    let mut session = db.write().await.unwrap();
    session.update_image(&image(id, 0), &image(id, value));
    session.commit().await.unwrap();
}

pub(in crate::db) async fn read(db: &Db, id: &str) -> i64 {
    let found = db.find_image(id, None, |_| true).await.unwrap();
    found.unwrap().image.min_ram
}

/// Returns the smallest memories of all images, by a list.
pub(in crate::db) async fn list(db: &Db) -> Vec<i64> {
    let page = ImagePage {
        scopes: vec![ImageScope::All {
            visibility: None,
            community: CommunityImages::All,
        }],
        os_hidden: false,
        protected: None,
        filters: Vec::new(),
        sort: &[(SortKey::Id, Direction::Ascending)],
        after: None,
        limit: 100,
    };
    let found = db.page(&page).await.unwrap();
    found.images.iter().map(|image| image.min_ram).collect()
}

const IDS: [&str; 3] = ["a", "b", "c"];

/// Returns a database in memory and one in a file, each with three images.
async fn databases(folder: &std::path::Path) -> [Db; 2] {
    let file = format!("sqlite://{}", folder.join("database").display());
    let databases = [
        Db::in_memory().await.unwrap(),
        Db::open(&file, Durability::Normal).await.unwrap(),
    ];
    for db in &databases {
        add_images(db).await;
    }
    databases
}

/// Adds the three images.
pub(in crate::db) async fn add_images(db: &Db) {
    let mut session = db.write().await.unwrap();
    for id in IDS {
        session.insert_image(&image(id, 0));
    }
    session.commit().await.unwrap();
}

/// Changes the images of a database again and again, and checks what others read meanwhile.
pub(in crate::db) async fn check_readers(writer: Db, reader: Db, commits: i64) {
    let acknowledged: Arc<[AtomicI64; 3]> = Arc::default();
    let mut readers = JoinSet::new();
    for number in 0..6 {
        let (db, acknowledged) = (reader.clone(), Arc::clone(&acknowledged));
        readers.spawn(async move {
            let mut seen = [0; 3];
            while seen.iter().any(|value| *value < commits) {
                // What is in the cache is read without a wait, in which others could run.
                yield_now().await;
                let before: Vec<_> = acknowledged
                    .iter()
                    .map(|value| value.load(Ordering::SeqCst))
                    .collect();
                let now = if number % 2 == 0 {
                    list(&db).await
                } else {
                    let mut now = Vec::new();
                    for id in IDS {
                        now.push(read(&db, id).await);
                    }
                    now
                };
                for ((now, seen), before) in now.iter().zip(&mut seen).zip(before) {
                    assert!(*now >= before, "{now} was read after {before} was written");
                    assert!(now >= seen, "{now} was read after {seen}");
                    *seen = *now;
                }
            }
        });
    }
    for value in 1..=commits {
        for (id, acknowledged) in IDS.iter().zip(acknowledged.iter()) {
            write(&writer, id, value).await;
            acknowledged.store(value, Ordering::SeqCst);
        }
    }
    let deadline = Duration::from_mins(1);
    timeout(deadline, readers.join_all()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_see_each_commit_once_it_is_acknowledged_and_never_go_back() {
    let folder = tempfile::tempdir().unwrap();
    for db in databases(folder.path()).await {
        check_readers(db.clone(), db, 300).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_nobody_waited_for_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    for db in databases(folder.path()).await {
        for value in 1..100 {
            let mut session = db.write().await.unwrap();
            session.update_image(&image("a", 0), &image("a", value));
            // Given up at some point of the commit, which goes through or not.
            let patience = Duration::from_micros(u64::try_from(value).unwrap() * 3);
            timeout(patience, session.commit()).await.ok();
            let readers: Vec<_> = (0..4)
                .map(|_| {
                    let db = db.clone();
                    tokio::spawn(async move { read(&db, "a").await })
                })
                .collect();
            for reader in readers {
                reader.await.unwrap();
            }
            let mut session = db.write().await.unwrap();
            let row = session.image("a", None).await.unwrap().unwrap();
            drop(session);
            assert_eq!(read(&db, "a").await, row.image.min_ram);
            assert_eq!(list(&db).await[0], row.image.min_ram);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_there_after_a_commit_whose_answer_nobody_took() {
    let folder = tempfile::tempdir().unwrap();
    for db in databases(folder.path()).await {
        let mut session = db.write().await.unwrap();
        session.update_image(&image("a", 0), &image("a", 1));
        // What is left when the answer to a commit is lost: the commit is done, and the session does not know.
        session.queue(Sql::new("COMMIT"));
        session.commit().await.unwrap_err();
        assert_eq!(list(&db).await, [1, 0, 0]);
        write(&db, "a", 2).await;
        assert_eq!(read(&db, "a").await, 2);
    }
}
