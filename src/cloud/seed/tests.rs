//! Tests of other servers while a seed is applied, and after its server died.

use super::*;
use crate::service::purge::{Purge, PurgedRows};
use crate::service::recovery::{DeadServers, recover};

const SEED: &str = "
images:
  - {id: 11111111-2222-4333-8444-555555555555, name: x, disk_format: raw, container_format: bare, data: {text: data}}
  - {name: queued}
";

const ID: &str = "11111111-2222-4333-8444-555555555555";

fn seed(text: &str) -> Seed {
    Seed::parse("it", text, None).unwrap()
}

/// Claims what a seed has, and keeps its bytes.
async fn begin<'a>(app: &'a App, seed: &'a Seed) -> (Claims<'a>, Vec<ImageDraft<'a>>) {
    let mut drafts = images::draft(app, seed).unwrap();
    let filled: Vec<_> = drafts[..1].iter().map(|draft| &draft.image).collect();
    let (claims, known) = Claims::of(app, &[ID.into()], &filled).await.unwrap();
    assert!(known.is_empty());
    bytes::place(app, seed, &mut drafts, &claims).await.unwrap();
    (claims, drafts)
}

async fn kept(app: &App) -> Vec<String> {
    app.stores
        .default()
        .store
        .contents()
        .await
        .unwrap()
        .complete
}

#[tokio::test]
async fn another_server_that_starts_meanwhile_leaves_the_bytes_alone() {
    let (app, seed) = (App::for_tests().await, seed(SEED));
    let (claims, mut drafts) = begin(&app, &seed).await;
    recover(&app, &DeadServers::These(vec!["another".into()]))
        .await
        .unwrap();
    assert_eq!(kept(&app).await, [ID]);
    let shown = app.db.read().await.unwrap().image(ID, None).await.unwrap();
    assert!(shown.is_none());

    let planted = write(&app, &seed, &mut drafts, 0, &[], &claims).await;

    assert_eq!(planted.unwrap().made.images, 2);
    drop(claims);
    recover(&app, &DeadServers::All).await.unwrap();
    assert_eq!(kept(&app).await, [ID]);
}

#[tokio::test]
async fn what_a_server_has_claimed_that_died_is_free_again() {
    let (app, seed) = (App::for_tests().await, seed(SEED));
    let (claims, _) = begin(&app, &seed).await;
    drop(claims);
    recover(&app, &DeadServers::All).await.unwrap();
    assert!(kept(&app).await.is_empty());
    let ever = app
        .db
        .read()
        .await
        .unwrap()
        .count_images_including_deleted()
        .await;
    assert_eq!(ever.unwrap(), 0);

    assert_eq!(plant(&app, &seed).await.unwrap().made.images, 2);
    assert_eq!(kept(&app).await, [ID]);
}

#[tokio::test]
async fn a_seed_that_fails_leaves_neither_bytes_nor_ids() {
    let app = App::for_tests().await;
    let wrong = SEED.replace("{name: queued}", "{name: queued, owner: nobody}");
    plant(&app, &seed(&wrong)).await.unwrap_err();
    assert!(kept(&app).await.is_empty());
    let ever = app
        .db
        .read()
        .await
        .unwrap()
        .count_images_including_deleted()
        .await;
    assert_eq!(ever.unwrap(), 0);
    assert_eq!(plant(&app, &seed(SEED)).await.unwrap().made.images, 2);
}

#[tokio::test]
async fn what_a_server_has_claimed_is_not_purged() {
    let (app, seed) = (App::for_tests().await, seed(SEED));
    let (claims, mut drafts) = begin(&app, &seed).await;
    app.clock.advance(chrono::TimeDelta::days(365)).unwrap();
    let purged = app.purge(Purge::IMAGES).await.unwrap();
    assert_eq!(purged, PurgedRows::default());
    let planted = write(&app, &seed, &mut drafts, 0, &[], &claims).await;
    assert_eq!(planted.unwrap().made.images, 2);
}

#[tokio::test]
async fn what_another_server_took_over_is_not_planted() {
    let (app, seed) = (App::for_tests().await, seed(SEED));
    let (claims, mut drafts) = begin(&app, &seed).await;
    let mut db = app.db.write().await.unwrap();
    let upload = db.uploads(app.lease_clock()).await.unwrap().remove(0);
    let now = app.clock.system();
    let taken = db.take_over_upload(&upload, "another", "claim", now).await;
    assert!(taken.unwrap());
    db.commit().await.unwrap();

    let refused = write(&app, &seed, &mut drafts, 0, &[], &claims).await;

    assert!(matches!(refused, Err(Error::Conflict { .. })));
    claims.give_up().await;
    // The other sees to them.
    assert_eq!(kept(&app).await, [ID]);
}

#[test]
fn counts_are_told_in_words() {
    let counts = Counts {
        users: 1,
        images: 2,
        ..Counts::default()
    };
    assert_eq!(counts.to_string(), "1 user, 2 images");
    assert_eq!(Counts::default().to_string(), "nothing");
}
