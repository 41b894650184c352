//! The behaviour that every kind of store has in common.

#[path = "../../tests/s3/mod.rs"]
mod s3;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use tempfile::TempDir;

use super::writer::StartedWriter;
use super::{OwnerMarker, Store};
use crate::config::stores::{Place, StoreOption};
use crate::config::{Config, Durability};
use crate::db::Db;
use crate::dialect::RACKSPACE;
use crate::domain::range::ByteRange;
use crate::server::Server;
use s3::S3;

const IMAGE: &str = "7f0b4ef5-3f5c-4a43-8f0e-0123456789ab";
const OTHER: &str = "7F0B4EF5-3F5C-4A43-8F0E-0123456789AC";

/// A size in bytes: more than a part of an upload to S3, and than several chunks in the database.
const LARGE: usize = (17 << 20) + 5;

/// A store of each kind, with the store for staged bytes in the same place.
struct Kinds {
    all: Vec<(Store, Store)>,
    s3: S3,
    home: TempDir,
    _swift: Server,
}

impl Kinds {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let s3 = S3::start().await;
        let Place::S3(bucket) = StoreOption::read(&s3.url("a/b")).unwrap().place else {
            panic!("the URL is that of a bucket");
        };
        let swift = swift().await;
        let url = format!(
            "swift://images/a/b?swift_store_auth_address={}/identity&swift_store_user=admin:admin\
             &swift_store_key=secret&swift_store_create_container_on_put=true\
             &swift_store_large_object_chunk_size=1",
            swift.url()
        );
        let Place::Swift(container) = StoreOption::read(&url).unwrap().place else {
            panic!("the URL is that of a container");
        };
        let db = Db::open("sqlite::memory:", Durability::Normal)
            .await
            .unwrap();
        let pool = ["a", "b"].map(|name| home.path().join(name));
        let pool = pool.iter().map(|path| (path.as_path(), 7));
        let stores = [
            Store::directory(&home.path().join("fast")).unwrap(),
            Store::directories(pool, None).unwrap(),
            Store::memory(""),
            Store::database(db, String::new()),
            Store::s3(&bucket).unwrap(),
            Store::swift(&container).unwrap(),
        ];
        let with_staging = |store: Store| {
            let staging = store.0.staging().unwrap();
            (store, staging)
        };
        let all = stores.map(with_staging).into();
        Self {
            all,
            s3,
            home,
            _swift: swift,
        }
    }
}

/// Returns a cloud with an object store.
async fn swift() -> Server {
    let mut config = Config::for_tests();
    config.dialect.dialect = &RACKSPACE;
    config.dialect.dialect_seed = false;
    Server::with(config).await.unwrap()
}

/// Returns bytes of which no two blocks are the same.
fn noise(size: usize) -> Bytes {
    let mut state = 9292_u32;
    let next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(size).collect()
}

async fn put(store: &Store, image: &str, claim: &str, bytes: &Bytes) {
    let writer = store.writer(image, claim, None).await.unwrap();
    writer.put(bytes.clone()).await.unwrap();
}

async fn read(store: &Store, image: &str) -> Option<Vec<u8>> {
    let content = store.open(&store.url(image)).await.unwrap()?;
    let size = content.size();
    let bytes = all(content.stream()).await;
    assert_eq!(size, bytes.len() as u64);
    Some(bytes)
}

async fn all(bytes: impl Stream<Item = std::io::Result<Bytes>>) -> Vec<u8> {
    let add = async |mut all: Vec<u8>, block: Bytes| {
        all.extend_from_slice(&block);
        Ok(all)
    };
    bytes.try_fold(Vec::new(), add).await.unwrap()
}

/// Starts to write an image, so that some bytes have reached the store.
async fn start(store: &Store, image: &str) -> StartedWriter {
    let writer = store.writer(image, "claim", None).await.unwrap();
    StartedWriter::with(writer, noise(LARGE)).await
}

#[tokio::test]
async fn bytes_of_every_length_are_read_as_they_were_written() {
    let kinds = Kinds::new().await;
    for (store, _) in &kinds.all {
        for size in [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 8 << 20, LARGE] {
            let bytes = noise(size);
            put(store, IMAGE, "claim", &bytes).await;
            assert!(
                read(store, IMAGE).await.unwrap() == bytes,
                "{store:?} {size}"
            );
            store.delete(IMAGE).await.unwrap();
        }
    }
}

#[tokio::test]
async fn any_part_can_be_read_alone() {
    let kinds = Kinds::new().await;
    let bytes = noise(LARGE);
    for (store, _) in &kinds.all {
        put(store, IMAGE, "claim", &bytes).await;
        let end = LARGE - 1;
        for (start, end) in [
            (0, 0),
            (5, 1 << 20),
            (1 << 20, 1 << 20),
            (4_194_303, 9 << 20),
            (end, end),
        ] {
            let content = store.open(&store.url(IMAGE)).await.unwrap().unwrap();
            let part = ByteRange {
                start: start as u64,
                end: end as u64,
            };
            let got = all(content.stream_part(part)).await;
            assert!(got == bytes[start..=end], "{store:?} {start}-{end}");
        }
    }
}

#[tokio::test]
async fn nothing_is_there_before_it_is_finished() {
    let kinds = Kinds::new().await;
    for (store, _) in &kinds.all {
        let started = start(store, IMAGE).await;
        assert_eq!(read(store, IMAGE).await, None);
        assert!(store.contents().await.unwrap().complete.is_empty());
        started.finish().await.unwrap();
        assert!(read(store, IMAGE).await.unwrap() == noise(LARGE));
        assert!(store.contents().await.unwrap().partial.is_empty());
    }
}

#[tokio::test]
async fn an_abandoned_writer_leaves_nothing() {
    let kinds = Kinds::new().await;
    let empty = kinds.s3.files();
    for (store, _) in &kinds.all {
        start(store, IMAGE).await.abandon().await;
        let contents = store.contents().await.unwrap();
        assert!(
            contents.complete.is_empty() && contents.partial.is_empty(),
            "{store:?}"
        );
    }
    assert_eq!(kinds.s3.files(), empty);
}

#[tokio::test]
async fn partial_bytes_of_a_dead_server_can_be_found_and_removed() {
    let kinds = Kinds::new().await;
    for (store, _) in &kinds.all {
        if store.kind() == "memory" {
            // Its bytes end with the server.
            continue;
        }
        let dead = start(store, IMAGE).await;
        assert_eq!(store.contents().await.unwrap().partial, [IMAGE]);
        store.delete_partial(OTHER).await.unwrap();
        assert_eq!(store.contents().await.unwrap().partial, [IMAGE]);
        store.delete_partial(IMAGE).await.unwrap();
        // A segment that was on its way to Swift comes behind that.
        while !store.contents().await.unwrap().partial.is_empty() {
            assert_eq!(store.kind(), "swift");
            store.delete_partial(IMAGE).await.unwrap();
        }
        // The server was not dead after all: its writer must not disturb a later attempt.
        put(store, IMAGE, "next", &noise(9)).await;
        dead.finish().await.unwrap_err();
        assert!(read(store, IMAGE).await.unwrap() == noise(9), "{store:?}");
        assert!(store.contents().await.unwrap().partial.is_empty());
    }
}

#[tokio::test]
async fn whatever_a_late_attempt_does_the_next_one_keeps_its_bytes() {
    let kinds = Kinds::new().await;
    for (store, _) in &kinds.all {
        if store.kind() == "memory" {
            // No other server writes to it.
            continue;
        }
        let (late, next) = ("1ate", "next");
        let names = [late, next].map(|claim| store.name(IMAGE, claim, true));
        let [late_name, next_name] = &names;
        let writer = store.writer(late_name, late, None).await.unwrap();
        let begun = StartedWriter::with(writer, noise(LARGE)).await;
        put(store, next_name, next, &noise(9)).await;
        begun.finish().await.unwrap();
        assert!(read(store, next_name).await.unwrap() == noise(9));
        let mut complete = store.contents_of(IMAGE).await.unwrap().complete;
        complete.sort_unstable();
        assert_eq!(complete, names, "{store:?}");
        store.delete_partial(late_name).await.unwrap();
        store.delete(late_name).await.unwrap();
        assert!(read(store, next_name).await.unwrap() == noise(9));
        assert_eq!(
            store.contents_of(IMAGE).await.unwrap().complete,
            std::slice::from_ref(next_name)
        );
        assert!(store.contents_of(OTHER).await.unwrap().complete.is_empty());
    }
}

#[tokio::test]
async fn an_object_that_arrives_late_does_not_replace_that_of_the_next_attempt() {
    let kinds = Kinds::new().await;
    let (store, _) = kinds
        .all
        .iter()
        .find(|(store, _)| store.kind() == "s3")
        .unwrap();
    let names = ["1ate", "next"].map(|claim| store.name(IMAGE, claim, true));
    let [late_name, next_name] = names;
    kinds.s3.gate().close();
    let writer = store.writer(&late_name, "1ate", None).await.unwrap();
    let late = tokio::spawn(writer.put(noise(5)));
    kinds.s3.gate().reached().await;
    put(store, &next_name, "next", &noise(9)).await;
    kinds.s3.gate().open();
    late.await.unwrap().unwrap();
    assert!(read(store, &next_name).await.unwrap() == noise(9));
}

#[tokio::test]
async fn bytes_that_an_earlier_version_named_by_their_image_are_found() {
    let kinds = Kinds::new().await;
    for (store, _) in &kinds.all {
        put(store, IMAGE, "old", &noise(7)).await;
        assert!(store.fits(&store.url(IMAGE), IMAGE));
        assert!(read(store, IMAGE).await.unwrap() == noise(7));
        assert_eq!(store.contents_of(IMAGE).await.unwrap().complete, [IMAGE]);
    }
}

#[tokio::test]
async fn a_copy_has_the_permissions_of_its_store_and_leaves_those_of_the_original() {
    let home = tempfile::tempdir().unwrap();
    let file = |store: &str| home.path().join(store).join(IMAGE);
    let mode = |store| fs::metadata(file(store)).unwrap().permissions().mode() & 0o777;
    let open = |name, mode| Store::directory_with(&home.path().join(name), mode).unwrap();
    let original = open("original", Some(0o640));
    put(&original, IMAGE, "one", &noise(5)).await;
    for (copy, permissions, expected) in [
        ("closed", Some(0o600), 0o600),
        ("same", Some(0o640), 0o640),
        ("any", None, 0o640),
    ] {
        let to = open(copy, permissions);
        let copied = original.copy(IMAGE, &to, IMAGE, "two").await.unwrap();
        assert_eq!(copied, Some(5));
        assert_eq!((mode(copy), mode("original")), (expected, 0o640), "{copy}");
    }
}

#[tokio::test]
async fn a_deletion_removes_one_image_and_no_other() {
    let kinds = Kinds::new().await;
    for (store, _) in &kinds.all {
        put(store, IMAGE, "one", &noise(LARGE)).await;
        put(store, OTHER, "two", &noise(2)).await;
        store.delete(IMAGE).await.unwrap();
        assert_eq!(read(store, IMAGE).await, None);
        assert_eq!(store.contents().await.unwrap().complete, [OTHER]);
        store.delete(IMAGE).await.unwrap();
    }
    let places = kinds.s3.files();
    assert!(
        !places.iter().any(|place| place.contains(IMAGE)),
        "{places:?}"
    );
}

#[tokio::test]
async fn bytes_that_are_written_again_replace_the_earlier_ones() {
    let kinds = Kinds::new().await;
    for (store, _) in &kinds.all {
        put(store, IMAGE, "one", &noise(LARGE)).await;
        put(store, IMAGE, "two", &noise(3)).await;
        assert!(read(store, IMAGE).await.unwrap() == noise(3));
        assert_eq!(store.contents().await.unwrap().complete, [IMAGE]);
    }
}

#[tokio::test]
async fn staged_bytes_are_not_among_the_images() {
    let kinds = Kinds::new().await;
    for (store, staging) in &kinds.all {
        put(staging, IMAGE, "claim", &noise(7)).await;
        assert_eq!(read(store, IMAGE).await, None);
        let contents = store.contents().await.unwrap();
        assert!(contents.complete.is_empty() && contents.partial.is_empty());
        put(store, OTHER, "other", &noise(8)).await;
        assert_eq!(staging.contents().await.unwrap().complete, [IMAGE]);
        assert_ne!(store.url(IMAGE), staging.url(IMAGE));
    }
}

#[tokio::test]
async fn a_place_that_can_be_shared_has_an_owner_marker() {
    let kinds = Kinds::new().await;
    for (store, _) in &kinds.all {
        match store.owner_marker().await.unwrap() {
            OwnerMarker::Missing => {}
            OwnerMarker::NotNeeded => continue,
            OwnerMarker::Cloud(name) => panic!("{name}"),
        }
        store.write_owner_marker("ours").await.unwrap();
        assert!(
            matches!(store.owner_marker().await.unwrap(), OwnerMarker::Cloud(name) if name == "ours")
        );
        assert!(store.contents().await.unwrap().complete.is_empty());
    }
    assert!(kinds.home.path().join("fast/cloud").is_file());
    assert_eq!(kinds.s3.files(), ["images/a/b/cloud"]);
}

#[tokio::test]
async fn a_snapshots_copy_outlives_the_image_and_is_not_among_the_images() {
    let kinds = Kinds::new().await;
    for (store, _) in &kinds.all {
        for size in [0, 3, LARGE] {
            put(store, IMAGE, &format!("one {size}"), &noise(size)).await;
            let snapshot = store.snapshot_store("today").await.unwrap();
            let saved = store
                .copy(IMAGE, &snapshot, IMAGE, &format!("by {size}"))
                .await;
            assert_eq!(saved.unwrap(), Some(size as u64));
            assert_eq!(snapshot.contents().await.unwrap().complete, [IMAGE]);
            assert_eq!(store.contents().await.unwrap().complete, [IMAGE]);

            store.delete(IMAGE).await.unwrap();
            assert_eq!(
                store.copy(IMAGE, &snapshot, IMAGE, "none").await.unwrap(),
                None
            );
            assert!(store.contents().await.unwrap().complete.is_empty());
            put(store, IMAGE, &format!("two {size}"), &noise(5)).await;
            let back = snapshot
                .copy(IMAGE, store, IMAGE, &format!("back {size}"))
                .await;
            assert_eq!(back.unwrap(), Some(size as u64));

            assert!(read(store, IMAGE).await.unwrap() == noise(size));
            snapshot.sync().await.unwrap();
            snapshot.remove_all().await.unwrap();
            assert!(
                snapshot.contents().await.is_err()
                    || snapshot.contents().await.unwrap().complete.is_empty()
            );
            assert!(read(store, IMAGE).await.unwrap() == noise(size));
        }
    }
}

#[tokio::test]
async fn bytes_go_from_every_kind_of_store_to_every_other() {
    let kinds = Kinds::new().await;
    for (from, _) in &kinds.all {
        put(from, IMAGE, "from", &noise(LARGE)).await;
        for (to, _) in kinds.all.iter().filter(|(to, _)| to.kind() != from.kind()) {
            from.copy(IMAGE, to, OTHER, from.kind()).await.unwrap();
            assert!(read(to, OTHER).await.unwrap() == noise(LARGE));
            to.delete(OTHER).await.unwrap();
        }
        from.delete(IMAGE).await.unwrap();
    }
}
