//! Files that do not come whole, and files that are too large.

use futures_util::{StreamExt, stream};
use tar::Header;

use super::*;

/// The file of an empty cloud.
async fn file(app: &App) -> Vec<u8> {
    let blob_stores = SnapshotStores::new("it");
    let state = app.gather(Some(&blob_stores)).await.unwrap();
    let label = Label {
        name: "it".into(),
        created_at: app.clock.system(),
        bytes: true,
    };
    let (give, mut take) = mpsc::channel(100);
    let texts = Texts::of(label, state).await.unwrap();
    app.export(texts, &blob_stores, &give).await.unwrap();
    drop(give);
    let mut file = Vec::new();
    while let Some(some) = take.recv().await {
        file.extend(some.unwrap());
    }
    file
}

fn entry(name: &str, size: usize) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.set_path(name).unwrap();
    header.set_size(size as u64);
    header.set_cksum();
    header.as_bytes().to_vec()
}

#[tokio::test]
async fn a_client_that_goes_away_is_no_damaged_file() {
    let app = App::for_tests().await;
    let file = Bytes::from(file(&app).await);
    let whole = stream::iter([Ok(file.clone())]);
    app.import(whole, &SnapshotStores::new("whole"))
        .await
        .unwrap();
    for sent in [
        0,
        100,
        600,
        file.len() / 2,
        file.len() - 1100,
        file.len() - 1,
    ] {
        let gone = Err(Error::ClientDisconnected("reset by peer".into()));
        let cut = stream::iter([Ok(file.slice(..sent)), gone]);
        let refused = app
            .import(cut, &SnapshotStores::new("cut"))
            .await
            .unwrap_err();
        assert!(
            matches!(refused, Error::ClientDisconnected(_)),
            "{sent}: {refused}"
        );
    }
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_before_it_is_read() {
    let app = App::for_tests().await;
    let huge = entry(HEAD, 1 << 40);
    let file = stream::iter([Ok(Bytes::from(huge))]).chain(stream::pending());
    let refused = app
        .import(Box::pin(file), &SnapshotStores::new("huge"))
        .await;
    let refused = refused.unwrap_err();
    assert!(matches!(refused, Error::TooLarge(_)), "{refused}");
    assert!(
        refused.to_string().contains("268435456 are read"),
        "{refused}"
    );
}

#[tokio::test]
async fn many_lines_are_given_away_as_they_come() {
    let line = [&[b'x'; 999][..], b"\n"].concat();
    let lines = line.repeat(10_000);
    let mut file = entry(ROWS, lines.len());
    file.extend(&lines);
    file.resize(file.len().next_multiple_of(512), 0);
    let pieces = file.chunks(70_001).map(Bytes::copy_from_slice).map(Ok);
    let mut unpack = Unpack::new(stream::iter(pieces.collect::<Vec<_>>()));
    let (mut given, mut parts) = (Vec::new(), 0);
    let mut left = unpack.begin_within(ROWS, LARGEST_ROWS).await.unwrap();
    while let Some(some) = unpack.lines(&mut left).await.unwrap() {
        assert!(some.ends_with(b"\n"));
        given.extend(some);
        parts += 1;
    }
    unpack.end().await.unwrap();
    assert_eq!(given, lines);
    assert_eq!(parts, 3);
}
